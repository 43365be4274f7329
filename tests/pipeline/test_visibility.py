"""Who may see an event, and what is shown again when a history is rebuilt."""

from typing import Any

import pytest

from rooms.domain.binding import ChannelBinding
from rooms.domain.enums import Access, ChannelCategory, ChannelType, EventStatus
from rooms.domain.event import EventSource, RoomEvent
from rooms.pipeline.visibility import intersect, is_visible_to, reader_history
from rooms.testing.factories import make_binding, make_event

SMS = make_binding("sms")
WS = make_binding("ws", channel_type=ChannelType.WEBSOCKET)
BOT = make_binding("bot", channel_type=ChannelType.AI, category=ChannelCategory.INTELLIGENCE)
AIDE = make_binding("aide", channel_type=ChannelType.AI, category=ChannelCategory.INTELLIGENCE)
BINDINGS = [SMS, WS, BOT, AIDE]


@pytest.mark.parametrize(
    ("visibility", "readers"),
    [
        ("all", {"sms", "ws", "bot", "aide"}),
        # stored only
        ("none", set()),
        # the framework's own records
        ("internal", set()),
        ("transport", {"sms", "ws"}),
        ("intelligence", {"bot", "aide"}),
        # one id
        ("ws", {"ws"}),
        # a list, also across categories
        ("ws,bot", {"ws", "bot"}),
        # spaces are trimmed
        ("  ws ,  sms  ", {"ws", "sms"}),
        (" all ", {"sms", "ws", "bot", "aide"}),
        # an id nobody has lets nobody in
        ("ghost", set()),
        # unknown ids in a list change nothing
        ("ghost,ws", {"ws"}),
        # ids are compared whole and by case
        ("w", set()),
        ("WS", set()),
        # a word inside a list is an id like any other
        ("transport,bot", {"bot"}),
        ("all,bot", {"bot"}),
        # nothing at all
        ("", set()),
        (",", set()),
    ],
)
def test_visibility_admits_exactly_its_readers(visibility: str, readers: set[str]) -> None:
    admitted = {b.channel_id for b in BINDINGS if is_visible_to(visibility, b)}

    assert admitted == readers


@pytest.mark.parametrize(
    ("binding_value", "event_value", "stored"),
    [
        # `all` leaves the other as it is
        ("all", "all", "all"),
        ("all", "transport", "transport"),
        ("bot", "all", "bot"),
        ("all", "ghost", "ghost"),
        # equal values stay as they are
        ("intelligence", "intelligence", "intelligence"),
        ("sms,bot", "sms,bot", "sms,bot"),
        # nobody dominates everything
        ("none", "all", "none"),
        ("ws", "none", "none"),
        # the framework's records stay recognizable
        ("all", "internal", "internal"),
        ("internal", "none", "internal"),
        ("none", "internal", "internal"),
        # two categories have nobody in common
        ("transport", "intelligence", "none"),
        # a category and ids meet in the ids of that category
        ("ws", "transport", "ws"),
        ("transport", "ws,bot,sms", "ws,sms"),
        ("bot", "transport", "none"),
        ("intelligence", "ghost", "none"),
        # two lists meet id by id, in the event's order or the binding's
        ("sms,ws", "ws,bot", "ws"),
        ("sms", "ws", "none"),
        # a channel attached later may be named by both
        ("later,sms", "later,ws", "later"),
        # blanks and repetitions
        (" transport ", "ws , ws,sms", "ws,sms"),
        ("", "all", "none"),
    ],
)
def test_stored_visibility_is_what_both_values_allow(
    binding_value: str, event_value: str, stored: str
) -> None:
    assert intersect(binding_value, event_value, BINDINGS) == stored


@pytest.mark.parametrize("theirs", ["all", "none", "transport", "intelligence", "ws,bot", "aide"])
@pytest.mark.parametrize("ours", ["all", "none", "transport", "intelligence", "ws,bot", "sms"])
def test_stored_visibility_admits_exactly_who_satisfies_both(ours: str, theirs: str) -> None:
    stored = intersect(ours, theirs, BINDINGS)

    for reader in BINDINGS:
        assert is_visible_to(stored, reader) == (
            is_visible_to(ours, reader) and is_visible_to(theirs, reader)
        )


def test_channel_attached_later_is_judged_by_a_category_but_not_named_by_it() -> None:
    later = make_binding("later")

    assert is_visible_to(intersect("all", "transport", BINDINGS), later)
    assert not is_visible_to(intersect("transport", "later,ws", BINDINGS), later)


def event_from(channel_id: str, **fields: Any) -> RoomEvent:
    return make_event(channel_id=channel_id, **fields)


@pytest.mark.parametrize(
    ("event", "reader", "kept"),
    [
        # an ordinary message
        (event_from("sms"), BOT, True),
        # hidden from the reader
        (event_from("sms", visibility="ws"), BOT, False),
        (event_from("sms", visibility="none"), BOT, False),
        (event_from("sms", visibility="ghost"), BOT, False),
        # shown to the reader's category, or to the reader by name
        (event_from("sms", visibility="intelligence"), BOT, True),
        (event_from("sms", visibility="ws,bot"), BOT, True),
        # its own words, even those it whispered to others
        (event_from("bot", visibility="ws"), BOT, True),
        (event_from("bot", visibility="none"), BOT, True),
        # blocked: nobody heard it, its author should not repeat it
        (event_from("sms", status=EventStatus.BLOCKED), BOT, False),
        (event_from("bot", status=EventStatus.BLOCKED), BOT, False),
        # the framework's records
        (event_from("system", visibility="internal"), BOT, False),
        (event_from("bot", visibility="internal"), BOT, False),
        # deleted, by whomever
        (event_from("sms", metadata={"deleted": True}), BOT, False),
        (event_from("bot", metadata={"deleted": True}), BOT, False),
        # edited: the new text is its content
        (event_from("sms", metadata={"edited": True}), BOT, True),
        # its source is attached no more
        (event_from("gone"), BOT, True),
        (event_from("gone", visibility="transport"), BOT, False),
        # another agent's words are words of the room
        (event_from("aide"), BOT, True),
    ],
)
def test_rebuilt_history_keeps_only_what_the_reader_may_see(
    event: RoomEvent, reader: ChannelBinding, kept: bool
) -> None:
    assert reader_history([event], reader) == ([event] if kept else [])


@pytest.mark.parametrize("access", [Access.WRITE_ONLY, Access.NONE])
def test_reader_without_read_access_gets_only_its_own_words(access: Access) -> None:
    deaf = make_binding("bot", category=ChannelCategory.INTELLIGENCE, access=access)
    own, foreign = event_from("bot"), event_from("sms")

    assert reader_history([own, foreign], deaf) == [own]


def test_rebuilt_history_keeps_the_given_order() -> None:
    source = EventSource(channel_id="sms", channel_type=ChannelType.SMS)
    events = [make_event(str(n), source=source, index=n) for n in range(5)]

    assert reader_history(iter(events), BOT) == events
