"""Protocol traces: who hears of them, to which room they belong, what waits for a room."""

import logging
from typing import Any

import pytest

from hooks import HookExecution, HookTrigger
from rooms import ProtocolTrace
from rooms.pipeline.traces import MAX_WAITING_ROOMS, MAX_WAITING_TRACES
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder
from tests.scene import ROOM, Scene
from tests.steps import Seen, spy


def trace(summary: str = "INVITE", *, protocol: str = "sip", **fields: Any) -> ProtocolTrace:
    """Make a trace of the person's channel."""
    return ProtocolTrace("person", "inbound", protocol, summary, **fields)


class Phone(Recorder):
    """A channel with live sessions."""

    def resolve_trace_room(self, session_id: str | None) -> str | None:
        """Know one session."""
        return ROOM if session_id == "call-1" else None


@pytest.fixture
def heard(scene: Scene) -> Seen[ProtocolTrace]:
    return spy(scene.kit, HookTrigger.ON_PROTOCOL_TRACE)


async def test_hooks_hear_a_trace_of_their_room(scene: Scene, heard: Seen[ProtocolTrace]) -> None:
    scene.person.emit_trace(trace(room_id=ROOM, raw=b"INVITE sip:ann@shop"))

    [seen] = await heard.until(1)
    assert (seen.room_id, seen.summary, seen.raw) == (ROOM, "INVITE", b"INVITE sip:ann@shop")


async def test_room_of_a_live_session_is_found(scene: Scene, heard: Seen[ProtocolTrace]) -> None:
    phone = await scene.add(Phone("phone"))

    phone.emit_trace(trace(session_id="call-1"))

    assert [seen.room_id for seen in await heard.until(1)] == [ROOM]


async def test_trace_that_belongs_to_no_room_is_heard_by_nobody(
    scene: Scene, heard: Seen[ProtocolTrace], clock: FakeClock
) -> None:
    phone = await scene.add(Phone("phone"))

    phone.emit_trace(trace(session_id="call-2"))
    await clock.settle()

    assert list(heard) == []


async def test_trace_of_a_room_to_come_is_heard_when_a_channel_is_attached(
    scene: Scene, heard: Seen[ProtocolTrace], clock: FakeClock
) -> None:
    for summary in ("INVITE", "RINGING"):
        scene.person.emit_trace(trace(summary, room_id="later"))
    await clock.settle()
    heard_early = list(heard)
    await scene.kit.create_room("later")

    await scene.kit.attach_channel("later", "person")

    assert heard_early == []
    assert [seen.summary for seen in heard] == ["INVITE", "RINGING"]


async def test_what_has_waited_is_heard_once(
    scene: Scene, heard: Seen[ProtocolTrace], clock: FakeClock
) -> None:
    await scene.add(Recorder("phone"))
    scene.person.emit_trace(trace(room_id="later"))
    await clock.settle()
    await scene.kit.create_room("later")
    await scene.kit.attach_channel("later", "person")

    await scene.kit.attach_channel("later", "phone")

    assert len(heard) == 1


async def test_of_too_many_traces_the_oldest_are_dropped(
    scene: Scene, heard: Seen[ProtocolTrace], clock: FakeClock
) -> None:
    for number in range(MAX_WAITING_TRACES + 1):
        scene.person.emit_trace(trace(str(number), room_id="later"))
    await clock.settle()
    await scene.kit.create_room("later")

    await scene.kit.attach_channel("later", "person")

    assert [seen.summary for seen in heard] == [
        str(number) for number in range(1, MAX_WAITING_TRACES + 1)
    ]


async def test_of_too_many_rooms_the_oldest_is_dropped(
    scene: Scene, heard: Seen[ProtocolTrace], clock: FakeClock
) -> None:
    for number in range(MAX_WAITING_ROOMS + 1):
        scene.person.emit_trace(trace(room_id=f"later-{number}"))
        await clock.settle()
    for room_id in ("later-0", "later-1"):
        await scene.kit.create_room(room_id)
        await scene.kit.attach_channel(room_id, "person")

    assert [seen.room_id for seen in heard] == ["later-1"]


async def test_failing_hook_keeps_the_trace_from_nobody(
    scene: Scene, heard: Seen[ProtocolTrace]
) -> None:
    @scene.kit.hook(HookTrigger.ON_PROTOCOL_TRACE, execution=HookExecution.ASYNC)
    async def broken(seen: ProtocolTrace, context: object) -> None:
        raise RuntimeError("broke")

    scene.person.emit_trace(trace(room_id=ROOM))

    assert len(await heard.until(1)) == 1


async def test_channel_that_is_registered_again_is_heard_once(
    scene: Scene, heard: Seen[ProtocolTrace], clock: FakeClock
) -> None:
    scene.kit.register_channel(scene.kit.unregister_channel("person"))

    scene.person.emit_trace(trace(room_id=ROOM))
    await clock.settle()

    assert len(heard) == 1


async def test_channel_that_is_no_longer_registered_is_not_heard(
    scene: Scene, heard: Seen[ProtocolTrace], clock: FakeClock
) -> None:
    scene.kit.unregister_channel("person")

    scene.person.emit_trace(trace(room_id=ROOM))
    await clock.settle()

    assert list(heard) == []


# -- listeners of the channel itself


@pytest.mark.parametrize(
    ("protocols", "summaries"),
    [
        (None, ["INVITE", "POST"]),  # all of them
        (["http"], ["POST"]),
        (["http", "sip"], ["INVITE", "POST"]),
        (["smtp"], []),
    ],
)
def test_listener_may_choose_protocols(protocols: list[str] | None, summaries: list[str]) -> None:
    channel, heard = Recorder("person"), []
    channel.on_trace(lambda seen: heard.append(seen.summary), protocols=protocols)

    channel.emit_trace(trace("INVITE", protocol="sip"))
    channel.emit_trace(trace("POST", protocol="http"))

    assert heard == summaries


def test_channel_knows_whether_anybody_listens() -> None:
    channel = Recorder("person")
    before = channel.trace_enabled

    channel.on_trace(lambda seen: None)

    assert (before, channel.trace_enabled) == (False, True)


def fail(seen: ProtocolTrace) -> None:
    raise RuntimeError("broke")


async def fail_later(seen: ProtocolTrace) -> None:
    raise RuntimeError("broke")


@pytest.mark.parametrize("broken", [fail, fail_later])
async def test_failing_listener_is_logged_and_disturbs_nobody(
    broken: Any, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    channel, heard = Recorder("person"), []
    channel.on_trace(broken)
    channel.on_trace(lambda seen: heard.append(seen.summary))

    with caplog.at_level(logging.ERROR, logger="roomkit.channels"):
        channel.emit_trace(trace())
        await clock.settle()

    assert heard == ["INVITE"]
    assert [vars(record)["channel_id"] for record in caplog.records] == ["person"]
