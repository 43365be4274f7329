"""From an event's content to RCS messages, each with what phones without RCS get instead."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from channels_app.providers.base.files import FILES
from channels_app.providers.base.segments import split_text
from channels_app.providers.telnyx.outgoing import NotSendable, public_address
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.content import (
    Button,
    Card,
    EventContent,
    QuickReply,
    RichContent,
    leaves,
    text_of,
)
from rooms.domain.json import JsonObject
from rooms.pipeline.plain_text import strip_html, strip_markdown
from rooms.pipeline.transcode import DefaultTranscoder
from rooms.pipeline.truncation import truncate_text

MAX_TEXT = 3072
MAX_SUGGESTIONS = 11
MAX_CARD_SUGGESTIONS = 4
MAX_CARDS = 10
MAX_LABEL = 25
MAX_TITLE = 200
MAX_DESCRIPTION = 2000
MAX_POSTBACK = 2048

WORDS_ONLY = ChannelCapabilities()


@dataclass(frozen=True)
class RcsMessage:
    """One RCS message.

    Attributes:
        content: The vendor's `content_message`.
        words: What an SMS says in its place.
        files: The addresses of what an MMS shows in its place.
    """

    content: JsonObject
    words: str = ""
    files: Sequence[str] = field(default=())

    def body(self, *, fallback: bool, sender: str | None = None) -> JsonObject:
        """Return what the request says, with an SMS or MMS from `sender` in it if `fallback`."""
        message: JsonObject = {"agent_message": {"content_message": self.content}}
        origin = {"from": sender} if sender else {}
        if not fallback:
            return message
        if self.files:
            return message | {"mms_fallback": origin | {"media_urls": list(self.files)}}
        if not self.words:
            return message
        return message | {"sms_fallback": origin | {"text": truncate_text(self.words, MAX_TEXT)}}


def build_rcs(content: EventContent) -> list[RcsMessage]:
    """Return the messages that show `content`, in order.

    Raises:
        NotSendable: If there is nothing to show, or a file that has no public address.
    """
    messages = [message for leaf in leaves(content) for message in _build_leaf(leaf)]
    if not messages:
        raise NotSendable("empty_message", f"a {content.type} content says nothing by RCS")
    return messages


def _build_leaf(content: EventContent) -> Iterator[RcsMessage]:
    if isinstance(content, RichContent):
        yield from _build_rich(content)
        return
    if isinstance(content, FILES):
        address = public_address(content.url)
        yield RcsMessage({"content_info": {"file_url": address}}, files=[address])
    yield from (RcsMessage({"text": text}, text) for text in _cut(text_of(content)))


def _build_rich(content: RichContent) -> Iterator[RcsMessage]:
    """Yield the words, then the cards; the choices are under the last of them."""
    choices = _build_suggestions(content.buttons, content.quick_replies)[:MAX_SUGGESTIONS]
    texts = _cut(_words_of(content))
    messages = [RcsMessage({"text": text}, text) for text in texts]
    messages += _build_cards(content.cards[:MAX_CARDS])
    if choices and not messages:
        raise NotSendable("empty_message", "RCS shows choices only under words or cards")
    if choices:
        last = messages.pop()
        offers = RichContent(body="", buttons=content.buttons, quick_replies=content.quick_replies)
        words = "\n".join(filter(None, (last.words, _as_words(offers))))
        messages.append(RcsMessage(last.content | {"suggestions": choices}, words))
    yield from messages


def _cut(text: str) -> list[str]:
    return [part for part in split_text(text, MAX_TEXT) if part.strip()]


def _words_of(content: RichContent) -> str:
    """Return the body as RCS shows it: without any markup."""
    strip = strip_html if content.format == "html" else strip_markdown
    return content.plain_text or strip(content.body)


def _as_words(content: RichContent) -> str:
    """Return all of it as text, the choices as numbered lines."""
    return text_of(DefaultTranscoder().transcode(content, WORDS_ONLY))


def _build_cards(cards: Sequence[Card]) -> list[RcsMessage]:
    if not cards:
        return []
    contents = [_build_card(card) for card in cards]
    if len(contents) == 1:
        shown: JsonObject = {
            "standalone_card": {
                "card_content": contents[0],
                "card_orientation": "VERTICAL",
                "thumbnail_image_alignment": "LEFT",
            }
        }
    else:
        shown = {"carousel_card": {"card_contents": contents, "card_width": "MEDIUM"}}
    words = _as_words(RichContent(body="", cards=list(cards)))
    return [RcsMessage({"rich_card": shown}, words)]


def _build_card(card: Card) -> JsonObject:
    shown: JsonObject = {"title": truncate_text(card.title, MAX_TITLE)}
    if card.subtitle:
        shown["description"] = truncate_text(card.subtitle, MAX_DESCRIPTION)
    if card.image_url:
        picture = {"file_url": public_address(card.image_url)}
        shown["media"] = {"content_info": picture, "height": "MEDIUM"}
    if card.buttons:
        shown["suggestions"] = _build_suggestions(card.buttons)[:MAX_CARD_SUGGESTIONS]
    return shown


def _build_suggestions(
    buttons: Sequence[Button], replies: Sequence[QuickReply] = ()
) -> list[JsonObject]:
    return [*map(_build_button, buttons), *(_build_reply(r.label, r.value) for r in replies)]


def _build_button(button: Button) -> JsonObject:
    if button.action == "reply":
        return _build_reply(button.label, button.value)
    action: JsonObject = {"text": truncate_text(button.label, MAX_LABEL)}
    action["postback_data"] = _encode(button.value or button.label)
    if button.action == "call":
        return {"action": action | {"dial_action": {"phone_number": button.value}}}
    opens = {"url": button.value, "application": "BROWSER", "webview_view_mode": "FULL"}
    return {"action": action | {"open_url_action": opens}}


def _build_reply(label: str, value: str) -> JsonObject:
    shown = truncate_text(label, MAX_LABEL)
    return {"reply": {"text": shown, "postback_data": _encode(value or label)}}


def _encode(value: str) -> str:
    """Return a postback as the vendor wants it.

    Raises:
        NotSendable: If it is too long; cut, it would mean something else.
    """
    data = base64.b64encode(value.encode()).decode()
    if len(data) > MAX_POSTBACK:
        raise NotSendable("postback_too_long", f"a choice's value exceeds {MAX_POSTBACK} as base64")
    return data
