"""Somebody takes a room over at any moment of an answer: one voice, and nothing shown is lost."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass

from rooms import InMemoryStore, RoomEvent, RoomKit
from rooms.testing.rig import Recorder, ScriptedAgent, StreamingRecorder, Turn, bodies
from tests.scene import ROOM, Scene

RUNS = 1000
WORDS = ("It ", "was ", "sent ", "on ", "Monday.")
WHOLE = "".join(WORDS)
# An answer takes about so many turns of the event loop, from the question to the last delivery.
MOST_STEPS = 120
# A message whose sender has just asked who owns the room is on its way, and nobody calls it back.
ON_ITS_WAY = 10


@dataclass
class Run:
    """One take-over at one moment of one answer, and what came of it."""

    scene: Scene
    viewer: StreamingRecorder
    phone: Recorder
    sent_before: list[str]
    stored_before: list[RoomEvent]

    @property
    def shown(self) -> list[str]:
        """What the viewer saw that was not taken back."""
        return [stream.text for stream in self.viewer.streams if stream.event is not None]


async def pass_turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def speak(chance: random.Random) -> AsyncIterator[str]:
    """Say the words with pauses of any length between them."""
    for word in WORDS:
        await pass_turns(chance.randrange(8))
        yield word


def build_agent(chance: random.Random) -> ScriptedAgent:
    """Make an agent that streams its answer, or gives it in one piece after some time."""

    async def think(event: RoomEvent, context: object) -> Turn:
        await pass_turns(chance.randrange(30))
        return Turn(WHOLE) if chance.random() < 0.3 else Turn(deltas=speak(chance))

    return ScriptedAgent("bot", think)


def by_bot(events: list[RoomEvent]) -> list[str]:
    return bodies([event for event in events if event.source.channel_id == "bot"])


async def said_by_bot(scene: Scene) -> list[RoomEvent]:
    return [row for row in await scene.rows() if row.source.channel_id == "bot"]


async def run_once(chance: random.Random) -> Run:
    """Ask, take over at a random moment, and let everything end."""
    scene = Scene(RoomKit(InMemoryStore()))
    await scene.open()
    viewer = await scene.add(StreamingRecorder("viewer"))
    phone = await scene.add(Recorder("phone"))
    await scene.add(build_agent(chance))
    asking = asyncio.ensure_future(scene.say("when?"))
    await pass_turns(chance.randrange(MOST_STEPS))

    await scene.kit.take_over(ROOM, user_id="ann")

    stored = await said_by_bot(scene)
    await pass_turns(ON_ITS_WAY)
    run = Run(scene, viewer, phone, by_bot(phone.attempted), stored)
    await asking
    await scene.kit.pipeline.drain(timeout=5)
    return run


def check(run: Run, said: list[RoomEvent]) -> None:
    """Hold one run against what a take-over promises."""
    # Nothing of the AI is stored any more, nor sent.
    assert [row.id for row in said] == [row.id for row in run.stored_before]
    assert bodies(said) == bodies(run.stored_before)
    assert by_bot(run.phone.attempted) == run.sent_before
    # Exactly what was shown stays, once, and says that it was cut short.
    assert len(said) <= 1
    assert run.shown == (bodies(said) if run.viewer.streams else [])
    assert all(bodies([row]) == [WHOLE] for row in said if not row.metadata.get("interrupted"))


async def test_after_a_take_over_no_ai_speaks_and_what_was_shown_stays(seed: int) -> None:
    left = set()
    for number in range(RUNS):
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 - chooses moments, hides nothing
        run = await run_once(chance)
        said = await said_by_bot(run.scene)
        await run.scene.kit.close()
        check(run, said)
        left.add("".join(bodies(said)))
    # The moments were of all kinds: before the first word, between words, after the last.
    assert {"", WHOLE} < left
    assert len(left) > 3
