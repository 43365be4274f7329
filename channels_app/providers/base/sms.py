"""The contract of SMS providers."""

from abc import abstractmethod

from channels_app.providers.base.provider import Provider
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent


class SMSProvider(Provider):
    """Sends events as text messages, with pictures where the vendor can."""

    @property
    @abstractmethod
    def from_number(self) -> str:
        """The sender used when a call names none, in E.164 or as the vendor's sender id."""

    @abstractmethod
    async def send(self, event: RoomEvent, to: str, from_: str | None = None) -> ProviderResult:
        """Send one event to the phone number `to` (E.164), from `from_` or the default sender."""
