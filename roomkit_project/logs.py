"""One log line per record, with the data that came in ``extra`` beside the message.

Loggers pass a constant message and ids in ``extra``. Personal data travels only under keys that
begin with ``pii.``, and is left out unless the site asks for it.
"""

import json
import logging
from typing import Any

# What a record holds by itself; whatever else is there came in ``extra``.
_OWN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_PERSONAL_PREFIX = "pii."


class _ExtraFormatter(logging.Formatter):
    """Know which fields of a record came in ``extra`` and may be written."""

    def __init__(self, *, personal_data: bool = False) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._personal_data = personal_data

    def extra_of(self, record: logging.LogRecord) -> dict[str, Any]:
        """Return the record's extra fields, personal data only where the site allows it."""
        return {
            key: value
            for key, value in vars(record).items()
            if key not in _OWN_FIELDS
            and (self._personal_data or not key.startswith(_PERSONAL_PREFIX))
        }


class TextFormatter(_ExtraFormatter):
    """Write a line for people: time, level, logger, message, then ``key=value`` pairs."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the line without a traceback, which logging appends itself."""
        pairs = (f"{key}={value!r}" for key, value in self.extra_of(record).items())
        return " ".join([super().formatMessage(record), *pairs])


class JsonFormatter(_ExtraFormatter):
    """Write a line for machines: one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON; values that JSON lacks are written as text."""
        line = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **self.extra_of(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def build_logging(*, style: str, level: str, personal_data: bool) -> dict[str, Any]:
    """Build Django's ``LOGGING``: everything to standard error, ours in detail.

    Args:
        style: ``text`` for people or ``json`` for machines.
        level: The lowest level written by the ``roomkit`` loggers.
        personal_data: Also write the ``pii.*`` fields.

    Raises:
        ValueError: The style is neither ``text`` nor ``json``.
    """
    formatters = {"text": TextFormatter, "json": JsonFormatter}
    if style not in formatters:
        msg = f"ROOMKIT_LOG_FORMAT is {style!r}; use one of {', '.join(formatters)}."
        raise ValueError(msg)
    line = {"()": formatters[style], "personal_data": personal_data}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {"roomkit": {"level": level}},
    }
