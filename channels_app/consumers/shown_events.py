"""Which events of a room a process has shown, so that none is shown twice and none is missed."""

from collections import OrderedDict

REMEMBERED = 1_000


class ShownEvents:
    """Remembers the last 1,000 events, and up to which index nothing is missing.

    Attributes:
        upto: Everything up to this index was shown or was not to be; None until the first look.
    """

    def __init__(self) -> None:
        self.upto: int | None = None
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._ahead: set[int] = set()

    def __contains__(self, event_id: str) -> bool:
        return event_id in self._ids

    def begin_at(self, index: int) -> None:
        """Know the room's latest index when watching began; later words of it change nothing."""
        if self.upto is None:
            self.upto = index

    def note(self, event_id: str, index: int) -> bool:
        """Take in an event; tell whether it is new."""
        if event_id in self._ids:
            return False
        self._ids[event_id] = None
        if len(self._ids) > REMEMBERED:
            self._ids.popitem(last=False)
        self.pass_over(index)
        return True

    def pass_over(self, index: int) -> None:
        """Know that nothing has to be shown for an index any more."""
        if self.upto is None or index <= self.upto:
            return
        self._ahead.add(index)
        self._close_up()

    def looked_upto(self, index: int) -> None:
        """Know that everything up to an index was looked at."""
        self.upto = max(index, -1 if self.upto is None else self.upto)
        self._ahead = {each for each in self._ahead if each > self.upto}
        self._close_up()

    def _close_up(self) -> None:
        while self.upto is not None and self.upto + 1 in self._ahead:
            self.upto += 1
            self._ahead.discard(self.upto)
