"""How far a conversation has come, and which agent has it (RFC §19.2)."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from pydantic import Field

from rooms.domain.context import RoomContext
from rooms.domain.errors import RoomNotFoundError
from rooms.domain.frozen import Frozen, utc_now
from rooms.domain.json import JsonObject
from rooms.domain.room import Room
from rooms.locks.base import RoomLockManager
from rooms.stores.base import ConversationStore

STATE_KEY = "_conversation_state"
"""Where a room's metadata holds it; only the framework may write keys with this first letter."""

HISTORY_KEPT = 100
"""How many of the latest transitions are kept; `handoff_count` counts all."""

LANGUAGE = "language"
LANGUAGES = "languages"


class ConversationPhase(StrEnum):
    """Phases that most conversations have; any other text will do as well."""

    INTAKE = "intake"
    QUALIFICATION = "qualification"
    HANDLING = "handling"
    ESCALATION = "escalation"
    RESOLUTION = "resolution"
    FOLLOWUP = "followup"


class PhaseTransition(Frozen):
    """One step of a conversation: another phase, another agent, or both."""

    from_phase: str
    to_phase: str
    from_agent: str | None = None
    to_agent: str | None = None
    reason: str = ""
    timestamp: datetime = Field(default_factory=utc_now)
    metadata: JsonObject = {}


class ConversationState(Frozen):
    """Where a conversation stands.

    Attributes:
        active_agent_id: Who has it; None if nobody has taken it, or a person.
        handoff_count: How often another agent took it, people included.
        phase_history: The latest transitions, oldest first.
        context: What agents are told, such as the summary of the last handoff or the language.
    """

    phase: str = ConversationPhase.INTAKE
    active_agent_id: str | None = None
    previous_agent_id: str | None = None
    handoff_count: int = Field(default=0, ge=0)
    phase_started_at: datetime = Field(default_factory=utc_now)
    phase_history: list[PhaseTransition] = []
    context: dict[str, Any] = {}

    def transition(
        self,
        to_phase: str,
        to_agent: str | None = None,
        reason: str = "",
        metadata: JsonObject | None = None,
    ) -> "ConversationState":
        """Return the state after a step; this one stays as it is.

        Args:
            to_phase: The phase from then on.
            to_agent: Who has the conversation from then on; None leaves it to nobody.
            reason: Why.
            metadata: Kept with the step.
        """
        step = PhaseTransition(
            from_phase=self.phase,
            to_phase=to_phase,
            from_agent=self.active_agent_id,
            to_agent=to_agent,
            reason=reason,
            metadata=metadata or {},
        )
        return self.model_copy(
            update={
                "phase": to_phase,
                "active_agent_id": to_agent,
                "previous_agent_id": self.active_agent_id,
                "handoff_count": self.handoff_count + (to_agent != self.active_agent_id),
                "phase_started_at": step.timestamp,
                "phase_history": [*self.phase_history, step][-HISTORY_KEPT:],
            }
        )

    def with_context(self, **changes: Any) -> "ConversationState":
        """Return the state with more told to agents; None takes a word back."""
        merged = {**self.context, **changes}
        kept = {key: value for key, value in merged.items() if value is not None}
        return self.model_copy(update={"context": kept})

    def language_for(self, agent_id: str | None) -> str | None:
        """Return the language the room has chosen, for this agent or for all; None if it has not.

        Args:
            agent_id: The agent; None asks for the language of the whole room.
        """
        own = self.context.get(LANGUAGES, {}).get(agent_id)
        return own or self.context.get(LANGUAGE)


def get_conversation_state(room: Room) -> ConversationState:
    """Return the state of a room; a fresh one if it has none yet."""
    found = room.metadata.get(STATE_KEY)
    return ConversationState() if found is None else ConversationState.model_validate(found)


def set_conversation_state(room: Room, state: ConversationState) -> Room:
    """Return the room with another state; nothing is saved."""
    return room.model_copy(update={"metadata": {**room.metadata, STATE_KEY: state_json(state)}})


def state_json(state: ConversationState) -> JsonObject:
    """Return a state as a room's metadata holds it."""
    return state.model_dump(mode="json")


class KeepsRooms(Protocol):
    """What saving needs of the kit."""

    @property
    def store(self) -> ConversationStore:
        """Where rooms are kept."""

    @property
    def lock_manager(self) -> RoomLockManager:
        """What locks rooms."""


Change = Callable[[RoomContext, ConversationState], ConversationState | None]
"""Says what becomes of a state as it is under the room's lock; None leaves it."""


async def change_conversation_state(
    kit: KeepsRooms, room_id: str, change: Change, *, along: JsonObject | None = None
) -> ConversationState:
    """Change a room's state as it is now: no change of somebody else is lost.

    Args:
        kit: Where the room is.
        room_id: The room.
        change: Decides under the room's lock; an exception of its own leaves everything as it was.
        along: Metadata of the room that is saved together with the state.

    Returns:
        The state as it is afterwards.

    Raises:
        RoomNotFoundError: If there is no such room.
    """
    async with kit.lock_manager.locked(room_id):
        snapshot = await kit.store.load_snapshot(room_id)
        if snapshot is None:
            raise RoomNotFoundError(room_id)
        before = get_conversation_state(snapshot.context.room)
        after = change(snapshot.context, before)
        if after is None:
            return before
        await kit.store.patch_room_metadata(
            room_id, {STATE_KEY: state_json(after), **(along or {})}
        )
        return after
