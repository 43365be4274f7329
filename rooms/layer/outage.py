"""Says once that a service failed, and once that it works again."""

import logging
import time
from collections.abc import Callable

logger = logging.getLogger("roomkit.core.bus")

LEAVE_ALONE_S = 1.0


class Outage:
    """Whether the channel layer is down, as far as this event loop knows."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._is_on = False
        self._failed_at = 0.0

    @property
    def is_fresh(self) -> bool:
        """Whether the last failure is so recent that asking again would only cost time."""
        return self._is_on and self._clock() - self._failed_at < LEAVE_ALONE_S

    def begin(self, error: Exception) -> None:
        """Note a failure; only the first one of an outage is logged."""
        self._failed_at = self._clock()
        if not self._is_on:
            self._is_on = True
            logger.error(
                "the channel layer fails: other processes are not told until it works again",
                exc_info=error,
            )

    def end(self) -> None:
        """Note that it works."""
        if self._is_on:
            self._is_on = False
            logger.warning("the channel layer works again")
