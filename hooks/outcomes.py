"""How hooks ended: one hook's failure, one hook's outcome, and the sum of a whole chain."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from hooks.results import Attributes, HookResult, InjectedEvent, Observation, Task
from hooks.triggers import HookTrigger

E = TypeVar("E")


class FailureKind(StrEnum):
    """The ways in which a hook can fail to answer (RFC §9.3)."""

    ERROR = "error"
    """It raised."""
    TIMEOUT = "timeout"
    """Its time ran out."""
    BAD_RESULT = "bad_result"
    """It returned something that is no answer."""
    BAD_PAYLOAD = "bad_payload"
    """Its replacement is missing or of another type than the payload."""


class OutcomeKind(StrEnum):
    """How a hook ended: an answer, or one of the failures."""

    ALLOWED = "allowed"
    BLOCKED = "blocked"
    MODIFIED = "modified"
    OBSERVED = "observed"
    """It could only look on, or gave no answer to a question."""
    ANSWERED = "answered"
    ERROR = "error"
    TIMEOUT = "timeout"
    BAD_RESULT = "bad_result"
    BAD_PAYLOAD = "bad_payload"


@dataclass(frozen=True, slots=True)
class HookFailure:
    """A hook that gave no usable answer. `timeout` is in seconds and set on a timeout only."""

    hook_name: str
    trigger: HookTrigger
    kind: FailureKind
    error: BaseException | None = None
    timeout: float | None = None

    @property
    def reason(self) -> str:
        """What happened, for logs and for whoever was blocked by it."""
        if self.kind is FailureKind.TIMEOUT:
            return f"hook {self.hook_name!r} took longer than {self.timeout:g} s"
        if self.kind is FailureKind.ERROR:
            return f"hook {self.hook_name!r} raised {type(self.error).__name__}: {self.error}"
        return str(self.error)


@dataclass(frozen=True, slots=True)
class HookOutcome:
    """One run of one hook, for telemetry and for the record. `duration_ms` is wall time."""

    room_id: str
    trigger: HookTrigger
    hook_name: str
    kind: OutcomeKind
    duration_ms: float
    event_id: str = ""
    reason: str = ""

    @property
    def is_noteworthy(self) -> bool:
        """Tell whether the hook blocked or failed."""
        return self.kind is OutcomeKind.BLOCKED or self.kind in _FAILURES


_FAILURES = frozenset(OutcomeKind(kind.value) for kind in FailureKind)


@dataclass(slots=True)
class SyncPipelineResult(Generic[E]):
    """What a chain of blocking hooks came to.

    `event` is the payload as the last hook left it. Injected events, tasks, observations,
    metadata and routing add up over all hooks that ran, whatever the verdict: those of a
    hook that ran before a block survive it. `routed_to` is None if no hook named channels.
    """

    event: E
    allowed: bool = True
    reason: str | None = None
    blocked_by: str | None = None
    injected_events: list[InjectedEvent[E]] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    metadata: Attributes = field(default_factory=dict)
    routed_to: tuple[str, ...] | None = None
    failures: list[HookFailure] = field(default_factory=list)

    def collect(self, verdict: HookResult[E], *, room_id: str, hook_name: str) -> None:
        """Add what a hook leaves behind besides its verdict."""
        self.injected_events += verdict.injected_events
        self.tasks += [task.stamped(room_id, created_by=hook_name) for task in verdict.tasks]
        self.observations += [seen.stamped(room_id) for seen in verdict.observations]
        self.metadata |= verdict.metadata
        if verdict.routed_to is not None:
            self._route(verdict.routed_to)

    def block(self, reason: str | None, *, by: str) -> None:
        """Stop here."""
        self.allowed = False
        self.reason = reason
        self.blocked_by = by

    def _route(self, channel_ids: Sequence[str]) -> None:
        self.routed_to = tuple(dict.fromkeys((*(self.routed_to or ()), *channel_ids)))
