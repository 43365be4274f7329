"""The secrets of channels made in the admin, as they lie in the database: encrypted.

Each secret text of the settings is made into a key of its own. `ROOMKIT["SECRETS_KEYS"]` come
first, then Django's `SECRET_KEY` and its fallbacks: the first encrypts, all decrypt.
"""

import base64
import json
from collections.abc import Iterator

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from rooms.conf import get_settings
from rooms.domain.json import JsonObject

# Sets these keys apart from whatever else is made of the same text.
PURPOSE = b"roomkit channel secrets 1"
KEY_BYTES = 32


class SecretsUnreadable(Exception):
    """No key of this site decrypts a row's secrets."""

    def __init__(self) -> None:
        super().__init__(
            "the secrets cannot be decrypted: put the former key back into "
            'ROOMKIT["SECRETS_KEYS"] (or SECRET_KEY_FALLBACKS), or enter the secrets again'
        )


def encrypt(values: JsonObject) -> str:
    """Return values encrypted with the first key; none give ''."""
    return _cipher().encrypt(json.dumps(values).encode()).decode() if values else ""


def decrypt(text: str) -> JsonObject:
    """Return what was encrypted.

    Raises:
        SecretsUnreadable: If it was done with a key that this site does not have.
    """
    if not text:
        return {}
    try:
        values: JsonObject = json.loads(_cipher().decrypt(text.encode()))
    except (InvalidToken, ValueError):
        raise SecretsUnreadable from None
    return values


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(_key_of(text)) for text in _texts()])


def _texts() -> Iterator[str | bytes]:
    """List the settings' secret texts, the one that encrypts first."""
    yield from (key.get_secret_value() for key in get_settings().SECRETS_KEYS)
    yield settings.SECRET_KEY
    yield from settings.SECRET_KEY_FALLBACKS


def _key_of(text: str | bytes) -> bytes:
    told = text if isinstance(text, bytes) else text.encode()
    derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE).derive(told)
    return base64.urlsafe_b64encode(derived)
