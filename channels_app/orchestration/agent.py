"""An agent with a role, which can work together with others."""

from typing import Any, cast

from channels_app.ai.channel import AIChannel
from channels_app.ai.host import AgentHost
from channels_app.ai.memory import SlidingWindowMemory
from channels_app.ai.tools.base import Tool, TurnScope
from channels_app.orchestration.company import Company
from channels_app.orchestration.config_only import NoModel
from channels_app.orchestration.handoff_memory import HandoffMemoryProvider
from channels_app.orchestration.host import OrchestrationHost
from channels_app.orchestration.rehearsal import Rehearsal
from channels_app.orchestration.roles import RoomRole
from channels_app.orchestration.state import get_conversation_state
from channels_app.providers.base.ai import AIProvider
from rooms.domain.binding import ChannelBinding
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent
from rooms.domain.output import ChannelOutput

IDENTITY_HEADER = "# Who you are"
MAX_CONTEXT_EVENTS = 50


class Agent(AIChannel):
    """An `AIChannel` that knows who it is, and takes a place in the strategy of each room.

    Its memory always holds what the agent before it has left at a handoff.

    Args:
        channel_id: Unique among the registered channels.
        provider: The model; without one the agent is a configuration and answers nothing.
        role: What it is, such as `billing clerk`.
        description: What it is good for; other agents read this.
        scope: What it deals with, and what not.
        voice: The voice it speaks with.
        greeting: Its first words.
        language: What it answers in, in words such as `French`; the room's choice wins.
        auto_greet: Whether it greets unasked when it takes a conversation over.
        **kwargs: Everything else that `AIChannel` takes.
    """

    def __init__(  # noqa: PLR0913 - the published signature
        self,
        channel_id: str,
        *,
        provider: AIProvider | None = None,
        role: str | None = None,
        description: str | None = None,
        scope: str | None = None,
        voice: str | None = None,
        greeting: str | None = None,
        language: str | None = None,
        auto_greet: bool = True,
        **kwargs: Any,
    ) -> None:
        window = kwargs.get("max_context_events", MAX_CONTEXT_EVENTS)
        memory = kwargs.pop("memory", None) or SlidingWindowMemory(max_events=window)
        if not isinstance(memory, HandoffMemoryProvider):
            memory = HandoffMemoryProvider(memory)
        super().__init__(channel_id, provider or NoModel(channel_id), memory=memory, **kwargs)
        self.role = role
        self.description = description
        self.scope = scope
        self.voice = voice
        self.greeting = greeting
        self.language = language
        self.auto_greet = auto_greet
        self.is_config_only = provider is None
        self.company: Company | None = None
        # Who it is comes last in the prompt.
        place = RoomRole(channel_id, self._company_of)
        self._kit.toolsets = [*self._kit.toolsets, place, _Identity(self)]
        inner = self._pipeline.generation
        self._pipeline.generation = Rehearsal(channel_id, self._company_of, inner).generate

    @property
    def system_prompt(self) -> str | None:
        """What it was told to heed, without who it is."""
        return self._kit.generation.system_prompt

    def build_identity_block(self, language: str | None = None) -> str | None:
        """Return what the agent is told of itself; None if there is nothing to tell.

        Args:
            language: What is spoken in the room; None takes the agent's own.
        """
        speaks = language or self.language
        lines = [
            _line("Role", self.role),
            _line("Description", self.description),
            _line("Scope", self.scope),
            _line("Language", speaks and f"Always respond in {speaks}"),
        ]
        told = [line for line in lines if line]
        return "\n".join([IDENTITY_HEADER, *told]) if told else None

    def on_hosted(self, kit: AgentHost) -> None:
        """Join the other agents of the kit; called when it is registered."""
        super().on_hosted(kit)
        # What hosts agents is the whole kit; they see no more of it than they need.
        self.company = _company_at(cast("OrchestrationHost", kit))

    async def on_event(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Answer as `AIChannel` does; without a model nothing is answered."""
        if self.is_config_only:
            return ChannelOutput.empty()
        return await super().on_event(event, binding, context)

    def _company_of(self) -> Company | None:
        return self.company


class _Identity:
    """Tells an agent who it is, in the language of the room."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    async def tools_for(self, context: TurnScope) -> list[Tool]:
        """Return none."""
        return []

    async def prompt_for(self, context: TurnScope) -> str:
        """Return who the agent is."""
        state = get_conversation_state(context.room.room)
        return self._agent.build_identity_block(state.language_for(self._agent.channel_id)) or ""


def _company_at(kit: OrchestrationHost) -> Company:
    """Return the company of a kit; the first agent founds it."""
    agents = (each for each in kit.channels.values() if isinstance(each, Agent))
    companies = (agent.company for agent in agents if agent.company is not None)
    return next((each for each in companies if each.host is kit), None) or Company(kit)


def _line(label: str, text: str | None) -> str:
    return f"{label}: {text}" if text else ""
