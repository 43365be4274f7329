"""Neonize's own types, loaded once, and what the program behind it refuses."""

import subprocess
import warnings
from enum import Enum
from typing import Any

with warnings.catch_warnings():
    # It asks the system who it is, and leaves a pipe open until the next process is started.
    warnings.simplefilter("ignore", ResourceWarning)
    from neonize.aioze.events import EVENT_TO_INT
    from neonize.exc import (
        DownloadError,
        GetUserDevicesError,
        MarkReadError,
        SendMessageError,
        SendPresenceError,
        UploadError,
    )
    from neonize.proto import Neonize_pb2 as wire
    from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e
    from neonize.utils.enum import (
        ChatPresence,
        ChatPresenceMedia,
        MediaType,
        Presence,
        ReceiptType,
    )

    subprocess.run(["/bin/true"], check=True)

__all__ = [
    "EVENT_TO_INT",
    "ChatPresence",
    "ChatPresenceMedia",
    "DownloadError",
    "GetUserDevicesError",
    "MarkReadError",
    "MediaType",
    "Presence",
    "ReceiptType",
    "SendMessageError",
    "SendPresenceError",
    "UploadError",
    "check",
    "check_jid",
    "check_message",
    "e2e",
    "wire",
]

CHAT_SERVERS = {"s.whatsapp.net", "lid", "g.us"}
NOT_CONNECTED = "websocket not connected"
# The fields that WhatsApp's servers and phones look at, one of which a message must have.
SAYS_SOMETHING = {
    "conversation",
    "extendedTextMessage",
    "imageMessage",
    "audioMessage",
    "videoMessage",
    "documentMessage",
    "locationMessage",
    "reactionMessage",
    "protocolMessage",
    "editedMessage",
}


def check(value: Any, kind: type[Any]) -> None:
    """Refuse what is not of a type, or lacks a field that must be set.

    Raises:
        TypeError: If it is of another type.
        google.protobuf.message.EncodeError: If a field is missing.
    """
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    if not isinstance(value, Enum | bytes):
        value.SerializeToString()  # raises where a field is missing


def check_jid(value: Any) -> None:
    """Refuse what nobody can be written to by.

    Raises:
        SendMessageError: If it is no id of a person or a group.
    """
    check(value, wire.JID)
    if value.Server not in CHAT_SERVERS:
        raise SendMessageError(f"can't send message to unknown server {value.Server}")
    if value.Device or not value.User:
        raise SendMessageError("message recipient must be a user JID with no device part")


def check_message(message: Any, files: dict[bytes, bytes]) -> None:
    """Refuse a message that phones would not understand.

    Raises:
        SendMessageError: If it says nothing, or names a file that was not uploaded.
    """
    check(message, e2e.Message)
    said = {descriptor.name for descriptor, _ in message.ListFields()}
    if not said & SAYS_SOMETHING:
        raise SendMessageError(f"unknown message type {said}")
    for _, part in message.ListFields():
        digest = getattr(part, "fileSHA256", b"")
        if digest and digest not in files:
            raise SendMessageError("a message names a file that was not uploaded")
        if digest and not (part.URL and part.directPath and part.mediaKey and part.mimetype):
            raise SendMessageError("a message does not say how its file is read")
