"""SendGrid's Mail Send API, version 3.

Sources: the pages "Mail Send", "Mail Send errors", "Scopes", "Errors" and "Rate limits" of the
vendor's API reference, the schema in sendgrid-oai, and the SDK sendgrid 6.12.5 for Python.
Unconfirmed: the exact words of refusals, and the characters of an `X-Message-Id`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from channels_app.testing.fakes.sendgrid_schema import MailRequest
from channels_app.testing.fakes.server import FakeVendor, Refused, Request, Response

API_KEY = "SG.fake-key-id.fake-key-secret"
MAX_BYTES = 30 * 1024 * 1024


@dataclass(frozen=True)
class SendGridMail:
    """One mail that was taken."""

    id: str
    request: MailRequest


class FakeSendGrid(FakeVendor):
    """Serves one account.

    Args:
        api_key: The only key that is known.
        verified: The domains that mails may come from; None lets all.

    Attributes:
        sent: What was taken, oldest first.
        scopes: What the key may do.
    """

    def __init__(self, api_key: str = API_KEY, *, verified: Sequence[str] | None = None) -> None:
        super().__init__()
        self.api_key = api_key
        self.verified = verified
        self.scopes = ["mail.send", "sender_verification_eligible", "2fa_required"]
        self.sent: list[SendGridMail] = []

    def answer(self, request: Request) -> Response:
        """Take a mail."""
        if request.headers.get("authorization") != f"Bearer {self.api_key}":
            raise refusal(401, "The provided authorization grant is invalid, expired, or revoked")
        if (request.method, request.path) == ("GET", "/v3/scopes"):
            return Response(200, {"scopes": self.scopes})
        if request.path != "/v3/mail/send" or request.query:
            raise refusal(404, "not found")
        if request.method != "POST":
            raise refusal(405, "method not allowed")
        return self._take(read(request))

    def _take(self, body: MailRequest) -> Response:
        domain = body.from_.email.partition("@")[2]
        if self.verified is not None and domain not in self.verified:
            raise refusal(
                403, "The from address does not match a verified Sender Identity.", field="from"
            )
        mail = SendGridMail(uuid4().hex[:22], body)
        self.sent.append(mail)
        return Response(202, headers={"X-Message-Id": mail.id})


def refusal(status: int, message: str, *, field: str | None = None) -> Refused:
    """Return an error in the vendor's envelope."""
    error: dict[str, Any] = {"message": message, "field": field, "help": None}
    return Refused(Response(status, {"errors": [error]}))


def too_many_requests(reset_at: int) -> Response:
    """Return what is answered above the rate limit, which ends at `reset_at` in Unix seconds."""
    headers = {"X-RateLimit-Limit": "600", "X-RateLimit-Remaining": "0"}
    answer = refusal(429, "too many requests").response
    return Response(429, answer.body, headers | {"X-RateLimit-Reset": str(reset_at)})


def read(request: Request) -> MailRequest:
    """Read a JSON body; the first thing wrong with it is what is refused.

    Raises:
        Refused: If it is too large, not JSON, or not what the endpoint takes.
    """
    if len(request.body) > MAX_BYTES:
        raise refusal(413, "Payload too large")
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise refusal(415, "Content-Type should be application/json.")
    try:
        return MailRequest.model_validate_json(request.body)
    except ValidationError as error:
        first = error.errors()[0]
    if first["type"] == "json_invalid":
        raise refusal(400, "Bad Request")
    raise refusal(400, first["msg"], field=".".join(map(str, first["loc"])) or None)
