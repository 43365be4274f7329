"""What Meta's messaging APIs have in common: versioned paths, bearer tokens, errors, signatures.

Sources: "Handle Errors" of the Graph API (the error object), "Messenger Platform: Common Error
Codes", "WhatsApp Cloud API: Error codes" and pywa 4.5.0 `WhatsAppError.from_dict`
(`error_data.details`), "Messenger Platform: Webhooks" (`X-Hub-Signature-256`, escaped non-ASCII),
"Secure Graph API Calls" (`appsecret_proof`).
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from channels_app.testing.fakes.server import FakeVendor, Refused, Request, Response

VERSION = re.compile(r"/v\d{1,2}\.\d")

INVALID_PARAMETER = 100
EXPIRED_TOKEN = 190
NO_SUCH_OBJECT = 33
UNKNOWN_PATH = 2500

Body = TypeVar("Body")


class Strict(BaseModel):
    """Part of a request: an unknown field, or a number where a text belongs, is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Signed(NamedTuple):
    """A webhook as Meta posts it."""

    headers: dict[str, str]
    body: bytes


def signed(payload: Mapping[str, Any], app_secret: str) -> Signed:
    """Encode a webhook as Meta does, non-ASCII and slashes escaped, and sign those very bytes."""
    body = json.dumps(payload, separators=(",", ":")).replace("/", "\\/").encode()
    digest = hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    return Signed(
        {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": f"sha256={digest}",
        },
        body,
    )


class FakeGraph(FakeVendor):
    """A part of graph.facebook.com that takes one token.

    Args:
        token: The bearer token of the account.
        app_secret: Signs the webhooks.
        verify_token: What Meta sends to prove a webhook's address.
    """

    def __init__(
        self,
        token: str = "EAAtest",
        app_secret: str = "fake-app-secret",
        verify_token: str = "fake-verify-token",
    ) -> None:
        super().__init__()
        self.token = token
        self.app_secret = app_secret
        self.verify_token = verify_token
        self._count = 0

    def handshake_query(self, challenge: str = "1158201444") -> str:
        """Return the query of the GET by which Meta proves a webhook's address."""
        return f"hub.mode=subscribe&hub.verify_token={self.verify_token}&hub.challenge={challenge}"

    def next_number(self) -> int:
        """Count what was accepted."""
        self._count += 1
        return self._count

    def node_of(self, request: Request) -> str:
        """Return the path behind the version.

        Raises:
            Refused: If the path has no version, or the header has not the token. Meta also takes it
                in the query; this does not, since every proxy on the way logs it there.
        """
        version = VERSION.match(request.path)
        if version is None:
            raise self.refusal(UNKNOWN_PATH, f"Unknown path components: {request.path}")
        if request.headers.get("authorization") != f"Bearer {self.token}":
            raise self.refusal(EXPIRED_TOKEN, "Invalid OAuth access token.", status=401)
        return request.path[version.end() :]

    def check_proof(self, request: Request) -> None:
        """Refuse a proof of the app's secret that does not fit the token.

        Raises:
            Refused: If there is one and it is wrong.
        """
        given = dict(request.query).get("appsecret_proof")
        proof = hmac.new(self.app_secret.encode(), self.token.encode(), hashlib.sha256).hexdigest()
        if given not in (None, proof):
            words = "Invalid appsecret_proof provided in the API argument"
            raise self.refusal(INVALID_PARAMETER, words)

    def read(self, request: Request, shape: TypeAdapter[Body]) -> Body:
        """Return a JSON body.

        Raises:
            Refused: If it is none, is not declared as JSON, or not of the shape.
        """
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise self.refusal(INVALID_PARAMETER, "(#100) The parameter recipient is required.")
        try:
            return shape.validate_json(request.body)
        except ValidationError as error:
            raise self.refusal(INVALID_PARAMETER, "(#100) Invalid parameter", str(error)) from None

    def names(self, request: Request, field: str) -> bool:
        """Return whether a JSON body has a field, which tells what is asked."""
        try:
            body = request.json()
        except ValueError:
            return False
        return isinstance(body, dict) and field in body

    def refusal(
        self,
        code: int,
        message: str,
        details: str = "",
        *,
        status: int = 400,
        subcode: int | None = None,
    ) -> Refused:
        """Return the refusal in Meta's words, to be raised."""
        return Refused(
            Response(status, error_body(code, message, details=details, subcode=subcode))
        )


def error_body(
    code: int, message: str = "", *, details: str = "", subcode: int | None = None, **more: Any
) -> dict[str, Any]:
    """Return the body of an error; `more` are further fields of it, such as `is_transient`."""
    error: dict[str, Any] = {
        "message": message or f"(#{code}) An error",
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "AbCdEfGhIjKlMnOpQrSt",
        **more,
    }
    if subcode is not None:
        error["error_subcode"] = subcode
    if details:
        error["error_data"] = {"messaging_product": "whatsapp", "details": details}
    return {"error": error}
