"""The contract of RCS providers."""

from abc import abstractmethod

from channels_app.providers.base.decoded import first_message, json_request
from channels_app.providers.base.provider import Provider
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage


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

    async def parse_webhook(self, payload: JsonObject, channel_id: str = "") -> InboundMessage:
        """Return the message of a webhook whose body was decoded; `parse` returns everything.

        Raises:
            MalformedWebhook: If there is none.
        """
        return first_message(self.parse(json_request(payload), channel_id))

    def verify_signature(
        self, payload: bytes, signature: str, timestamp: str | None = None
    ) -> bool:
        """Tell whether the vendor signed a body; never, where the vendor signs nothing.

        `verify` proves a whole request, whatever the vendor proves it by.
        """
        return False
