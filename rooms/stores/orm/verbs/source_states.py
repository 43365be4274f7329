"""Sources, as values."""

from rooms.domain.source import SourceState
from rooms.models import SourceState as SourceStateRow
from rooms.services import source_states as writes


def claim_source(channel_id: str, node: str, *, organization_id: str | None = None) -> SourceState:
    """Note that a process runs a source from now on; return what is known of the source."""
    row = writes.claim_source(channel_id=channel_id, node=node, organization_id=organization_id)
    return row.to_domain()


def save_source_state(state: SourceState) -> bool:
    """Keep what is known of a source, unless another process runs it now; tell which."""
    return writes.save_source_state(state=state)


def list_source_states() -> list[SourceState]:
    """Return all sources that were ever run, by channel id."""
    return [row.to_domain() for row in SourceStateRow.objects.order_by("pk")]
