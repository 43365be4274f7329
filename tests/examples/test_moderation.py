"""The published hooks do what they say: alone in memory, here in the database."""

import runpy
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest

from rooms import EventStatus, InboundResult, RoomEvent
from rooms.testing.rig import Recorder, bodies
from tests.examples.published import HOOKS
from tests.repository import ROOT
from tests.steps import stored

EXAMPLE = ROOT / "examples" / "moderation.py"
ANSWER = "I found your order — it shipped yesterday."
ROOM = "support-43"

pytestmark = pytest.mark.database


class Example:
    """The example's room, with somebody else looking on."""

    def __init__(self) -> None:
        self._names = runpy.run_path(str(EXAMPLE))
        self.kit: Any = self._names["kit"]
        self.advisor = Recorder("advisor")

    async def open(self) -> None:
        """Open the example's room and attach the onlooker."""
        await self._names["open_room"]()
        self.kit.register_channel(self.advisor)
        await self.kit.attach_channel(ROOM, "advisor")

    async def say(self, text: str) -> InboundResult:
        """Say something as the example's customer."""
        result: InboundResult = await self._names["say"](text)
        return result

    async def timeline(self) -> list[RoomEvent]:
        """Return what the room has kept."""
        events: list[RoomEvent] = await self.kit.store.list_events(ROOM)
        return events


@pytest.fixture
async def example(committed_database: None) -> AsyncIterator[Example]:
    opened = Example()
    await opened.open()
    yield opened
    await opened.kit.close()


def test_example_holds_the_published_hooks_word_for_word() -> None:
    assert HOOKS in EXAMPLE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["moderation.py", "hooks.py"])
def test_example_runs_by_itself(name: str) -> None:
    command = [sys.executable, str(EXAMPLE.with_name(name))]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)

    assert run.stdout.splitlines() == [
        "[customer-ws] delivered Good morning.",
        "[customer-ws] delivered Where is my order?",
        f"[ai-channel] delivered {ANSWER}",
        "[customer-ws] blocked Where is my damn order?",
        "The last one was held back: Content policy violation",
    ]


async def test_profanity_is_held_back_for_the_reason_of_the_hook(example: Example) -> None:
    result = await example.say("Where is my damn order?")

    assert (result.blocked, result.reason) == (True, "Content policy violation")
    assert stored(result).status is EventStatus.BLOCKED
    assert stored(result).blocked_by == "moderate_content"


async def test_held_back_message_reaches_nobody_and_is_not_answered(example: Example) -> None:
    await example.say("Where is my damn order?")

    assert example.advisor.events == example.advisor.delivered == []
    assert bodies(await example.timeline()) == ["Where is my damn order?"]


async def test_question_is_answered_by_the_named_channel(example: Example) -> None:
    await example.say("Where is my order?")

    question, answer = await example.timeline()
    assert question.metadata["routed_to"] == ["ai-channel"]
    assert answer.source.channel_id == "ai-channel"
    assert bodies(example.advisor.delivered) == ["Where is my order?", ANSWER]


async def test_message_that_needs_no_answer_is_delivered_and_not_answered(
    example: Example,
) -> None:
    result = await example.say("Good morning.")

    assert stored(result).status is EventStatus.DELIVERED
    assert bodies(example.advisor.delivered) == ["Good morning."]
    assert bodies(await example.timeline()) == ["Good morning."]
