"""VoiceMeUp's `queue_sms`, and what the vendor posts to us.

There is no public documentation. Known from programs that speak to it: the address, the fields,
that every answer has HTTP status 200, `response_details.response_status`, that messages have `code`
and `_content`, the code `queued_sms_hash`, that one message is an object and several are a list,
that a text has 1000 characters at most, and the fields of what is posted to us. Unconfirmed: where
the messages stand in an answer, all codes of errors, that unknown fields are refused, that the
credentials are not read from the address, and the form of the address of a wrapper (`*.mms.html`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, Self
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from channels_app.testing.fakes.server import FakeVendor, Refused, Request, Response

USERNAME = "roomkit"
AUTH_TOKEN = "voicemeup-token-0001"
MAX_MESSAGE = 1000

CUSTOMER = "14185550123"
NUMBER = "14185550199"
SENT_AT = "2026-01-28 13:00:14"
WRAPPER = "https://clients.voicemeup.com/file/9a1e.mms.html"

Digits = Annotated[str, Field(pattern="^[0-9]{5,15}$")]


class QueueSms(BaseModel):
    """The fields of `queue_sms`."""

    model_config = ConfigDict(extra="forbid")

    username: str
    auth_token: str
    source_number: Digits
    destination_number: Digits
    message: str = Field(default="", max_length=MAX_MESSAGE)
    attachment: str | None = Field(default=None, pattern=r"^https?://[^\s]+$")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.message and self.attachment is None:
            raise ValueError("message or attachment is needed")
        return self


@dataclass(frozen=True)
class VoiceMeUpMessage:
    """One message that was taken."""

    hash: str
    request: QueueSms


class FakeVoiceMeUp(FakeVendor):
    """Serves one account: its name and token are the constants above.

    Attributes:
        sent: What was taken, oldest first.
        talks: Whether a success has more to say than the hash; then the messages are a list.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[VoiceMeUpMessage] = []
        self.talks = False

    @property
    def api(self) -> str:
        """The address that stands for https://clients.voicemeup.com/api/v1.1/json/."""
        return f"{self.url}/api/v1.1/json/"

    def answer(self, request: Request) -> Response:
        """Take a message."""
        if request.path != "/api/v1.1/json/queue_sms" or request.method != "POST":
            raise Refused(Response(404, "Not found"))
        if request.query:
            raise refusal("invalid_parameter", "the fields belong into the form")
        body = _read(request)
        if (body.username, body.auth_token) != (USERNAME, AUTH_TOKEN):
            raise refusal("invalid_credentials", "Invalid username or auth_token")
        message = VoiceMeUpMessage(f"{len(self.sent) + 1:032x}", body)
        self.sent.append(message)
        queued = {"code": "queued_sms_hash", "_content": message.hash}
        said = {"code": "queued_sms", "_content": "SMS queued"}
        return answered("success", [said, queued] if self.talks else queued)


def refusal(code: str, text: str) -> Refused:
    """Return an error in the vendor's envelope: its HTTP status says success."""
    return Refused(answered("error", {"code": code, "_content": text}))


def answered(status: str, message: Any) -> Response:
    """Return an answer with one message, or a list of them."""
    details = {"response_status": status}
    return Response(200, {"response_details": details, "response_messages": {"message": message}})


def _read(request: Request) -> QueueSms:
    """Read the form.

    Raises:
        Refused: If it is none, or a field of it is wrong.
    """
    content_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if content_type != "application/x-www-form-urlencoded":
        raise refusal("invalid_request", "the body is no form")
    try:
        fields = request.form
    except ValueError as error:
        raise refusal("invalid_request", "the body is no form") from error
    if len(dict(fields)) != len(fields):
        raise refusal("invalid_parameter", "a field is there twice")
    try:
        return QueueSms.model_validate(dict(fields))
    except ValidationError as error:
        first = error.errors()[0]
    field = ".".join(map(str, first["loc"])) or "message"
    code = "missing_parameter" if first["type"] == "missing" else "invalid_parameter"
    raise refusal(code, f"{field}: {first['msg']}")


class Webhook(NamedTuple):
    """A request that VoiceMeUp makes; nothing in it proves that."""

    headers: dict[str, str]
    body: bytes


def inbound(message: str = "Salut", *, form: bool = False, **more: str) -> Webhook:
    """A customer's SMS, as JSON or as a form; `more` are further fields."""
    fields = {
        "sms_log_id": "5237",
        "sms_hash": "9a1e0000000000000000000000000001",
        "direction": "inbound",
        "source_number": CUSTOMER,
        "destination_number": NUMBER,
        "message": message,
        "datetime_transmission": SENT_AT,
    }
    return posted(fields | more, form=form)


def inbound_mms(
    text: str, file: str, mime_type: str, *, form: bool = False
) -> tuple[Webhook, Webhook]:
    """A customer's MMS: its words with a wrapper, then its file without words."""
    wrapper = {"attachment": WRAPPER, "attachment_mime_type": "text/html"}
    picture = {"attachment": file, "attachment_mime_type": mime_type, "attachment_size": "3"}
    second = {"sms_log_id": "5238", "sms_hash": "9a1e0000000000000000000000000002"}
    return inbound(text, form=form, **wrapper), inbound("", form=form, **picture, **second)


def posted(fields: Mapping[str, Any], *, form: bool = False) -> Webhook:
    """Write fields as a request."""
    if form:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return Webhook(headers, urlencode(dict(fields)).encode())
    return Webhook({"content-type": "application/json"}, json.dumps(dict(fields)).encode())
