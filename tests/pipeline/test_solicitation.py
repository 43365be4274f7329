"""Which agents are asked to react to an event they may see."""

from collections.abc import Collection

import pytest

from rooms.domain.enums import AgentActivation, AgentResponsePolicy, ChannelCategory, EventType
from rooms.domain.event import RoomEvent
from rooms.domain.room import Room
from rooms.pipeline.permissions import is_solicited
from rooms.testing.factories import make_binding, make_event, make_room

CHAIN = make_room()
ADDRESSED_ONLY = make_room(agent_response_policy=AgentResponsePolicy.ADDRESSED_ONLY)
ON_DEMAND = make_room(agent_activation=AgentActivation.ON_DEMAND)
QUIET = make_room(
    agent_response_policy=AgentResponsePolicy.ADDRESSED_ONLY,
    agent_activation=AgentActivation.ON_DEMAND,
)
BOT = make_binding("bot", category=ChannelCategory.INTELLIGENCE)
BOSS = make_binding("boss", category=ChannelCategory.INTELLIGENCE)


def asked(
    event: RoomEvent,
    *,
    room: Room = CHAIN,
    from_agent: bool = False,
    routed_to: Collection[str] | None = None,
) -> tuple[bool, bool]:
    """Whether the bot is asked, and whether the supervisor is."""
    answers = [
        is_solicited(
            event,
            binding,
            room=room,
            source_is_agent=from_agent,
            routed_to=routed_to,
            supervisor_ids=("boss",),
        )
        for binding in (BOT, BOSS)
    ]
    return answers[0], answers[1]


@pytest.mark.parametrize("routed_to", [None, ["aide"], ["bot"]])
@pytest.mark.parametrize("from_agent", [False, True])
@pytest.mark.parametrize("room", [CHAIN, ADDRESSED_ONLY, ON_DEMAND, QUIET])
@pytest.mark.parametrize(
    ("addressed_to", "bot_is_asked"),
    [
        (["bot"], True),
        (["aide", "bot"], True),
        (["aide"], False),
        # nobody bound is named: nobody is asked
        (["ghost"], False),
        # an empty list asks nobody
        ([], False),
    ],
)
def test_address_decides_before_everything_else(
    addressed_to: list[str],
    bot_is_asked: bool,
    room: Room,
    from_agent: bool,
    routed_to: list[str] | None,
) -> None:
    event = make_event(addressed_to=addressed_to)

    answers = asked(event, room=room, from_agent=from_agent, routed_to=routed_to)

    assert answers == (bot_is_asked, True)


@pytest.mark.parametrize("routed_to", [None, [], ["bot"]])
@pytest.mark.parametrize("room", [ADDRESSED_ONLY, QUIET])
def test_agent_reaches_only_supervisors_in_an_addressed_only_room(
    room: Room, routed_to: list[str] | None
) -> None:
    assert asked(make_event(), room=room, from_agent=True, routed_to=routed_to) == (False, True)


@pytest.mark.parametrize(
    ("room", "from_agent", "routed_to", "answers"),
    [
        # a stamp names the bot
        (CHAIN, False, ["bot"], (True, True)),
        (CHAIN, True, ["bot"], (True, True)),
        # the policy is about agents only
        (ADDRESSED_ONLY, False, ["bot"], (True, True)),
        # a stamp is what an on_demand room waits for
        (ON_DEMAND, False, ["bot"], (True, True)),
        # a stamp names somebody else, or nobody
        (CHAIN, False, ["aide"], (False, True)),
        (CHAIN, False, [], (False, True)),
        (ON_DEMAND, False, ["aide"], (False, True)),
        # no stamp: everybody, unless the room waits for one
        (CHAIN, False, None, (True, True)),
        (CHAIN, True, None, (True, True)),
        (ADDRESSED_ONLY, False, None, (True, True)),
        (ON_DEMAND, False, None, (False, False)),
        (ON_DEMAND, True, None, (False, False)),
        (QUIET, False, None, (False, False)),
    ],
)
def test_unaddressed_event_follows_stamp_and_room(
    room: Room, from_agent: bool, routed_to: list[str] | None, answers: tuple[bool, bool]
) -> None:
    assert asked(make_event(), room=room, from_agent=from_agent, routed_to=routed_to) == answers


@pytest.mark.parametrize("kind", [EventType.EDIT, EventType.DELETE])
@pytest.mark.parametrize(
    ("addressed_to", "routed_to", "answers"),
    [
        # changes only refresh what agents know
        (None, None, (False, False)),
        (None, ["bot"], (False, False)),
        # unless one is named
        (["bot"], None, (True, True)),
        ([], None, (False, True)),
    ],
)
def test_change_asks_only_agents_that_are_named(
    kind: EventType,
    addressed_to: list[str] | None,
    routed_to: list[str] | None,
    answers: tuple[bool, bool],
) -> None:
    event = make_event(type=kind, addressed_to=addressed_to)

    assert asked(event, routed_to=routed_to) == answers


@pytest.mark.parametrize(
    "kind",
    [
        EventType.REACTION,
        EventType.TYPING,
        EventType.PRESENCE,
        EventType.READ_RECEIPT,
        EventType.DELIVERY_RECEIPT,
    ],
)
def test_signs_of_life_ask_nobody_even_when_addressed(kind: EventType) -> None:
    assert asked(make_event(type=kind, addressed_to=["bot", "boss"])) == (False, False)


@pytest.mark.parametrize("room", [CHAIN, ADDRESSED_ONLY, ON_DEMAND, QUIET])
@pytest.mark.parametrize("addressed_to", [None, [], ["bot"]])
def test_transports_are_not_affected(room: Room, addressed_to: list[str] | None) -> None:
    solicited = is_solicited(
        make_event(addressed_to=addressed_to),
        make_binding("ws"),
        room=room,
        source_is_agent=True,
        routed_to=[],
        supervisor_ids=(),
    )

    assert solicited
