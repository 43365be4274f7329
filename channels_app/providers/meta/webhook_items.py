"""Reading a batch: what Meta posts is nested, mixed, and not always whole."""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from channels_app.providers.base.webhook import MalformedWebhook, WebhookItem
from rooms.domain.json import JsonObject

logger = logging.getLogger("roomkit.providers.meta")

MILLISECONDS_FROM = 10**11
"""A number of seconds this large is in the year 5138: it counts milliseconds."""


UNREADABLE = (
    *(KeyError, TypeError, ValueError, AttributeError),
    *(OverflowError, OSError),  # a moment that no calendar has
)
"""What reading says of a piece that is not as Meta documents it."""


class NothingRead(MalformedWebhook):
    """All parts of something are broken, and each was logged."""


def entries_of(payload: JsonObject, kind: str) -> Iterator[JsonObject]:
    """Return the entries of a webhook.

    Raises:
        MalformedWebhook: If it is about another kind of object, or has no entries.
    """
    if payload.get("object") != kind:
        raise MalformedWebhook(f"object is {payload.get('object')!r}, not {kind!r}")
    return objects(payload.get("entry"), "entry")


def objects(value: Any, name: str) -> Iterator[JsonObject]:
    """Return the objects of a list.

    Raises:
        MalformedWebhook: If it is no list of objects.
    """
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise MalformedWebhook(f"{name} is no list of objects")
    return iter(value)


def read_each(
    pieces: Iterable[tuple[JsonObject, Callable[[JsonObject], list[WebhookItem]]]],
) -> list[WebhookItem]:
    """Read each piece with its reader; one that is broken does not take the others with it.

    Raises:
        MalformedWebhook: If something is broken and nothing was read.
    """
    items: list[WebhookItem] = []
    broken: list[Exception] = []
    for piece, read in pieces:
        try:
            items += read(piece)
        except NothingRead as problem:
            broken.append(problem)
        except UNREADABLE as problem:
            # The text would name content; the kind of the problem and the fields do not.
            logger.warning(
                "part of a webhook cannot be read",
                extra={"problem": type(problem).__name__, "fields": sorted(map(str, piece))},
            )
            broken.append(problem)
    if broken and not items:
        raise NothingRead(f"{len(broken)} parts cannot be read") from broken[0]
    return items


def read_time(value: Any) -> datetime | None:
    """Return a moment given in seconds or milliseconds, as number or text; None is none."""
    if value in (None, ""):
        return None
    number = int(value)
    return datetime.fromtimestamp(number / 1000 if number >= MILLISECONDS_FROM else number, UTC)
