"""Who posted a callback: an HMAC over body, nonce and timestamp, or basic authentication."""

import base64
import hashlib
import hmac
import re
from datetime import datetime

from channels_app.providers.base.webhook import WebhookRefused, WebhookRequest
from channels_app.providers.sinch.config import SinchConfig

HEADER = "x-sinch-webhook-signature"
ALGORITHM = "hmacsha256"
SECONDS = re.compile("[0-9]{1,12}")


class SinchSignature:
    """Tells Sinch's callbacks from others'.

    A configured secret must have signed them. Without one, a configured user name and password must
    come with them; without either nothing is taken.
    """

    def __init__(self, config: SinchConfig) -> None:
        self._secret = config.webhook_secret
        self._basic = _basic_header(config)
        self._max_age = config.webhook_max_age

    def verify(self, request: WebhookRequest) -> None:
        """Return if the request is Sinch's.

        Raises:
            WebhookRefused: If it is not.
        """
        if self._secret is not None:
            self._verify_signed(request)
        elif self._basic is not None:
            _verify_basic(request, self._basic)
        else:
            raise WebhookRefused("neither webhook_secret nor webhook_password is configured")

    def nonce_of(self, request: WebhookRequest) -> str:
        """Return the nonce of a verified request; '' where callbacks are not signed."""
        return request.header(f"{HEADER}-nonce") if self._secret is not None else ""

    def check(
        self, body: bytes, signature: str, *, nonce: str, timestamp: str, now: datetime
    ) -> None:
        """Return if `signature` is Sinch's for this body, nonce and timestamp (Unix seconds).

        Raises:
            WebhookRefused: If it is not, or not from about `now`.
        """
        if self._secret is None:
            raise WebhookRefused("no webhook_secret is configured")
        if not nonce:
            raise WebhookRefused(f"{HEADER}-nonce is missing")
        if not SECONDS.fullmatch(timestamp):
            raise WebhookRefused(f"{HEADER}-timestamp is missing or no number of seconds")
        if abs(now.timestamp() - int(timestamp)) > self._max_age:
            raise WebhookRefused(f"{HEADER}-timestamp is more than {self._max_age:g} s away")
        expected = _sign(self._secret.get_secret_value(), body, nonce, timestamp)
        if not hmac.compare_digest(expected, signature.encode()):
            raise WebhookRefused(f"{HEADER} is missing or wrong")

    def _verify_signed(self, request: WebhookRequest) -> None:
        algorithm = request.header(f"{HEADER}-algorithm")
        if algorithm and algorithm.lower() != ALGORITHM:
            raise WebhookRefused(f"{HEADER}-algorithm is {algorithm!r}")
        self.check(
            request.body,
            request.header(HEADER),
            nonce=request.header(f"{HEADER}-nonce"),
            timestamp=request.header(f"{HEADER}-timestamp"),
            now=request.received_at,
        )


def _sign(secret: str, body: bytes, nonce: str, timestamp: str) -> bytes:
    covered = body + f".{nonce}.{timestamp}".encode()
    return base64.b64encode(hmac.digest(secret.encode(), covered, hashlib.sha256))


def _basic_header(config: SinchConfig) -> bytes | None:
    if config.webhook_username is None or config.webhook_password is None:
        return None
    pair = f"{config.webhook_username}:{config.webhook_password.get_secret_value()}"
    return b"Basic " + base64.b64encode(pair.encode())


def _verify_basic(request: WebhookRequest, expected: bytes) -> None:
    if not hmac.compare_digest(expected, request.header("authorization").encode()):
        raise WebhookRefused("Authorization is missing or wrong")
