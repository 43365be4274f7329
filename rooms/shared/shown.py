"""Answers that people are being shown while they are made, in the memory of this process."""

from rooms.ports import ShownAnswer
from rooms.resilience.clock import Clock

SHOWN_FOR_S = 3600.0
"""How long what a process showed is known after its last word: a turn may be silent in a tool."""

FENCED_FOR_S = 3600.0
"""How long a room's fence stands: longer than a turn of an earlier owner goes on."""


class ShownAnswers:
    """Knows what is shown in which room, and which epochs may not go on showing.

    A turn that is asked again shows its answer in place of what it showed before.

    Args:
        clock: By which what is old is forgotten.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._shown: dict[str, dict[str, tuple[ShownAnswer, float]]] = {}
        self._fences: dict[str, tuple[int, float]] = {}

    def show(self, answer: ShownAnswer) -> bool:
        """Note an answer with its whole text so far; False when its epoch is over."""
        room_id, now = answer.placeholder.room_id, self._clock.monotonic()
        fence, until = self._fences.get(room_id, (0, 0.0))
        if answer.epoch < fence and now < until:
            return False
        self._shown.setdefault(room_id, {})[turn_of(answer)] = (answer, now + SHOWN_FOR_S)
        return True

    def fence(self, room_id: str, epoch: int) -> list[ShownAnswer]:
        """Forbid the epochs before `epoch`; return what is shown under them."""
        now = self._clock.monotonic()
        self._fences = {room: kept for room, kept in self._fences.items() if now < kept[1]}
        standing, _ = self._fences.get(room_id, (0, 0.0))
        self._fences[room_id] = (max(standing, epoch), now + FENCED_FOR_S)
        shown = self._shown.get(room_id, {}).values()
        return [answer for answer, until in shown if answer.epoch < epoch and now < until]

    def conceal(self, room_id: str, event_id: str) -> None:
        """Forget a shown answer."""
        shown = self._shown.get(room_id, {})
        for turn in [t for t, (answer, _) in shown.items() if answer.placeholder.id == event_id]:
            del shown[turn]
        if not shown:
            self._shown.pop(room_id, None)


def turn_of(answer: ShownAnswer) -> str:
    """Return what names the turn of an answer, also when it is asked again."""
    return answer.placeholder.idempotency_key or answer.placeholder.id
