"""An event on its way to the timeline, and what became of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from hooks.results import InjectedEvent, Observation, Task
from rooms.domain.event import RoomEvent
from rooms.domain.job import DeliveryFinish
from rooms.pipeline.people import Sender
from rooms.pipeline.waiting import Cascade

if TYPE_CHECKING:
    from rooms.pipeline.streaming import LiveAnswer

PROCESS_TIMEOUT = "process_timeout"
"""Why a message was not stored that took too long until its commit; it may be said again."""


class Origin(StrEnum):
    """How an event came to the pipeline."""

    INBOUND = "inbound"
    DIRECT = "direct"
    RESPONSE = "response"


class Refused(Exception):
    """The event must not be stored; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ProcessTimeoutError(TimeoutError):
    """The time before the commit ran out; nothing was stored."""


@dataclass(kw_only=True)
class SideEffects:
    """What a channel left behind; kept whatever becomes of its events."""

    tasks: tuple[Task, ...] = ()
    observations: tuple[Observation, ...] = ()
    metadata_patch: dict[str, object] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.tasks or self.observations or self.metadata_patch)


@dataclass(frozen=True)
class Question:
    """What an answer answers.

    Attributes:
        event_id: The event.
        history_version: The room's, when the event was read.
    """

    event_id: str
    history_version: int


@dataclass(kw_only=True)
class Draft:
    """One event with everything that must be committed together with it.

    Attributes:
        blocked_code: Store it BLOCKED for this reason without asking hooks.
        sender: Who wrote it, for the participant row; None where nobody has to be seated.
        finishes: The delivery jobs this event completes.
        owner_epoch: The owner's epoch an answer was made under; None for everybody else.
        question: What it answers; the answer to a question that was deleted for good is not stored.
        live: Readers who have been shown the text already.
        notices: What the sender is told at once, stored with the event.
    """

    event: RoomEvent
    origin: Origin
    cascade: Cascade
    sender: Sender | None = None
    side_effects: SideEffects = field(default_factory=SideEffects)
    finishes: tuple[DeliveryFinish, ...] = ()
    owner_epoch: int | None = None
    blocked_code: str | None = None
    question: Question | None = None
    live: "LiveAnswer | None" = None
    notices: tuple[InjectedEvent[RoomEvent], ...] = ()

    @property
    def is_root(self) -> bool:
        """Whether this is the event a caller asked for."""
        return self.origin is not Origin.RESPONSE


@dataclass(frozen=True)
class Passed:
    """What became of a draft: stored (perhaps BLOCKED), replayed, or refused with a code."""

    event: RoomEvent | None
    blocked: bool = False
    reason: str | None = None
    replayed: bool = False
