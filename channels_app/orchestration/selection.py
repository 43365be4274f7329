"""Which agent is asked about what somebody has said (RFC §19.3)."""

from collections.abc import Callable, Sequence

from pydantic import Field

from channels_app.orchestration.state import ConversationState, get_conversation_state
from hooks.results import HookResult
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelCategory, ChannelType
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import Frozen
from rooms.pipeline.planning import SUPERVISOR_IDS

INTERNAL = "_orchestration_internal"
"""Metadata of events that tell agents something and ask none of them."""

INTENT = "intent"


class RoutingConditions(Frozen):
    """When a rule holds: all that is given must.

    Attributes:
        phases: Phases of the conversation.
        channel_types: Types of the channel that something came in by.
        intents: What an earlier hook has put into the event's metadata as `intent`.
        source_channel_ids: The channels themselves.
        custom: Decides by itself, with the event, the room and the state.
    """

    phases: set[str] | None = None
    channel_types: set[ChannelType] | None = None
    intents: set[str] | None = None
    source_channel_ids: set[str] | None = None
    custom: Callable[[RoomEvent, RoomContext, ConversationState], bool] | None = Field(
        default=None, exclude=True
    )

    def hold(self, event: RoomEvent, context: RoomContext, state: ConversationState) -> bool:
        """Tell whether all of them hold."""
        source = event.source
        return (
            _admits(self.phases, state.phase)
            and _admits(self.channel_types, source.channel_type)
            and _admits(self.intents, event.metadata.get(INTENT))
            and _admits(self.source_channel_ids, source.channel_id)
            and (self.custom is None or self.custom(event, context, state))
        )


def _admits(wanted: set[str] | set[ChannelType] | None, found: object) -> bool:
    return wanted is None or (isinstance(found, str) and found in wanted)


class RoutingRule(Frozen):
    """Names an agent under conditions; rules of lower priority come first."""

    agent_id: str
    conditions: RoutingConditions = RoutingConditions()
    priority: int = 0


class Selection:
    """Chooses the agent of an event.

    The order: the sender's own address, the agent that has the conversation, the first rule that
    holds, the default. Nobody is asked about what agents say. Agents that are not in the room are
    passed over.

    Args:
        rules: Tried by ascending priority.
        default_agent_id: Asked when no rule holds.
        supervisor_id: Asked about everything, along with whoever else is.
    """

    def __init__(
        self,
        rules: Sequence[RoutingRule] = (),
        default_agent_id: str | None = None,
        supervisor_id: str | None = None,
    ) -> None:
        self.rules = sorted(rules, key=lambda rule: rule.priority)
        self.default_agent_id = default_agent_id
        self.supervisor_id = supervisor_id

    def select_agent(
        self, event: RoomEvent, context: RoomContext, state: ConversationState
    ) -> str | None:
        """Return the agent to ask; None if it is not this selection's to say."""
        if event.addressed_to is not None or is_of_agent(event, context):
            return None
        named = (
            rule.agent_id for rule in self.rules if rule.conditions.hold(event, context, state)
        )
        wished = (state.active_agent_id, *named, self.default_agent_id)
        return next((each for each in wished if each and _is_agent(each, context)), None)

    def stamp(self, event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        """Let an event pass with the word of who is asked about it."""
        if event.metadata.get(INTERNAL):
            return HookResult.allow()
        chosen = self.select_agent(event, context, get_conversation_state(context.room))
        asked: tuple[str, ...] | None = (chosen,) if chosen else None
        if is_of_agent(event, context) and event.addressed_to is None:
            asked = ()
        return self._result(event, context, asked)

    def _result(
        self, event: RoomEvent, context: RoomContext, asked: tuple[str, ...] | None
    ) -> HookResult[RoomEvent]:
        supervisor = self.supervisor_id
        watches = supervisor and supervisor != event.source.channel_id
        if not (supervisor and watches and _is_agent(supervisor, context)):
            return HookResult.allow() if asked is None else HookResult.inject_to(asked)
        known = event.metadata.get(SUPERVISOR_IDS, ())
        metadata = {**event.metadata, SUPERVISOR_IDS: [*{*known, supervisor}]}
        stamped = event.model_copy(update={"metadata": metadata})
        return HookResult(action="modify", event=stamped, routed_to=asked)


def is_of_agent(event: RoomEvent, context: RoomContext) -> bool:
    """Tell whether an agent of the room said something."""
    return _is_agent(event.source.channel_id, context)


def _is_agent(channel_id: str, context: RoomContext) -> bool:
    binding = context.get_binding(channel_id)
    return binding is not None and binding.category is ChannelCategory.INTELLIGENCE
