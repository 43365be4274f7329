"""A delivery row: the unit of durable work, one per (event, target) that needs any."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from hooks.results import Observation, Task
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import Frozen, new_id, utc_now
from rooms.domain.json import JsonObject


class DeliveryKind(StrEnum):
    """What has to be done: send by a transport, ask an agent, or send an injection bare."""

    SEND = "send"
    REACT = "react"
    INJECT = "inject"


class DeliveryState(StrEnum):
    """PENDING, SENDING and WAITING need work; the rest is final.

    SENDING means that the work has begun and its outcome is not written yet, UNKNOWN that nobody
    will ever know it. PARKED is an agent's turn that waits for people's decision; it is done again
    when it is opened, and keeps nobody waiting until then.
    """

    PENDING = "pending"
    SENDING = "sending"
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DISCARDED = "discarded"
    UNKNOWN = "unknown"
    PARKED = "parked"


OPEN_STATES = frozenset({DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.WAITING})

COALESCED = "coalesced"
SUPERSEDED = "superseded"
"""The error codes of questions that are answered with a later one, or gave way to it."""

GAVE_WAY = frozenset({COALESCED, SUPERSEDED})


def is_untried(kind: DeliveryKind, state: DeliveryState) -> bool:
    """Tell whether a first attempt has not ended or, for a reaction, not begun."""
    if kind is DeliveryKind.REACT:
        return state is DeliveryState.PENDING
    return state in (DeliveryState.PENDING, DeliveryState.SENDING)


class Unsaid(Frozen):
    """What an agent has answered in several pieces, until the last of them is on the timeline.

    Attributes:
        events: The pieces, in order.
        segment: Which piece of the whole answer the first is.
        tasks: What else the agent left, stored with the last piece; so are the next two.
        ends_as: How its job ends.
    """

    events: tuple[RoomEvent, ...]
    segment: int = 0
    tasks: tuple[Task, ...] = ()
    observations: tuple[Observation, ...] = ()
    metadata_patch: JsonObject = {}
    ends_as: DeliveryState = DeliveryState.SENT


class DeliveryJob(Frozen):
    """One delivery row as the lanes see it.

    A lane is all jobs of one (room_id, channel_id) in `event_index` order. `owner_epoch` is the
    room's at commit; an answer made under an older epoch is discarded. `traceparent` is the trace
    in which the event was committed, in the form of W3C Trace Context. `fallback_for` is the
    channel in whose place it goes out, and `follow_up_at` when to look whether it has come far
    enough; None asks nobody to look. `unsaid` is kept of an open job only.
    """

    id: str = Field(default_factory=new_id)
    room_id: str
    event_id: str
    event_index: int = 0
    channel_id: str
    kind: DeliveryKind = DeliveryKind.SEND
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    owner_epoch: int = 0
    due_at: datetime = Field(default_factory=utc_now)
    lease_owner: str = ""
    lease_until: datetime | None = None
    provider_message_id: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    traceparent: str | None = None
    fallback_for: str | None = None
    follow_up_at: datetime | None = None
    unsaid: Unsaid | None = None


def gave_way(job: DeliveryJob) -> bool:
    """Tell whether a job is a question that a later one is answered in the place of."""
    return job.state is DeliveryState.DISCARDED and job.error_code in GAVE_WAY


def is_unanswered(job: DeliveryJob) -> bool:
    """Tell whether a job is a question whose answer is still to come."""
    waits = job.state in OPEN_STATES or job.state is DeliveryState.PARKED
    return job.kind is DeliveryKind.REACT and waits


class DeliveryFinish(Frozen):
    """The new state of a job after an attempt.

    With SENDING it is the mark that an attempt begins.

    Attributes:
        due_in_s: Seconds from now to the next attempt by the store's clock; with WAITING only.
        lease_owner: The state is written only while the job is leased to this owner; None asks
            nobody.
        owes_round: Whether somebody has to look if the first attempts of the event's jobs are over
            by this, and to tell so.
        follow_up_in_s: Seconds from now, by the store's clock, to the look whether it has come far
            enough; None asks nobody to look.
    """

    id: str
    state: DeliveryState
    attempts: int
    due_in_s: float | None = None
    provider_message_id: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    lease_owner: str | None = None
    owes_round: bool = False
    follow_up_in_s: float | None = None
