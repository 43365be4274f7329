"""Reply addresses that lead to a room: `reply+<token>@in.example.org`.

A token holds the room, the hour it ends and a signature over both and the mailbox. It is written in
letters and digits that survive any mail server's change of case. It says which room is meant, not
who writes: whoever was sent the mail, or got it forwarded, can answer into the room.
"""

import base64
import binascii
import hashlib
import hmac
import uuid
from collections.abc import Sequence
from datetime import datetime

from channels_app.providers.base.mail.addresses import fold_case

SIGNATURE_BYTES = 10
HOUR_S = 3600
MAX_LOCAL_CHARS = 64  # RFC 5321 §4.5.3.1.1

_HOUR_BYTES = 3
_HEX, _DASHED, _TEXT = 0, 1, 2  # how the room's id is written
_UUID_BYTES = 16
_PURPOSE = b"roomkit reply token 1\n"


def make_reply_address(mailbox: str, room_id: str, secret: str, *, expires_at: datetime) -> str:
    """Return the address that answers to a room go to.

    Args:
        mailbox: Such as `reply@in.example.org`; its server must deliver plus tags to it.
        room_id: A UUID, or a text of at most some 20 bytes.
        secret: Signs the token.
        expires_at: Rounded up to a whole hour.

    Raises:
        ValueError: If the address would get longer than mail servers take.
    """
    local, _, domain = mailbox.rpartition("@")
    hours = -(-int(expires_at.timestamp()) // HOUR_S)
    payload = _pack_room(room_id) + hours.to_bytes(_HOUR_BYTES, "big")
    signature = _sign(secret, mailbox, payload)
    token = base64.b32encode(payload + signature).decode().rstrip("=").lower()
    if len(local) + 1 + len(token) > MAX_LOCAL_CHARS:
        raise ValueError(
            f"the reply address of room {room_id!r} would be too long: use a UUID as its id, or a "
            f"shorter mailbox than {mailbox!r}"
        )
    return f"{local}+{token}@{domain}"


def read_reply_address(
    address: str, mailbox: str, secrets: Sequence[str], *, now: datetime
) -> str | None:
    """Return the room of a reply address; None if it is forged, expired or another mailbox's.

    Args:
        address: Of the envelope's recipient.
        mailbox: As it was made with.
        secrets: All that may have signed.
        now: What the end of the token is compared with.
    """
    tag = _tag_of(address, mailbox)
    data = _unpack(tag) if tag else b""
    payload, given = data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]
    if len(payload) <= 1 + _HOUR_BYTES:
        return None
    if not any(hmac.compare_digest(given, _sign(each, mailbox, payload)) for each in secrets):
        return None
    if int.from_bytes(payload[-_HOUR_BYTES:], "big") * HOUR_S <= now.timestamp():
        return None
    return _unpack_room(payload[:-_HOUR_BYTES])


def _tag_of(address: str, mailbox: str) -> str:
    local, _, domain = fold_case(address.strip("<> ")).rpartition("@")
    own_local, _, own_domain = fold_case(mailbox).rpartition("@")
    if domain != own_domain or not local.startswith(f"{own_local}+"):
        return ""
    return local.removeprefix(f"{own_local}+")


def _unpack(tag: str) -> bytes:
    try:
        return base64.b32decode(tag.upper() + "=" * (-len(tag) % 8))
    except (binascii.Error, ValueError):
        return b""


def _sign(secret: str, mailbox: str, payload: bytes) -> bytes:
    signed = _PURPOSE + fold_case(mailbox).encode() + b"\n" + payload
    return hmac.new(secret.encode(), signed, hashlib.sha256).digest()[:SIGNATURE_BYTES]


def _pack_room(room_id: str) -> bytes:
    """Write a room's id; 16 bytes for a UUID in either of its usual forms."""
    try:
        known = uuid.UUID(room_id)
    except ValueError:
        return bytes([_TEXT]) + room_id.encode()
    if room_id == known.hex:
        return bytes([_HEX]) + known.bytes
    if room_id == str(known):
        return bytes([_DASHED]) + known.bytes
    return bytes([_TEXT]) + room_id.encode()


def _unpack_room(data: bytes) -> str | None:
    kind, room = data[0], data[1:]
    if kind == _TEXT:
        return room.decode("utf-8", "replace")
    if len(room) != _UUID_BYTES or kind not in (_HEX, _DASHED):
        return None
    known = uuid.UUID(bytes=room)
    return known.hex if kind == _HEX else str(known)
