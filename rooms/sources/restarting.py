"""When a source that failed is started again."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RestartPolicy:
    """How long to wait before each start; times in seconds.

    Attributes:
        auto_restart: Whether it is started again at all.
        delay: The wait after the first failure; it doubles with each further one.
        max_delay: The longest wait.
        max_attempts: How many starts may fail in a row after the first; None for no end.
    """

    auto_restart: bool = True
    delay: float = 5.0
    max_delay: float = 300.0
    max_attempts: int | None = None

    def __post_init__(self) -> None:
        if self.delay < 0 or self.max_delay < 0:
            raise ValueError(
                f"a source cannot wait {min(self.delay, self.max_delay)} seconds: "
                "restart_delay and max_restart_delay must not be negative"
            )

    def delay_after(self, failures: int) -> float | None:
        """Return the wait after so many failures in a row; None means that it is given up."""
        if not self.auto_restart:
            return None
        if self.max_attempts is not None and failures > self.max_attempts:
            return None
        # Beyond this the wait has long been at its cap, and the power would not fit a float.
        return min(self.delay * 2.0 ** min(failures - 1, 64), self.max_delay)
