"""Forms with files, as webhooks post them (RFC 7578); the bytes of each field stay as they came."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser

from channels_app.providers.base.mail.decoding import filename_of, guess_text
from channels_app.providers.base.webhook import MalformedWebhook

MAX_FIELDS = 500


@dataclass(frozen=True)
class FormField:
    """One field; `filename` is None unless it is a file."""

    name: str
    content: bytes
    filename: str | None = None
    content_type: str = ""


def read_multipart(content_type: str, body: bytes) -> list[FormField]:
    """Return the fields of a `multipart/form-data` body, in order.

    Raises:
        MalformedWebhook: If it is none, or has too many fields.
    """
    boundary = _boundary(content_type)
    delimiter = b"\r\n--" + boundary
    head, *pieces = (b"\r\n" + body).split(delimiter, MAX_FIELDS + 1)
    if not pieces or head.strip():
        raise MalformedWebhook("the body does not begin with its boundary")
    fields: list[FormField] = []
    for piece in pieces:
        if piece.startswith(b"--"):
            return fields
        fields.append(_read_field(piece))
    raise MalformedWebhook(f"the body ends before its last boundary, after {len(fields)} fields")


def first_texts(fields: Sequence[FormField]) -> dict[str, bytes]:
    """Return what is no file, by name; of a name that comes twice, the first one."""
    texts: dict[str, bytes] = {}
    for each in fields:
        if each.filename is None:
            texts.setdefault(each.name, each.content)
    return texts


def _boundary(content_type: str) -> bytes:
    message = Message()
    message["Content-Type"] = content_type
    boundary = message.get_boundary()
    if message.get_content_type() != "multipart/form-data" or not boundary:
        raise MalformedWebhook("the body is no form: no multipart/form-data with a boundary")
    return boundary.encode("latin-1", "replace")


def _read_field(piece: bytes) -> FormField:
    head, gap, content = piece.partition(b"\r\n\r\n")
    if not gap:
        raise MalformedWebhook("a field of the form has no end of its head")
    headers = HeaderParser().parsestr(guess_text(head).lstrip("\r\n") + "\r\n\r\n")
    name = headers.get_param("name", header="content-disposition")
    if not isinstance(name, str):
        raise MalformedWebhook("a field of the form has no name")
    return FormField(name, content, _filename(headers), headers.get_content_type())


def _filename(headers: Message) -> str | None:
    """Return a file's name, "" if the file has none; None is no file."""
    if headers.get_param("filename", header="content-disposition") is None:
        return None
    return filename_of(headers) or ""
