import pytest

from channels_app.consumers.frames import ErrorCode, Refusal
from channels_app.consumers.pace import FramePace


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_burst_is_allowed_and_the_next_frame_is_not() -> None:
    pace = FramePace(per_second=1, burst=3, clock=Clock())
    for _ in range(3):
        pace.step()

    with pytest.raises(Refusal, match="1 frames a second") as caught:
        pace.step()

    assert caught.value.code is ErrorCode.RATE_LIMITED


def test_waiting_earns_frames_back() -> None:
    clock = Clock()
    pace = FramePace(per_second=2, burst=1, clock=clock)
    pace.step()

    clock.now = 0.5

    pace.step()


def test_long_silence_earns_no_more_than_the_burst() -> None:
    clock = Clock()
    pace = FramePace(per_second=1, burst=2, clock=clock)
    clock.now = 3600
    pace.step()
    pace.step()

    with pytest.raises(Refusal):
        pace.step()
