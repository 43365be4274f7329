"""Both truth tables of access and mute, row by row (RFC §8)."""

import pytest

from hooks import Task
from rooms import Access, EventStatus, RoomEvent, TextContent
from rooms.testing.rig import Recorder, ScriptedAgent, Turn, bodies
from tests.scene import ROOM, Scene
from tests.steps import stored

DELIVERED = (EventStatus.DELIVERED, None)
MUTED = (EventStatus.BLOCKED, "source_muted")
READ_ONLY = (EventStatus.BLOCKED, "source_read_only")

SOURCE_SIDE = pytest.mark.parametrize(
    ("access", "muted", "verdict"),
    [
        (Access.READ_WRITE, False, DELIVERED),
        (Access.READ_WRITE, True, MUTED),
        (Access.WRITE_ONLY, False, DELIVERED),
        (Access.WRITE_ONLY, True, MUTED),
        (Access.READ_ONLY, False, READ_ONLY),
        (Access.READ_ONLY, True, MUTED),
        (Access.NONE, False, READ_ONLY),
        (Access.NONE, True, MUTED),
    ],
)


async def restrict(scene: Scene, channel_id: str, access: Access, *, muted: bool) -> None:
    await scene.kit.set_access(ROOM, channel_id, access)
    if muted:
        await scene.kit.mute(ROOM, channel_id)


def verdict_on(event: RoomEvent) -> tuple[EventStatus, str | None]:
    return event.status, event.blocked_by


@SOURCE_SIDE
@pytest.mark.rfc("0.16")
async def test_what_a_source_may_say(
    scene: Scene, access: Access, verdict: tuple[EventStatus, str | None], *, muted: bool
) -> None:
    other = await scene.add(Recorder("other"))
    await restrict(scene, "person", access, muted=muted)

    result = await scene.say()

    assert verdict_on(stored(result)) == verdict
    assert (result.blocked, result.reason) == (verdict is not DELIVERED, verdict[1])
    assert bodies(other.delivered) == (["hello"] if verdict is DELIVERED else [])


@SOURCE_SIDE
@pytest.mark.rfc("0.16")
@pytest.mark.rfc("0.41")
async def test_what_the_host_may_say_in_a_channel_s_name(
    scene: Scene, access: Access, verdict: tuple[EventStatus, str | None], *, muted: bool
) -> None:
    other = await scene.add(Recorder("other"))
    await restrict(scene, "person", access, muted=muted)

    event = await scene.kit.send_event(ROOM, "person", TextContent(body="hello"))

    assert verdict_on(event) == verdict
    assert bodies(other.delivered) == (["hello"] if verdict is DELIVERED else [])


ANSWER = Turn("answer", tasks=[Task(title="call back")])
UNASKED = None

TARGET_SIDE = pytest.mark.parametrize(
    ("access", "muted", "verdict"),
    [
        (Access.READ_WRITE, False, DELIVERED),
        (Access.READ_WRITE, True, MUTED),
        (Access.READ_ONLY, False, READ_ONLY),
        (Access.READ_ONLY, True, MUTED),
        (Access.WRITE_ONLY, False, UNASKED),
        (Access.WRITE_ONLY, True, UNASKED),
        (Access.NONE, False, UNASKED),
        (Access.NONE, True, UNASKED),
    ],
)


@TARGET_SIDE
@pytest.mark.rfc("0.16")
async def test_what_an_agent_hears_and_may_answer(
    scene: Scene, access: Access, verdict: tuple[EventStatus, str | None] | None, *, muted: bool
) -> None:
    bot = await scene.add(ScriptedAgent("bot", ANSWER))
    await restrict(scene, "bot", access, muted=muted)

    await scene.say()

    answers = [row for row in await scene.rows() if row.source.channel_id == "bot"]
    assert len(bot.asked) == (0 if verdict is UNASKED else 1)
    assert [verdict_on(row) for row in answers] == ([] if verdict is UNASKED else [verdict])
    assert bodies(scene.person.delivered) == (["answer"] if verdict is DELIVERED else [])
    assert len(await scene.kit.list_tasks(ROOM)) == len(bot.asked)


@TARGET_SIDE
@pytest.mark.rfc("0.16")
async def test_what_a_transport_is_shown_and_delivered(
    scene: Scene, access: Access, verdict: tuple[EventStatus, str | None] | None, *, muted: bool
) -> None:
    other = await scene.add(Recorder("other"))
    await restrict(scene, "other", access, muted=muted)

    await scene.say()

    reads = verdict is not UNASKED  # a muted transport is still delivered to
    assert bodies(other.events) == (["hello"] if reads else [])
    assert bodies(other.delivered) == (["hello"] if reads else [])


@pytest.mark.rfc("0.16")
async def test_output_muted_transport_is_shown_but_not_delivered(scene: Scene) -> None:
    other = await scene.add(Recorder("other"))
    before = len(await scene.full())

    await scene.kit.mute_output(ROOM, "other")
    await scene.say("unheard")
    await scene.kit.unmute_output(ROOM, "other")
    await scene.say("heard")

    assert bodies(other.events) == ["unheard", "heard"]
    assert bodies(other.delivered) == ["heard"]
    assert len(await scene.full()) == before + 2  # muting the output leaves no row


@pytest.mark.rfc("0.16")
async def test_unmuted_channel_speaks_again(scene: Scene) -> None:
    await scene.kit.mute(ROOM, "person")
    await scene.kit.unmute(ROOM, "person")

    assert verdict_on(stored(await scene.say())) == DELIVERED


@pytest.mark.rfc("0.16")
async def test_muted_streaming_agent_never_begins_to_speak(scene: Scene) -> None:
    turn = Turn(deltas=("one", "two"), tasks=[Task(title="call back")])
    bot = await scene.add(ScriptedAgent("bot", turn))
    await scene.kit.mute(ROOM, "bot")

    await scene.say()

    assert (bot.streams_begun, bot.streams_closed) == (0, 1)
    assert [task.title for task in await scene.kit.list_tasks(ROOM)] == ["call back"]
    assert scene.person.delivered == []
