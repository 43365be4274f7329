"""SMS and MMS by VoiceMeUp."""

import hmac
from collections.abc import Sequence
from typing import ClassVar

from channels_app.providers.base.outcomes import refused
from channels_app.providers.base.sms import SMSProvider
from channels_app.providers.base.webhook import (
    MalformedWebhook,
    Part,
    WebhookItem,
    WebhookRefused,
    WebhookRequest,
)
from channels_app.providers.voicemeup.client import VoiceMeUpClient
from channels_app.providers.voicemeup.config import VoiceMeUpConfig
from channels_app.providers.voicemeup.halves import TIMEOUT_S, MmsHalves, OnTimeout
from channels_app.providers.voicemeup.halves import (
    parse_voicemeup_webhook as parse_voicemeup_webhook,
)
from channels_app.providers.voicemeup.outgoing import MAX_MESSAGE, NotSendable, build_messages
from channels_app.providers.voicemeup.parsing import join_halves, part_of, read_fields
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.enums import ChannelMediaType
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage

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
    config_model = VoiceMeUpConfig

    def __init__(self, config: VoiceMeUpConfig) -> None:
        self._config = config
        self._client = VoiceMeUpClient(config)
        self.configure_mms()

    @property
    def from_number(self) -> str:
        """The sender used when a call names none."""
        return self._config.from_number

    def capabilities(self) -> ChannelCapabilities:
        """Return words and files; nobody tells us of SMS that were read."""
        return CAPABILITIES

    def part_length(self, text: str) -> int | None:
        """Return how many characters VoiceMeUp takes as one message."""
        return MAX_MESSAGE

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
        """Read a message, or one half of an MMS by itself."""
        return self.parse_parts([request], channel_id)

    def once_id(self, request: WebhookRequest) -> str:
        """Return the message's hash, which counts once; '' if there is none to be read."""
        try:
            return str(read_fields(request).get("sms_hash") or "")
        except MalformedWebhook:
            return ""

    def part_of(self, request: WebhookRequest) -> Part | None:
        """Tell which MMS a webhook is one half of.

        Raises:
            MalformedWebhook: If it is not what VoiceMeUp sends.
        """
        return part_of(read_fields(request), wait_s=self._config.mms_wait_s)

    def parse_parts(self, requests: Sequence[WebhookRequest], channel_id: str) -> list[WebhookItem]:
        """Read the halves of an MMS as one message.

        Raises:
            MalformedWebhook: If one is not what VoiceMeUp sends.
        """
        payloads = [read_fields(request) for request in requests]
        message = join_halves(payloads, channel_id, timezone=self._config.timezone)
        return [] if message is None else [message]

    def configure_mms(
        self, *, timeout_seconds: float = TIMEOUT_S, on_timeout: OnTimeout | None = None
    ) -> None:
        """Say how long `parse_mms_webhook` lets one half of an MMS wait, and who gets it then.

        Args:
            timeout_seconds: How long one half waits for the other.
            on_timeout: Given the half that waited in vain; without it that half is only logged.
        """
        self._halves = MmsHalves(timeout_seconds=timeout_seconds, on_timeout=on_timeout)

    def parse_mms_webhook(self, payload: JsonObject, channel_id: str) -> InboundMessage | None:
        """Read a webhook that a host has taken itself; None for a half that waits for the other.

        It waits in this process, and needs a running event loop. Webhooks at the site's own address
        do not come by here: their halves are kept in the database.

        Raises:
            MalformedWebhook: If it is not what VoiceMeUp sends.
            RuntimeError: If a half has to wait and no event loop runs.
        """
        return self._halves.read(payload, channel_id, timezone=self._config.timezone)

    async def check(self) -> None:
        """Ask whether VoiceMeUp is there; whether it knows us only shows when something is sent.

        Unconfirmed: no question without effect is documented.

        Raises:
            CheckFailed: If it does not answer.
        """
        await self._client.check()

    async def close(self) -> None:
        """Free the connections."""
        await self._client.close()
