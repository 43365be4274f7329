"""Who does the work that a commit leaves: this process, or those it wakes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rooms.domain.job import DeliveryJob


class LaneWaker(Protocol):
    """Tells other processes that lanes have work."""

    def wake(self, jobs: Sequence[DeliveryJob]) -> None:
        """Wake the lanes of these jobs; returns at once and never fails.

        A wake-up that gets lost costs time, not a delivery: the sweep finds the rows.
        """

    def wake_chore(self, name: str) -> None:
        """Say that a chore has work; returns at once and never fails."""

    async def close(self) -> None:
        """Send the wake-ups that wait and free what is held."""


@dataclass(frozen=True)
class Dispatch:
    """How deliveries reach whoever does them.

    Attributes:
        runs_here: Whether the process that commits an event also delivers it.
        is_shared: Whether other processes work on the same store.
        waker: Wakes other processes where work is not done here; None leaves it to their sweep.
    """

    runs_here: bool = True
    is_shared: bool = False
    waker: LaneWaker | None = None
