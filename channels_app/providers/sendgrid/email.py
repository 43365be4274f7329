"""Sending mails by SendGrid, and reading its webhooks."""

from http import HTTPStatus

import httpx

from channels_app.providers.base.checking import CheckFailed, explain, unreadable
from channels_app.providers.base.decoded import first_message, multipart_request
from channels_app.providers.base.email import EmailProvider
from channels_app.providers.base.http_client import SendProblem, VendorClient
from channels_app.providers.base.mail.capabilities import mail_capabilities
from channels_app.providers.base.mail.composing import Mail, NotSendableError, compose
from channels_app.providers.base.mail.reading import Reader
from channels_app.providers.base.outcomes import accepted
from channels_app.providers.base.webhook import MalformedWebhook, WebhookItem, WebhookRequest
from channels_app.providers.sendgrid.config import SendGridConfig
from channels_app.providers.sendgrid.errors import read_refusal
from channels_app.providers.sendgrid.events import read_events
from channels_app.providers.sendgrid.inbound import read_form
from channels_app.providers.sendgrid.requests import build_request
from channels_app.providers.sendgrid.signature import verify_request
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage

SEND_PATH = "/v3/mail/send"
SCOPES_PATH, SEND_SCOPE = "/v3/scopes", "mail.send"
VENDOR = "SendGrid"
EVENTS, MAILS = "application/json", "multipart/form-data"

# 30 MB with everything in base64.
MAX_FILE_BYTES = 20_000_000


class SendGridProvider(EmailProvider):
    """Sends by `POST /v3/mail/send`; takes signed events and signed inbound mails.

    SendGrid's own id of a mail, which its events name, is the `provider_message_id`; the mail's
    `Message-ID` is in the result's metadata.
    """

    slug = "sendgrid"
    config_model = SendGridConfig

    def __init__(self, config: SendGridConfig) -> None:
        self._config = config
        self.attached_bytes = MAX_FILE_BYTES
        self._base_url = config.base_url.rstrip("/")
        key = config.api_key.get_secret_value()
        self._client = VendorClient(
            VENDOR, timeout=config.timeout, headers={"Authorization": f"Bearer {key}"}
        )

    @property
    def name(self) -> str:
        """The vendor's name."""
        return "sendgrid"

    def capabilities(self) -> ChannelCapabilities:
        """Return what mails can show."""
        return mail_capabilities(MAX_FILE_BYTES)

    async def send(
        self, event: RoomEvent, to: str, from_: str | None = None, subject: str | None = None
    ) -> ProviderResult:
        """Send one event to the mailbox `to`; without `from_` the config's sender is used."""
        try:
            mail = compose(event, to, self._config, from_=from_, subject=subject)
            mail.check_size(MAX_FILE_BYTES)
            return await self._post(mail, event.id)
        except NotSendableError as error:
            return error.result()
        except SendProblem as problem:
            return problem.result

    async def verify(self, request: WebhookRequest) -> None:
        """Prove that events or a mail come from SendGrid.

        Raises:
            WebhookRefused: If they do not, or if the key for this kind is not configured.
        """
        config = self._config
        key = config.parse_public_key if _kind(request) == MAILS else config.event_public_key
        verify_request(request, key, tolerance_s=config.webhook_tolerance_s)

    def parse(self, request: WebhookRequest, channel_id: str) -> list[WebhookItem]:
        """Read a batch of events, or a mail in raw or in default mode.

        Raises:
            MalformedWebhook: If it is neither.
        """
        kind = _kind(request)
        if kind == EVENTS:
            return read_events(request.json(), channel_id=channel_id, provider=self.name)
        if kind != MAILS:
            raise MalformedWebhook(f"SendGrid posts {EVENTS} and {MAILS}, not {kind[:100]!r}")
        reader = Reader(self._config, self.name, now=request.received_at)
        return reader.read(read_form(request), channel_id)

    async def parse_inbound(self, payload: JsonObject, channel_id: str = "") -> InboundMessage:
        """Return the mail of a form's fields, in either mode; without files.

        Raises:
            MalformedWebhook: If there is none.
        """
        return first_message(self.parse(multipart_request(payload), channel_id))

    async def check(self) -> None:
        """Ask SendGrid what the key may do; nothing is sent.

        Raises:
            CheckFailed: If it is wrong or may not send mail, or if SendGrid could not be asked.
        """
        try:
            response = await self._client.request("GET", f"{self._base_url}{SCOPES_PATH}")
        except SendProblem as problem:
            raise explain(problem.result, VENDOR, "this is no address", field="base_url") from None
        if not response.is_success:
            words = "the API key is wrong, or of another region. Make one under Settings, API Keys"
            raise explain(read_refusal(response), VENDOR, words, field="api_key")
        if SEND_SCOPE not in _scopes_in(response):
            raise CheckFailed(
                f"{VENDOR}: the API key lacks the permission Mail Send", field="api_key"
            )

    async def close(self) -> None:
        """Free connections; calling it twice does no harm."""
        await self._client.close()

    async def _post(self, mail: Mail, event_id: str) -> ProviderResult:
        body = build_request(mail, event_id, track_opens=self._config.track_opens)
        url = f"{self._base_url}{SEND_PATH}"
        response = await self._client.request("POST", url, json=body)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            return read_refusal(response)
        given = response.headers.get("X-Message-Id") or mail.message_id
        return accepted(given, metadata={"message_id": mail.message_id})


def _scopes_in(response: httpx.Response) -> list[str]:
    try:
        scopes = response.json()["scopes"]
    except (ValueError, LookupError, TypeError):
        scopes = None
    if not isinstance(scopes, list):
        raise unreadable(VENDOR)
    return scopes


def _kind(request: WebhookRequest) -> str:
    return request.header("Content-Type").partition(";")[0].strip().lower()
