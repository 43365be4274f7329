"""How fast one socket may speak."""

import time
from collections.abc import Callable

from channels_app.consumers.frames import ErrorCode, Refusal

FRAMES_PER_SECOND = 20.0
BURST = 60.0


class FramePace:
    """A token bucket over all frames of one socket; far above what a person does.

    It protects the process from a broken or hostile client. How many *messages* somebody may send
    is the room's own rate limit.
    """

    def __init__(
        self,
        *,
        per_second: float = FRAMES_PER_SECOND,
        burst: float = BURST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._tokens = burst
        self._filled_at = clock()

    def step(self) -> None:
        """Take one frame in.

        Raises:
            Refusal: If frames come faster than the bucket fills.
        """
        now = self._clock()
        gained = (now - self._filled_at) * self._per_second
        self._tokens = min(self._burst, self._tokens + gained)
        self._filled_at = now
        if self._tokens < 1:
            raise Refusal(
                ErrorCode.RATE_LIMITED,
                f"more than {self._per_second:g} frames a second: slow down and send it again",
            )
        self._tokens -= 1
