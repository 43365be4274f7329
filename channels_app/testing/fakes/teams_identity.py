"""Keys and tokens of the fake Teams: who signs what, with keys that are made for the test.

Tokens are put together by hand from RFC 7515 and RFC 7519 instead of by the library that the
provider uses, so that one mistake cannot hide another, and so that a test can make bad ones.
"""

import base64
import hashlib
import hmac
import json
import time
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from rooms.domain.json import JsonObject

ISSUER = "https://api.botframework.com"
ENDORSED = ("msteams",)


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """Return the test key of a name, made at the first call."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def base64url(data: bytes) -> str:
    """Return bytes as a token carries them: URL-safe, no padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Return the bytes that a token carries."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def public_jwk(name: str, endorsements: tuple[str, ...] = ENDORSED) -> JsonObject:
    """Return a key as the Connector's key list shows it.

    `endorsements` is the vendor's own addition to RFC 7517 ("Authentication with the Bot Connector
    API", step 3).
    """
    numbers = rsa_key(name).public_key().public_numbers()
    modulus = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
    jwk: JsonObject = {
        "kty": "RSA",
        "use": "sig",
        "kid": name,
        "x5t": name,
        "n": base64url(modulus),
        "e": base64url(numbers.e.to_bytes(3, "big")),
    }
    return {**jwk, "endorsements": list(endorsements)} if endorsements else jwk


def signed_token(claims: JsonObject, *, key: str, alg: str = "RS256") -> str:
    """Return a token with the claims.

    Args:
        claims: The payload.
        key: The name of the key, also given as `kid`.
        alg: RS256; `none` leaves the signature out, HS256 signs with the public key as the secret,
            as somebody would who hopes that the reader mixes the two up.
    """
    head = {"typ": "JWT", "alg": alg, "kid": key, "x5t": key}
    payload = f"{_encode(head)}.{_encode(claims)}"
    return f"{payload}.{base64url(_sign(payload.encode(), key, alg))}"


def connector_claims(app_id: str, service_url: str, **changes: Any) -> JsonObject:
    """Return the claims of the Connector's calls, valid for an hour; None leaves one out."""
    now = int(time.time())
    claims: JsonObject = {
        "serviceurl": service_url,
        "iss": ISSUER,
        "aud": app_id,
        "nbf": now - 60,
        "exp": now + 3600,
    }
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


def read_assertion(token: str, public_key: rsa.RSAPublicKey) -> tuple[JsonObject, JsonObject]:
    """Return header and claims of a client assertion.

    Raises:
        ValueError: If it is not signed by the key in one of the two ways that Entra ID takes.
    """
    try:
        head, claims, signature = token.split(".")
        header, body = (json.loads(from_base64url(part)) for part in (head, claims))
        public_key.verify(
            from_base64url(signature),
            f"{head}.{claims}".encode(),
            _padding_of(header["alg"]),
            hashes.SHA256(),
        )
    except (InvalidSignature, KeyError, ValueError) as error:
        raise ValueError(f"not a client assertion of this key: {error!r}") from error
    return header, body


def _padding_of(alg: str) -> padding.PKCS1v15 | padding.PSS:
    if alg == "PS256":
        return padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=hashes.SHA256.digest_size)
    if alg == "RS256":
        return padding.PKCS1v15()
    raise ValueError(f"client assertions are RS256 or PS256, not {alg}")


def _encode(part: JsonObject) -> str:
    return base64url(json.dumps(part, separators=(",", ":")).encode())


def _sign(payload: bytes, key: str, alg: str) -> bytes:
    if alg == "none":
        return b""
    if alg == "HS256":
        secret = public_jwk(key)["n"].encode()
        return hmac.new(secret, payload, hashlib.sha256).digest()
    return rsa_key(key).sign(payload, padding.PKCS1v15(), hashes.SHA256())
