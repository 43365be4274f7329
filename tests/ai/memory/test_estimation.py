"""Guesses of how many tokens something is."""

import pytest

from channels_app.ai.memory.estimation import estimate_event, estimate_message, estimate_text
from channels_app.providers.base.ai import (
    AIImagePart,
    AIMessage,
    AIPart,
    AITextPart,
    AIThinkingPart,
    AIToolCallPart,
    AIToolResultPart,
)
from rooms.domain.content import CompositeContent, EventContent, MediaContent, TextContent
from tests.channels_app.values import make_event

PICTURE = MediaContent(url="https://example.org/a.png", mime_type="image/png", caption="A cat")
FILE = MediaContent(url="https://example.org/a.pdf", mime_type="application/pdf", caption="A cat")
WORDS = TextContent(body="A dog")


@pytest.mark.parametrize(("text", "tokens"), [("", 1), ("abc", 1), ("abcd", 2), ("x" * 400, 101)])
def test_four_characters_are_a_token(text: str, tokens: int) -> None:
    assert estimate_text(text) == tokens


@pytest.mark.parametrize(
    ("part", "tokens"),
    [
        (AITextPart(text="abcd"), 2),
        (AIImagePart(url="https://example.org/a.png"), 1000),
        (AIThinkingPart(thinking="abcd"), 2),
        (AIToolCallPart(id="1", name="look", arguments={"a": 1}), 4),
        (AIToolResultPart(tool_call_id="1", name="look", result="abcd"), 2),
    ],
)
def test_every_part_of_a_message_counts(part: AIPart, tokens: int) -> None:
    assert estimate_message(AIMessage(role="user", content=[part])) == tokens + 4


def test_a_message_takes_more_than_its_words() -> None:
    assert estimate_message(AIMessage(role="user", content="abcd")) == 6


@pytest.mark.parametrize(
    ("content", "tokens"),
    [
        (WORDS, 2),
        (PICTURE, 1002),
        (FILE, 2),
        (CompositeContent(parts=[PICTURE, WORDS, PICTURE]), 2005),
    ],
)
def test_pictures_count_beside_words(content: EventContent, tokens: int) -> None:
    assert estimate_event(make_event(content)) == tokens + 4
