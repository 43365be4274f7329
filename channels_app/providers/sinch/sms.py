"""SMS and MMS by Sinch."""

from typing import ClassVar

from channels_app.providers.base.outcomes import refused
from channels_app.providers.base.sms import SMSProvider
from channels_app.providers.base.webhook import (
    WebhookItem,
    WebhookRefused,
    WebhookReply,
    WebhookRequest,
)
from channels_app.providers.sinch.client import SinchClient
from channels_app.providers.sinch.config import SinchConfig
from channels_app.providers.sinch.errors import outcome_of_report
from channels_app.providers.sinch.outgoing import (
    MAX_BODY,
    NotSendable,
    bare_number,
    build_batches,
)
from channels_app.providers.sinch.parsing import parse_callback
from channels_app.providers.sinch.parsing import parse_sinch_webhook as parse_sinch_webhook
from channels_app.providers.sinch.signature import SinchSignature
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.enums import ChannelMediaType
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import utc_now
from rooms.domain.json import JsonObject

CAPABILITIES = ChannelCapabilities(
    media_types=[ChannelMediaType.TEXT, ChannelMediaType.MEDIA],
    max_length=MAX_BODY,
    supports_media=True,
)


class SinchSMSProvider(SMSProvider):
    """Sends events as SMS, or as MMS with the files they carry, one file each.

    Sinch has no idempotency key: a batch that is posted twice is sent twice.
    """

    slug: ClassVar[str] = "sinch"
    config_model = SinchConfig

    def __init__(self, config: SinchConfig) -> None:
        self._config = config
        self._signature = SinchSignature(config)
        self._client = SinchClient(config)

    @property
    def from_number(self) -> str:
        """The sender used when a call names none."""
        return self._config.from_number

    def capabilities(self) -> ChannelCapabilities:
        """Return words and files; nobody tells us of SMS that were read."""
        return CAPABILITIES

    async def send(self, event: RoomEvent, to: str, from_: str | None = None) -> ProviderResult:
        """Send one event to the phone number `to` (E.164), from `from_` or the default sender.

        The event's id goes along as client reference: reports bring it back, also those on a batch
        whose answer was lost.
        """
        try:
            batches = build_batches(event.content)
        except NotSendable as error:
            return refused(SendOutcome.REJECTED, error.code, str(error))
        about = self._about(event, to, from_ or self.from_number)
        return await self._client.send([about | batch for batch in batches])

    def outcome_of_report(self, code: str) -> SendOutcome | None:
        """Return what Sinch's code of a reported failure says of sending again."""
        return outcome_of_report(code)

    async def verify(self, request: WebhookRequest) -> None:
        """Check the signature and its age, or the user name and password."""
        self._signature.verify(request)

    def verify_signature(
        self,
        payload: bytes,
        signature: str,
        timestamp: str | None = None,
        nonce: str | None = None,
    ) -> bool:
        """Tell whether a callback's body and signature belong together and are of now.

        Sinch signs the nonce as well; without it nothing is proved.
        """
        try:
            self._signature.check(
                payload, signature, nonce=nonce or "", timestamp=timestamp or "", now=utc_now()
            )
        except WebhookRefused:
            return False
        return True

    def parse(self, request: WebhookRequest, channel_id: str) -> list[WebhookItem]:
        """Read a message, or the statuses of a batch."""
        return parse_callback(request.json_object(), channel_id)

    def once_id(self, request: WebhookRequest) -> str:
        """Return the nonce that was signed, which counts once; '' where nothing is signed."""
        return self._signature.nonce_of(request)

    def reply_again(self, request: WebhookRequest) -> WebhookReply:
        """Refuse a nonce that was used before: Sinch signs each attempt anew.

        Raises:
            WebhookRefused: Always.
        """
        raise WebhookRefused("the nonce was used before")

    async def check(self) -> None:
        """Ask whether plan, token and region belong together; nothing is sent.

        Raises:
            CheckFailed: If not, or if Sinch could not be asked.
        """
        await self._client.check()

    async def close(self) -> None:
        """Free the connections."""
        await self._client.close()

    def _about(self, event: RoomEvent, to: str, sender: str) -> JsonObject:
        about: JsonObject = {
            "to": [bare_number(to)],
            "from": bare_number(sender),
            # Sinch reports nothing unless it is asked to, and what is not final only so.
            "delivery_report": "per_recipient",
            "client_reference": event.id,
        }
        callback = self._config.callback_url
        return about | ({"callback_url": callback} if callback else {})
