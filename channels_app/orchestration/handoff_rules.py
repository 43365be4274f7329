"""Which handoffs may be made (RFC §19.6)."""

from collections.abc import Collection, Mapping
from typing import Protocol

from channels_app.orchestration.handoff_tool import ESCALATIONS, HUMAN, SAME, HandoffRequest
from channels_app.orchestration.state import ConversationPhase, ConversationState
from rooms.domain.binding import ChannelBinding
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelCategory, ChannelType

CHANNEL_TYPES: dict[str, frozenset[str]] = {
    "voice": frozenset({ChannelType.VOICE, ChannelType.REALTIME_VOICE}),
    "email": frozenset({ChannelType.EMAIL}),
    "sms": frozenset({ChannelType.SMS}),
}


class Chooses(Protocol):
    """Who knows the agents of a room."""

    @property
    def supervisor_id(self) -> str | None:
        """The agent that watches."""


class HandoffRefused(Exception):
    """A conversation stays where it is; the text says why, for the agent that asked."""


class HandoffRules:
    """Judges requests by the room as it is now.

    Args:
        router: Nobody is handed over to its supervisor.
        phases: The phase that each agent's time is.
        transitions: Which phases may follow one; {} allows any. A person may be asked for in every
            phase.
        known: Targets that need not be in the room.
    """

    def __init__(
        self,
        router: Chooses | None,
        *,
        phases: Mapping[str, str],
        transitions: Mapping[str, Collection[str]],
        known: Collection[str],
    ) -> None:
        self._router = router
        self._phases = dict(phases)
        self._transitions = {key: set(after) for key, after in transitions.items()}
        self._known = {HUMAN, *known}

    def check_target(self, context: RoomContext, caller: str, target: str) -> None:
        """Check that a room may be handed over to somebody.

        Raises:
            HandoffRefused: If not.
        """
        if not context.room.accepts_events:
            raise HandoffRefused("the room is closed")
        if target == caller:
            raise HandoffRefused(f"{target!r} has the conversation already: answer yourself")
        binding = context.get_binding(target)
        is_agent = binding is not None and binding.category is ChannelCategory.INTELLIGENCE
        if not is_agent and target not in self._known:
            raise HandoffRefused(f"there is no agent {target!r} in this room")
        if self._router is not None and target == self._router.supervisor_id:
            raise HandoffRefused(f"{target!r} only watches")

    def phase_after(self, state: ConversationState, caller: str, request: HandoffRequest) -> str:
        """Return the phase that begins.

        Raises:
            HandoffRefused: If it may not follow the present one, or is another agent's.
        """
        target = request.target_agent_id
        if target == HUMAN:
            return request.next_phase or self._phases.get(HUMAN, ConversationPhase.ESCALATION)
        phase = request.next_phase or self._phases.get(target, ConversationPhase.HANDLING)
        if not self._transitions:
            return phase
        owners = {agent for agent, own in self._phases.items() if own == phase}
        if owners and target not in owners:
            raise HandoffRefused(f"phase {phase!r} belongs to {', '.join(sorted(owners))}")
        current = str(state.phase)
        if current not in self._transitions:  # a room that has not begun is where its agent is
            current = self._phases.get(caller, current)
        if phase not in self._transitions.get(current, ()):
            raise HandoffRefused(f"phase {phase!r} cannot follow {current!r}")
        return phase


def find_escalation(context: RoomContext, wanted: str | None) -> str | None:
    """Return the channel by which a conversation goes on; None leaves that as it is.

    Raises:
        HandoffRefused: If the room has no such channel.
    """
    if wanted is None or wanted == SAME:
        return None
    types = CHANNEL_TYPES.get(wanted)
    if types is None:
        raise HandoffRefused(f"channel {wanted!r} is none of {', '.join(ESCALATIONS)}")
    found = next((each for each in context.bindings if _carries(each, types)), None)
    if found is None:
        raise HandoffRefused(f"there is no {wanted} channel in this room")
    return found.channel_id


def _carries(binding: ChannelBinding, types: frozenset[str]) -> bool:
    return binding.category is ChannelCategory.TRANSPORT and binding.channel_type in types
