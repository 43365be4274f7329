"""Text messages, and pictures with them, through Twilio."""

from typing import ClassVar

from channels_app.providers.base.media import DEFAULT_MAX_BYTES, FetchedMedia
from channels_app.providers.base.outcomes import refused
from channels_app.providers.base.sms import SMSProvider
from channels_app.providers.base.webhook import WebhookItem, WebhookReply, WebhookRequest
from channels_app.providers.twilio.client import TwilioClient
from channels_app.providers.twilio.config import TwilioConfig
from channels_app.providers.twilio.errors import outcome_of_report
from channels_app.providers.twilio.messages import (
    MAX_BODY,
    Form,
    Surface,
    Unsendable,
    build_callback,
    build_forms,
)
from channels_app.providers.twilio.parsing import (
    NO_WORDS,
    PROVIDER,
    parse_twilio_webhook,
    parse_webhook,
)
from channels_app.providers.twilio.signature import require_signature, verify_payload
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.enums import ChannelMediaType
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage

SURFACE = Surface()
CAPABILITIES = ChannelCapabilities(
    media_types=[ChannelMediaType.TEXT, ChannelMediaType.MEDIA],
    max_length=MAX_BODY,
    supports_media=True,
    max_media_size_bytes=5 * 1024 * 1024,
)


class TwilioSMSProvider(SMSProvider):
    """Sends text messages and MMS; long ones as several, pictures ten at a time."""

    slug: ClassVar[str] = PROVIDER
    config_model = TwilioConfig
    extra = "twilio"

    def __init__(self, config: TwilioConfig) -> None:
        self._config = config
        self._client = TwilioClient(config)

    @property
    def from_number(self) -> str:
        """The sender used when a call names none."""
        return self._config.from_number

    def capabilities(self) -> ChannelCapabilities:
        """Return what Twilio lets a phone be shown."""
        return CAPABILITIES

    async def send(self, event: RoomEvent, to: str, from_: str | None = None) -> ProviderResult:
        """Send one event to the number `to` (E.164), from `from_`, the service or `from_number`."""
        try:
            forms = build_forms(event.content, SURFACE)
        except Unsendable as error:
            return refused(SendOutcome.REJECTED, error.code, str(error))
        callback = build_callback(self._config.status_callback_url, event.id)
        return await self._client.send(forms, {"to": to, **self._sender(from_), **callback})

    def outcome_of_report(self, code: str) -> SendOutcome | None:
        """Return what Twilio's code of a reported failure says of sending again."""
        return outcome_of_report(code)

    async def verify(self, request: WebhookRequest) -> None:
        """Prove that a webhook is Twilio's.

        Raises:
            WebhookRefused: If it is not signed by the account's auth token.
        """
        require_signature(request, self._config.webhook_secrets)

    def verify_signature(
        self, payload: bytes, signature: str, timestamp: str | None = None, url: str | None = None
    ) -> bool:
        """Tell whether Twilio signed a body posted to `url`; without the address nothing is proved.

        Twilio's signatures have no `timestamp`.
        """
        return verify_payload(payload, signature, url, self._config.webhook_secrets)

    def parse(self, request: WebhookRequest, channel_id: str) -> list[WebhookItem]:
        """Read a verified webhook.

        Raises:
            MalformedWebhook: If it is not what Twilio sends.
        """
        return parse_webhook(request, channel_id, obeys_words=self._config.handles_opt_out)

    async def parse_webhook(self, payload: JsonObject, channel_id: str = "") -> InboundMessage:
        """Return the message of a form's fields.

        Raises:
            MalformedWebhook: If they are not a message's.
        """
        return parse_twilio_webhook(payload, channel_id)

    def reply(self, request: WebhookRequest) -> WebhookReply:
        """Return an answer without words: Twilio would send them to the customer."""
        return NO_WORDS

    async def fetch_media(
        self, url: str, *, sha256: str | None = None, max_bytes: int = DEFAULT_MAX_BYTES
    ) -> FetchedMedia:
        """Return a file of an inbound message, by the address in its content.

        Raises:
            MediaUnavailable: If it cannot be had, or is another one than announced.
        """
        return await self._client.fetch_media(url, sha256=sha256, max_bytes=max_bytes)

    async def check(self) -> None:
        """Ask whether the account, its credentials, number and service are good; nothing is sent.

        Raises:
            CheckFailed: If not, or if Twilio could not be asked.
        """
        await self._client.check(
            number=self._config.from_number, service_sid=self._config.messaging_service_sid
        )

    async def close(self) -> None:
        """Close the connections; twice is harmless."""
        await self._client.close()

    def _sender(self, named: str | None) -> Form:
        service = self._config.messaging_service_sid
        if service is None:
            return {"from_": named or self._config.from_number}
        pooled: Form = {"messaging_service_sid": service}
        return {**pooled, "from_": named} if named else pooled
