import pytest

from channels_app.consumers import shown_events
from channels_app.consumers.shown_events import ShownEvents


@pytest.fixture
def shown() -> ShownEvents:
    events = ShownEvents()
    events.begin_at(4)
    return events


def test_event_is_new_once(shown: ShownEvents) -> None:
    assert [shown.note("a", 5), shown.note("a", 5)] == [True, False]
    assert "a" in shown


def test_nothing_is_known_before_the_first_look() -> None:
    shown = ShownEvents()

    shown.note("a", 5)

    assert shown.upto is None


def test_first_look_counts(shown: ShownEvents) -> None:
    shown.begin_at(9)

    assert shown.upto == 4


def test_events_in_a_row_leave_nothing_behind(shown: ShownEvents) -> None:
    for index in (5, 6):
        shown.note(str(index), index)

    assert shown.upto == 6


def test_hole_is_remembered_until_it_is_filled(shown: ShownEvents) -> None:
    shown.note("b", 6)
    before = shown.upto

    shown.note("a", 5)

    assert (before, shown.upto) == (4, 6)


def test_what_is_not_to_be_shown_makes_no_hole(shown: ShownEvents) -> None:
    shown.pass_over(5)
    shown.note("b", 6)

    assert shown.upto == 6


def test_looking_closes_holes(shown: ShownEvents) -> None:
    shown.note("c", 8)

    shown.looked_upto(7)

    assert shown.upto == 8


def test_looking_never_goes_back(shown: ShownEvents) -> None:
    shown.looked_upto(2)

    assert shown.upto == 4


def test_old_events_are_forgotten(shown: ShownEvents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown_events, "REMEMBERED", 2)

    for index in (5, 6, 7):
        shown.note(str(index), index)

    assert ["5" in shown, "7" in shown] == [False, True]
