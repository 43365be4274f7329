"""A mail as it came in, whichever way: raw MIME or a vendor's form."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from channels_app.providers.base.mail.decoding import (
    charset_of,
    decode_bytes,
    decode_words,
    filename_of,
    header_text,
    header_texts,
)
from channels_app.providers.base.mail.files import MailFile, safe_name, safe_type
from channels_app.providers.base.webhook import MalformedWebhook
from rooms.domain.json import JsonObject

MAX_PARTS = 300
MAX_DEPTH = 30
READABLE = ("text/plain", "text/html")


@dataclass(frozen=True)
class ReceivedMail:
    """What everything else reads mails from.

    Attributes:
        message: Its headers; with raw MIME, its parts too.
        text: The plain text, empty if there is none.
        html: The HTML as it came, empty if there is none.
        files: Everything else, in order.
        envelope_from: The sender on the envelope, empty for bounces; None if nobody told.
        envelope_to: The recipients on the envelope, as far as they are ours.
        raw: What is kept of it for the record.
        sender_verified: Whether the vendor proved the sender; None if it did not say.
    """

    message: Message
    text: str = ""
    html: str = ""
    files: Sequence[MailFile] = ()
    envelope_from: str | None = None
    envelope_to: Sequence[str] = ()
    raw: JsonObject = field(default_factory=dict)
    sender_verified: bool | None = None

    def header(self, name: str) -> str:
        """Return a header on one line, "" if it is missing."""
        return header_text(self.message, name)

    def headers(self, name: str) -> list[str]:
        """Return all headers of a name, the topmost first."""
        return header_texts(self.message, name)


def parse_mime(content: bytes) -> Message:
    """Parse MIME; bytes that break its rules are kept, not refused.

    Raises:
        MalformedWebhook: If it cannot be taken apart, which takes an attack.
    """
    try:
        return BytesParser(policy=compat32).parsebytes(content)
    except (RecursionError, ValueError) as error:
        raise MalformedWebhook(f"the mail cannot be parsed: {type(error).__name__}") from None


def read_mime(
    content: bytes, *, envelope_from: str | None = None, envelope_to: Sequence[str] = ()
) -> ReceivedMail:
    """Read a whole mail in MIME.

    Raises:
        MalformedWebhook: If it has too many parts, or parts nested too deep.
    """
    message = parse_mime(content)
    texts: dict[str, list[str]] = {kind: [] for kind in READABLE}
    files: list[MailFile] = []
    for part in leaves(message):
        kind = part.get_content_type()
        if kind in READABLE and not _is_file(part):
            texts[kind].append(decode_bytes(payload_of(part), charset_of(part)))
        else:
            files.append(_read_file(part))
    return ReceivedMail(
        message,
        text="\n\n".join(texts["text/plain"]),
        html="\n".join(texts["text/html"]),
        files=files,
        envelope_from=envelope_from,
        envelope_to=envelope_to,
    )


def leaves(message: Message) -> Iterator[Message]:
    """Yield the parts that hold something, in order; a mail inside the mail is one of them.

    Raises:
        MalformedWebhook: If there are too many parts, or they are nested too deep.
    """
    waiting, seen = [(message, 0)], 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > MAX_PARTS or depth > MAX_DEPTH:
            raise MalformedWebhook(f"the mail has more than {MAX_PARTS} parts, or deeper ones")
        inside = parts_of(part)
        if part.get_content_maintype() == "multipart" and inside:
            waiting += [(each, depth + 1) for each in reversed(inside)]
        else:
            yield part


def parts_of(part: Message) -> list[Message]:
    """Return the messages inside a part, none of one that holds bytes."""
    inside = part.get_payload() if part.is_multipart() else []
    return [each for each in inside if isinstance(each, Message)]


def payload_of(part: Message) -> bytes:
    """Return the bytes of a part; those of a mail inside the mail are its MIME."""
    if part.is_multipart():
        return b"\n".join(map(_mime_of, parts_of(part)))
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _mime_of(message: Message) -> bytes:
    """Return a mail as MIME; of one that the library cannot write, what it can."""
    try:
        return message.as_bytes()
    except (MessageError, UnicodeError, LookupError, RecursionError):
        heads = "".join(f"{name}: {value}\n" for name, value in message.raw_items())
        body = message.get_payload(decode=True)
        words = body if isinstance(body, bytes) else b""
        return f"{heads}\n".encode("utf-8", "surrogateescape") + words


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(filename_of(part))


def _read_file(part: Message) -> MailFile:
    mime_type = safe_type(part.get_content_type())
    given = decode_words(filename_of(part) or "")
    name = given.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    content_id = header_text(part, "Content-ID").strip("<> ")
    return MailFile(safe_name(name, mime_type), mime_type, payload_of(part), content_id)
