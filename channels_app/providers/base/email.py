"""The contract of e-mail providers."""

from abc import abstractmethod

from channels_app.providers.base.decoded import first_message, json_request
from channels_app.providers.base.provider import Provider
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage


class EmailProvider(Provider):
    """Sends events as e-mails."""

    @abstractmethod
    async def send(
        self, event: RoomEvent, to: str, from_: str | None = None, subject: str | None = None
    ) -> ProviderResult:
        """Send one event to the mailbox `to`; without `from_` the provider's own sender is used."""

    async def parse_inbound(self, payload: JsonObject, channel_id: str = "") -> InboundMessage:
        """Return the mail of a webhook whose fields were decoded; `parse` returns everything.

        Raises:
            MalformedWebhook: If there is none.
        """
        return first_message(self.parse(json_request(payload), channel_id))
