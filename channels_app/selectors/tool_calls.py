"""Reads of the tool calls that agents made."""

from collections.abc import Iterator
from datetime import datetime

from channels_app.ai.records import StepKind
from channels_app.ai.tools.auditing import ENDED
from channels_app.models import AgentStep

ROWS_AT_ONCE = 500


def iterate_tool_calls(
    *, since: datetime | None = None, room_id: str | None = None
) -> Iterator[AgentStep]:
    """Yield the tool calls that have ended, oldest first, each with its run; few are in memory."""
    rows = AgentStep.objects.select_related("run").filter(
        kind=StepKind.TOOL.value, state__in=[state.value for state in ENDED]
    )
    if since is not None:
        rows = rows.filter(started_at__gte=since)
    if room_id is not None:
        rows = rows.filter(run__room_id=room_id)
    yield from rows.order_by("started_at", "run_id", "seq").iterator(chunk_size=ROWS_AT_ONCE)
