"""One event loop's end of a channel layer: what it follows, and how it stays connected."""

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable, Coroutine
from hashlib import blake2b
from typing import Any

from channels.layers import BaseChannelLayer

from rooms.domain.frozen import new_id
from rooms.domain.json import JsonObject
from rooms.layer.outage import Outage
from rooms.layer.queues import TopicQueues
from rooms.realtime.bus import Subscribers

logger = logging.getLogger("roomkit.core.bus")

BEAT_S = 2.0
# How long the layer may take for anything; a local Redis takes less than a millisecond.
PATIENCE_S = 2.0
BEATS_UNTIL_NEW_CHANNEL = 2

MESSAGE = "roomkit.message"
BEAT = "roomkit.beat"


def group_of(topic: str) -> str:
    """Return the layer's group of a topic: layers allow few characters, and fewer than 100."""
    return f"roomkit.{blake2b(topic.encode(), digest_size=16).hexdigest()}"


class LayerLine:
    """Owns one channel of the layer, in one group per followed topic, and the tasks that read it.

    Every `beat_s` seconds it sends itself a message through a group of its own. Hearing it proves
    the whole way: that the layer answers, that it still knows our groups, and that we receive. A
    line that hears nothing takes a new channel and enters all groups again.
    """

    def __init__(
        self, layer: BaseChannelLayer, *, on_gap: Callable[[], Awaitable[None]], beat_s: float
    ) -> None:
        self.subscribers = Subscribers()
        self._layer = layer
        self._on_gap = on_gap
        self._beat_s = beat_s
        self._origin = new_id()
        self._outage = Outage()
        self._queues = TopicQueues(self.subscribers.tell, on_overflow=self._note_gap)
        self._name = ""
        self._groups: set[str] = set()
        self._has_gap = False
        self._heard = asyncio.Event()
        self._changing = asyncio.Lock()
        self._receiving: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None

    async def send(self, topic: str, message: JsonObject) -> None:
        """Send to the other processes; a layer that is down loses it."""
        if self._outage.is_fresh:
            return
        envelope = {"type": MESSAGE, "origin": self._origin, "topic": topic, "message": message}
        try:
            await self._ask(self._layer.group_send(group_of(topic), envelope))
        except (TypeError, ValueError, OverflowError):
            logger.exception("message is not JSON and was not sent", extra={"topic": topic})
        except Exception as error:  # whatever carries messages, a delivery must not fail with it
            self._note_failure(error)
        else:
            if self._watching is None:  # else hearing counts, not only being taken
                self._outage.end()

    async def follow(self, topic: str) -> None:
        """Enter or leave the topic's group, as its subscribers want; never raises."""
        if self._watching is None:
            self._watching = _spawn(self._watch())
        if self._outage.is_fresh:
            self._note_gap()  # the watch enters all groups once the layer is up
            return
        try:
            async with self._changing:
                await self._open()
                await self._enter_or_leave(topic)
        except Exception as error:  # for the same reason
            self._note_failure(error)

    async def close(self) -> None:
        """Stop reading and leave all groups."""
        self.subscribers.clear()
        tasks = [task for task in (self._watching, self._receiving) if task is not None]
        self._watching = self._receiving = None
        try:
            for group in self._groups:
                await self._ask(self._layer.group_discard(group, self._name))
        except Exception:  # a layer that is down forgets us by itself
            logger.debug("groups not left", exc_info=True)
        for task in (*tasks, *self._queues.tasks):
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    # -- the channel and its groups

    async def _open(self) -> None:
        """Take a channel of the layer unless there is one, and begin to read it."""
        if self._name:
            return
        self._name = await self._ask(self._layer.new_channel())
        self._receiving = _spawn(self._receive(self._name))
        await self._enter(self._own_group)

    async def _give_channel_up(self) -> None:
        async with self._changing:
            if self._receiving is not None:
                self._receiving.cancel()
            self._name, self._receiving = "", None
            self._groups.clear()

    async def _enter_all(self) -> None:
        await self._enter(self._own_group)
        for topic in self.subscribers.topics:
            await self._enter(group_of(topic))

    async def _enter_or_leave(self, topic: str) -> None:
        group = group_of(topic)
        if topic in self.subscribers:
            if group not in self._groups:
                await self._enter(group)
        elif group in self._groups:
            self._groups.discard(group)
            await self._ask(self._layer.group_discard(group, self._name))

    async def _enter(self, group: str) -> None:
        await self._ask(self._layer.group_add(group, self._name))
        self._groups.add(group)

    # -- what comes in

    async def _receive(self, channel: str) -> None:
        while True:
            try:
                message = await self._layer.receive(channel)
            except Exception as error:  # the line must outlive every failure of the layer
                self._note_failure(error)
                await asyncio.sleep(self._beat_s)
            else:
                self._take(message)

    def _take(self, message: JsonObject) -> None:
        is_own = message.get("origin") == self._origin
        if message.get("type") == BEAT and is_own:
            self._heard.set()
        elif message.get("type") == MESSAGE and not is_own:
            self._queues.put(message["topic"], message["message"])

    # -- staying connected

    async def _watch(self) -> None:
        unheard = 0
        while True:
            await asyncio.sleep(self._beat_s)
            try:
                unheard = 0 if await self._hears_itself() else unheard + 1
                if unheard >= BEATS_UNTIL_NEW_CHANNEL:
                    await self._give_channel_up()
                elif not unheard:
                    await self._heal()
            except Exception as error:  # tried again with the next beat
                self._note_failure(error)

    async def _hears_itself(self) -> bool:
        if self._has_gap or not self._name:
            async with self._changing:
                await self._open()
                await self._enter_all()  # the layer may have forgotten them
        self._heard.clear()
        beat = {"type": BEAT, "origin": self._origin}
        await self._ask(self._layer.group_send(self._own_group, beat))
        try:
            await self._ask(self._heard.wait())
        except TimeoutError as error:
            self._note_failure(error)
            return False
        return True

    async def _heal(self) -> None:
        self._outage.end()
        if self._has_gap:
            self._has_gap = False
            await self._on_gap()

    @property
    def _own_group(self) -> str:
        return f"roomkit.line.{self._origin}"

    def _note_failure(self, error: Exception) -> None:
        self._note_gap()
        self._outage.begin(error)

    def _note_gap(self) -> None:
        """Know that messages may be missing, which is told once all is well again."""
        self._has_gap = True

    @staticmethod
    async def _ask(request: Awaitable[Any]) -> Any:
        async with asyncio.timeout(PATIENCE_S):
            return await request


def _spawn(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    # An empty context, so that the task never inherits a held room lock or somebody's span.
    return asyncio.get_running_loop().create_task(work, context=contextvars.Context())
