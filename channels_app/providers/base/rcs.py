"""The contract of RCS providers."""

from abc import abstractmethod

from channels_app.providers.base.provider import Provider
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent


class RCSDeliveryResult(ProviderResult):
    """What an RCS provider answered; `channel_used` is 'sms' when it fell back."""

    channel_used: str = "rcs"
    fallback: bool = False


class RCSProvider(Provider):
    """Sends events as RCS messages and may fall back to SMS."""

    @property
    @abstractmethod
    def sender_id(self) -> str:
        """The agent or sender id that recipients see."""

    @property
    def supports_fallback(self) -> bool:
        """Whether the vendor can fall back to SMS by itself."""
        return True

    @abstractmethod
    async def send(self, event: RoomEvent, to: str, *, fallback: bool = True) -> RCSDeliveryResult:
        """Send one event to the phone number `to` (E.164), by SMS if need be and `fallback`."""

    @abstractmethod
    async def check_capability(self, phone_number: str) -> bool:
        """Tell whether the phone (E.164) can receive RCS."""
