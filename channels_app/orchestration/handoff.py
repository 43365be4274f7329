"""Handing a conversation over: to another agent, or to a person (RFC §19.6)."""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from channels_app.orchestration.greets import Greets
from channels_app.orchestration.handoff_news import HandoffNews
from channels_app.orchestration.handoff_rules import (
    Chooses,
    HandoffRefused,
    HandoffRules,
    find_escalation,
)
from channels_app.orchestration.handoff_tool import HUMAN, HandoffRequest, HandoffResult
from channels_app.orchestration.host import OrchestrationHost
from channels_app.orchestration.state import (
    LANGUAGE,
    LANGUAGES,
    ConversationState,
    change_conversation_state,
    get_conversation_state,
)
from rooms.domain.content import TextContent
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelCategory
from rooms.domain.errors import RoomNotFoundError
from rooms.domain.json import JsonObject
from rooms.domain.room import Room
from rooms.pipeline.waiting import return_at_commit

logger = logging.getLogger("roomkit.orchestration")

SUMMARY = "handoff_summary"
FROM = "handoff_from"
REASON = "handoff_reason"
FACTS = "handoff_context"
ESCALATION = "escalation_channel_id"

OnHandoff = Callable[[str, HandoffResult], Awaitable[None]]


@dataclass
class _Move:
    """What a handoff has done, noted under the lock."""

    phases: tuple[str, str] = ("", "")
    is_new: bool = True


class HandoffHandler:
    """Judges and makes handoffs; one object serves all rooms.

    Args:
        kit: Where the rooms are.
        router: Chooses who is asked afterwards; nobody is handed over to its supervisor.
        agent_aliases: Other names for targets.
        phase_map: The phase that each agent's time is.
        allowed_transitions: Which phases may follow one; None or {} allows any. A person may be
            asked for in every phase.
        known_agents: Targets that need not be in the room.
        on_handoff_complete: Awaited with the room's id after each handoff.
        event_channel_id: In whose name handoffs are written on the timeline.
        agents: The agents whose greetings and languages are known.
        farewell_prompt: What an agent is told that has handed over; None tells it to be silent.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the published signature
        self,
        kit: OrchestrationHost,
        router: Chooses | None,
        agent_aliases: Mapping[str, str] | None = None,
        phase_map: Mapping[str, str] | None = None,
        allowed_transitions: Mapping[str, Collection[str]] | None = None,
        known_agents: Collection[str] | None = None,
        on_handoff_complete: OnHandoff | None = None,
        event_channel_id: str | None = None,
        *,
        agents: Sequence[Greets] = (),
        farewell_prompt: str | None = None,
    ) -> None:
        self.router = router
        self.on_handoff_complete = on_handoff_complete
        self._kit = kit
        self._aliases = dict(agent_aliases or {})
        self._rules = HandoffRules(
            router,
            phases=phase_map or {},
            transitions=allowed_transitions or {},
            known=known_agents or (),
        )
        self._agents = {agent.channel_id: agent for agent in agents}
        self._farewell = farewell_prompt
        self.news = HandoffNews(kit, event_channel_id)

    @property
    def greeting_map(self) -> dict[str, str]:
        """The first words of the agents that have some."""
        return {key: agent.greeting for key, agent in self._agents.items() if agent.greeting}

    @property
    def agents(self) -> dict[str, Greets]:
        """The agents by id (a copy)."""
        return dict(self._agents)

    def get_room_language(self, room: Room, agent_id: str | None) -> str | None:
        """Return what is spoken: the room's choice, else the agent's; None leaves it open."""
        agent = self._agents.get(agent_id or "")
        chosen = get_conversation_state(room).language_for(agent_id)
        return chosen or (agent.language if agent else None)

    async def set_language(
        self, room_id: str, language: str, *, channel_id: str | None = None
    ) -> None:
        """Say in which language agents answer from now on.

        Args:
            room_id: The room.
            language: Its name in words, such as `French`.
            channel_id: An agent for which alone it holds; None, or another channel, is everybody.

        Raises:
            RoomNotFoundError: If there is no such room.
        """

        def change(context: RoomContext, state: ConversationState) -> ConversationState:
            binding = context.get_binding(channel_id) if channel_id else None
            if binding is None or binding.category is not ChannelCategory.INTELLIGENCE:
                return state.with_context(**{LANGUAGE: language})
            own = {**state.context.get(LANGUAGES, {}), binding.channel_id: language}
            return state.with_context(**{LANGUAGES: own})

        await change_conversation_state(self._kit, room_id, change)

    async def send_greeting(self, room_id: str, *, channel_id: str | None = None) -> None:
        """Say the first words of the agent that has the conversation; nothing if it has none.

        While somebody else than the AI answers in the room nothing is said.

        Args:
            room_id: The room.
            channel_id: The one channel that gets them; None is the one that the conversation was
                escalated to, else every transport of the room.

        Raises:
            RoomNotFoundError: If there is no such room.
        """
        room = await self._kit.store.get_room(room_id)
        if room is None:
            raise RoomNotFoundError(room_id)
        state = get_conversation_state(room)
        active = state.active_agent_id
        greeting = self.greeting_map.get(active or "")
        if active is None or not greeting:
            return
        words, only = TextContent(body=greeting), channel_id or state.context.get(ESCALATION)
        with return_at_commit():
            if only is None:
                await self._kit.deliver(room_id, words, active)
            else:  # not in the agent's own name, which would reach every channel
                await self._kit.proactive.pass_on(room_id, only, words, agent_id=active)

    async def handle(
        self, room_id: str, calling_agent_id: str, arguments: JsonObject
    ) -> HandoffResult:
        """Hand a conversation over, as an agent asks for by the tool.

        Args:
            room_id: The room.
            calling_agent_id: Who asks.
            arguments: Those of `handoff_conversation`.

        Returns:
            What became of it; a refusal says why, for the agent to read.

        Raises:
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If the room takes no more events.
        """
        target = str(arguments.get("target", ""))
        try:
            request = HandoffRequest.from_arguments(arguments, self._aliases)
            target, move = request.target_agent_id, _Move()
            state = await self._move(room_id, calling_agent_id, request, move)
        except ValidationError as error:
            faults = "; ".join(fault["msg"] for fault in error.errors())
            return await self._refuse(room_id, calling_agent_id, target, f"bad request: {faults}")
        except HandoffRefused as refused:
            return await self._refuse(room_id, calling_agent_id, target, str(refused))
        result = HandoffResult(
            new_agent_id=target,
            new_phase=state.phase,
            message=self._farewell or f"{target} has the conversation now. Do not answer further.",
        )
        if move.is_new:
            await self._conclude(room_id, calling_agent_id, request, move.phases, result)
        return result

    async def _move(
        self, room_id: str, caller: str, request: HandoffRequest, move: _Move
    ) -> ConversationState:
        """Judge a request by the room as it is under its lock, and save what comes of it."""
        target = request.target_agent_id

        def change(context: RoomContext, state: ConversationState) -> ConversationState | None:
            if state.active_agent_id == target and state.context.get(FROM) == caller:
                move.is_new = False  # asked again by a turn that was taken up after a crash
                return None
            self._rules.check_target(context, caller, target)
            phase = self._rules.phase_after(state, caller, request)
            escalated = find_escalation(context, request.channel_escalation)
            move.phases = (state.phase, phase)
            after = state.transition(
                phase, None if target == HUMAN else target, request.reason, _details(request)
            )
            words = {SUMMARY: request.summary, FROM: caller, REASON: request.reason}
            return after.with_context(
                **words, **{FACTS: request.context or None, ESCALATION: escalated}
            )

        return await change_conversation_state(self._kit, room_id, change)

    async def _refuse(self, room_id: str, caller: str, target: str, reason: str) -> HandoffResult:
        await self.news.tell_refusal(room_id, caller, target, reason)
        return HandoffResult(accepted=False, reason=reason)

    async def _conclude(
        self,
        room_id: str,
        caller: str,
        request: HandoffRequest,
        phases: tuple[str, str],
        result: HandoffResult,
    ) -> None:
        """Tell everybody, off the lock."""
        await self.news.tell_handoff(room_id, caller, request, phases)
        if request.target_agent_id == HUMAN:
            await self._kit.queue_room(room_id, reason=request.reason or "handoff")
        if self.on_handoff_complete is None:
            return
        try:
            await self.on_handoff_complete(room_id, result)
        except Exception:  # the host's callback must not undo what is done
            logger.exception("on_handoff_complete failed", extra={"room_id": room_id})


def _details(request: HandoffRequest) -> JsonObject:
    return {"summary": request.summary, "urgent": request.urgent}
