"""When it is quiet, by the clock on the recipient's wall."""

from datetime import UTC, datetime, time

import pytest
from pydantic import ValidationError

from rooms.domain.quiet_hours import QuietHours

NIGHT = QuietHours(start=time(21), until=time(8))
NAP = QuietHours(start=time(12), until=time(14, 30))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "now", "end"),
    [
        (NIGHT, "2026-03-01 20:59", None),
        (NIGHT, "2026-03-01 21:00", "2026-03-02 08:00"),
        (NIGHT, "2026-03-02 07:59", "2026-03-02 08:00"),
        (NIGHT, "2026-03-02 08:00", None),
        (NAP, "2026-03-01 11:59", None),
        (NAP, "2026-03-01 12:00", "2026-03-01 14:30"),
        (NAP, "2026-03-01 14:30", None),
    ],
)
def test_quiet_hours_end(hours: QuietHours, now: str, end: str | None) -> None:
    assert hours.end_after(at(now)) == (at(end) if end else None)


def test_recipients_own_zone_counts() -> None:
    assert NIGHT.end_after(at("2026-01-10 02:00"), "America/Montreal") == at("2026-01-10 13:00")
    assert NIGHT.end_after(at("2026-01-10 14:00"), "America/Montreal") is None


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", 7, None, "../etc/passwd"])
def test_zone_that_is_none_is_passed_over(zone: object) -> None:
    assert NIGHT.end_after(at("2026-01-10 02:00"), zone) == at("2026-01-10 08:00")


def test_clock_that_is_put_forward_shortens_the_night() -> None:
    hours = QuietHours(start=time(21), until=time(8), time_zone="Europe/Paris")
    assert hours.end_after(at("2026-03-28 22:00")) == at("2026-03-29 06:00")


@pytest.mark.parametrize("channel_type", ["sms", "mms", "rcs", "whatsapp"])
def test_phones_keep_still(channel_type: str) -> None:
    assert NIGHT.concern(channel_type)
    assert not NIGHT.concern("email")


@pytest.mark.parametrize(
    "wrong", [{"time_zone": "Mars"}, {"until": time(21)}, {"answer_minutes": -1}]
)
def test_wrong_hours_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        QuietHours.model_validate({"start": time(21), "until": time(8), **wrong})
