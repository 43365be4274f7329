"""What every value shares: immutability, ids and UTC clocks."""

from datetime import UTC, datetime
from uuid import uuid4

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable value; `model_copy(update=…)` makes a changed one."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)


def new_id() -> str:
    """Make a fresh opaque id: 32 lower-case hex digits."""
    return uuid4().hex


def utc_now() -> datetime:
    """Return the present moment, timezone-aware in UTC."""
    return datetime.now(UTC)
