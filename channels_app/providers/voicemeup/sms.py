"""SMS and MMS by VoiceMeUp."""

import hmac
from typing import ClassVar

from channels_app.providers.base.outcomes import refused
from channels_app.providers.base.sms import SMSProvider
from channels_app.providers.base.webhook import WebhookItem, WebhookRefused, WebhookRequest
from channels_app.providers.voicemeup.client import VoiceMeUpClient
from channels_app.providers.voicemeup.config import VoiceMeUpConfig
from channels_app.providers.voicemeup.outgoing import NotSendable, build_messages
from channels_app.providers.voicemeup.parsing import (
    parse_voicemeup_webhook as parse_voicemeup_webhook,
)
from channels_app.providers.voicemeup.parsing import read_fields
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.enums import ChannelMediaType
from rooms.domain.event import RoomEvent

TOKEN = "token"  # noqa: S105 - a field's name

CAPABILITIES = ChannelCapabilities(
    media_types=[ChannelMediaType.TEXT, ChannelMediaType.MEDIA], supports_media=True
)


class VoiceMeUpSMSProvider(SMSProvider):
    """Sends events as SMS of 1000 characters, or as MMS with one file each.

    VoiceMeUp has no idempotency key: what is sent twice arrives twice. Nor does it report what
    became of a message.
    """

    slug: ClassVar[str] = "voicemeup"

    def __init__(self, config: VoiceMeUpConfig) -> None:
        self._config = config
        self._client = VoiceMeUpClient(config)

    @property
    def from_number(self) -> str:
        """The sender used when a call names none."""
        return self._config.from_number

    def capabilities(self) -> ChannelCapabilities:
        """Return words and files; nobody tells us of SMS that were read."""
        return CAPABILITIES

    async def send(self, event: RoomEvent, to: str, from_: str | None = None) -> ProviderResult:
        """Send one event to the phone number `to` (E.164), from `from_` or the default sender."""
        try:
            messages = build_messages(event.content)
        except NotSendable as error:
            return refused(SendOutcome.REJECTED, error.code, str(error))
        numbers = {
            "source_number": (from_ or self.from_number).removeprefix("+"),
            "destination_number": to.removeprefix("+"),
        }
        return await self._client.send([numbers | message for message in messages])

    async def verify(self, request: WebhookRequest) -> None:
        """Compare the `token` of the address: VoiceMeUp signs nothing.

        Raises:
            WebhookRefused: If it is missing or wrong, or none is configured.
        """
        expected = self._config.webhook_token
        if expected is None or not expected.get_secret_value():
            raise WebhookRefused("no webhook_token is configured")
        given = dict(request.query).get(TOKEN, "")
        if not hmac.compare_digest(given.encode(), expected.get_secret_value().encode()):
            raise WebhookRefused("the token of the address is missing or wrong")

    def parse(self, request: WebhookRequest, channel_id: str) -> list[WebhookItem]:
        """Read a message, or one part of an MMS."""
        message = parse_voicemeup_webhook(
            read_fields(request), channel_id, timezone=self._config.timezone
        )
        return [] if message is None else [message]

    async def close(self) -> None:
        """Free the connections."""
        await self._client.close()
