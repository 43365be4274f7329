"""ElasticEmail's API, version 4: transactional mails and mails to lists.

Sources: the SDK ElasticEmail 4.1.4 for Python (`EmailTransactionalMessageData`, `EmailMessageData`,
`EmailContent`, `BodyPart`, `MessageAttachment`, `Options`, `EmailSend`, `EmailsApi` (viewing one
takes a key of any level),
`Configuration.auth_settings`). Unconfirmed: that unknown fields are refused, and the words,
statuses and envelope of refusals (the SDK reads no body of errors).
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar
from uuid import uuid4

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from channels_app.testing.fakes.server import FakeVendor, Refused, Request, Response

API_KEY = "FAKE0123456789ABCDEF"
MAX_BYTES = 20 * 1024 * 1024  # unconfirmed

VIEW = re.compile(r"/v4/emails/[^/]+/view")
ADDRESS = re.compile(r"(?:[^<>@\r\n]*<[^@\s<>]+@[^@\s<>]+>|[^@\s<>]+@[^@\s<>]+)")


def _mailbox(value: str) -> str:
    if not ADDRESS.fullmatch(value):
        raise ValueError("Invalid email address")
    return value


def _one_line(value: str) -> str:
    if "\r" in value or "\n" in value:
        raise ValueError("Line breaks are not allowed")
    return value


def _base64(value: str) -> str:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("BinaryContent is not base64") from None
    return value


Mailbox = Annotated[str, AfterValidator(_mailbox)]
Line = Annotated[str, AfterValidator(_one_line)]


class Wire(BaseModel):
    """A JSON object in which every field is known and has its own type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class BodyPart(Wire):
    """One form of the body."""

    ContentType: Literal["HTML", "PlainText", "AMP", "CSS"]
    Content: str
    Charset: str | None = None


class MailFile(Wire):
    """A file in base64."""

    BinaryContent: Annotated[str, AfterValidator(_base64)]
    Name: Line = Field(min_length=1)
    ContentType: str | None = None
    Size: int | None = None


class MailContent(Wire):
    """What a mail says."""

    From: Mailbox
    Body: list[BodyPart] = Field(min_length=1)
    ReplyTo: Mailbox | None = None
    Subject: Line | None = None
    Headers: dict[str, Line] = {}
    Attachments: list[MailFile] = []
    Postback: Line | None = None
    EnvelopeFrom: Mailbox | None = None


class MailOptions(Wire):
    """How a mail is handled."""

    TrackOpens: bool | None = None
    TrackClicks: bool | None = None
    ChannelName: str | None = None
    PoolName: str | None = None


class TransactionalRecipients(Wire):
    """Who a transactional mail goes to."""

    To: list[Mailbox] = Field(min_length=1)
    CC: list[Mailbox] = []
    BCC: list[Mailbox] = []


class ListRecipient(Wire):
    """One recipient of a mail to a list."""

    Email: Mailbox
    Fields: dict[str, str] = {}


class TransactionalMail(Wire):
    """The body of `POST /v4/emails/transactional`."""

    Recipients: TransactionalRecipients
    Content: MailContent
    Options: MailOptions | None = None


class ListMail(Wire):
    """The body of `POST /v4/emails`."""

    Recipients: list[ListRecipient] = Field(min_length=1)
    Content: MailContent
    Options: MailOptions | None = None


Body = TypeVar("Body", bound=Wire)


@dataclass(frozen=True)
class ElasticMail:
    """One mail that was taken."""

    message_id: str
    transaction_id: str
    request: TransactionalMail | ListMail


class FakeElasticEmail(FakeVendor):
    """Serves one account.

    Attributes:
        sent: What was taken, oldest first.
    """

    def __init__(self, api_key: str = API_KEY) -> None:
        super().__init__()
        self.api_key = api_key
        self.sent: list[ElasticMail] = []

    @property
    def api(self) -> str:
        """The address that stands for https://api.elasticemail.com/v4."""
        return f"{self.url}/v4"

    def answer(self, request: Request) -> Response:
        """Take a mail."""
        if request.headers.get("x-elasticemail-apikey") != self.api_key:
            raise refusal(401, "Access Denied.")
        match request.method, request.path:
            case "POST", "/v4/emails/transactional":
                return self._take(read(request, TransactionalMail))
            case "POST", "/v4/emails":
                return self._take(read(request, ListMail))
            case "GET", path if VIEW.fullmatch(path):
                raise refusal(404, "Email not found")
        raise refusal(404, "Not Found")

    def _take(self, body: TransactionalMail | ListMail) -> Response:
        mail = ElasticMail(uuid4().hex[:22], str(uuid4()), body)
        self.sent.append(mail)
        return Response(200, {"TransactionID": mail.transaction_id, "MessageID": mail.message_id})


def refusal(status: int, message: str) -> Refused:
    """Return an error in what is taken for the vendor's envelope."""
    return Refused(Response(status, {"Error": message}))


def read(request: Request, kind: type[Body]) -> Body:
    """Read a JSON body; the first thing wrong with it is what is refused.

    Raises:
        Refused: If it is too large, not JSON, or not what the endpoint takes.
    """
    if request.query:
        raise refusal(400, "these endpoints take no query")
    if len(request.body) > MAX_BYTES:
        raise refusal(413, "Request Entity Too Large")
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise refusal(415, "Unsupported Media Type")
    try:
        return kind.model_validate_json(request.body)
    except ValidationError as error:
        first = error.errors()[0]
    raise refusal(400, f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
