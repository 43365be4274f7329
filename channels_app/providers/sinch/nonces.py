"""Nonces that were used, for as long as somebody could use them again."""

from collections import OrderedDict
from datetime import datetime

AT_MOST = 100_000


class Nonces:
    """A memory of one process. Another process does not know them, but the message's own id.

    Not more than `AT_MOST` are kept: the oldest goes first.
    """

    def __init__(self) -> None:
        self._until: OrderedDict[str, float] = OrderedDict()

    def add(self, nonce: str, *, at: datetime, keep_s: float) -> None:
        """Keep a nonce for `keep_s` seconds from `at`."""
        self._forget(at.timestamp())
        self._until[nonce] = at.timestamp() + keep_s
        if len(self._until) > AT_MOST:
            self._until.popitem(last=False)

    def has(self, nonce: str, *, at: datetime) -> bool:
        """Tell whether a nonce is kept at a moment."""
        return self._until.get(nonce, 0.0) >= at.timestamp()

    def _forget(self, now: float) -> None:
        while self._until and next(iter(self._until.values())) < now:
            self._until.popitem(last=False)
