"""Who answers in a room: the AI, a person, nobody yet, or nobody until further notice."""

from functools import partial

from rooms.domain.content import EventContent
from rooms.domain.enums import OwnerKind
from rooms.domain.errors import IllegalOwnerMoveError, RoomNotFoundError
from rooms.domain.event import RoomEvent
from rooms.domain.ownership import AIPause, BoundaryCode, OwnerAction
from rooms.domain.room import Room
from rooms.pipeline.direct import Direct
from rooms.pipeline.parts import Parts
from rooms.pipeline.records import Records
from rooms.verbs.owner_changes import OwnerChanges
from rooms.verbs.owner_move import OwnerMove
from rooms.verbs.owner_replies import OwnerReplies

ANY_OWNER = frozenset(OwnerKind)
NOT_YET_A_PERSON = frozenset({OwnerKind.AI, OwnerKind.QUEUE})
FROM_PEOPLE = frozenset({OwnerKind.HUMAN, OwnerKind.QUEUE})
WAYS_OUT = {
    OwnerKind.AI: "the AI answers there already",
    OwnerKind.PAUSED: "lift the pause with resume_ai(), or take_over() the room",
    OwnerKind.HUMAN: "no agent speaks there; hand_back() gives the room to the AI",
    OwnerKind.QUEUE: "take_over() the room, or hand_back() to the AI",
}


class Ownership:
    """Changes who may speak to the customer; one change is one transaction.

    After each change no text of an AI that was made before it is stored or delivered. What people
    were shown of an answer until then stays on the timeline, marked `interrupted`.
    """

    def __init__(self, parts: Parts, direct: Direct, records: Records) -> None:
        self._parts = parts
        self._changes = OwnerChanges(parts)
        self._replies = OwnerReplies(parts, direct, records)

    async def take_over(self, room_id: str, *, user_id: str, reason: str | None = None) -> Room:
        """Let a person answer from now on, whoever did before; agents fall silent at once.

        Taking over what one has already changes nothing.

        Args:
            room_id: The room.
            user_id: The person, by the site's own key as a text.
            reason: Why; the agents of the room read it.

        Raises:
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If the room takes no more events.
        """
        move = OwnerMove(
            code=BoundaryCode.TAKEN_OVER,
            action=OwnerAction.TAKEN_OVER,
            kind=OwnerKind.HUMAN,
            owner_id=user_id,
            by=user_id,
            reason=reason,
        )
        made = await self._changes.make(room_id, partial(_decide, move, ANY_OWNER))
        return made.room

    async def hand_back(self, room_id: str, *, user_id: str, summary: str | None = None) -> Room:
        """Let the AI answer again, in a room that a person has or that waits for one.

        Nothing is answered until somebody writes. The agents read the summary with it.

        Args:
            room_id: The room.
            user_id: Who hands it back.
            summary: What happened meanwhile.

        Raises:
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If the room takes no more events.
            IllegalOwnerMoveError: If the AI is paused in it.
        """
        move = OwnerMove(
            code=BoundaryCode.HANDED_BACK,
            action=OwnerAction.HANDED_BACK,
            kind=OwnerKind.AI,
            by=user_id,
            reason=summary,
        )
        made = await self._changes.make(room_id, partial(_decide, move, FROM_PEOPLE))
        return made.room

    async def queue_room(self, room_id: str, *, reason: str, user_id: str | None = None) -> Room:
        """Let the room wait for a person: until one takes it over nobody answers.

        Args:
            room_id: The room.
            reason: Why, in words or as a code.
            user_id: Who wants it; None if it was no person.

        Raises:
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If the room takes no more events.
        """
        move = OwnerMove(
            code=BoundaryCode.QUEUED,
            action=OwnerAction.QUEUED,
            kind=OwnerKind.QUEUE,
            by=user_id,
            reason=reason,
        )
        made = await self._changes.make(room_id, partial(_decide, move, ANY_OWNER))
        return made.room

    async def pause_ai(
        self,
        room_id: str | None = None,
        *,
        channel_id: str | None = None,
        user_id: str,
        organization_id: str | None = None,
    ) -> bool:
        """Let no agent speak in a room, let one agent not speak, or none anywhere.

        A room as a whole is then owned by nobody; answers that are being shown there end at once.
        Everywhere else a running turn ends within a second.

        Args:
            room_id: The room; None is all rooms.
            channel_id: The agent; None is all agents.
            user_id: Who wants it.
            organization_id: Pause only in rooms of this one; None is all. Without a room only.

        Returns:
            Whether that is new.

        Raises:
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If the room takes no more events.
            IllegalOwnerMoveError: If a person has the room, where no agent speaks anyway.
        """
        if room_id is not None and channel_id is None:
            move = OwnerMove(
                code=BoundaryCode.AI_PAUSED,
                action=OwnerAction.AI_PAUSED,
                kind=OwnerKind.PAUSED,
                by=user_id,
            )
            return await self._change(room_id, move, only_from=NOT_YET_A_PERSON)
        pause = await self._place(room_id, channel_id, user_id, organization_id)
        is_new = await self._parts.store.add_ai_pause(pause)
        if is_new:
            await self._tell_pause("ai_paused", pause)
        return is_new

    async def resume_ai(
        self,
        room_id: str | None = None,
        *,
        channel_id: str | None = None,
        user_id: str,
        organization_id: str | None = None,
    ) -> bool:
        """Lift exactly the pause that `pause_ai` made with the same arguments.

        Returns:
            Whether there was one.

        Raises:
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If the room takes no more events.
            IllegalOwnerMoveError: If a person has the room, or it waits for one.
        """
        if room_id is not None and channel_id is None:
            move = OwnerMove(
                code=BoundaryCode.AI_RESUMED,
                action=OwnerAction.AI_RESUMED,
                kind=OwnerKind.AI,
                by=user_id,
            )
            return await self._change(room_id, move, only_from=frozenset({OwnerKind.PAUSED}))
        pause = await self._place(room_id, channel_id, user_id, organization_id)
        was_there = await self._parts.store.remove_ai_pause(pause)
        if was_there:
            await self._tell_pause("ai_resumed", pause)
        return was_there

    async def reply(
        self,
        room_id: str,
        content: EventContent,
        *,
        user_id: str,
        last_seen_index: int,
        display_name: str | None = None,
    ) -> RoomEvent:
        """Say something to everybody in the room as the person who owns it.

        It goes out by every transport of the room, by the same steps as any message; no agent is
        asked about it. Returns at commit: the stored event, BLOCKED if a hook said so.

        Args:
            room_id: The room.
            content: What to say.
            user_id: Who says it; takes part in the room from then on.
            last_seen_index: The index of the last message that the person has read.
            display_name: The name that the room sees with a person's first message there; agents
                read of a colleague where there is none.

        Raises:
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If the room takes no more events.
            NotOwnerError: If somebody else owns the room.
            StaleReplyError: If others have said something since; it holds what.
        """
        return await self._replies.send(
            room_id,
            content,
            user_id=user_id,
            last_seen_index=last_seen_index,
            display_name=display_name,
        )

    async def _change(
        self, room_id: str, move: OwnerMove, *, only_from: frozenset[OwnerKind]
    ) -> bool:
        """Change the owner; tell whether it was another before."""
        made = await self._changes.make(room_id, partial(_decide, move, only_from))
        return made.is_new

    async def _place(
        self,
        room_id: str | None,
        channel_id: str | None,
        user_id: str,
        organization_id: str | None,
    ) -> AIPause:
        """Return the pause of a place; that of one room belongs to the room's organization."""
        if room_id is not None:
            room = await self._parts.store.get_room(room_id)
            if room is None:
                raise RoomNotFoundError(room_id)
            organization_id = room.organization_id
        return AIPause(
            organization_id=organization_id,
            room_id=room_id,
            channel_id=channel_id,
            by=user_id,
            created_at=self._parts.clock.now(),
        )

    async def _tell_pause(self, event_type: str, pause: AIPause) -> None:
        await self._parts.news.emit(
            event_type,
            room_id=pause.room_id,
            channel_id=pause.channel_id,
            organization_id=pause.organization_id,
            by=pause.by,
        )


def _decide(move: OwnerMove, only_from: frozenset[OwnerKind], room: Room) -> OwnerMove | None:
    """Leave a room as it is that is so already, refuse a move that makes no sense."""
    if (room.owner_kind, room.owner_id) == (move.kind, move.owner_id):
        return None
    if room.owner_kind not in only_from:
        raise IllegalOwnerMoveError(
            room.id, room.owner_kind.value, move.code.value, WAYS_OUT[room.owner_kind]
        )
    return move
