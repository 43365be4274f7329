"""Rights are never widened by the way, and detaching is final (RFC §8)."""

import asyncio

import pytest

from rooms import Access, ChannelBinding, EventStatus, InboundResult, RoomKit
from rooms.stores.base import ConversationStore
from rooms.testing.rig import Recorder, bodies, text
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene


def rights(binding: ChannelBinding) -> tuple[Access, bool, str]:
    return binding.access, binding.muted, binding.visibility


NARROW = (Access.READ_ONLY, True, "other")


@pytest.fixture
async def narrow(scene: Scene) -> Scene:
    """A scene whose channel `guest` may read, is muted and would whisper to `other`."""
    await scene.add(Recorder("guest"), access=Access.READ_ONLY, visibility="other")
    await scene.kit.mute(ROOM, "guest")
    return scene


@pytest.mark.rfc("0.21")
async def test_message_of_a_restricted_channel_does_not_widen_it(narrow: Scene) -> None:
    await narrow.say("let me in", channel="guest")

    assert rights(await narrow.kit.get_binding(ROOM, "guest")) == NARROW


@pytest.mark.rfc("0.21")
async def test_new_metadata_does_not_widen_a_binding(narrow: Scene) -> None:
    binding = await narrow.kit.update_binding_metadata(ROOM, "guest", {"phone_number": "+1"})

    assert rights(binding) == NARROW


@pytest.mark.rfc("0.21")
async def test_closing_and_reopening_does_not_widen_a_binding(narrow: Scene) -> None:
    await narrow.kit.close_room(ROOM)
    await narrow.kit.reopen_room(ROOM)

    assert rights(await narrow.kit.get_binding(ROOM, "guest")) == NARROW


@pytest.mark.rfc("0.21")
async def test_automatic_attach_keeps_the_binding_in_force(
    narrow: Scene, store: ConversationStore
) -> None:
    wide = ChannelBinding(channel_id="guest", room_id=ROOM, channel_type="websocket")

    kept = await store.auto_attach(wide)

    assert kept is not None
    assert rights(kept) == rights(await narrow.kit.get_binding(ROOM, "guest")) == NARROW


@pytest.mark.rfc("0.21")
async def test_each_right_changes_alone(narrow: Scene) -> None:
    await narrow.kit.set_access(ROOM, "guest", Access.READ_WRITE)
    binding = await narrow.kit.set_visibility(ROOM, "guest", "all")

    assert rights(binding) == (Access.READ_WRITE, True, "all")


@pytest.fixture
async def guest(scene: Scene) -> Recorder:
    """A channel that was attached and then detached."""
    guest = await scene.add(Recorder("guest"))
    assert await scene.kit.detach_channel(ROOM, "guest")
    return guest


async def assert_revoked(scene: Scene, kit: RoomKit, result: InboundResult) -> None:
    assert result.blocked
    assert result.reason == "source_not_attached"
    assert result.event is None or result.event.status is EventStatus.BLOCKED
    assert "guest" not in [binding.channel_id for binding in await kit.list_bindings(ROOM)]
    assert "let me in" not in bodies(scene.person.delivered)


@pytest.mark.rfc("0.22")
async def test_detached_channel_cannot_come_back_by_writing(scene: Scene, guest: Recorder) -> None:
    result = await scene.say("let me in", channel="guest")

    await assert_revoked(scene, scene.kit, result)


@pytest.mark.rfc("0.22")
async def test_detaching_outlives_the_process(
    scene: Scene, guest: Recorder, make_kit: MakeKit
) -> None:
    fresh = make_kit()
    fresh.register_channel(Recorder("guest"))

    result = await fresh.process_inbound(text("guest", "g", "let me in", room_id=ROOM))

    await assert_revoked(scene, fresh, result)


@pytest.mark.rfc("0.22")
async def test_detached_channel_hears_nothing(scene: Scene, guest: Recorder) -> None:
    await scene.say()

    assert (guest.events, guest.delivered) == ([], [])


@pytest.mark.rfc("0.22")
async def test_explicit_attach_restores_the_channel(scene: Scene, guest: Recorder) -> None:
    await scene.kit.attach_channel(ROOM, "guest")

    result = await scene.say("let me in", channel="guest")

    assert not result.blocked
    assert bodies(scene.person.delivered) == ["let me in"]


@pytest.mark.rfc("0.22")
async def test_detaching_twice_says_so(scene: Scene, guest: Recorder) -> None:
    assert not await scene.kit.detach_channel(ROOM, "guest")


@pytest.mark.rfc("0.22")
async def test_messages_that_race_a_detach_do_not_undo_it(scene: Scene) -> None:
    await scene.add(Recorder("guest"))
    attached = len(await scene.full())

    racing = asyncio.gather(*(scene.say(f"let {n} in", channel="guest") for n in range(20)))
    await scene.kit.detach_channel(ROOM, "guest")
    results = await racing

    rows = (await scene.full())[attached:]
    [detached] = [row.index for row in rows if row.type == "channel_detached"]
    delivered = {row.index for row in rows if row.source.channel_id == "guest"} & {
        row.index for row in rows if row.status is EventStatus.DELIVERED
    }
    assert all(index < detached for index in delivered)
    assert len(delivered) == len([result for result in results if not result.blocked])
    assert "guest" not in [b.channel_id for b in await scene.kit.list_bindings(ROOM)]


@pytest.mark.rfc("0.22")
async def test_channel_of_no_room_is_attached_by_its_first_message(scene: Scene) -> None:
    scene.kit.register_channel(Recorder("newcomer"))

    result = await scene.say("hello", channel="newcomer")

    assert not result.blocked
    assert "newcomer" in [b.channel_id for b in await scene.kit.list_bindings(ROOM)]
