"""Ids that every log record of a piece of work carries, whoever writes it."""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_fields: ContextVar[dict[str, str]] = ContextVar("roomkit_log_fields")


@contextmanager
def log_fields(**ids: str | None) -> Generator[None]:
    """Let the log records made in this block, and in tasks it starts, carry these ids.

    An inner block adds to the outer one; None leaves a field as it is.

    Args:
        **ids: Ids by name (see `Attr`), never contents.
    """
    added = {key: value for key, value in ids.items() if value is not None}
    token = _fields.set({**_fields.get({}), **added})
    try:
        yield
    finally:
        _fields.reset(token)


class LogFieldsFilter(logging.Filter):
    """Puts the ids of `log_fields` on records, as if given in `extra`; lets every record pass.

    Attach it to the site's log handlers. What a record says itself comes first.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Add what is missing."""
        for key, value in _fields.get({}).items():
            vars(record).setdefault(key, value)
        return True
