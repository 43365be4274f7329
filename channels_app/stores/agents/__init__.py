"""What agents keep, in the site's database, beside the rooms they are in."""

from channels_app.ai.store import AIStore
from channels_app.stores.agents.activations import DatabaseActivations
from channels_app.stores.agents.approvals import DatabaseApprovals
from channels_app.stores.agents.knowledge import DatabaseKnowledge
from channels_app.stores.agents.results import DatabaseResults
from channels_app.stores.agents.runs import DatabaseRuns
from channels_app.stores.agents.steering import DatabaseSteering
from channels_app.stores.agents.summaries import DatabaseSummaries
from rooms.stores.base import ConversationStore
from rooms.stores.orm import OrmStore

__all__ = ["database_ai_store"]


def database_ai_store(rooms: ConversationStore) -> AIStore | None:
    """Return where agents keep things beside rooms of the database; None beside others.

    Every method raises StoreUnavailableError if the database cannot be reached, and
    RowRefusedError if it refuses a row, as of a room that is gone.
    """
    if not isinstance(rooms, OrmStore):
        return None
    threads = rooms.threads
    return AIStore(
        runs=DatabaseRuns(threads),
        steering=DatabaseSteering(threads),
        approvals=DatabaseApprovals(threads),
        summaries=DatabaseSummaries(threads),
        results=DatabaseResults(threads),
        activations=DatabaseActivations(threads),
        knowledge=DatabaseKnowledge(threads),
    )
