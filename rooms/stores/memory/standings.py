"""How we stand with addresses."""

from collections.abc import Sequence
from datetime import datetime

from rooms.domain.standing import ContactPoint, OptOutReason, Standing
from rooms.stores.memory.tables import StandingRecord, Tables


class StandingTable:
    """Keeps when addresses wrote last, and which want no more."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._records = tables.standings

    def note_inbound(self, points: Sequence[ContactPoint], at: datetime) -> None:
        """Note that these addresses have written; an earlier moment changes nothing."""
        for point in points:
            record = self._record(point)
            record.last_inbound_at = max(record.last_inbound_at or at, at)

    def opt_out(self, point: ContactPoint, *, reason: OptOutReason, by: str) -> bool:
        """Note that an address wants no more messages; tell whether `by` changed that."""
        if stopped := [record for record in self._family(point) if record.opted_out_at]:
            return any(record.changed_by == by for record in stopped)
        record = self._record(point)
        record.opted_out_at, record.opt_out_reason = self._tables.clock(), reason
        record.changed_by = by
        return True

    def opt_in(self, point: ContactPoint, *, by: str) -> bool:
        """Note that an address wants messages again; tell whether `by` changed that."""
        known = self._family(point)
        if not (stopped := [record for record in known if record.opted_out_at]):
            return any(record.changed_by == by for record in known)
        for record in stopped:
            record.opted_out_at, record.opt_out_reason = None, None
            record.changed_by = by
        return True

    def get_standing(self, point: ContactPoint) -> Standing:
        """Return how we stand with an address."""
        own = self._records.get((point.channel_id, point.address))
        stopped = [record for record in self._family(point) if record.opted_out_at]
        return Standing(
            last_inbound_at=own.last_inbound_at if own else None,
            opted_out_at=stopped[0].opted_out_at if stopped else None,
            opt_out_reason=stopped[0].opt_out_reason if stopped else None,
        )

    def _record(self, point: ContactPoint) -> StandingRecord:
        return self._records.setdefault((point.channel_id, point.address), StandingRecord(point))

    def _family(self, point: ContactPoint) -> list[StandingRecord]:
        return [record for record in self._records.values() if _is_family(record.point, point)]


def _is_family(one: ContactPoint, other: ContactPoint) -> bool:
    """Tell whether two points are one address at channels of one type and organization."""
    return (one.address, one.channel_type, one.organization_id) == (
        other.address,
        other.channel_type,
        other.organization_id,
    )
