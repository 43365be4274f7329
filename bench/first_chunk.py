"""From a visitor's message to the first words of the answer on the visitor's socket.

The agent's provider is a script: it streams at once, so that what is left is ours. The message is
committed, the agent is asked through the outbox, and its first delta goes to the socket. The next
message comes when the answer is stored.
"""

import asyncio
import itertools
import time

from bench.plan import Plan
from bench.samples import Row, Sample, build_row, timed
from bench.sockets import Audience
from bench.values import VISITORS, build_message
from channels_app.ai.channel import AIChannel
from channels_app.channels.websocket import WebSocketChannel
from channels_app.providers.mock.ai import MockAIProvider
from rooms.kit import RoomKit
from rooms.stores.orm import OrmStore

AGENT = "agent"
DELTAS = ("I found your order. ", "It was shipped ", "yesterday.")
CHUNK = '"type":"stream_chunk"'
WARM_UP_TURNS = 3


class AnsweredRoom:
    """A room with one visitor's socket and an agent.

    Attributes:
        chunks_shown: How many frames with a piece of an answer the socket was sent.
    """

    def __init__(self, kit: RoomKit, audience: Audience, room_id: str) -> None:
        self._kit = kit
        self._audience = audience
        self._room_id = room_id
        self._numbers = itertools.count()
        self._first_chunk_at: float | None = None
        self.chunks_shown = 0

    async def open(self, visitors: WebSocketChannel, *, answers: int = WARM_UP_TURNS) -> None:
        """Open the room and its socket, and let the agent answer a few times."""
        await self._kit.create_room(self._room_id)
        await self._kit.attach_channel(self._room_id, VISITORS)
        await self._kit.attach_channel(self._room_id, AGENT)
        await self._audience.open(visitors, self._room_id, self._hear)
        for _ in range(answers):
            await self.ask()

    async def ask(self) -> float:
        """Say something and return how long the first chunk took, in milliseconds."""
        self._first_chunk_at = None
        begun = time.perf_counter()
        result = await self._kit.process_inbound(build_message(self._room_id, next(self._numbers)))
        assert result.error is None, result.error
        assert self._first_chunk_at is not None, "the answer was not streamed"
        return (self._first_chunk_at - begun) * 1000

    def _hear(self, text: str) -> None:
        if CHUNK not in text:
            return
        self.chunks_shown += 1
        if self._first_chunk_at is None:
            self._first_chunk_at = time.perf_counter()


def measure_first_chunk(plan: Plan) -> list[Row]:
    """Measure answers in one room at a time, and in several at once."""
    return asyncio.run(_measure(plan))


async def _measure(plan: Plan) -> list[Row]:
    store = OrmStore()
    kit = RoomKit(store, on_hook_outcome=store.journal.note)
    audience, visitors = Audience(kit), WebSocketChannel(VISITORS)
    kit.register_channel(visitors)
    kit.register_channel(AIChannel(AGENT, provider=MockAIProvider(deltas=[DELTAS])))
    rooms = [
        AnsweredRoom(kit, audience, f"streamed-{number}") for number in range(max(plan.callers))
    ]
    for room in rooms:
        await room.open(visitors)
    rows = [
        build_row(
            f"first chunk, {callers} at a time", "answers", [await _ask(rooms[:callers], plan)]
        )
        for callers in plan.callers
    ]
    await audience.close()
    await kit.close()
    return rows


async def _ask(rooms: list[AnsweredRoom], plan: Plan) -> Sample:
    turns = max(1, plan.turns // len(rooms))

    async def converse(room: AnsweredRoom, sample: Sample) -> None:
        for _ in range(turns):
            sample.waits_ms.append(await room.ask())

    with timed() as sample:
        await asyncio.gather(*(converse(room, sample) for room in rooms))
    sample.done = len(sample.waits_ms)
    return sample
