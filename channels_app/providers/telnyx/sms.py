"""SMS and MMS by Telnyx."""

from typing import Any, ClassVar

from channels_app.providers.base.outcomes import refused
from channels_app.providers.base.segments import encoding_of
from channels_app.providers.base.sms import SMSProvider
from channels_app.providers.base.webhook import MalformedWebhook, WebhookItem, WebhookRequest
from channels_app.providers.telnyx.checking import check_key, check_number, check_profile
from channels_app.providers.telnyx.client import TelnyxAPI, make_key
from channels_app.providers.telnyx.config import TelnyxConfig
from channels_app.providers.telnyx.errors import outcome_of_delivery
from channels_app.providers.telnyx.outgoing import (
    CHARACTERS,
    NotSendable,
    build_callback,
    build_sms,
)
from channels_app.providers.telnyx.parsing import parse_request, read_message
from channels_app.providers.telnyx.signature import TelnyxSignature
from channels_app.providers.telnyx.wire import read_event
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.enums import ChannelMediaType
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage
from rooms.domain.progress import name_send

MAX_MEDIA_BYTES = 1_000_000

CAPABILITIES = ChannelCapabilities(
    media_types=[ChannelMediaType.TEXT, ChannelMediaType.MEDIA],
    supports_media=True,
    max_media_size_bytes=MAX_MEDIA_BYTES,
)


class TelnyxSMSProvider(SMSProvider):
    """Sends events as SMS, or as MMS with the files they carry; long ones as several messages.

    Args:
        config: The account.
        public_key: Verifies webhooks; wins over the one in `config`.

    Raises:
        ValueError: If the public key is none.
    """

    takes_idempotency_key: ClassVar[bool] = True
    slug: ClassVar[str] = "telnyx"
    config_model = TelnyxConfig

    def __init__(self, config: TelnyxConfig, public_key: str | None = None) -> None:
        self._config = config
        self._signature = TelnyxSignature(public_key or config.public_key)
        self._api = TelnyxAPI(
            api_key=config.api_key, base_url=config.base_url, timeout=config.timeout
        )

    @property
    def from_number(self) -> str:
        """The sender used when a call names none."""
        return self._config.from_number

    def capabilities(self) -> ChannelCapabilities:
        """Return words and files; nobody tells us of SMS that were read."""
        return CAPABILITIES

    async def send(self, event: RoomEvent, to: str, from_: str | None = None) -> ProviderResult:
        """Send one event to the phone number `to` (E.164), from `from_` or the default sender."""
        sender = from_ or self.from_number
        try:
            messages = build_sms(event.content)
        except NotSendable as error:
            return refused(SendOutcome.REJECTED, error.code, str(error))
        about = self._about(sender, to) | build_callback(self._config.webhook_url, event.id)
        return await self._api.send(
            "/messages",
            [about | message for message in messages],
            key=make_key(name_send(event), sender, to),
        )

    def part_length(self, text: str) -> int | None:
        """Return how much of a text fits into what Telnyx takes as one message: ten segments."""
        return CHARACTERS[encoding_of(text)]

    def outcome_of_report(self, code: str) -> SendOutcome | None:
        """Return what Telnyx's code of a reported failure says of sending again."""
        return outcome_of_delivery(code)

    async def verify(self, request: WebhookRequest) -> None:
        """Check the Ed25519 signature and that it is at most five minutes old."""
        self._signature.verify(request)

    def verify_signature(
        self, payload: bytes, signature: str, timestamp: str | None = None
    ) -> bool:
        """Tell whether a webhook's body, signature and timestamp belong together and are of now."""
        return self._signature.holds(payload, signature, timestamp)

    def parse(self, request: WebhookRequest, channel_id: str) -> list[WebhookItem]:
        """Read a message, or the status of one for each of its recipients."""
        return parse_request(request, channel_id)

    async def check(self) -> None:
        """Ask whether the key works and the sender is ours; nothing is sent.

        Raises:
            CheckFailed: If not, or if Telnyx could not be asked.
        """
        profile = self._config.messaging_profile_id
        await (check_profile(self._api, profile) if profile else check_key(self._api))
        await check_number(self._api, self.from_number, profile)

    async def close(self) -> None:
        """Free the connections."""
        await self._api.close()

    def _about(self, sender: str, to: str) -> JsonObject:
        facts = {
            "from": sender,
            "to": to,
            "messaging_profile_id": self._config.messaging_profile_id,
        }
        return {name: value for name, value in facts.items() if value}


def parse_telnyx_webhook(
    payload: dict[str, Any], channel_id: str, *, strict: bool = True
) -> InboundMessage:
    """Read the message that somebody has written to us.

    Args:
        payload: The webhook's body.
        channel_id: The channel it came in by.
        strict: Whether to refuse events that are no message from outside.

    Raises:
        MalformedWebhook: If it is not what Telnyx sends or, if `strict`, no message to us.
    """
    event = read_event(payload)
    if strict and not event.is_inbound:
        raise MalformedWebhook(f"{event.event_type!r} is no message to us")
    return read_message(event, payload, channel_id)
