"""One person's place in one room: what they can do there, whatever they are connected by."""

from dataclasses import dataclass

from channels_app.channels.websocket import WebSocketChannel
from channels_app.consumers.feed import Watcher
from channels_app.consumers.frames import ErrorCode, Refusal, event_type_of
from channels_app.consumers.hub import get_hub
from channels_app.consumers.pages import PAGE_SIZE, Page, RoomPages
from rooms.domain.content import EventContent
from rooms.domain.errors import RoomNotFoundError, StoreUnavailableError
from rooms.domain.message import InboundMessage, InboundResult
from rooms.domain.room import Room
from rooms.kit import RoomKit
from rooms.pipeline.waiting import return_at_commit
from rooms.realtime.base import EphemeralEvent, EphemeralEventType

# What `process_inbound` refuses without storing anything, in the words of this interface.
_REFUSALS = {
    "room_closed": (ErrorCode.ROOM_CLOSED, "this conversation is closed: start a new one"),
    "rate_limited": (ErrorCode.RATE_LIMITED, "too many messages: wait a moment and send it again"),
    "target_event_not_found": (ErrorCode.NOT_FOUND, "there is no such message in this room"),
    "process_timeout": (ErrorCode.INTERNAL, "this took too long: send it again with the same id"),
}


@dataclass(frozen=True)
class Receipt:
    """What became of a message: its place in the timeline, or why a hook holds it back."""

    client_id: str
    event_id: str | None
    index: int | None
    blocked: str | None = None


@dataclass(frozen=True)
class Seat:
    """Acts for one authenticated participant in one room through one channel.

    Attributes:
        may_write: Whether more than reading is allowed.
    """

    kit: RoomKit
    room_id: str
    channel: WebSocketChannel
    participant_id: str
    may_write: bool = True

    @property
    def channel_id(self) -> str:
        """The channel this seat speaks and listens through."""
        return self.channel.channel_id

    async def room(self) -> Room:
        """Return the room as it is now.

        Raises:
            RoomNotFoundError: If it was deleted meanwhile.
        """
        room = await self.kit.store.get_room(self.room_id)
        if room is None:
            raise RoomNotFoundError(self.room_id)
        return room

    async def say(
        self, client_id: str, content: EventContent, *, speaker: Watcher | None = None
    ) -> Receipt:
        """Put a message into the room and return as soon as it is stored.

        The same `client_id` again gives the same receipt and no second message.

        Args:
            client_id: Chosen by the client, unique among this participant's messages.
            content: Checked already.
            speaker: The socket it came by, which is not shown its own message.

        Raises:
            Refusal: If nothing was stored, with the reason.
        """
        self._check_may_write()
        message = InboundMessage(
            channel_id=self.channel_id,
            sender_id=self.participant_id,
            content=content,
            event_type=event_type_of(content),
            room_id=self.room_id,
            idempotency_key=f"ws:{self.participant_id}:{client_id}",
        )
        try:
            with return_at_commit():
                result = await self.kit.process_inbound(message)
        except StoreUnavailableError as error:
            raise Refusal(
                ErrorCode.INTERNAL, "nothing was stored: send it again with the same id"
            ) from error
        receipt = _read_receipt(client_id, result)
        if result.event is not None:
            hub = get_hub(self.kit)
            await hub.show_own(self.channel, result.event, except_watcher=speaker)
        return receipt

    async def show_typing(self, *, is_typing: bool) -> None:
        """Tell the others in the room that this person is writing, or has stopped.

        Raises:
            Refusal: If this seat may only read.
        """
        self._check_may_write()
        await self.kit.publish_typing(self.room_id, self.participant_id, is_typing)

    async def mark_read(self, event_id: str) -> None:
        """Raise this channel's read marker to an event and tell the others in the room.

        Raises:
            Refusal: If the event is not in this room, not shown to this seat, or the seat may only
                read: then nobody is waiting for it to have done so.
        """
        self._check_may_write()
        event = await self.kit.store.get_event(event_id)
        if event is None or event.room_id != self.room_id or not await self._pages.shown([event]):
            raise Refusal(ErrorCode.NOT_FOUND, f"there is no message {event_id!r} in this room")
        await self.kit.mark_read(self.room_id, self.channel_id, event_id)
        await self.kit.realtime.publish_to_room(
            self.room_id,
            EphemeralEvent(
                room_id=self.room_id,
                type=EphemeralEventType.READ_RECEIPT,
                user_id=self.participant_id,
                channel_id=self.channel_id,
                data={"event_id": event_id, "index": event.index},
            ),
        )

    async def page_after(self, index: int, *, limit: int = PAGE_SIZE) -> Page:
        """Return the first events after an index, oldest first; −1 begins at the start."""
        room = await self.room()
        return await self._pages.after(index, latest_index=room.latest_index, limit=limit)

    async def page_before(self, index: int, *, limit: int = PAGE_SIZE) -> Page:
        """Return the last events before an index, oldest first."""
        return await self._pages.before(index, limit=limit)

    @property
    def _pages(self) -> RoomPages:
        return RoomPages(self.kit.store, self.room_id, self.channel_id)

    def _check_may_write(self) -> None:
        if not self.may_write:
            raise Refusal(
                ErrorCode.FORBIDDEN, f"you may read room {self.room_id!r}, but not write in it"
            )


def _read_receipt(client_id: str, result: InboundResult) -> Receipt:
    if result.event is None:
        raise _refusal(result.reason or "blocked")
    blocked = (result.reason or "blocked") if result.blocked else None
    return Receipt(client_id, result.event.id, result.event.index, blocked)


def _refusal(reason: str) -> Refusal:
    code, message = _REFUSALS.get(reason, (ErrorCode.BLOCKED, f"refused: {reason}"))
    return Refusal(code, message)
