"""One of the processes among which the sockets of a room are spread."""

import asyncio
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection

from channels.layers import get_channel_layer

from bench.crowds import Crowd, GroupCrowd, RoomCrowd
from bench.processes import GROUP_CROWD, ROOM_CROWD
from rooms.assembly import Sharing
from rooms.kit import RoomKit
from rooms.layer import LayerBus
from rooms.pipeline.dispatch import Dispatch
from rooms.stores.memory import InMemoryStore


class Rounds:
    """Counts what a crowd hears and says when all of its sockets were sent another frame."""

    def __init__(self, name: str, sockets: int, pipe: Connection) -> None:
        self._name = name
        self._sockets = sockets
        self._pipe = pipe
        self._count = 0

    def add(self, _text: str) -> None:
        """Count a frame."""
        self._count += 1
        if self._count % self._sockets == 0:
            self._pipe.send(self._name)


class Wing:
    """Holds its part of both crowds and does what the pipe says.

    A crowd's name lets it publish an event; its name comes back each time the whole part has heard
    one. `cpu` is answered by the seconds of processor time so far, `close` by nothing.
    """

    def __init__(self, pipe: Connection, sockets: int) -> None:
        self._pipe = pipe
        self._sockets = sockets
        self._commands: asyncio.Queue[str] = asyncio.Queue()

    async def live(self) -> None:
        """Open, obey until told to close, close."""
        crowds = self._build_crowds()
        for crowd in crowds.values():
            await crowd.open(self._sockets)
        loop = asyncio.get_running_loop()
        loop.add_reader(self._pipe.fileno(), self._take)
        self._pipe.send("open")
        while (command := await self._commands.get()) != "close":
            if command == "cpu":
                self._pipe.send(time.process_time())
            else:
                await crowds[command].publish()
        loop.remove_reader(self._pipe.fileno())
        for crowd in crowds.values():
            await crowd.close()

    def _take(self) -> None:
        self._commands.put_nowait(self._pipe.recv())

    def _build_crowds(self) -> Mapping[str, Crowd]:
        layer = get_channel_layer()
        assert layer is not None
        sharing = Sharing(dispatch=Dispatch(is_shared=True), bus=LayerBus(layer))
        kit = RoomKit(InMemoryStore(), sharing=sharing)
        return {
            ROOM_CROWD: RoomCrowd(kit, Rounds(ROOM_CROWD, self._sockets, self._pipe).add),
            GROUP_CROWD: GroupCrowd(Rounds(GROUP_CROWD, self._sockets, self._pipe).add),
        }


def live(pipe: Connection, sockets: int) -> None:
    """Be such a process; Django is configured already."""
    asyncio.run(Wing(pipe, sockets).live())
