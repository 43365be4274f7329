"""What the host plugs into a kit: hooks of one room, sockets, reports of providers."""

import logging

import pytest

from hooks import HookExecution, HookResult, HookTrigger
from rooms import (
    ChannelNotRegisteredError,
    DeliveryStatus,
    RoomContext,
    RoomEvent,
)
from rooms.ports import SendFn, StreamSendFn
from rooms.testing.rig import Recorder
from tests.scene import ROOM, Scene
from tests.steps import Seen, spy, watch

# -- hooks of one room


def noting(seen: list[str], name: str):  # type: ignore[no-untyped-def]  # its type is a hook's
    """Make a hook that notes its name."""

    async def note(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        seen.append(name)
        return HookResult.allow()

    return note


@pytest.fixture
async def second(scene: Scene) -> str:
    """Another room of the same person."""
    await scene.kit.create_room("second")
    await scene.kit.attach_channel("second", "person")
    return "second"


def add_room_hook(scene: Scene, seen: list[str], name: str, priority: int = 0) -> None:
    """Add a hook of the room that notes its name."""
    scene.kit.add_room_hook(
        ROOM,
        HookTrigger.BEFORE_BROADCAST,
        HookExecution.SYNC,
        noting(seen, name),
        priority,
        name,
    )


async def test_hook_of_a_room_runs_in_that_room_only(scene: Scene, second: str) -> None:
    seen: list[str] = []
    add_room_hook(scene, seen, "local")

    await scene.say()
    await scene.say(room_id=second)

    assert seen == ["local"]


async def test_hooks_of_a_room_and_of_all_rooms_share_one_order(scene: Scene) -> None:
    seen: list[str] = []
    scene.kit.hook(HookTrigger.BEFORE_BROADCAST, priority=5)(noting(seen, "global 5"))
    add_room_hook(scene, seen, "local 9", 9)
    add_room_hook(scene, seen, "local 1", 1)
    add_room_hook(scene, seen, "local 5", 5)

    await scene.say()

    assert seen == ["local 1", "global 5", "local 5", "local 9"]


async def test_removed_hook_runs_no_more(scene: Scene) -> None:
    seen: list[str] = []
    add_room_hook(scene, seen, "local")

    removed = scene.kit.remove_room_hook(ROOM, "local")
    await scene.say()

    assert (removed, seen) == (True, [])
    assert not scene.kit.remove_room_hook(ROOM, "local")


async def test_hooks_of_a_deleted_room_are_forgotten(scene: Scene) -> None:
    seen: list[str] = []
    add_room_hook(scene, seen, "local")
    await scene.kit.delete_room(ROOM)
    await scene.kit.create_room(ROOM)
    await scene.kit.attach_channel(ROOM, "person")

    await scene.say()

    assert seen == []


# -- sockets


class Hub(Recorder):
    """A channel that keeps connections."""

    def __init__(self, channel_id: str) -> None:
        super().__init__(channel_id)
        self.connections: dict[str, tuple[SendFn, StreamSendFn | None, str | None]] = {}

    def register_connection(
        self,
        connection_id: str,
        send_fn: SendFn,
        *,
        stream_send_fn: StreamSendFn | None = None,
        room_id: str | None = None,
    ) -> None:
        """Keep one."""
        self.connections[connection_id] = (send_fn, stream_send_fn, room_id)

    def unregister_connection(self, connection_id: str) -> None:
        """Forget one."""
        self.connections.pop(connection_id, None)


async def send(connection_id: str, event: RoomEvent) -> None:
    """Send nothing."""


async def stream(connection_id: str, message: object) -> None:
    """Stream nothing."""


async def test_socket_is_registered_and_told(scene: Scene) -> None:
    hub, news = await scene.add(Hub("hub")), watch(scene.kit, "channel_connected")

    await scene.kit.connect_websocket("hub", "c1", send, stream_send_fn=stream, room_id=ROOM)

    assert hub.connections == {"c1": (send, stream, ROOM)}
    [item] = news
    assert (item.channel_id, item.room_id, item.data) == ("hub", ROOM, {"connection_id": "c1"})


async def test_socket_is_forgotten_and_told(scene: Scene) -> None:
    hub, news = await scene.add(Hub("hub")), watch(scene.kit, "channel_disconnected")
    await scene.kit.connect_websocket("hub", "c1", send)

    await scene.kit.disconnect_websocket("hub", "c1")

    assert hub.connections == {}
    assert [item.data for item in news] == [{"connection_id": "c1"}]


async def test_channel_without_connections_says_so(scene: Scene) -> None:
    with pytest.raises(TypeError, match=r"'person' \(Recorder\) takes no connections"):
        await scene.kit.connect_websocket("person", "c1", send)

    with pytest.raises(TypeError, match="person"):
        await scene.kit.disconnect_websocket("person", "c1")


async def test_socket_of_an_unknown_channel_is_an_error(scene: Scene) -> None:
    with pytest.raises(ChannelNotRegisteredError, match="nobody"):
        await scene.kit.connect_websocket("nobody", "c1", send)


# -- reports of providers

STATUS = DeliveryStatus(room_id=ROOM, provider="mock", message_id="SM1", status="delivered")


async def test_report_reaches_the_hooks_with_the_room(scene: Scene) -> None:
    rooms: list[str] = []

    @scene.kit.hook(HookTrigger.ON_DELIVERY_STATUS, execution=HookExecution.ASYNC)
    async def note(status: DeliveryStatus, context: RoomContext) -> None:
        rooms.append(f"{status.message_id} in {context.room.id}")

    await scene.kit.process_delivery_status(STATUS)

    assert rooms == [f"SM1 in {ROOM}"]


async def test_report_reaches_plain_and_async_functions(scene: Scene) -> None:
    seen: Seen[str] = Seen()

    @scene.kit.on_delivery_status
    def plain(status: DeliveryStatus) -> None:
        seen.note("plain")

    @scene.kit.on_delivery_status
    async def later(status: DeliveryStatus) -> None:
        seen.note("later")

    await scene.kit.process_delivery_status(STATUS)

    assert sorted(seen) == ["later", "plain"]


@pytest.mark.parametrize("room_id", [None, "unknown"])
async def test_report_of_no_room_is_logged_and_dropped(
    scene: Scene, room_id: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    seen = spy(scene.kit, HookTrigger.ON_DELIVERY_STATUS)

    with caplog.at_level(logging.WARNING, logger="roomkit.core.delivery"):
        await scene.kit.process_delivery_status(STATUS.model_copy(update={"room_id": room_id}))

    assert list(seen) == []
    assert [vars(record)["provider"] for record in caplog.records] == ["mock"]


# -- what each channel has read


async def test_mark_only_rises(scene: Scene) -> None:
    for body in ("one", "two", "three"):
        await scene.say(body)
    one, two, three = await scene.rows()
    marks = []

    for event in (two, one, three):
        await scene.kit.mark_read(ROOM, "person", event.id)
        marks += [marker.index for marker in await scene.kit.list_read_markers(ROOM)]

    assert marks == [two.index, two.index, three.index]


async def test_everything_can_be_marked_read_at_once(scene: Scene) -> None:
    await scene.say("one")
    await scene.say("two")

    await scene.kit.mark_all_read(ROOM, "person")

    [marker] = await scene.kit.list_read_markers(ROOM)
    assert (marker.channel_id, marker.index) == ("person", (await scene.rows())[-1].index)
