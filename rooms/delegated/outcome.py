"""How an agent's turn in the room of a task has ended, as the rows tell."""

from hooks.results import TaskStatus
from rooms.delegated.records import TaskEnd, TaskRecord
from rooms.domain.content import text_of
from rooms.domain.enums import EventStatus
from rooms.domain.event import RoomEvent
from rooms.domain.job import OPEN_STATES, DeliveryJob, DeliveryKind, DeliveryState
from rooms.pipeline.answers import reply_key
from rooms.stores.base import ConversationStore

INTERRUPTED = "interrupted"
UNFINISHED = OPEN_STATES | {DeliveryState.PARKED}


async def find_question(store: ConversationStore, record: TaskRecord) -> RoomEvent | None:
    """Return the event that asks the agent to do a task; None if it was not stored."""
    return await store.find_event_by_key(record.question_key, room_id=record.child_room_id)


async def read_outcome(store: ConversationStore, record: TaskRecord) -> TaskEnd | None:
    """Return how a task ends by what its agent did; None while it may still do something."""
    question = await find_question(store, record)
    if question is None:
        return await _end_without_question(store, record)
    if question.status is EventStatus.BLOCKED:
        return _failed(f"the task was blocked by {question.blocked_by}")
    job = await _find_job(store, record, question)
    if job is None:
        return _failed("the agent was not asked")
    if job.state in UNFINISHED:
        return None
    return _end_of(job, await _answers(store, record, question))


async def _end_without_question(store: ConversationStore, record: TaskRecord) -> TaskEnd | None:
    """Return how a task ends that is not asked: it may be so yet, unless it was asked before."""
    if await store.get_room(record.child_room_id) is None:
        return _failed("the room of the task is gone")
    was_asked = record.status is TaskStatus.IN_PROGRESS
    return _failed("the task was deleted") if was_asked else None


async def _find_job(
    store: ConversationStore, record: TaskRecord, question: RoomEvent
) -> DeliveryJob | None:
    jobs = await store.list_deliveries(record.child_room_id, event_id=question.id)
    mine = (job for job in jobs if job.channel_id == record.agent_id)
    return next((job for job in mine if job.kind is DeliveryKind.REACT), None)


async def _answers(
    store: ConversationStore, record: TaskRecord, question: RoomEvent
) -> list[RoomEvent]:
    """Return the pieces of the agent's answer, in order."""
    found: list[RoomEvent] = []
    while True:
        key = reply_key(question.id, record.agent_id, len(found))
        piece = await store.find_event_by_key(key, room_id=record.child_room_id)
        if piece is None:
            return found
        found.append(piece)


def _end_of(job: DeliveryJob, answers: list[RoomEvent]) -> TaskEnd:
    told = [event for event in answers if event.status is not EventStatus.BLOCKED]
    text = "\n\n".join(filter(None, (text_of(event.content).strip() for event in told)))
    if job.state is not DeliveryState.SENT:
        return _failed(f"the agent failed ({job.error_code or job.state.value})", text)
    if any(event.metadata.get(INTERRUPTED) for event in told):
        return _failed("the answer broke off", text)
    if text:
        return TaskEnd(status=TaskStatus.COMPLETED, output=text)
    blocked = next((event for event in answers if event.status is EventStatus.BLOCKED), None)
    if blocked is not None:
        return _failed(f"the answer was blocked ({blocked.blocked_by})")
    return _failed("the agent said nothing")


def _failed(error: str, output: str = "") -> TaskEnd:
    return TaskEnd(status=TaskStatus.FAILED, output=output or None, error=error)
