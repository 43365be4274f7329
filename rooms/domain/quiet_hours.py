"""The hours in which nobody is written to who has not asked."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, field_validator, model_validator

from rooms.domain.frozen import Frozen
from rooms.domain.standing import family_of

TIME_ZONE = "time_zone"
"""Key in a binding's metadata: the recipient's own time zone, such as `America/Montreal`."""


class QuietHours(Frozen):
    """From when until when, by the clock on the recipient's wall; over midnight if `from` is later.

    Attributes:
        time_zone: Where the recipients are whose own zone is not known.
        channel_types: Which channels keep still.
        answer_minutes: For so long after a person has written they are answered at any hour.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=str.upper,
        populate_by_name=True,
        validate_default=True,
    )

    start: time = Field(alias="FROM")
    until: time
    time_zone: str = "UTC"
    channel_types: frozenset[str] = frozenset({"sms", "mms", "rcs", "whatsapp"})
    answer_minutes: float = Field(default=60.0, ge=0)

    @field_validator("time_zone")
    @classmethod
    def check_zone(cls, name: str) -> str:
        """Refuse a zone that nobody knows."""
        if find_zone(name) is None:
            raise ValueError(f"{name!r} is no time zone: use a name such as 'America/Montreal'")
        return name

    @field_validator("channel_types")
    @classmethod
    def add_families(cls, channel_types: frozenset[str]) -> frozenset[str]:
        """Keep the families of channel types."""
        return frozenset(map(family_of, channel_types))

    @model_validator(mode="after")
    def check_length(self) -> "QuietHours":
        """Refuse hours that never end."""
        if self.start == self.until:
            raise ValueError(f"quiet hours begin and end at {self.start}: give two times")
        return self

    def concern(self, channel_type: str) -> bool:
        """Tell whether a channel of this type keeps still."""
        return family_of(channel_type) in self.channel_types

    def end_after(self, now: datetime, zone_name: object = None) -> datetime | None:
        """Return when the quiet hours end that it is now, or None if it is none of them.

        Args:
            now: The present moment.
            zone_name: The recipient's own zone; what is none is passed over.
        """
        zone = find_zone(zone_name) or ZoneInfo(self.time_zone)
        local = now.astimezone(zone)
        end = local.replace(
            hour=self.until.hour, minute=self.until.minute, second=self.until.second, microsecond=0
        )
        if end <= local:
            end += timedelta(days=1)
        if self._is_quiet(local.time()):
            return end.astimezone(now.tzinfo)
        return None

    def _is_quiet(self, wall: time) -> bool:
        if self.start < self.until:
            return self.start <= wall < self.until
        return wall >= self.start or wall < self.until


def find_zone(name: object) -> ZoneInfo | None:
    """Return a time zone by its name, or None if there is none."""
    try:
        return ZoneInfo(name) if isinstance(name, str) and name else None
    except (KeyError, ValueError, OSError):  # unknown, no name at all, or the name of a folder
        return None
