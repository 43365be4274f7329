"""From an event's content to what fits into one SMS or MMS each."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from channels_app.providers.base.files import FILES
from channels_app.providers.base.segments import (
    Encoding,
    count_segments,
    encoding_of,
    split_text,
)
from rooms.domain.content import (
    EventContent,
    leaves,
    text_of,
)
from rooms.domain.json import JsonObject

MAX_SEGMENTS = 10
"""What Telnyx takes as one message; more is refused with 40302."""

# So few that half of them fits whatever they are: an escape or a surrogate pair takes two units,
# and one unit of each segment stays empty then.
CHARACTERS = {Encoding.GSM7: 1520, Encoding.UCS2: 660}

EVENT_ID = "event_id"
"""The field of the callback's query that names our event."""


class NotSendable(ValueError):
    """Content that the vendor has no way to carry; `code` is for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def build_sms(content: EventContent) -> list[JsonObject]:
    """Return the part of each message's body that says something, in order.

    Pictures go with the first words. Words that are too long for one message go out as several.

    Raises:
        NotSendable: If there is nothing to say, or a file that has no public address.
    """
    addresses = [public_address(leaf.url) for leaf in leaves(content) if isinstance(leaf, FILES)]
    words = "\n".join(filter(None, map(text_of, leaves(content))))
    messages: list[JsonObject] = [{"text": text} for text in split_words(words) if text.strip()]
    if addresses:
        first = messages.pop(0) if messages else {}
        messages.insert(0, first | {"media_urls": addresses})
    if not messages:
        raise NotSendable("empty_message", f"a {content.type} content says nothing by SMS")
    return [message | {"type": "MMS" if "media_urls" in message else "SMS"} for message in messages]


def public_address(url: str) -> str:
    """Return an address that the vendor can fetch.

    Raises:
        NotSendable: If it is none.
    """
    if not url.startswith(("https://", "http://")):
        raise NotSendable("unsupported_media_url", "Telnyx fetches files from public addresses")
    return url


def build_callback(url: str | None, event_id: str) -> JsonObject:
    """Return where Telnyx reports on a message, with the event's id should no answer come."""
    if url is None:
        return {}
    parts = urlsplit(url)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), (EVENT_ID, event_id)])
    return {"webhook_url": urlunsplit(parts._replace(query=query))}


def split_words(text: str) -> list[str]:
    """Cut a text into as many messages as Telnyx needs, at blanks where there are some."""
    if count_segments(text).segments <= MAX_SEGMENTS:
        return [text]
    limit = CHARACTERS[encoding_of(text)]
    pieces: list[str] = []
    for piece in split_text(text, limit):
        fits = count_segments(piece).segments <= MAX_SEGMENTS
        pieces += [piece] if fits else split_text(piece, limit // 2)
    return pieces
