"""Sources: who runs them, and how far they have read."""

from rooms.domain.source import SourceState, SourceStatus
from rooms.stores.memory.tables import Tables


class SourceTable:
    """Keeps one state per source."""

    def __init__(self, tables: Tables) -> None:
        self._states = tables.sources

    def claim_source(
        self, channel_id: str, node: str, *, organization_id: str | None = None
    ) -> SourceState:
        """Note that a process runs a source from now on; return what is known of the source."""
        known = self._states.get(channel_id) or SourceState(channel_id=channel_id)
        claim = {
            "node": node,
            "organization_id": organization_id,
            "status": SourceStatus.CONNECTING,
            "error": None,
        }
        claimed = known.model_copy(update=claim)
        self._states[channel_id] = claimed
        return claimed

    def save_source_state(self, state: SourceState) -> bool:
        """Keep what is known of a source, unless another process runs it now; tell which."""
        known = self._states.get(state.channel_id)
        if known is None or known.node != state.node:
            return False
        self._states[state.channel_id] = state.model_copy(deep=True)
        return True

    def list_source_states(self) -> list[SourceState]:
        """Return all sources that were ever run, by channel id."""
        return [state for _, state in sorted(self._states.items())]
