"""The channel contract, bindings and what they may do (RFC §6, §8)."""

from typing import Any

import pytest

from hooks import Observation, Task
from rooms import (
    Access,
    ChannelBinding,
    ChannelDirection,
    ChannelOutput,
    ChannelType,
    EventSource,
    EventStatus,
    InboundMessage,
    RoomContext,
    RoomEvent,
)
from rooms.channel import Channel
from rooms.testing.rig import Recorder, ScriptedAgent, Turn, bodies, streamed
from tests.scene import ROOM, Scene
from tests.steps import stored


class Minimal(Channel):
    """As little as a channel can be."""

    channel_type = ChannelType.CLI

    def __init__(self, channel_id: str) -> None:
        super().__init__(channel_id)
        self.printed: list[str] = []

    async def handle_inbound(self, message: InboundMessage, context: RoomContext) -> RoomEvent:
        """Read a line."""
        source = EventSource(channel_id=self.channel_id, channel_type=self.channel_type)
        return RoomEvent(room_id=context.room.id, source=source, content=message.content)

    async def deliver(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Print a line."""
        self.printed += bodies([event])
        return ChannelOutput.empty()


@pytest.mark.rfc("0.15")
async def test_two_methods_make_a_channel(scene: Scene) -> None:
    minimal = await scene.add(Minimal("cli"))

    await scene.say("from the person")
    event = stored(await scene.say("from the console", channel="cli"))

    assert minimal.printed == ["from the person"]
    assert event.status is EventStatus.DELIVERED
    assert bodies(scene.person.delivered) == ["from the console"]


@pytest.mark.rfc("0.15")
async def test_channel_without_opinion_answers_nothing(scene: Scene) -> None:
    minimal = await scene.add(Minimal("cli"))
    event = stored(await scene.say())
    binding = await scene.kit.get_binding(ROOM, "cli")
    context = RoomContext(room=await scene.kit.get_room(ROOM))

    output = await minimal.on_event(event, binding, context)

    assert not output.responded
    assert output.response_events == []
    await minimal.connect_session(object(), ROOM, binding)
    assert not minimal.supports_streaming_delivery


@pytest.mark.rfc("0.15")
async def test_streamed_answer_reaches_a_plain_channel_whole(scene: Scene) -> None:
    await scene.add(ScriptedAgent("bot", streamed("Hel", "lo ", "you")))

    await scene.say()

    assert bodies(scene.person.delivered) == ["Hello you"]


@pytest.mark.rfc("0.15")
async def test_default_stream_delivery_collects_and_delivers_once(scene: Scene) -> None:
    minimal = await scene.add(Minimal("cli"))
    event = stored(await scene.say())
    minimal.printed.clear()

    async def deltas() -> Any:
        for delta in ("Hel", "lo"):
            yield delta

    context = RoomContext(room=await scene.kit.get_room(ROOM))
    binding = await scene.kit.get_binding(ROOM, "cli")
    await minimal.deliver_stream(deltas(), event, binding, context)

    assert minimal.printed == ["Hello"]


@pytest.mark.rfc("0.17")
async def test_source_receives_nothing_of_its_own_event(scene: Scene) -> None:
    other = await scene.add(Recorder("other"))

    await scene.say()

    assert (scene.person.events, scene.person.delivered) == ([], [])
    assert bodies(other.events) == bodies(other.delivered) == ["hello"]


@pytest.mark.rfc("0.17")
async def test_agent_is_not_asked_about_its_own_answer(scene: Scene) -> None:
    bot = await scene.add(ScriptedAgent("bot", "answer"))

    await scene.say()

    assert bodies([asked.event for asked in bot.asked]) == ["hello"]
    assert bot.delivered == []


SIDE_EFFECTS = Turn(
    "an answer",
    tasks=[Task(title="call back")],
    observations=[Observation(content="is in a hurry")],
    metadata_updates={"mood": "hurried"},
)


@pytest.mark.rfc("0.18")
@pytest.mark.parametrize(
    ("access", "muted"),
    [(Access.READ_WRITE, False), (Access.READ_WRITE, True), (Access.READ_ONLY, False)],
)
async def test_side_effects_of_an_agent_are_kept_whatever_it_may_say(
    scene: Scene, access: Access, *, muted: bool
) -> None:
    await scene.add(ScriptedAgent("bot", SIDE_EFFECTS), access=access)
    if muted:
        await scene.kit.mute(ROOM, "bot")

    await scene.say()

    assert [task.title for task in await scene.kit.list_tasks(ROOM)] == ["call back"]
    assert [seen.content for seen in await scene.kit.list_observations(ROOM)] == ["is in a hurry"]
    assert (await scene.kit.get_room(ROOM)).metadata["mood"] == "hurried"


@pytest.mark.rfc("0.16")
@pytest.mark.parametrize(
    ("direction", "shown", "delivered"),
    [
        (ChannelDirection.BIDIRECTIONAL, 1, 1),
        (ChannelDirection.OUTBOUND, 0, 1),  # a push channel is still delivered to
        (ChannelDirection.INBOUND, 1, 0),
    ],
)
async def test_direction_of_a_channel_is_what_it_can_do(
    scene: Scene, direction: ChannelDirection, shown: int, delivered: int
) -> None:
    recorder = Recorder("other")
    recorder.direction = direction
    await scene.add(recorder)

    await scene.say()

    assert (len(recorder.events), len(recorder.delivered)) == (shown, delivered)


@pytest.mark.rfc("0.16")
async def test_channel_learns_of_every_change_of_its_rights(scene: Scene) -> None:
    learned = []
    for change in (
        scene.kit.mute(ROOM, "person"),
        scene.kit.unmute(ROOM, "person"),
        scene.kit.set_access(ROOM, "person", Access.READ_ONLY),
    ):
        await change
        binding = scene.person.bindings[ROOM]
        learned.append((binding.muted, binding.access))

    assert learned == [
        (True, Access.READ_WRITE),
        (False, Access.READ_WRITE),
        (False, Access.READ_ONLY),
    ]
