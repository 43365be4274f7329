"""Asking the process that has an account's session to say something, wherever that process is.

A session belongs to one process; deliveries run in any. Who cannot do it asks over the bus: the
owner answers at once that it has begun, and then what came of it.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeAlias

from channels_app.providers.base.outcomes import refused
from channels_app.providers.neonize.errors import NOT_CONNECTED, not_connected
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.frozen import new_id
from rooms.domain.json import JsonObject
from rooms.realtime.bus import Bus
from rooms.resilience.clock import Clock

logger = logging.getLogger("roomkit.channels.neonize")

Perform: TypeAlias = Callable[[JsonObject], Awaitable[ProviderResult]]

BEGIN_WITHIN_S = 5.0
# An owner begins nothing that the asker may have given up already; clocks differ a little.
TOO_LATE_S = 3.0
END_WITHIN_S = 60.0
CLOSE_WITHIN_S = 3.0
MOST_REMEMBERED = 10_000
NOBODY = "no process has the account's session: is a worker running?"


class _Question:
    """What was asked, and waits for its answers."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.begun: asyncio.Future[None] = loop.create_future()
        self.result: asyncio.Future[ProviderResult] = loop.create_future()

    def begin(self) -> None:
        """Note that the owner has begun."""
        if not self.begun.done():
            self.begun.set_result(None)

    def end(self, result: ProviderResult) -> None:
        """Note what came of it."""
        self.begin()
        if not self.result.done():
            self.result.set_result(result)


class Relay:
    """The way of one account's tasks, to this process or to another.

    Args:
        perform: Does a task here; only called while this process has the session.
        clock: Paces the waiting.
    """

    def __init__(self, perform: Perform, clock: Clock) -> None:
        self._perform = perform
        self._clock = clock
        self._bus: Bus | None = None
        self._topic = self._own_topic = ""
        self._is_open = False
        self._subscription: str | None = None
        self._listening: str | None = None
        self._asked: dict[str, _Question] = {}
        self._begun: OrderedDict[str, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def join(self, channel_id: str, *, bus: Bus, node: str) -> None:
        """Learn how the other processes are reached, and by which name this one is."""
        self._bus = bus
        self._topic = f"source:{channel_id}"
        self._own_topic = f"{self._topic}:{node}"

    async def open(self) -> None:
        """Do what is asked, here and by others: this process has the session."""
        self._is_open = True
        if self._bus is not None and self._bus.is_shared:
            self._subscription = await self._bus.subscribe(self._topic, self._take)

    async def close(self) -> None:
        """Take nothing new, and give what was begun a moment to end."""
        self._is_open = False
        if self._bus is not None and self._subscription is not None:
            await self._bus.unsubscribe(self._subscription)
            self._subscription = None
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_WITHIN_S)

    async def leave(self) -> None:
        """Listen to no answers any more."""
        listening, self._listening = self._listening, None
        if self._bus is not None and listening is not None:
            await self._bus.unsubscribe(listening)

    async def ask(self, task: JsonObject) -> ProviderResult:
        """Have a task done where the session is; return what came of it."""
        if self._is_open:
            return await self._perform(task)
        if self._bus is None or not self._bus.is_shared:
            return not_connected()
        question, number = _Question(), new_id()
        self._asked[number] = question
        try:
            return await self._ask(self._bus, question, number, task)
        finally:
            del self._asked[number]

    async def _ask(
        self, bus: Bus, question: _Question, number: str, task: JsonObject
    ) -> ProviderResult:
        if self._listening is None:
            self._listening = await bus.subscribe(self._own_topic, self._hear)
        asked = {
            "id": number,
            "answer_to": self._own_topic,
            "expires_at": self._clock.now().timestamp() + TOO_LATE_S,
            "task": task,
        }
        await bus.publish(self._topic, asked)
        if not await self._comes(question.begun, BEGIN_WITHIN_S):
            return refused(SendOutcome.TRANSIENT, NOT_CONNECTED, NOBODY)
        if not await self._comes(question.result, END_WITHIN_S):
            words = "the process that has the session began to send and said no more"
            return refused(SendOutcome.UNKNOWN, "no_answer", words)
        return question.result.result()

    async def _comes(self, awaited: "asyncio.Future[Any]", seconds: float) -> bool:
        waiting = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait({awaited, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            with suppress(asyncio.CancelledError):
                await waiting
        return awaited.done()

    async def _hear(self, message: JsonObject) -> None:
        """Take an answer; one to a question that nobody waits for any more is dropped."""
        question = self._asked.get(message["id"])
        if question is None:
            return
        if message["result"] is None:
            question.begin()
        else:
            question.end(ProviderResult.model_validate(message["result"]))

    # -- the owner's side

    async def _take(self, message: JsonObject) -> None:
        """Begin what is asked, once; what comes late may have been given up."""
        number = message["id"]
        is_late = message["expires_at"] < self._clock.now().timestamp()
        if is_late or number in self._begun or not self._is_open:
            return
        self._begun[number] = None
        while len(self._begun) > MOST_REMEMBERED:
            self._begun.popitem(last=False)
        await self._answer(message, None)
        doing = asyncio.ensure_future(self._do(message))
        self._tasks.add(doing)
        doing.add_done_callback(self._tasks.discard)

    async def _do(self, message: JsonObject) -> None:
        try:
            result = await self._perform(message["task"])
        except Exception as error:  # the asker waits for a word, whatever went wrong here
            logger.exception("task of another process failed", extra={"topic": self._topic})
            words = f"{type(error).__name__} in the process that has the session"
            result = refused(SendOutcome.UNKNOWN, "owner_failed", words)
        await self._answer(message, result)

    async def _answer(self, message: JsonObject, result: ProviderResult | None) -> None:
        told = result.model_dump(mode="json") if result else None
        if self._bus is not None:
            await self._bus.publish(message["answer_to"], {"id": message["id"], "result": told})
