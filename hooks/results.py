"""What a hook may answer: allow, block or modify, and what it leaves behind."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Generic, Literal, Self, TypeAlias
from uuid import uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from typing_extensions import TypeVar

# The default lets `-> HookResult` stand alone in code that is type-checked strictly.
E = TypeVar("E", default=Any)

# Free-form JSON of the integrator: its shape is theirs.
Attributes: TypeAlias = dict[str, Any]


def _new_id() -> str:
    return uuid4().hex


def _utc_now() -> datetime:
    return datetime.now(UTC)


class TaskStatus(StrEnum):
    """How far the work of a task has come."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class _SideEffect(BaseModel):
    """The fields that everything a hook or a channel leaves behind has in common."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(default_factory=_new_id)
    room_id: str = ""
    type: str = ""
    data: Attributes = Field(default_factory=dict)
    created_at: AwareDatetime = Field(default_factory=_utc_now)
    metadata: Attributes = Field(default_factory=dict)


class Task(_SideEffect):
    """Work that someone should do because of an event.

    `type` is the integrator's own word. A hook may leave `room_id` and `created_by`
    empty: the engine fills in the room and the hook's name.
    """

    title: str | None = None
    description: str | None = None
    status: TaskStatus = TaskStatus.PENDING
    assigned_to: str | None = None
    created_by: str | None = None

    def stamped(self, room_id: str, *, created_by: str) -> Self:
        """Return this task with the room and the author filled in where they are empty."""
        return self.model_copy(
            update={
                "room_id": self.room_id or room_id,
                "created_by": self.created_by or created_by,
            }
        )


class Observation(_SideEffect):
    """Something noticed about a conversation, for instance a sentiment.

    `channel_id` and `source_channel_id` name the same thing; giving one sets both.
    `confidence` lies between 0 and 1.
    """

    channel_id: str | None = None
    source_channel_id: str | None = None
    content: str | None = None
    category: str | None = None
    confidence: float = Field(default=1.0, ge=0.0, le=1.0)

    @model_validator(mode="before")
    @classmethod
    def _name_the_channel_twice(cls, values: object) -> object:
        if not isinstance(values, dict):
            return values
        channel = values.get("channel_id") or values.get("source_channel_id")
        return {"channel_id": channel, "source_channel_id": channel} | values

    def stamped(self, room_id: str) -> Self:
        """Return this observation with the room filled in where it is empty."""
        return self.model_copy(update={"room_id": self.room_id or room_id})


class InjectedEvent(BaseModel, Generic[E]):
    """An event that a hook adds to the room.

    `target_channel_ids` names the channels it is delivered to, the triggering event's own
    channel included if it is named; None stores the event without delivering it.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    event: E
    target_channel_ids: list[str] | None = None


class HookResult(BaseModel, Generic[E]):
    """The answer of a blocking hook; build it with one of the four constructors."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    action: Literal["allow", "block", "modify"]
    event: E | None = None
    reason: str | None = None
    injected_events: list[InjectedEvent[E]] = Field(default_factory=list)
    tasks: list[Task] = Field(default_factory=list)
    observations: list[Observation] = Field(default_factory=list)
    metadata: Attributes = Field(default_factory=dict)
    routed_to: tuple[str, ...] | None = None

    @classmethod
    def allow(cls, injected: list[InjectedEvent[E]] | None = None) -> Self:
        """Let the payload pass as it is."""
        return cls(action="allow", injected_events=injected or [])

    @classmethod
    def block(
        cls,
        reason: str,
        injected: list[InjectedEvent[E]] | None = None,
        tasks: list[Task] | None = None,
        observations: list[Observation] | None = None,
    ) -> Self:
        """Stop the operation and the hooks that would have run after this one."""
        return cls(
            action="block",
            reason=reason,
            injected_events=injected or [],
            tasks=tasks or [],
            observations=observations or [],
        )

    @classmethod
    def modify(cls, event: E, injected: list[InjectedEvent[E]] | None = None) -> Self:
        """Let `event` pass in place of the payload.

        An empty string is a redaction, not the absence of a replacement.
        """
        return cls(action="modify", event=event, injected_events=injected or [])

    @classmethod
    def inject_to(cls, channel_ids: Sequence[str]) -> Self:
        """Let the payload pass, and name the AI channels that may answer it.

        Several hooks add up; an empty sequence names nobody. The sender's own addressing
        outranks what hooks name.

        Raises:
            pydantic.ValidationError: If `channel_ids` is a string, not a sequence of them.
        """
        return cls.model_validate({"action": "allow", "routed_to": channel_ids})

    @property
    def has_payload(self) -> bool:
        """Tell whether a replacement was supplied, be it empty or None."""
        return "event" in self.model_fields_set
