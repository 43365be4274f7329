"""What is kept of a delegated task, and what its caller learns of it (RFC §20)."""

from datetime import datetime
from hashlib import sha256

from pydantic import Field

from hooks.results import TaskStatus
from rooms.domain.frozen import Frozen, new_id, utc_now
from rooms.domain.json import JsonObject

CHILD_MARK = "::task-"
CHILD_DIGITS = 12
ID_DIGITS = 32
OPEN_STATUSES = frozenset({TaskStatus.PENDING, TaskStatus.IN_PROGRESS})


def named_task_id(parent_room_id: str, key: str) -> str:
    """Return the id of the task that a key names in a room: the same each time."""
    return sha256(f"{parent_room_id}\n{key}".encode()).hexdigest()[:ID_DIGITS]


def child_room_id(parent_room_id: str, task_id: str) -> str:
    """Return the id of the room in which a task is done."""
    return f"{parent_room_id}{CHILD_MARK}{task_id[:CHILD_DIGITS]}"


def depth_of(room_id: str) -> int:
    """Return how many tasks a room is nested in; 0 for a conversation."""
    return room_id.count(CHILD_MARK)


class DelegatedTaskResult(Frozen):
    """How a task ended.

    Attributes:
        output: What the agent said; of a task that failed, as far as it came.
        error: Why it failed, in words without secrets; the run of the agent holds the details.
        duration_ms: From the delegation to its end.
    """

    task_id: str
    child_room_id: str
    parent_room_id: str
    agent_id: str
    status: TaskStatus = TaskStatus.COMPLETED
    output: str | None = None
    error: str | None = None
    duration_ms: float = 0.0
    metadata: JsonObject = {}


class TaskEnd(Frozen):
    """How a task ends: COMPLETED, FAILED or CANCELLED."""

    status: TaskStatus
    output: str | None = None
    error: str | None = None


class TaskRecord(Frozen):
    """A delegated task as it is kept.

    Attributes:
        task: What the agent is asked to do.
        context: What it is told beside that.
        notify: The channel of the parent room that is told the result; None tells nobody.
        delivery: How it is told, as `BackgroundTaskDeliveryStrategy.spec` says; {} is known only
            to the process that has delegated.
        expires_at: When it has failed without an answer; None waits for ever.
        look_at: When a worker looks after it next.
        told_at: When everybody was told of its end.
    """

    id: str = Field(default_factory=new_id)
    parent_room_id: str
    child_room_id: str
    agent_id: str
    organization_id: str | None = None
    task: str
    context: JsonObject = {}
    notify: str | None = None
    delivery: JsonObject = {}
    status: TaskStatus = TaskStatus.PENDING
    output: str | None = None
    error: str | None = None
    created_at: datetime = Field(default_factory=utc_now)
    expires_at: datetime | None = None
    look_at: datetime = Field(default_factory=utc_now)
    ended_at: datetime | None = None
    told_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.status in OPEN_STATUSES

    @property
    def question_key(self) -> str:
        """The idempotency key of the event that asks the agent."""
        return f"task:{self.id}"

    def result(self) -> DelegatedTaskResult:
        """Return how it ended, for its caller."""
        until = self.ended_at or self.created_at
        return DelegatedTaskResult(
            task_id=self.id,
            child_room_id=self.child_room_id,
            parent_room_id=self.parent_room_id,
            agent_id=self.agent_id,
            status=self.status,
            output=self.output,
            error=self.error,
            duration_ms=(until - self.created_at).total_seconds() * 1000,
            metadata={"task_input": self.task, "task_context": self.context},
        )
