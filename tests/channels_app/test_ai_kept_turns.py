"""What an agent keeps between two questions: finished turns, and never a stale one."""

import pytest
from pydantic import ValidationError

from channels_app import AIChannel, AIContext, AIMessage, MockAIProvider
from channels_app.ai.kept_turns import KeptTurn, KeptTurns
from channels_app.ai.transcript import Transcript
from rooms.domain.content import MediaContent, TextContent
from rooms.domain.enums import EventStatus
from rooms.domain.event import RoomEvent
from rooms.domain.participant import Participant
from tests.channels_app.asking import turns
from tests.channels_app.values import (
    ROOM,
    make_agent_binding,
    make_binding,
    make_context,
    make_event,
    make_person,
)


class Asked:
    """One agent that is asked about its room again and again."""

    def __init__(self) -> None:
        self.model = MockAIProvider()
        self.agent = AIChannel("agent", self.model)

    async def given(
        self, *recent: RoomEvent, participants: list[Participant] | None = None
    ) -> AIContext:
        """Ask something after these events and return what the model was given."""
        binding = make_agent_binding()
        context = make_context(
            make_binding(), binding, recent=list(recent), participants=participants
        )
        await self.agent.on_event(make_event("And now?"), binding, context)
        return self.model.calls[-1]


@pytest.fixture
def asked() -> Asked:
    return Asked()


async def test_event_is_made_a_turn_once(asked: Asked) -> None:
    hello, reply = make_event("Hello"), make_event("Hi", channel_id="agent", sender=None)

    first = await asked.given(hello, reply)
    second = await asked.given(hello, reply)

    assert turns(second) == [("user", "Hello"), ("assistant", "Hi"), ("user", "And now?")]
    assert all(now is then for now, then in zip(second.messages[:2], first.messages, strict=False))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"content": TextContent(body="Good bye")}, [("user", "Good bye")]),
        ({"status": EventStatus.BLOCKED}, []),
        ({"metadata": {"deleted": True}}, []),
    ],
)
async def test_changed_event_is_told_as_it_is_now(
    asked: Asked, change: dict[str, object], told: list[tuple[str, str]]
) -> None:
    hello = make_event("Hello")
    await asked.given(hello)

    given = await asked.given(hello.model_copy(update=change))

    assert turns(given) == [*told, ("user", "And now?")]


async def test_event_that_leaves_the_history_is_not_told(asked: Asked) -> None:
    hello = make_event("Hello")
    await asked.given(hello)

    assert turns(await asked.given()) == [("user", "And now?")]


async def test_second_author_gives_earlier_turns_a_name(asked: Asked) -> None:
    hello, other = make_event("Hello"), make_event("Me too", sender="friend")
    await asked.given(hello)

    given = await asked.given(hello, other)

    assert [body for _, body in turns(given)[:2]] == ["[customer] Hello", "[friend] Me too"]


async def test_name_is_the_one_a_person_has_now(asked: Asked) -> None:
    hello, other = make_event("Hello"), make_event("Me too", sender="friend")
    await asked.given(hello, other, participants=[make_person("friend", "Bo")])

    given = await asked.given(hello, other, participants=[make_person("friend", "Bea")])

    assert turns(given)[1] == ("user", "[Bea] Me too")


def test_picture_is_a_note_again_for_a_model_that_cannot_see() -> None:
    kept, context = KeptTurns(), make_context()
    picture = make_event(MediaContent(url="https://shop.example/mug.jpg", mime_type="image/jpeg"))

    shown = [
        Transcript(context, channel_id="agent", vision=vision, names=False, kept=kept).messages(
            [picture]
        )
        for vision in (True, False)
    ]

    assert [type(message.content) for [message] in shown] == [list, str]


async def test_detached_agent_keeps_nothing_of_the_room(asked: Asked) -> None:
    hello = make_event("Hello")
    first = await asked.given(hello)

    await asked.agent.on_room_detached(ROOM)

    assert (await asked.given(hello)).messages[0] is not first.messages[0]


def test_rooms_that_were_silent_longest_are_let_go() -> None:
    kept = KeptTurns(max_rooms=2)
    turn = KeptTurn(make_event(), AIMessage(role="user", content="Hello"))
    for room_id in ("a", "b", "a", "c"):
        kept.keep(room_id, {(1, False, None): turn})

    assert [bool(kept.of(room_id)) for room_id in "abc"] == [True, False, True]


def test_turn_that_others_share_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        AIMessage(role="user", content="Hello").content = "Bye"  # type: ignore[misc] # the point
