"""Sending mails by ElasticEmail, and reading its webhooks."""

import httpx
from pydantic import SecretStr

from channels_app.providers.base.checking import explain
from channels_app.providers.base.email import EmailProvider
from channels_app.providers.base.http_client import SendProblem, VendorClient
from channels_app.providers.base.mail.capabilities import mail_capabilities
from channels_app.providers.base.mail.composing import NotSendableError, compose
from channels_app.providers.base.mail.forms import read_multipart
from channels_app.providers.base.mail.reading import Reader
from channels_app.providers.base.webhook import (
    MalformedWebhook,
    WebhookItem,
    WebhookReply,
    WebhookRequest,
)
from channels_app.providers.elasticemail.config import ElasticEmailConfig
from channels_app.providers.elasticemail.errors import read_answer
from channels_app.providers.elasticemail.events import read_event
from channels_app.providers.elasticemail.inbound import is_mail, read_form
from channels_app.providers.elasticemail.requests import build_request, path_of
from channels_app.providers.elasticemail.signature import (
    SIGNATURE_HEADER,
    TOKEN_FIELD,
    verify_signature,
    verify_token,
)
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent

VENDOR = "ElasticEmail"
NO_MAIL = "roomkit-check"
# Unconfirmed: which of these is told of an unknown mail, and that words tell of a wrong key.
ANSWERED = (httpx.codes.OK, httpx.codes.BAD_REQUEST, httpx.codes.NOT_FOUND)
WORDS_OF_KEYS = ("apikey", "api key", "access denied", "unauthorized")


class ElasticEmailProvider(EmailProvider):
    """Sends by version 4 of the API; takes notifications and the mails of inbound routes.

    ElasticEmail's own id of a mail is the `provider_message_id`; the mail's `Message-ID` is in the
    result's metadata.
    """

    slug = "elasticemail"
    config_model = ElasticEmailConfig

    def __init__(self, config: ElasticEmailConfig) -> None:
        self._config = config
        self.attached_bytes = config.max_file_bytes
        key = config.api_key.get_secret_value()
        self._client = VendorClient(
            VENDOR, timeout=config.timeout, headers={"X-ElasticEmail-ApiKey": key}
        )

    @property
    def name(self) -> str:
        """The vendor's name."""
        return "elasticemail"

    def capabilities(self) -> ChannelCapabilities:
        """Return what mails can show."""
        return mail_capabilities(self._config.max_file_bytes)

    async def send(
        self, event: RoomEvent, to: str, from_: str | None = None, subject: str | None = None
    ) -> ProviderResult:
        """Send one event to the mailbox `to`; without `from_` the config's sender is used."""
        try:
            mail = compose(event, to, self._config, from_=from_, subject=subject)
            mail.check_size(self._config.max_file_bytes)
            url = f"{self._config.base_url}{path_of(self._config)}"
            body = build_request(mail, event.id, self._config)
            response = await self._client.request("POST", url, json=body)
        except NotSendableError as error:
            return error.result()
        except SendProblem as problem:
            return problem.result
        return read_answer(response, mail.message_id)

    async def verify(self, request: WebhookRequest) -> None:
        """Prove that a webhook comes from ElasticEmail: by signature, else by its address.

        Raises:
            WebhookRefused: If it does not, or if what proves it is not configured.
        """
        config = self._config
        if request.header(SIGNATURE_HEADER):
            secret = _clear(config.webhook_secret)
            verify_signature(request, secret, tolerance_s=config.webhook_tolerance_s)
        else:
            verify_token(request, _clear(config.webhook_token))

    def parse(self, request: WebhookRequest, channel_id: str) -> list[WebhookItem]:
        """Read a notification, wherever its fields are, or a posted mail.

        Raises:
            MalformedWebhook: If it is neither.
        """
        fields = _fields(request)
        if is_mail(fields):
            reader = Reader(self._config, self.name, now=request.received_at)
            return reader.read(read_form(fields), channel_id)
        if not {"status", "event", "eventtype"} & fields.keys():
            raise MalformedWebhook("the webhook is neither a notification nor a mail")
        return read_event(fields, channel_id=channel_id, provider=self.name)

    def is_event(self, request: WebhookRequest) -> bool:
        """Tell a notification by GET, as the classic ones may come, from a try of the address."""
        return any(name.lower() == "status" for name, _ in request.query)

    def handshake(self, request: WebhookRequest) -> WebhookReply:
        """Answer the GET by which ElasticEmail tries an address.

        Raises:
            WebhookRefused: If the token in the address is wrong.
        """
        verify_token(request, _clear(self._config.webhook_token))
        return WebhookReply()

    async def check(self) -> None:
        """Ask for a mail that is not there, which takes a key of any level; nothing is sent.

        Whether the key may send is not told by any question.

        Raises:
            CheckFailed: If the key is wrong, or if ElasticEmail could not be asked.
        """
        url = f"{self._config.base_url}/emails/{NO_MAIL}/view"
        try:
            response = await self._client.request("GET", url)
        except SendProblem as problem:
            raise explain(problem.result, VENDOR, "this is no address", field="base_url") from None
        result = read_answer(response, "")
        if response.status_code not in ANSWERED or _is_about_the_key(result.error or ""):
            words = "the API key is wrong. Make one under Settings, Manage API Keys"
            raise explain(result, VENDOR, words, field="api_key")

    async def close(self) -> None:
        """Free connections; calling it twice does no harm."""
        await self._client.close()


def _is_about_the_key(words: str) -> bool:
    return any(each in words.lower() for each in WORDS_OF_KEYS)


def _clear(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _fields(request: WebhookRequest) -> dict[str, str]:
    """Return everything that a webhook says, by lower-case name; the token is not ours to keep."""
    kind = request.header("Content-Type").partition(";")[0].strip().lower()
    told = dict(request.query)
    if kind == "application/json":
        told |= {_whole(name): _whole(str(it)) for name, it in request.json_object().items()}
    elif kind == "multipart/form-data":
        for each in read_multipart(request.header("Content-Type"), request.body):
            told[each.name] = each.content.decode("utf-8", "replace")
    elif request.body:
        told |= dict(request.form)
    return {name.lower(): value for name, value in told.items() if name != TOKEN_FIELD}


def _whole(text: str) -> str:
    """Return text without halves of surrogate pairs, which JSON can hold and no charset can."""
    return text.encode("utf-8", "replace").decode()
