"""What the kit answers when it is used wrongly or a channel breaks: by name, and at once."""

import asyncio

import pytest

from hooks import HookResult, HookTrigger
from rooms import (
    Access,
    ChannelAlreadyRegisteredError,
    ChannelBinding,
    ChannelNotFoundError,
    ChannelNotRegisteredError,
    InboundMessage,
    RateLimit,
    RoomAlreadyExistsError,
    RoomContext,
    RoomEvent,
    RoomNotFoundError,
    TextContent,
)
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, bodies, text
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene, injection
from tests.steps import stored


@pytest.mark.rfc("0.15")
async def test_channel_id_is_taken_once(scene: Scene) -> None:
    with pytest.raises(ChannelAlreadyRegisteredError, match="person"):
        scene.kit.register_channel(Recorder("person"))


@pytest.mark.rfc("0.15")
async def test_unregistered_channel_is_handed_back_and_its_bindings_stay(scene: Scene) -> None:
    assert scene.kit.unregister_channel("person") is scene.person
    assert [binding.channel_id for binding in await scene.kit.list_bindings(ROOM)] == ["person"]


@pytest.mark.rfc("0.30")
async def test_message_of_an_unknown_channel_is_an_error(scene: Scene) -> None:
    with pytest.raises(ChannelNotRegisteredError, match="nobody"):
        await scene.kit.process_inbound(text("nobody", "x", "hello"))


class Broken(Recorder):
    """A channel that cannot read its own messages, nor enter a room."""

    async def handle_inbound(self, message: InboundMessage, context: RoomContext) -> RoomEvent:
        """Fail."""
        raise ValueError("cannot read this")

    async def on_room_attached(self, room_id: str, binding: ChannelBinding) -> None:
        """Fail on request."""
        if binding.metadata.get("refuses"):
            raise ValueError("cannot enter")


@pytest.mark.rfc("0.30")
async def test_channel_that_cannot_read_its_message_tells_the_caller(scene: Scene) -> None:
    await scene.add(Broken("broken"))

    with pytest.raises(ValueError, match="cannot read this"):
        await scene.say(channel="broken")

    assert await scene.rows() == []
    assert not (await scene.say("the room is fine")).blocked


@pytest.mark.rfc("0.16")
async def test_channel_that_refuses_a_room_is_not_attached(scene: Scene) -> None:
    before = await scene.full()

    with pytest.raises(ValueError, match="cannot enter"):
        await scene.add(Broken("broken"), metadata={"refuses": True})

    assert [binding.channel_id for binding in await scene.kit.list_bindings(ROOM)] == ["person"]
    assert await scene.full() == before


@pytest.mark.rfc("0.16")
async def test_channel_that_refuses_new_terms_keeps_the_old(scene: Scene) -> None:
    await scene.add(Broken("broken"), access=Access.READ_ONLY)

    with pytest.raises(ValueError, match="cannot enter"):
        await scene.kit.attach_channel(ROOM, "broken", metadata={"refuses": True})

    binding = await scene.kit.get_binding(ROOM, "broken")
    assert (binding.access, binding.metadata) == (Access.READ_ONLY, {})


class Shy(Recorder):
    """A channel that enters rooms only once it has been talked to."""

    ready = False

    async def on_room_attached(self, room_id: str, binding: ChannelBinding) -> None:
        """Fail until it is ready."""
        if not self.ready:
            raise ValueError("not yet")


@pytest.mark.rfc("0.16")
async def test_channel_that_refuses_a_room_is_not_attached_by_its_message_either(
    scene: Scene,
) -> None:
    scene.kit.register_channel(Shy("shy"))

    with pytest.raises(ValueError, match="not yet"):
        await scene.say(channel="shy")

    assert [binding.channel_id for binding in await scene.kit.list_bindings(ROOM)] == ["person"]
    assert await scene.rows() == []


@pytest.mark.rfc("0.22")
async def test_failed_attach_is_no_detach(scene: Scene) -> None:
    shy = Shy("shy")
    with pytest.raises(ValueError, match="not yet"):
        await scene.add(shy)
    shy.ready = True

    result = await scene.say("may I?", channel="shy")

    assert not result.blocked
    assert bodies(scene.person.delivered) == ["may I?"]


@pytest.mark.rfc("0.1")
async def test_room_id_is_taken_once(scene: Scene) -> None:
    with pytest.raises(RoomAlreadyExistsError, match=ROOM):
        await scene.kit.create_room(ROOM)


@pytest.mark.rfc("0.1")
async def test_room_without_an_id_gets_one(scene: Scene) -> None:
    one, two = await scene.kit.create_room(), await scene.kit.create_room()

    assert one.id
    assert one.id != two.id


@pytest.mark.rfc("0.1")
@pytest.mark.parametrize("verb", ["get_room", "close_room", "pause_room", "archive_room"])
async def test_room_that_is_not_there_is_an_error(scene: Scene, verb: str) -> None:
    with pytest.raises(RoomNotFoundError, match="nowhere"):
        await getattr(scene.kit, verb)("nowhere")


@pytest.mark.rfc("0.1")
async def test_deleted_room_is_gone_with_everything_in_it(scene: Scene) -> None:
    await scene.say()

    assert await scene.kit.delete_room(ROOM)

    assert not await scene.kit.delete_room(ROOM)
    assert await scene.full() == []
    assert await scene.kit.list_bindings(ROOM) == []


@pytest.mark.rfc("0.16")
@pytest.mark.parametrize("verb", ["mute", "unmute", "mute_output", "get_binding"])
async def test_verbs_on_bindings_name_the_channel_that_is_missing(scene: Scene, verb: str) -> None:
    with pytest.raises(ChannelNotFoundError, match="nobody"):
        await getattr(scene.kit, verb)(ROOM, "nobody")


@pytest.mark.rfc("0.16")
async def test_only_registered_channels_can_be_attached(scene: Scene) -> None:
    with pytest.raises(ChannelNotRegisteredError, match="nobody"):
        await scene.kit.attach_channel(ROOM, "nobody")


@pytest.mark.rfc("0.30")
async def test_flood_is_refused_before_anything_else(make_kit: MakeKit) -> None:
    clock = FakeClock()
    scene = Scene(make_kit(clock=clock, inbound_rate_limit=RateLimit(max_per_second=1, burst=2)))
    await scene.open()
    seen = scene.before_broadcast(HookResult.allow())

    results = [await scene.say(f"line {number}") for number in range(3)]
    await clock.advance(1)
    later = await scene.say("later")

    assert [result.reason for result in results] == [None, None, "rate_limited"]
    assert not later.blocked
    assert bodies(seen) == ["line 0", "line 1", "later"]


@pytest.mark.rfc("0.28")
async def test_injection_to_a_channel_that_is_not_there_is_kept_for_the_record(
    scene: Scene,
) -> None:
    scene.before_broadcast(HookResult.block("no", injected=[injection("note", "nobody")]))

    await scene.say()

    assert bodies(await scene.rows()) == ["hello", "note"]


@pytest.mark.rfc("0.23")
async def test_hook_may_narrow_who_sees_and_who_is_asked(scene: Scene) -> None:
    other = await scene.add(Recorder("other"))
    third = await scene.add(Recorder("third"))

    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def narrow(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        return HookResult.modify(event.model_copy(update={"visibility": "third"}))

    event = stored(await scene.say())

    assert event.visibility == "third"
    assert (bodies(other.delivered), bodies(third.delivered)) == ([], ["hello"])


@pytest.mark.rfc("0.31")
async def test_cancelled_caller_leaves_the_room_usable(scene: Scene) -> None:
    begun = asyncio.Event()

    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def think(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        if bodies([event]) == ["given up"]:
            begun.set()
            await asyncio.Event().wait()
        return HookResult.allow()

    saying = asyncio.ensure_future(scene.say("given up"))
    await begun.wait()
    saying.cancel()
    async with asyncio.timeout(5):
        await scene.say("next")

    assert saying.cancelled()
    assert bodies(await scene.rows()) == ["next"]


@pytest.mark.rfc("0.41")
async def test_host_cannot_send_twice_what_a_hook_forbids(scene: Scene) -> None:
    scene.before_broadcast(HookResult.block("no"))

    events = [
        await scene.kit.send_event(ROOM, "person", TextContent(body="x"), idempotency_key="k")
        for _ in range(2)
    ]

    assert {event.status.value for event in events} == {"blocked"}
    assert events[0].id == events[1].id
