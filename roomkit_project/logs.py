"""One log line per record, with the data that came in ``extra`` beside the message.

Loggers pass a constant message and ids in ``extra``. Personal data travels only under keys that
begin with ``pii.``, and is left out unless the site asks for it.
"""

import json
import logging
import sys
from collections.abc import Mapping
from typing import Any

from rooms.telemetry import LogFieldsFilter

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
    """Write a line for machines: one JSON object.

    Inside an OpenTelemetry span it has the span's ``trace_id`` and ``span_id``.

    Args:
        personal_data: Also write the ``pii.*`` fields.
        process: What every line says of this process, such as its role and node.
    """

    def __init__(
        self, *, personal_data: bool = False, process: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(personal_data=personal_data)
        self._process = dict(process or {})

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON; values that JSON lacks are written as text."""
        line = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **self._process,
            **_trace_ids(),
            **self.extra_of(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def _trace_ids() -> dict[str, str]:
    """Return the ids of OpenTelemetry's current span, if it is in use and there is one."""
    # Where nobody has imported it nobody traces, and a log line is no reason to begin.
    api = sys.modules.get("opentelemetry.trace")
    if api is None:
        return {}
    context = api.get_current_span().get_span_context()
    if not context.is_valid:
        return {}
    return {
        "trace_id": api.format_trace_id(context.trace_id),
        "span_id": api.format_span_id(context.span_id),
    }


def build_logging(
    *, style: str, level: str, personal_data: bool, process: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Build Django's ``LOGGING``: everything to standard error, ours in detail.

    Args:
        style: ``text`` for people or ``json`` for machines.
        level: The lowest level written by the ``roomkit`` loggers.
        personal_data: Also write the ``pii.*`` fields.
        process: What every JSON line says of this process, such as its role and node.

    Raises:
        ValueError: The style is neither ``text`` nor ``json``.
    """
    formatters: dict[str, dict[str, Any]] = {
        "text": {"()": TextFormatter},
        "json": {"()": JsonFormatter, "process": process},
    }
    if style not in formatters:
        msg = f"ROOMKIT_LOG_FORMAT is {style!r}; use one of {', '.join(formatters)}."
        raise ValueError(msg)
    stderr = {"class": "logging.StreamHandler", "formatter": "line", "filters": ["ids"]}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"ids": {"()": LogFieldsFilter}},
        "formatters": {"line": formatters[style] | {"personal_data": personal_data}},
        "handlers": {"stderr": stderr},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {"roomkit": {"level": level}},
    }
