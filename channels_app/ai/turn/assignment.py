"""What a turn is about, and how the agent who takes it works."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from channels_app.ai.ledger import Ledger
from channels_app.ai.tools.base import ToolContext, TurnScope
from channels_app.providers.base.ai import AIProvider
from rooms.domain.binding import ChannelBinding
from rooms.domain.context import Asking, RoomContext
from rooms.domain.enums import ChannelType
from rooms.domain.event import RoomEvent
from rooms.domain.participant import Participant
from rooms.domain.policies import RetryPolicy

Prices: TypeAlias = Callable[[str, str, Mapping[str, int], datetime], Decimal | None]
"""What tokens cost: `(provider, model, usage, at)`; None where nobody knows."""


async def _goes_on() -> str | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """One event that an agent is asked about, captured when the turn begins."""

    channel_id: str
    channel_type: ChannelType
    event: RoomEvent
    binding: ChannelBinding
    context: RoomContext
    provider_name: str | None = None

    @property
    def room_id(self) -> str:
        """The room's id."""
        return self.event.room_id

    @property
    def asking(self) -> Asking | None:
        """The job, where there is one."""
        return self.context.asking

    @property
    def segment(self) -> int:
        """How many pieces of the answer are stored already."""
        return self.asking.segment if self.asking else 0

    @property
    def stop_reason(self) -> Callable[[], Awaitable[str | None]]:
        """Asks why the turn should end early."""
        return self.asking.stop_reason if self.asking else _goes_on

    @property
    def participant(self) -> Participant | None:
        """Who asked."""
        asker = self.event.source.participant_id
        return self.context.get_participant(asker) if asker else None

    @property
    def role(self) -> str | None:
        """The role of who asked."""
        return self.participant.role if self.participant else None

    @property
    def organization_id(self) -> str | None:
        """Whose room it is."""
        return self.context.room.organization_id

    @property
    def scope(self) -> TurnScope:
        """What toolsets are told of the turn."""
        return TurnScope(
            room=self.context,
            event=self.event,
            channel_id=self.channel_id,
            role=self.role,
            organization_id=self.organization_id,
        )

    def tool_context(
        self, *, run_id: str, call_id: str, allowed_tools: frozenset[str]
    ) -> ToolContext:
        """Return what a tool is told."""
        return ToolContext(
            room=self.context,
            event=self.event,
            channel_id=self.channel_id,
            run_id=run_id,
            call_id=call_id,
            idempotency_key=f"{run_id}:{call_id}",
            participant=self.participant,
            role=self.role,
            organization_id=self.organization_id,
            allowed_tools=allowed_tools,
        )


@dataclass(frozen=True, kw_only=True)
class TurnSettings:
    """How an agent works.

    Attributes:
        max_tool_rounds: How often tools are executed in a turn.
        timeout_s: After how many seconds no more tools are executed; None or 0 sets no limit.
        warn_after: At which round a warning is logged.
        evict_threshold_tokens: Longer results of tools are read page by page.
        max_empty_retries: How often a model that says nothing after tools is asked again.
        approval_timeout_s: How many seconds people have for a decision.
        version_id: The version of a configured agent.
        failure_text: What is said when the model failed and nothing was shown; None says nothing.
    """

    provider: AIProvider
    fallback_provider: AIProvider | None = None
    retry_policy: RetryPolicy | None = None
    max_tool_rounds: int = 200
    timeout_s: float | None = 300.0
    warn_after: int = 50
    evict_threshold_tokens: int = 5000
    max_empty_retries: int = 1
    approval_timeout_s: float = 86400.0
    ledger: Ledger | None = None
    prices: Prices | None = None
    version_id: str | None = None
    failure_text: str | None = None
