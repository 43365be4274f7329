"""How the bot proves who it is when it asks for a token."""

import base64
import re
import time
import uuid

import jwt

from channels_app.providers.teams.config import TeamsConfig

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFETIME_S = 600
SHA1_HEX_DIGITS = 40

_CERTIFICATE = re.compile(
    r"-----BEGIN CERTIFICATE-----\s*(?P<der>[A-Za-z0-9+/=\s]+?)\s*-----END CERTIFICATE-----"
)


class NoCredentials(ValueError):
    """The bot has neither a password nor a certificate."""


def build_grant(config: TeamsConfig) -> dict[str, str]:
    """Return the form that is worth a token (RFC 6749 §4.4, RFC 7523 §2.2).

    Raises:
        NoCredentials: If the configuration holds none.
    """
    form = {
        "grant_type": "client_credentials",
        "client_id": config.app_id,
        "scope": config.scope,
    }
    if config.app_password is not None:
        return {**form, "client_secret": config.app_password.get_secret_value()}
    assertion = build_assertion(config)
    return {**form, "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}


def build_assertion(config: TeamsConfig) -> str:
    """Return a statement signed with the certificate's key, good for ten minutes.

    The vendor wants PS256 with a SHA-256 thumbprint; RS256 with a SHA-1 is the older way.

    Raises:
        NoCredentials: If the configuration holds no certificate.
    """
    key, thumbprint = config.certificate_private_key, config.certificate_thumbprint
    if key is None or thumbprint is None:
        raise NoCredentials("TeamsConfig needs app_password or a certificate to send")
    is_old = len(thumbprint) == SHA1_HEX_DIGITS
    digest = base64.urlsafe_b64encode(bytes.fromhex(thumbprint)).rstrip(b"=").decode()
    headers: dict[str, object] = {"x5t" if is_old else "x5t#S256": digest}
    if config.certificate_public:
        headers["x5c"] = _chain_of(config.certificate_public)
    now = int(time.time())
    claims = {
        "aud": config.token_url,
        "iss": config.app_id,
        "sub": config.app_id,
        "jti": str(uuid.uuid4()),
        "nbf": now,
        "iat": now,
        "exp": now + ASSERTION_LIFETIME_S,
    }
    algorithm = "RS256" if is_old else "PS256"
    return jwt.encode(claims, key.get_secret_value(), algorithm=algorithm, headers=headers)


def _chain_of(pem: str) -> list[str]:
    """Return the certificates of a PEM text as a header carries them: base64, no line breaks."""
    return [re.sub(r"\s", "", found["der"]) for found in _CERTIFICATE.finditer(pem)]
