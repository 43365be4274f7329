"""Writes of the record of hooks that blocked or failed."""

from collections.abc import Sequence

from hooks.models import HookRun
from hooks.services import record_runs
from rooms import models
from rooms.journal import NotedOutcome


def record_outcomes(outcomes: Sequence[NotedOutcome]) -> list[HookRun]:
    """Store outcomes under the organizations of their rooms; a room that is gone has none."""
    rooms = models.Room.objects.filter(pk__in={noted.outcome.room_id for noted in outcomes})
    organizations = dict(rooms.values_list("pk", "organization_id"))
    return record_runs([_build_row(noted, organizations) for noted in outcomes])


def _build_row(noted: NotedOutcome, organizations: dict[str, str]) -> HookRun:
    room_id = noted.outcome.room_id
    row = HookRun.from_outcome(noted.outcome, organization_id=organizations.get(room_id, ""))
    row.created_at = noted.noted_at
    return row
