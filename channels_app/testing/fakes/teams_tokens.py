"""The token service of the fake Teams: Microsoft Entra ID, for one bot.

Sources: "Microsoft identity platform and the OAuth 2.0 client credentials flow" (form, answer,
errors), "Microsoft identity platform application authentication certificate credentials" (claims
and `x5t` of an assertion), "Microsoft Entra authentication and authorization error codes" (AADSTS
numbers and words). The answer to a bearer token that is not taken is `unconfirmed`.
"""

import base64
import time
from dataclasses import dataclass
from urllib.parse import unquote

from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import ValidationError

from channels_app.testing.fakes.server import Refused, Request, Response
from channels_app.testing.fakes.teams_identity import read_assertion
from channels_app.testing.fakes.teams_schema import TokenRequest
from rooms.domain.json import JsonObject

APP_ID = "c9e8c047-2a74-40a2-b28a-b162d5f5327c"
PASSWORD = "the-bot's-client+secret~"
SCOPE = "https://api.botframework.com/.default"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFETIME_S = 3599
LONGEST_ASSERTION_S = 24 * 3600
THUMBPRINT_HEADERS = {"RS256": "x5t", "PS256": "x5t#S256"}

# error, AADSTS number, status, words
ERRORS = {
    "tenant": ("invalid_request", 90002, 400, "Tenant not found."),
    "missing": ("invalid_request", 900144, 400, "The request body has a wrong set of parameters."),
    "grant": ("unsupported_grant_type", 70003, 400, "The app requested an unsupported grant type."),
    "scope": ("invalid_scope", 70011, 400, "The provided value for 'scope' is not valid."),
    "app": ("unauthorized_client", 700016, 400, "Application was not found in the directory."),
    "secret": ("invalid_client", 7000215, 401, "Invalid client secret provided."),
    "assertion": ("invalid_client", 700027, 401, "Client assertion failed signature validation."),
}


@dataclass
class Certificate:
    """A certificate that was uploaded for the bot: its key, and its SHA-1 or SHA-256 in hex."""

    public_key: rsa.RSAPublicKey
    thumbprint: str


class TokenDesk:
    """Gives out access tokens, and tells its own from others.

    Attributes:
        tenant_id: The directory the bot is registered in; `botframework.com` works too.
        app_id: The bot's registration.
        password: Its client secret.
        certificate: Its certificate, if it has one.
        issued: Every token given out, oldest first.
    """

    def __init__(self, tenant_id: str) -> None:
        self.tenant_id = tenant_id
        self.app_id = APP_ID
        self.password = PASSWORD
        self.certificate: Certificate | None = None
        self.issued: list[str] = []
        self._valid: set[str] = set()

    @property
    def bot_id(self) -> str:
        """The bot as an account of Teams."""
        return f"28:{self.app_id}"

    def revoke(self) -> None:
        """Take no token any more that was given out until now."""
        self._valid.clear()

    def answer(self, request: Request, url: str) -> Response:
        """Take a token request; `url` is where this service is called."""
        tenant = unquote(request.path.split("/")[1])
        if request.method != "POST" or tenant not in (self.tenant_id, "botframework.com"):
            raise _refused("tenant")
        wanted = _read(request)
        if wanted.grant_type != "client_credentials":
            raise _refused("grant")
        if wanted.scope != SCOPE:
            raise _refused("scope")
        if wanted.client_id != self.app_id:
            raise _refused("app")
        self._check_credentials(wanted, url + request.path)
        return self._issue()

    def check_bearer(self, request: Request) -> None:
        """Refuse a request without a token that this service gave out."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self._valid:
            words = "Authorization has been denied for this request."
            raise Refused(Response(401, {"message": words}, {"WWW-Authenticate": "Bearer"}))

    def _issue(self) -> Response:
        token = f"eyJ0eXAiOiJKV1QifQ.access-{len(self.issued) + 1}.signature"
        self.issued.append(token)
        self._valid.add(token)
        times = {"expires_in": LIFETIME_S, "ext_expires_in": LIFETIME_S}
        return Response(body={"token_type": "Bearer", **times, "access_token": token})

    def _check_credentials(self, wanted: TokenRequest, endpoint: str) -> None:
        if wanted.client_assertion is not None:
            self._check_assertion(wanted, endpoint)
        elif wanted.client_secret != self.password:
            raise _refused("secret")

    def _check_assertion(self, wanted: TokenRequest, endpoint: str) -> None:
        known = self.certificate
        if known is None or wanted.client_secret or wanted.client_assertion_type != ASSERTION_TYPE:
            raise _refused("missing")
        try:
            header, claims = read_assertion(wanted.client_assertion or "", known.public_key)
        except ValueError as error:
            raise _refused("assertion") from error
        digest = base64.urlsafe_b64encode(bytes.fromhex(known.thumbprint)).rstrip(b"=").decode()
        if header.get(THUMBPRINT_HEADERS[header["alg"]], "").rstrip("=") != digest:
            raise _refused("assertion")
        if not _is_fresh(claims) or not _names(claims, self.app_id, endpoint):
            raise _refused("assertion")


def _read(request: Request) -> TokenRequest:
    content_type = request.headers.get("content-type", "").partition(";")[0]
    if content_type != "application/x-www-form-urlencoded":
        raise _refused("missing")
    names = [name for name, _ in request.form]
    if len(names) != len(set(names)):
        raise _refused("missing")
    try:
        return TokenRequest.model_validate(dict(request.form))
    except ValidationError as error:
        raise _refused("missing") from error


def _names(claims: JsonObject, app_id: str, endpoint: str) -> bool:
    wanted = {"aud": endpoint, "iss": app_id, "sub": app_id}
    return bool(claims.get("jti")) and all(claims.get(k) == v for k, v in wanted.items())


def _is_fresh(claims: JsonObject) -> bool:
    now = time.time()
    start, end = claims.get("nbf", now + 1), claims.get("exp", 0)
    return bool(start <= now + 1 < end <= now + LONGEST_ASSERTION_S)


def _refused(what: str) -> Refused:
    error, number, status, words = ERRORS[what]
    body = {
        "error": error,
        "error_description": f"AADSTS{number}: {words} Trace ID: 0000 Correlation ID: 0000",
        "error_codes": [number],
        "timestamp": "2026-01-01 00:00:00Z",
        "trace_id": "00000000-0000-0000-0000-000000000000",
        "correlation_id": "00000000-0000-0000-0000-000000000000",
        "error_uri": f"https://login.microsoftonline.com/error?code={number}",
    }
    return Refused(Response(status, body))
