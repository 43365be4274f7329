"""A conversation as a line of stages, each with its agent (RFC §19.5)."""

from collections.abc import Mapping, Sequence

from channels_app.orchestration.agent import Agent
from channels_app.orchestration.handoff import HandoffHandler
from channels_app.orchestration.handoff_greeting import greeting_after
from channels_app.orchestration.handoff_setup import setup_handoff
from channels_app.orchestration.handoff_tool import build_handoff_tool
from channels_app.orchestration.host import OrchestrationHost
from channels_app.orchestration.router import HOOK_PRIORITY, ConversationRouter
from channels_app.orchestration.selection import RoutingConditions, RoutingRule
from rooms.domain.frozen import Frozen


class PipelineStage(Frozen):
    """One stage.

    Attributes:
        next: The phase behind it.
        can_return_to: Other phases that may follow it.
        description: What the stage is for; agents that can hand over to it read this.
    """

    phase: str
    agent_id: str
    next: str | None = None
    can_return_to: set[str] = set()
    description: str | None = None

    @property
    def followers(self) -> set[str]:
        """The phases that may follow."""
        return {*self.can_return_to, *((self.next,) if self.next else ())}


class ConversationPipeline:
    """Stages with the ways between them.

    Args:
        stages: At least one; their phases differ.
        default_phase: Where conversations begin; None is the first stage's.
        supervisor_id: An agent that is asked about everything, along with whoever else is.

    Raises:
        ValueError: If there are no stages, two of one phase, or a way that leads nowhere.
    """

    def __init__(
        self,
        stages: list[PipelineStage],
        default_phase: str | None = None,
        supervisor_id: str | None = None,
    ) -> None:
        if not stages:
            raise ValueError("a pipeline needs at least one stage")
        self._stages = list(stages)
        self._default = default_phase or stages[0].phase
        self._supervisor_id = supervisor_id
        self._check()

    @property
    def stages(self) -> list[PipelineStage]:
        """The stages in their order (a copy)."""
        return [*self._stages]

    def to_router(self) -> ConversationRouter:
        """Return the router that asks the agent of the present phase."""
        rules = [
            RoutingRule(
                agent_id=stage.agent_id,
                conditions=RoutingConditions(phases={stage.phase}),
                priority=number,
            )
            for number, stage in enumerate(self._stages)
        ]
        default = next(s.agent_id for s in self._stages if s.phase == self._default)
        return ConversationRouter(rules, default, self._supervisor_id)

    def get_phase_map(self) -> dict[str, str]:
        """Return the phase of each agent; one with several stages has that of the last."""
        return {stage.agent_id: stage.phase for stage in self._stages}

    def get_allowed_transitions(self) -> dict[str, set[str]]:
        """Return the phases that may follow each."""
        return {stage.phase: stage.followers for stage in self._stages}

    def install(  # noqa: PLR0913 - the published signature
        self,
        kit: OrchestrationHost,
        agents: Sequence[Agent],
        *,
        agent_aliases: Mapping[str, str] | None = None,
        hook_priority: int = HOOK_PRIORITY,
        greet_on_handoff: bool = False,
        voice_channel_id: str | None = None,
        greeting_prompt: str | None = None,
        farewell_prompt: str | None = None,
    ) -> tuple[ConversationRouter, HandoffHandler]:
        """Route by the stages in all rooms of a kit, and let agents hand over along the ways.

        An agent from which no way leads gets no tool.

        Args:
            kit: The kit.
            agents: The agents of the stages.
            agent_aliases: Other names for targets.
            hook_priority: Hooks of lower priority come first.
            greet_on_handoff: Whether agents greet when they take over.
            voice_channel_id: The one channel that gets greetings; None is every transport.
            greeting_prompt: What an agent without a greeting of its own is asked for first words.
            farewell_prompt: What an agent is told that has handed over; None tells it to be silent.

        Raises:
            ValueError: If the agent of a stage is missing.
            RuntimeError: If one of the agents can hand over already.
        """
        self._check_agents(agents)
        router = self.to_router()
        handler = HandoffHandler(
            kit,
            router,
            agent_aliases=agent_aliases,
            phase_map=self.get_phase_map(),
            allowed_transitions=self.get_allowed_transitions(),
            agents=agents,
            farewell_prompt=farewell_prompt,
        )
        if greet_on_handoff:
            handler.on_handoff_complete = greeting_after(
                handler, channel_id=voice_channel_id, prompt=greeting_prompt
            )
        router.hook_into(kit, hook_priority)
        for agent in agents:
            if targets := self._targets(agent, agents):
                setup_handoff(agent, handler, tool=build_handoff_tool(targets))
        return router, handler

    def _check(self) -> None:
        phases = [stage.phase for stage in self._stages]
        if repeated := {phase for phase in phases if phases.count(phase) > 1}:
            raise ValueError(f"phases are there twice: {', '.join(sorted(repeated))}")
        if self._default not in phases:
            raise ValueError(f"default phase {self._default!r} is none of {', '.join(phases)}")
        for stage in self._stages:
            if lost := stage.followers - {*phases}:
                raise ValueError(
                    f"stage {stage.phase!r} leads to {', '.join(sorted(lost))}: nowhere"
                )

    def _check_agents(self, agents: Sequence[Agent]) -> None:
        missing = {s.agent_id for s in self._stages} - {agent.channel_id for agent in agents}
        if missing:
            raise ValueError(f"agents of stages are missing: {', '.join(sorted(missing))}")

    def _targets(self, agent: Agent, agents: Sequence[Agent]) -> list[tuple[str, str | None]]:
        """Return to whom an agent may hand over, each with what it is good for."""
        after = {p for s in self._stages if s.agent_id == agent.channel_id for p in s.followers}
        known = {each.channel_id: each.description for each in agents}
        found: dict[str, str | None] = {}
        for stage in self._stages:
            if stage.phase in after and stage.agent_id != agent.channel_id:
                found.setdefault(stage.agent_id, stage.description or known[stage.agent_id])
        return [*found.items()]
