"""Writes of the states of sources."""

from django.db import transaction

from rooms import models
from rooms.domain.content import make_storable
from rooms.domain.source import SourceState, SourceStatus


@transaction.atomic
def claim_source(
    *, channel_id: str, node: str, organization_id: str | None = None
) -> models.SourceState:
    """Write that a process runs a source from now on, and return what is known of it."""
    models.SourceState.objects.bulk_create(
        [models.SourceState(channel_id=channel_id)], ignore_conflicts=True
    )
    row = models.SourceState.objects.select_for_update().get(pk=channel_id)
    row.node = node
    row.organization_id = organization_id or ""
    row.status = SourceStatus.CONNECTING.value
    row.error = None
    row.save(update_fields=["node", "organization_id", "status", "error"])
    return row


def save_source_state(*, state: SourceState) -> bool:
    """Write what is known of a source, if its process still runs it; tell whether it does."""
    held = models.SourceState.objects.filter(pk=state.channel_id, node=state.node)
    return bool(
        held.update(
            status=state.status.value,
            connected_at=state.connected_at,
            last_message_at=state.last_message_at,
            messages_received=state.messages_received,
            error=None if state.error is None else make_storable(state.error),
            metadata=state.metadata,
            cursor=state.cursor,
        )
    )
