"""Several processes of one site for socket tests: a kit each, one store, one bus between them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from channels_app.channels.websocket import WebSocketChannel
from rooms import runtime
from rooms.assembly import Sharing
from rooms.domain.enums import ChannelCategory
from rooms.kit import RoomKit
from rooms.shared.local import LocalSharedState
from rooms.stores.memory import InMemoryStore
from rooms.testing.rig import Line, ScriptedAgent
from tests.layers import MakeBus, buses
from tests.web.chat_socket import AGENT, CHANNEL, ROOM, VISITOR, ChatSocket, connect


class Site:
    """Processes that share a store, a channel layer and what Redis would keep."""

    def __init__(self, make_bus: MakeBus, patch: pytest.MonkeyPatch) -> None:
        self.store = InMemoryStore()
        self.shared = LocalSharedState()
        self.kits: list[RoomKit] = []
        self._make_bus = make_bus
        self._patch = patch

    def start(self, *lines: Line) -> RoomKit:
        """Start a process; its agent answers with these lines."""
        sharing = Sharing(bus=self._make_bus(), state=self.shared)
        kit = RoomKit(self.store, sharing=sharing)
        kit.register_channel(WebSocketChannel(CHANNEL))
        kit.register_channel(ScriptedAgent(AGENT, *lines))
        self.kits.append(kit)
        return kit

    async def open_room(self, kit: RoomKit) -> None:
        """Make the room in which the visitor takes part."""
        await kit.create_room(ROOM)
        await kit.attach_channel(ROOM, CHANNEL)
        await kit.attach_channel(ROOM, AGENT, category=ChannelCategory.INTELLIGENCE)
        await kit.ensure_participant(ROOM, CHANNEL, VISITOR)

    @asynccontextmanager
    async def window(self, kit: RoomKit, **options: str) -> AsyncIterator[ChatSocket]:
        """Open a socket of the room at one process and skip the `hello`."""
        self._patch.setattr(runtime, "_kit", kit)
        async with connect(ROOM, **options) as socket:  # type: ignore[arg-type]  # passed on as is
            assert (await socket.read())["type"] == "hello"
            yield socket


@asynccontextmanager
async def open_site(kind: str, patch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """Return a site over a layer of this kind; its processes are stopped at the end."""
    async with buses(kind) as make_bus:
        site = Site(make_bus, patch)
        yield site
        for kit in site.kits:
            await kit.close()
