"""The contract of WhatsApp providers."""

from abc import abstractmethod

from channels_app.providers.base.decoded import first_message, json_request
from channels_app.providers.base.provider import Provider
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage


class WhatsAppProvider(Provider):
    """Sends events by WhatsApp."""

    @abstractmethod
    async def send(self, event: RoomEvent, to: str) -> ProviderResult:
        """Send one event to `to`, a phone number in E.164 or the vendor's user id."""

    async def parse_webhook(self, payload: JsonObject, channel_id: str = "") -> InboundMessage:
        """Return the message of a webhook whose body was decoded; `parse` returns everything.

        Raises:
            MalformedWebhook: If there is none.
        """
        return first_message(self.parse(json_request(payload), channel_id))

    async def send_template(
        self, to: str, template_name: str, params: JsonObject | None = None
    ) -> ProviderResult:
        """Send an approved template; `params` fill its gaps.

        Raises:
            NotImplementedError: If the vendor has no templates.
        """
        raise NotImplementedError(f"{self.name} has no templates: send words instead")

    async def send_reaction(self, chat: str, sender: str, message_id: str, emoji: str) -> None:
        """Put an emoji on a message of a chat; the empty one takes ours away.

        Raises:
            NotImplementedError: If the vendor lets nobody react.
        """
        raise NotImplementedError(f"{self.name} cannot react to messages")
