"""The events of a change of owner: where one's time ends, and what was cut short by it."""

from rooms.domain.commit import RoomSnapshot
from rooms.domain.content import SystemContent
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelType, EventStatus, EventType
from rooms.domain.event import SYSTEM_CHANNEL_ID, EventSource, RoomEvent
from rooms.domain.ownership import BoundaryCode
from rooms.domain.room import Room
from rooms.pipeline import visibility
from rooms.pipeline.visibility import Visibility
from rooms.ports import ShownAnswer
from rooms.verbs.owner_move import OwnerMove

INTERRUPTED = "interrupted"
LOOP_END_REASON = "loop_end_reason"

# Models read these words in the middle of a conversation, also long after they have ceased to hold:
# they must not say that somebody stays silent.
_WORDS = {
    BoundaryCode.TAKEN_OVER: "A person of the team took the conversation over here.",
    BoundaryCode.HANDED_BACK: (
        "The conversation was handed back here: from now on you answer again."
    ),
    BoundaryCode.QUEUED: "Here the conversation was put in the queue for a person of the team.",
    BoundaryCode.AI_PAUSED: "The AI was paused here by a person of the team.",
    BoundaryCode.AI_RESUMED: "The AI was resumed here: from now on you answer again.",
}
_REASON_WORDS = {BoundaryCode.HANDED_BACK: "What happened meanwhile"}


def build_boundary(room: Room, move: OwnerMove) -> RoomEvent:
    """Return the event that tells agents, and nobody outside, who answers from here on."""
    label = _REASON_WORDS.get(move.code, "Reason")
    said = f" {label}: {move.reason}" if move.reason else ""
    return RoomEvent(
        room_id=room.id,
        # Agents are given messages; other types are not part of their history.
        type=EventType.MESSAGE,
        status=EventStatus.DELIVERED,
        visibility=Visibility.INTELLIGENCE,
        addressed_to=[],
        source=EventSource(channel_id=SYSTEM_CHANNEL_ID, channel_type=ChannelType.SYSTEM),
        content=SystemContent(
            body=_WORDS[move.code] + said,
            code=move.code.value,
            data={
                "user_id": move.by,
                "reason": move.reason,
                "from": room.owner_kind.value,
                "to": move.kind.value,
            },
        ),
    )


def is_boundary(event: RoomEvent) -> bool:
    """Tell whether an event marks the end of an owner's time."""
    is_ours = event.source.channel_type == ChannelType.SYSTEM
    content = event.content
    return is_ours and isinstance(content, SystemContent) and content.code in _CODES


_CODES = frozenset(code.value for code in BoundaryCode)


def build_partial(answer: ShownAnswer, snapshot: RoomSnapshot, *, reason: str) -> RoomEvent:
    """Return what people were shown of an answer as the event that stays of it."""
    context, event = snapshot.context, answer.placeholder
    return event.model_copy(
        update={
            "status": EventStatus.DELIVERED,
            "visibility": _effective(event, context),
            "metadata": {**event.metadata, INTERRUPTED: True, LOOP_END_REASON: reason},
        }
    )


def _effective(event: RoomEvent, context: RoomContext) -> str:
    source = context.get_binding(event.source.channel_id)
    ours = source.visibility if source else Visibility.ALL
    return visibility.intersect(ours, event.visibility, context.bindings)
