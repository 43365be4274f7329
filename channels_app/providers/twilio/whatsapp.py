"""WhatsApp through Twilio."""

from datetime import timedelta
from typing import ClassVar

from channels_app.providers.base.media import DEFAULT_MAX_BYTES, FetchedMedia
from channels_app.providers.base.outcomes import refused
from channels_app.providers.base.webhook import WebhookItem, WebhookReply, WebhookRequest
from channels_app.providers.base.whatsapp import WhatsAppProvider
from channels_app.providers.twilio.client import TwilioClient
from channels_app.providers.twilio.config import TwilioWhatsAppConfig
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
from rooms.domain.content import EventContent, TemplateContent
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.enums import ChannelMediaType
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage

PREFIX = "whatsapp:"
WINDOW = timedelta(hours=24)
SURFACE = Surface(files=1, places=True, talks_over_audio=False)
# Buttons exist in templates only; nothing that was sent can be changed or reacted to.
CAPABILITIES = ChannelCapabilities(
    media_types=[
        ChannelMediaType.TEXT,
        ChannelMediaType.MEDIA,
        ChannelMediaType.AUDIO,
        ChannelMediaType.VIDEO,
        ChannelMediaType.LOCATION,
        ChannelMediaType.TEMPLATE,
    ],
    max_length=MAX_BODY,
    supports_read_receipts=True,
    supports_typing=True,
    supports_templates=True,
    supports_media=True,
    supports_audio=True,
    supports_video=True,
    max_media_size_bytes=16 * 1024 * 1024,
)


class TwilioWhatsAppProvider(WhatsAppProvider):
    """Sends WhatsApp messages: free words within a day of the user's last one, templates always."""

    slug: ClassVar[str] = PROVIDER
    config_model = TwilioWhatsAppConfig
    extra = "twilio"

    def __init__(self, config: TwilioWhatsAppConfig) -> None:
        self._config = config
        self._client = TwilioClient(config)

    @property
    def from_number(self) -> str:
        """The WhatsApp sender, in E.164."""
        return self._config.from_number.removeprefix(PREFIX)

    def capabilities(self) -> ChannelCapabilities:
        """Return what Twilio lets a WhatsApp user be shown."""
        return CAPABILITIES

    def reply_window(self, event: RoomEvent) -> timedelta:
        """Return how long WhatsApp takes more than templates: a day after the person's message."""
        return WINDOW

    async def send(self, event: RoomEvent, to: str) -> ProviderResult:
        """Send one event to `to`, a phone number in E.164 or a WhatsApp user's id."""
        callback = build_callback(self._config.status_callback_url, event.id)
        return await self._send(event.content, to, callback)

    async def send_template(
        self, to: str, template_name: str, params: JsonObject | None = None
    ) -> ProviderResult:
        """Send a template by its ContentSid (`HX…`); `params` are its variables: `{"1": "Ana"}`."""
        variables = {name: str(value) for name, value in (params or {}).items()}
        template = TemplateContent(template_id=template_name, parameters=variables)
        return await self._send(template, to, {})

    async def send_typing(self, message_id: str) -> ProviderResult:
        """Show that an answer to an inbound message is being written, for up to 25 seconds.

        WhatsApp marks that message as read with it.
        """
        return await self._client.show_typing(message_id)

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
        return parse_webhook(request, channel_id)

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
        """Ask whether the account, its credentials and service are good; nothing is sent.

        Raises:
            CheckFailed: If not, or if Twilio could not be asked.
        """
        await self._client.check(service_sid=self._config.messaging_service_sid)

    async def close(self) -> None:
        """Close the connections; twice is harmless."""
        await self._client.close()

    async def _send(self, content: EventContent, to: str, callback: Form) -> ProviderResult:
        try:
            forms = build_forms(content, SURFACE)
        except Unsendable as error:
            return refused(SendOutcome.REJECTED, error.code, str(error))
        return await self._client.send(
            forms, {"to": whatsapp_address(to), **self._sender(), **callback}
        )

    def _sender(self) -> Form:
        if self._config.messaging_service_sid:
            return {"messaging_service_sid": self._config.messaging_service_sid}
        return {"from_": whatsapp_address(self._config.from_number)}


def whatsapp_address(address: str) -> str:
    """Return an address as Twilio writes it: numbers have a plus, users' ids have none."""
    plain = address.removeprefix(PREFIX)
    return f"{PREFIX}+{plain}" if plain.isdecimal() else f"{PREFIX}{plain}"
