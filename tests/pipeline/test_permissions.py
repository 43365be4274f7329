"""Access, mute, direction and visibility: who may speak and who is told."""

from typing import Any

import pytest

from rooms.domain.binding import ChannelCapabilities
from rooms.domain.enums import Access, ChannelCategory, ChannelDirection, ChannelType, EventType
from rooms.domain.event import EventSource, RoomEvent
from rooms.pipeline.permissions import (
    plan_targets,
    source_gate,
    strip_reserved,
    wants_deliver,
    wants_on_event,
)
from rooms.testing.factories import make_binding, make_event

INTELLIGENCE = ChannelCategory.INTELLIGENCE
INBOUND, OUTBOUND = ChannelDirection.INBOUND, ChannelDirection.OUTBOUND
SOURCE = make_binding("source")


def from_source(**fields: Any) -> RoomEvent:
    return make_event(channel_id="source", **fields)


@pytest.mark.parametrize(
    ("access", "muted", "refusal"),
    [
        (Access.READ_WRITE, False, None),
        (Access.READ_WRITE, True, "source_muted"),
        (Access.WRITE_ONLY, False, None),
        (Access.WRITE_ONLY, True, "source_muted"),
        (Access.READ_ONLY, False, "source_read_only"),
        # mute is named first
        (Access.READ_ONLY, True, "source_muted"),
        (Access.NONE, False, "source_read_only"),
        (Access.NONE, True, "source_muted"),
    ],
)
def test_source_speaks_only_with_write_access_and_unmuted(
    access: Access, muted: bool, refusal: str | None
) -> None:
    binding = make_binding(access=access, muted=muted)

    assert source_gate(binding) == refusal


@pytest.mark.parametrize("category", list(ChannelCategory))
@pytest.mark.parametrize("muted", [False, True])
@pytest.mark.parametrize(
    ("access", "told"),
    [
        (Access.READ_WRITE, True),
        (Access.READ_ONLY, True),
        (Access.WRITE_ONLY, False),
        (Access.NONE, False),
    ],
)
def test_target_is_told_with_read_access_whether_muted_or_not(
    access: Access, told: bool, muted: bool, category: ChannelCategory
) -> None:
    target = make_binding("target", access=access, muted=muted, category=category)

    assert plan_targets(from_source(), SOURCE, [target]) == ([target] if told else [])


@pytest.mark.parametrize(
    ("binding", "on_event", "deliver"),
    [
        # a transport gets both calls, muted or not
        (make_binding(), True, True),
        (make_binding(muted=True), True, True),
        # output mute keeps the ears and closes the mouth
        (make_binding(output_muted=True), True, False),
        # direction is what a channel can do
        (make_binding(direction=OUTBOUND), False, True),
        (make_binding(direction=INBOUND), True, False),
        # intelligence never sends outside by itself
        (make_binding(category=INTELLIGENCE), True, False),
        (make_binding(category=INTELLIGENCE, direction=OUTBOUND), False, False),
    ],
)
def test_target_gets_the_calls_it_can_use(binding: Any, on_event: bool, deliver: bool) -> None:
    assert (wants_on_event(binding), wants_deliver(binding)) == (on_event, deliver)


@pytest.mark.parametrize(
    "source",
    [
        make_binding("source", muted=True),
        make_binding("source", access=Access.READ_ONLY),
        make_binding("source", access=Access.NONE),
        # not attached
        None,
    ],
)
def test_source_that_may_not_write_reaches_nobody(source: Any) -> None:
    assert plan_targets(from_source(), source, [make_binding("target")]) == []


def test_framework_reaches_the_room_without_being_attached() -> None:
    source = EventSource(channel_id="system", channel_type=ChannelType.SYSTEM)
    target = make_binding("target")

    assert plan_targets(make_event(source=source), None, [target]) == [target]


def test_source_is_never_its_own_target() -> None:
    assert plan_targets(from_source(visibility="all"), SOURCE, [SOURCE]) == []


def test_source_is_not_its_own_target_even_when_named() -> None:
    assert plan_targets(from_source(visibility="source"), SOURCE, [SOURCE]) == []


def test_targets_keep_the_order_of_the_bindings() -> None:
    bindings = [make_binding("c"), SOURCE, make_binding("a"), make_binding("b")]

    planned = plan_targets(from_source(), SOURCE, bindings)

    assert [binding.channel_id for binding in planned] == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("visibility", "told"),
    [
        ("all", ["ws", "bot"]),
        ("none", []),
        ("internal", []),
        ("transport", ["ws"]),
        ("intelligence", ["bot"]),
        ("bot", ["bot"]),
        ("bot,ws", ["ws", "bot"]),
        ("ghost", []),
    ],
)
def test_targets_are_those_the_effective_visibility_admits(
    visibility: str, told: list[str]
) -> None:
    bindings = [SOURCE, make_binding("ws"), make_binding("bot", category=INTELLIGENCE)]

    planned = plan_targets(from_source(visibility=visibility), SOURCE, bindings)

    assert [binding.channel_id for binding in planned] == told


@pytest.mark.parametrize(
    ("target", "told"),
    [
        # push notifications only go out
        (make_binding("target", direction=OUTBOUND), True),
        # a mailbox that only receives still watches the room
        (make_binding("target", direction=INBOUND), True),
        # nothing left to do
        (make_binding("target", direction=OUTBOUND, output_muted=True), False),
        (make_binding("target", direction=OUTBOUND, category=INTELLIGENCE), False),
    ],
)
def test_target_with_nothing_to_do_is_left_out(target: Any, told: bool) -> None:
    assert plan_targets(from_source(), SOURCE, [target]) == ([target] if told else [])


def test_outbound_only_channels_are_left_out_when_the_rule_is_read_literally() -> None:
    bindings = [make_binding("push", direction=OUTBOUND), make_binding("ws")]

    planned = plan_targets(from_source(), SOURCE, bindings, skips_outbound_only=True)

    assert [binding.channel_id for binding in planned] == ["ws"]


def test_reaction_goes_only_to_channels_that_show_reactions() -> None:
    shows = make_binding("ws", capabilities=ChannelCapabilities(supports_reactions=True))
    bindings = [shows, make_binding("sms"), make_binding("bot", category=INTELLIGENCE)]

    assert plan_targets(from_source(type=EventType.REACTION), SOURCE, bindings) == [shows]


@pytest.mark.parametrize(
    "key",
    [
        # steering
        "routed_to",
        "supervisor_ids",
        # marks the framework sets
        "edited",
        "deleted",
        "reactions",
        "interrupted",
        "cancelled",
        "echo",
        # internal flags
        "_routed_to",
        "_",
    ],
)
def test_reserved_metadata_of_a_client_is_dropped(key: str) -> None:
    assert strip_reserved({key: ["bot"], "order": 7}) == {"order": 7}


@pytest.mark.parametrize("key", ["routed", "Edited", "a_b", "deleted_at", ""])
def test_other_metadata_of_a_client_is_kept(key: str) -> None:
    assert strip_reserved({key: {"deep": [1]}}) == {key: {"deep": [1]}}
