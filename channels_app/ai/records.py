"""What is kept of an agent's work: runs, their steps, and the decisions that people owe them."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from rooms.domain.frozen import Frozen, new_id, utc_now
from rooms.domain.json import JsonObject


class RunStatus(StrEnum):
    """Where a run stands; WAITING holds no worker, the last three are final."""

    RUNNING = "running"
    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class EndReason(StrEnum):
    """Why a turn said no more."""

    COMPLETED = "completed"
    MAX_ROUNDS = "max_rounds"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    EMPTY_RESPONSE = "empty_response"
    FORCE_STOPPED = "force_stopped"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    TAKEN_OVER = "taken_over"
    BLOCKED = "blocked"
    BUDGET = "budget"
    WAITING = "waiting"
    ERROR = "error"


class StepKind(StrEnum):
    """What a step was."""

    MODEL = "model"
    TOOL = "tool"
    STEER = "steer"
    COMPACTION = "compaction"


class StepState(StrEnum):
    """BEGUN is the word before it is done; whoever finds it later cannot know what became of it.

    A model call in that state is made again. A tool call is made again only if the tool says that
    this does no harm; else it becomes UNKNOWN and the model is told so.
    """

    BEGUN = "begun"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    DENIED = "denied"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class AgentRun(Frozen):
    """One turn of an agent: the record of one delivery job, without a lease of its own.

    Attributes:
        event_id: What the agent was asked about; with `channel_id` it names the run.
        attempt: How often the turn was begun; whoever writes under an older number has lost it.
        version_id: The version of a configured agent that answers.
        segment: How many pieces of the answer are stored already.
        rounds: How often tools were called for.
        usage: Tokens over all rounds, under the keys of `AIResponse.usage`.
        cost: In `currency`; None where a model has no price.
        end_reason: Why it ended; '' while it runs.
        error: For operators: the class of the failure and what it said, or why it was forbidden.
    """

    id: str = Field(default_factory=new_id)
    room_id: str
    channel_id: str
    event_id: str
    organization_id: str | None = None
    delivery_id: str | None = None
    parent_run_id: str | None = None
    version_id: str | None = None
    provider: str = ""
    model: str = ""
    status: RunStatus = RunStatus.RUNNING
    attempt: int = 1
    segment: int = 0
    rounds: int = 0
    usage: dict[str, int] = {}
    cost: Decimal | None = None
    currency: str = "USD"
    end_reason: str = ""
    error: str = ""
    started_at: datetime = Field(default_factory=utc_now)
    ended_at: datetime | None = None


class AgentStep(Frozen):
    """One call of a model or a tool; `(run_id, seq)` names it.

    Attributes:
        round: The generation it belongs to, from 0.
        name: The model or the tool.
        call_id: The tool call's id.
        request: What was asked: of a tool its arguments, of a model only sizes and a digest.
        response: What came back: of a tool `result` and `is_error`; of a model `text`, `thinking`
            (parts with signatures), `tool_calls` and `finish_reason`, enough to go on from.
        usage: Tokens of this step.
        duration_ms: How long it took.
    """

    run_id: str
    seq: int
    kind: StepKind
    state: StepState
    round: int = 0
    name: str = ""
    call_id: str = ""
    request: JsonObject = {}
    response: JsonObject = {}
    usage: dict[str, int] = {}
    cost: Decimal | None = None
    duration_ms: float = 0.0
    error: str = ""
    started_at: datetime = Field(default_factory=utc_now)
    ended_at: datetime | None = None


class DecisionKind(StrEnum):
    """What people are asked: whether a tool may be used, or for an answer only they have."""

    APPROVAL = "approval"
    INPUT = "input"


class DecisionState(StrEnum):
    """PENDING waits; the rest is final. The first decision wins."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    ANSWERED = "answered"
    TIMED_OUT = "timed_out"
    WITHDRAWN = "withdrawn"


class ToolApproval(Frozen):
    """A tool call that waits for people; approving it may change its arguments.

    Attributes:
        seq: The step that waits.
        question: What people are asked, in words.
        arguments: As the model gave them.
        parameters: The JSON Schema of the tool's arguments, as it was when people were asked.
        edited_arguments: As somebody changed them; None leaves them.
        answer: What is told to the model in the place of a result, for ANSWERED.
        reason: Why it was rejected, as the model is told.
        decided_by: The account that decided; '' for the clock.
    """

    id: str = Field(default_factory=new_id)
    run_id: str
    seq: int
    room_id: str
    channel_id: str
    organization_id: str | None = None
    kind: DecisionKind = DecisionKind.APPROVAL
    tool_name: str
    call_id: str
    question: str = ""
    arguments: JsonObject = {}
    parameters: JsonObject = {}
    state: DecisionState = DecisionState.PENDING
    edited_arguments: JsonObject | None = None
    answer: str | None = None
    reason: str = ""
    decided_by: str = ""
    created_at: datetime = Field(default_factory=utc_now)
    expires_at: datetime
    decided_at: datetime | None = None


class RoomSummary(Frozen):
    """What one agent remembers of the beginning of a room, in few words.

    Attributes:
        upto_index: The last event it covers.
        tokens: Its estimated length.
    """

    room_id: str
    channel_id: str
    upto_index: int
    text: str
    model: str = ""
    tokens: int = 0
    updated_at: datetime = Field(default_factory=utc_now)


class KnowledgeEntry(Frozen):
    """A piece of text to look things up in.

    Attributes:
        room_id: The room it belongs to; None is for all rooms of the organization.
        source: Where it comes from, as the model is told.
        event_id: The event it was said in, if it was said in a room.
    """

    id: str = Field(default_factory=new_id)
    organization_id: str | None = None
    room_id: str | None = None
    channel_id: str | None = None
    event_id: str | None = None
    source: str = ""
    content: str
    metadata: JsonObject = {}
