"""RCS through Twilio, with text messages for phones that have none."""

from typing import ClassVar

from channels_app.providers.base.media import DEFAULT_MAX_BYTES, FetchedMedia
from channels_app.providers.base.outcomes import refused
from channels_app.providers.base.rcs import RCSDeliveryResult, RCSProvider
from channels_app.providers.base.webhook import WebhookItem, WebhookReply, WebhookRequest
from channels_app.providers.twilio.client import TwilioClient
from channels_app.providers.twilio.config import TwilioRCSConfig
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
    parse_twilio_rcs_webhook,
    parse_webhook,
)
from channels_app.providers.twilio.signature import require_signature, verify_payload
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.enums import ChannelMediaType
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage

PREFIX = "rcs:"
SURFACE = Surface()
# Buttons and cards exist in templates only, which have to be made at Twilio beforehand.
CAPABILITIES = ChannelCapabilities(
    media_types=[ChannelMediaType.TEXT, ChannelMediaType.MEDIA, ChannelMediaType.TEMPLATE],
    max_length=MAX_BODY,
    supports_read_receipts=True,
    supports_templates=True,
    supports_media=True,
    max_media_size_bytes=16 * 1024 * 1024,
)


class TwilioRCSProvider(RCSProvider):
    """Sends RCS messages through a messaging service.

    What a message went out as is known later, by `raw["channel_used"]` of its delivery status;
    until then a result with `metadata["channel_confirmed"]` False says "rcs".
    """

    slug: ClassVar[str] = PROVIDER
    config_model = TwilioRCSConfig
    extra = "twilio"

    def __init__(self, config: TwilioRCSConfig) -> None:
        self._config = config
        self._client = TwilioClient(config)

    @property
    def sender_id(self) -> str:
        """The agent that recipients see, or the service that picks it."""
        return self._config.rcs_sender or self._config.messaging_service_sid

    def capabilities(self) -> ChannelCapabilities:
        """Return what Twilio lets a phone be shown."""
        return CAPABILITIES

    async def send(self, event: RoomEvent, to: str, *, fallback: bool = True) -> RCSDeliveryResult:
        """Send one event to the number `to` (E.164), by text message if need be and `fallback`."""
        try:
            forms = build_forms(event.content, SURFACE)
        except Unsendable as error:
            return _as_rcs(refused(SendOutcome.REJECTED, error.code, str(error)), sure=True)
        callback = build_callback(self._config.status_callback_url, event.id)
        envelope = {**self._addresses(to, fallback=fallback), **callback}
        return _as_rcs(await self._client.send(forms, envelope), sure=not fallback)

    async def check_capability(self, phone_number: str) -> bool:
        """Refuse: Twilio's Messages API has no such question.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError(
            "Twilio does not tell whether a phone has RCS: send with fallback=True instead"
        )

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
        return parse_twilio_rcs_webhook(payload, channel_id)

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
        """Ask whether the account, its credentials and messaging service are good; nothing is sent.

        Raises:
            CheckFailed: If not, or if Twilio could not be asked.
        """
        await self._client.check(service_sid=self._config.messaging_service_sid)

    async def close(self) -> None:
        """Close the connections; twice is harmless."""
        await self._client.close()

    def _addresses(self, to: str, *, fallback: bool) -> Form:
        """Return sender and recipient: one with the prefix is not reached in any other way."""
        service: Form = {"messaging_service_sid": self._config.messaging_service_sid}
        number = to.removeprefix(PREFIX)
        if not fallback:
            sender: Form = {"from_": self._config.rcs_sender} if self._config.rcs_sender else {}
            return {**service, **sender, "to": f"{PREFIX}{number}"}
        other: Form = (
            {"fallback_from": self._config.fallback_from} if self._config.fallback_from else {}
        )
        return {**service, **other, "to": number}


def _as_rcs(result: ProviderResult, *, sure: bool) -> RCSDeliveryResult:
    facts = result.model_dump(exclude={"channel_used"})
    facts["metadata"] = {**result.metadata, "channel_confirmed": sure}
    return RCSDeliveryResult.model_validate(facts)
