"""Formatted text with something to choose, as WhatsApp shows it.

Up to three answers are buttons, up to ten a list, more are numbered lines. An address is a button
if it is the only choice, else a line, as is everything WhatsApp has no button for.
"""

from dataclasses import dataclass

from channels_app.providers.meta.markup import (
    shorten,
    shorten_all,
    whatsapp_text,
    words_of_button,
    words_of_card,
)
from rooms.domain.content import Button, RichContent
from rooms.domain.json import JsonObject

MAX_BUTTONS = 3
MAX_ROWS = 10
BUTTON_TITLE = 20
BUTTON_ID = 256
BUTTON_BODY = 1024
ROW_TITLE = 24
ROW_DESCRIPTION = 72
ROW_ID = 200
LIST_BODY = 4096


@dataclass(frozen=True)
class Answer:
    """One answer that can be chosen."""

    label: str
    value: str


def build_rich(content: RichContent, *, label: str) -> JsonObject:
    """Return type and content of a message; `label` opens a list."""
    answers = _answers(content)
    other = [button for button in content.buttons if button.action != "reply"]
    lines = [whatsapp_text(content), *map(words_of_card, content.cards)]
    if _is_link(answers, other) and len(body := _join(lines)) <= BUTTON_BODY:
        return _interactive(_url_button(body or label, other[0]))
    lines += map(words_of_button, other)
    body = _join(lines) or label
    if not answers or len(answers) > MAX_ROWS or len(body) > LIST_BODY:
        return _text(_join([body, *_numbered(answers)]))
    if len(answers) > MAX_BUTTONS or len(body) > BUTTON_BODY:
        return _interactive(_list(body, answers, label))
    return _interactive(_buttons(body, answers))


def _answers(content: RichContent) -> list[Answer]:
    """Return the answers, each once: what is sent back tells them apart."""
    given = [button for button in content.buttons if button.action == "reply"]
    answers = [Answer(each.label, each.value or each.label) for each in given]
    answers += [Answer(each.label, each.value or each.label) for each in content.quick_replies]
    return list({answer.value[:ROW_ID].strip(): answer for answer in answers}.values())


def _is_link(answers: list[Answer], other: list[Button]) -> bool:
    return not answers and len(other) == 1 and other[0].action == "url"


def _url_button(body: str, button: Button) -> JsonObject:
    parameters = {"display_text": shorten(button.label, BUTTON_TITLE), "url": button.value}
    action = {"name": "cta_url", "parameters": parameters}
    return {"type": "cta_url", "body": {"text": body}, "action": action}


def _buttons(body: str, answers: list[Answer]) -> JsonObject:
    titles = shorten_all([answer.label for answer in answers], BUTTON_TITLE)
    replies = [
        {"type": "reply", "reply": {"id": answer.value[:BUTTON_ID].strip(), "title": title}}
        for answer, title in zip(answers, titles, strict=True)
    ]
    return {"type": "button", "body": {"text": body}, "action": {"buttons": replies}}


def _list(body: str, answers: list[Answer], label: str) -> JsonObject:
    titles = shorten_all([answer.label for answer in answers], ROW_TITLE)
    rows = [
        {
            "id": answer.value[:ROW_ID].strip(),
            "title": title,
            # A title that was cut is told in full below it.
            **({} if title == answer.label else {"description": _below(answer.label)}),
        }
        for answer, title in zip(answers, titles, strict=True)
    ]
    action = {"button": label, "sections": [{"rows": rows}]}
    return {"type": "list", "body": {"text": body}, "action": action}


def _below(label: str) -> str:
    return shorten(label, ROW_DESCRIPTION)


def _interactive(content: JsonObject) -> JsonObject:
    return {"type": "interactive", "interactive": content}


def _text(body: str) -> JsonObject:
    return {"type": "text", "text": {"body": body}}


def _numbered(answers: list[Answer]) -> list[str]:
    return [f"{number}. {answer.label}" for number, answer in enumerate(answers, start=1)]


def _join(lines: list[str]) -> str:
    return "\n".join(filter(None, lines))
