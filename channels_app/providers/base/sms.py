"""The contract of SMS providers."""

from abc import abstractmethod

from channels_app.providers.base.decoded import first_message, json_request
from channels_app.providers.base.provider import Provider
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage


class SMSProvider(Provider):
    """Sends events as text messages, with pictures where the vendor can."""

    @property
    @abstractmethod
    def from_number(self) -> str:
        """The sender used when a call names none, in E.164 or as the vendor's sender id."""

    @abstractmethod
    async def send(self, event: RoomEvent, to: str, from_: str | None = None) -> ProviderResult:
        """Send one event to the phone number `to` (E.164), from `from_` or the default sender."""

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
