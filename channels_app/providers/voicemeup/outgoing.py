"""From an event's content to messages of 1000 characters, or a file with words."""

from channels_app.providers.base.files import FILES
from channels_app.providers.base.segments import split_text
from rooms.domain.content import (
    EventContent,
    leaves,
    text_of,
)

MAX_MESSAGE = 1000
"""Characters of one message."""


class NotSendable(ValueError):
    """Content that the vendor has no way to carry; `code` is for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def build_messages(content: EventContent) -> list[dict[str, str]]:
    """Return what each message says, in order: a file takes words along, further files go alone.

    Raises:
        NotSendable: If there is nothing to say, or a file that has no public address.
    """
    files = [_address(leaf.url) for leaf in leaves(content) if isinstance(leaf, FILES)]
    words = "\n".join(filter(None, map(text_of, leaves(content))))
    texts = [text for text in split_text(words, MAX_MESSAGE) if text.strip()]
    messages: list[dict[str, str]] = []
    for url in files:
        first = {"message": texts.pop(0)} if texts and not messages else {}
        messages.append(first | {"attachment": url})
    messages += [{"message": text} for text in texts]
    if not messages:
        raise NotSendable("empty_message", f"a {content.type} content says nothing by SMS")
    return messages


def _address(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        raise NotSendable("unsupported_media_url", "VoiceMeUp fetches files from public addresses")
    return url
