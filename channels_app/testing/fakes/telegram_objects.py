"""What the methods of Telegram's Bot API are told in: texts, files, buttons.

From "Telegram Bot API", sections Formatting options and Available types, as written down in aiogram
3.31.0 (`aiogram.types.*`).
"""

from html.parser import HTMLParser
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

MAX_CALLBACK_BYTES = 64

# "HTML style" in "Formatting options".
HTML_TAGS = frozenset(
    [
        "a",
        "b",
        "blockquote",
        "code",
        "del",
        "em",
        "i",
        "ins",
        "pre",
        "s",
        "span",
        "strike",
        "strong",
        "tg-emoji",
        "tg-spoiler",
        "u",
    ]
)

_EMOJI = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 "
    "🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 "
    "😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 "
    "🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡 "
)
# "ReactionTypeEmoji": the whole list.
REACTIONS = frozenset(_EMOJI.split())


class ApiError(ValueError):
    """Why a request is refused, in Telegram's words without `Bad Request: `."""


class Wire(BaseModel):
    """One object as it is posted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class _MarkupReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words = ""
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in HTML_TAGS:
            raise ApiError(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset 0')
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            raise ApiError("can't parse entities: Unmatched end tag at byte offset 0")

    def handle_data(self, data: str) -> None:
        self.words += data

    def finish(self) -> str:
        self.close()
        if self._open:
            raise ApiError(
                "can't parse entities: Can't find end tag corresponding to start tag "
                f'"{self._open[-1]}"'
            )
        return self.words


def parse_entities(text: str, parse_mode: str | None) -> str:
    """Return the words of a text without its markup.

    Raises:
        ApiError: If the markup is broken.
    """
    if parse_mode is None:
        return text
    reader = _MarkupReader()
    reader.feed(text)
    return reader.finish()


def utf16_length(text: str) -> int:
    """Return how long Telegram finds a text."""
    return len(text.encode("utf-16-le")) // 2


def _check_file(value: str) -> str:
    if value.startswith(("http://", "https://")):
        if not urlsplit(value).hostname:
            raise ApiError("wrong HTTP URL specified")
    elif ":" in value or "/" in value:
        raise ApiError("wrong remote file identifier specified: Wrong character in the string")
    return value


ChatId = int | Annotated[str, StringConstraints(pattern=r"^@[A-Za-z]\w{3,31}$")]
File = Annotated[str, AfterValidator(_check_file)]
ParseMode = Literal["HTML"]


class ReplyParameters(Wire):
    """The message that is answered."""

    message_id: int
    chat_id: ChatId | None = None
    allow_sending_without_reply: bool | None = None
    quote: str | None = None


class LinkPreviewOptions(Wire):
    """Whether a link is shown as a card."""

    is_disabled: bool | None = None
    url: str | None = None


class InlineKeyboardButton(Wire):
    """A button under a message; of its many kinds only two."""

    text: Annotated[str, StringConstraints(min_length=1)]
    url: str | None = None
    callback_data: str | None = None

    @model_validator(mode="after")
    def check_kind(self) -> "InlineKeyboardButton":
        if (self.url is None) == (self.callback_data is None):
            raise ApiError("can't parse inline keyboard button: exactly one kind is expected")
        if self.callback_data is not None:
            if not 1 <= len(self.callback_data.encode()) <= MAX_CALLBACK_BYTES:
                raise ApiError("BUTTON_DATA_INVALID")
        elif urlsplit(self.url or "").scheme not in ("http", "https", "tg"):
            raise ApiError("BUTTON_URL_INVALID")
        return self


class InlineKeyboardMarkup(Wire):
    """Rows of buttons."""

    inline_keyboard: list[Annotated[list[InlineKeyboardButton], Field(min_length=1)]]
