"""Spans of one message: what follows from it is linked to it, whichever task it ran in."""

import pytest

from hooks import HookResult, HookTrigger
from rooms import (
    MockTelemetryProvider,
    RetryPolicy,
    RoomContext,
    RoomEvent,
    Span,
    SpanKind,
    TelemetryConfig,
    TextContent,
)
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, ScriptedAgent, streamed
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene


@pytest.fixture
def telemetry() -> MockTelemetryProvider:
    return MockTelemetryProvider()


@pytest.fixture
async def traced(make_kit: MakeKit, clock: FakeClock, telemetry: MockTelemetryProvider) -> Scene:
    scene = Scene(make_kit(clock=clock, telemetry=telemetry))
    await scene.open()
    return scene


def called(telemetry: MockTelemetryProvider, name: str) -> list[Span]:
    """Return the ended spans of a name."""
    return [span for span in telemetry.spans if span.name == name]


async def test_deliveries_and_reactions_are_children_of_their_message(
    traced: Scene, telemetry: MockTelemetryProvider
) -> None:
    await traced.add(Recorder("phone"))
    await traced.add(ScriptedAgent("bot", "answer"))

    await traced.say()

    [root] = called(telemetry, "process_inbound")
    children = [span for span in telemetry.spans if span is not root]
    assert root.parent_id is None
    assert {span.parent_id for span in children} == {root.id}
    # the question to the phone, and the answer to both
    assert sorted((span.name, span.channel_id) for span in children) == [
        ("deliver", "person"),
        ("deliver", "phone"),
        ("deliver", "phone"),
        ("react", "bot"),
    ]


async def test_spans_name_room_channel_and_kind(
    traced: Scene, telemetry: MockTelemetryProvider
) -> None:
    await traced.add(Recorder("phone"))

    await traced.say()

    [root], [child] = called(telemetry, "process_inbound"), called(telemetry, "deliver")
    assert (root.kind, root.room_id, root.channel_id) == (SpanKind.INBOUND_PIPELINE, ROOM, "person")
    assert (child.kind, child.room_id, child.channel_id) == (SpanKind.DELIVERY, ROOM, "phone")


async def test_message_is_over_after_all_that_follows_from_it(
    traced: Scene, telemetry: MockTelemetryProvider
) -> None:
    await traced.add(ScriptedAgent("bot", streamed("It ", "shipped")))

    await traced.say()

    assert {span.name for span in telemetry.spans[:-1]} == {"react", "deliver"}
    assert telemetry.spans[-1].name == "process_inbound"
    assert telemetry.get_active_spans() == []


async def test_two_messages_are_two_trees(traced: Scene, telemetry: MockTelemetryProvider) -> None:
    await traced.add(Recorder("phone"))

    await traced.say("one")
    await traced.say("two")

    roots, children = called(telemetry, "process_inbound"), called(telemetry, "deliver")
    assert [child.parent_id for child in children] == [root.id for root in roots]


async def test_attempts_of_one_delivery_are_one_span(
    traced: Scene, telemetry: MockTelemetryProvider, clock: FakeClock
) -> None:
    phone = await traced.add(Recorder("phone"), retry_policy=RetryPolicy())
    phone.fail_next(RuntimeError("down"), RuntimeError("down"))
    await traced.say()

    await clock.advance(5)

    [root] = called(telemetry, "process_inbound")
    assert [span.parent_id for span in called(telemetry, "deliver")] == [root.id]


async def test_message_of_a_hook_is_a_tree_of_its_own_under_its_cause(
    traced: Scene, telemetry: MockTelemetryProvider
) -> None:
    @traced.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def echo(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        if event.source.channel_id == "person":
            await traced.say("nested", channel="phone")
        return HookResult.allow()

    await traced.add(Recorder("phone"))

    await traced.say()

    nested, root = called(telemetry, "process_inbound")
    assert (nested.channel_id, root.channel_id) == ("phone", "person")
    assert root.parent_id is None


async def test_refused_message_ends_its_span(
    traced: Scene, telemetry: MockTelemetryProvider
) -> None:
    await traced.kit.close_room(ROOM)

    await traced.say()

    assert [span.status for span in called(telemetry, "process_inbound")] == ["ok"]


async def test_error_that_reaches_the_caller_is_on_the_span(
    traced: Scene, telemetry: MockTelemetryProvider
) -> None:
    class Confused(Recorder):
        async def handle_inbound(self, message: object, context: object) -> RoomEvent:
            raise ValueError("not a message")

    await traced.add(Confused("fax"))

    with pytest.raises(ValueError, match="not a message"):
        await traced.say(channel="fax")

    [span] = called(telemetry, "process_inbound")
    assert (span.status, span.error_message) == ("error", "not a message")


async def test_deliveries_of_what_the_host_says_are_recorded_too(
    traced: Scene, telemetry: MockTelemetryProvider
) -> None:
    await traced.add(Recorder("phone"))

    await traced.kit.send_event(ROOM, "person", TextContent(body="hello"))

    assert [span.channel_id for span in called(telemetry, "deliver")] == ["phone"]


async def test_kinds_of_spans_can_be_chosen(
    make_kit: MakeKit, telemetry: MockTelemetryProvider
) -> None:
    config = TelemetryConfig(provider=telemetry, enabled_spans={SpanKind.DELIVERY})
    scene = Scene(make_kit(telemetry=config))
    await scene.open()
    await scene.add(Recorder("phone"))

    await scene.say()

    assert {span.name for span in telemetry.spans} == {"deliver"}
