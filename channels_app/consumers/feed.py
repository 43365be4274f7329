"""What one channel shows in one room, to every socket of this process that watches it."""

from collections.abc import Callable

from channels_app.channels.stream_frames import (
    StreamChunk,
    StreamEnd,
    StreamMessage,
    StreamStart,
)
from channels_app.consumers.outbox import ReplayOrder, SocketOutbox
from channels_app.consumers.server_frames import (
    ServerFrame,
    build_event_frame,
    build_frame,
    build_stream_frame,
    is_public,
)
from channels_app.consumers.shown_events import ShownEvents
from rooms.domain.event import RoomEvent
from rooms.realtime.base import EphemeralEvent, EphemeralEventType

_TYPING = {EphemeralEventType.TYPING_START: True, EphemeralEventType.TYPING_STOP: False}


class Watcher:
    """One socket in a room.

    Attributes:
        participant_id: Whose socket it is; own typing is not shown to oneself.
    """

    def __init__(self, participant_id: str, outbox: SocketOutbox) -> None:
        self.participant_id = participant_id
        self.outbox = outbox


class RoomFeed:
    """What one channel shows in one room, handed to every watcher as the same encoded frame.

    Attributes:
        watchers: The sockets that are open now.
        shown: What they have been shown.
        on_end: Called after each answer that was shown while it was being written.
    """

    def __init__(self, channel_id: str, room_id: str, on_end: Callable[[], None]) -> None:
        self.channel_id = channel_id
        self.room_id = room_id
        self.watchers: set[Watcher] = set()
        self.shown = ShownEvents()
        self.on_end = on_end
        # Answers in the making by event id, so that who comes in the middle sees what there is.
        self._live: dict[str, tuple[ServerFrame, ...]] = {}

    @property
    def is_needed(self) -> bool:
        """Whether anybody watches, or may come back in the middle of an answer."""
        return bool(self.watchers or self._live)

    def join(self, watcher: Watcher) -> None:
        """Show the room to a watcher from now on."""
        self.watchers.add(watcher)
        for frames in self._live.values():
            for frame in frames:
                watcher.outbox.put(frame)

    async def send_event(self, _connection_id: str, event: RoomEvent) -> None:
        """Show a stored event to all; the channel calls it."""
        self.show(event)

    async def send_stream(self, _connection_id: str, message: StreamMessage) -> None:
        """Show a part of an answer in the making to all; the channel calls it."""
        if message.event_id in self.shown:  # the event itself came first: the stream is over
            return
        frame = build_stream_frame(message)
        self._put(frame)
        if isinstance(message, StreamEnd):
            self.shown.note(message.event.id, message.event.index)
        self._remember(message, frame)

    async def send_ephemeral(self, event: EphemeralEvent) -> None:
        """Show who is writing and who has read; everything else passes by."""
        if event.type in _TYPING:
            frame = build_frame("typing", user_id=event.user_id, is_typing=_TYPING[event.type])
            self._put(frame, except_participant=event.user_id)
        elif event.type is EphemeralEventType.READ_RECEIPT and "index" in event.data:
            frame = build_frame(
                "read",
                channel_id=event.channel_id,
                event_id=event.data["event_id"],
                index=event.data["index"],
            )
            self._put(frame)

    def show(self, event: RoomEvent, *, except_watcher: Watcher | None = None) -> None:
        """Show a stored event to all watchers but one; a second time it is shown to nobody."""
        if not is_public(event):
            self.shown.pass_over(event.index)
            return
        if not self.shown.note(event.id, event.index):
            return
        frame = build_event_frame(event)
        for watcher in self.watchers:
            if watcher is not except_watcher:
                watcher.outbox.put(frame)
        self._end_live(event.id)

    def order(self, replay: ReplayOrder) -> None:
        """Let every watcher read for itself what it missed."""
        for watcher in self.watchers:
            watcher.outbox.put(replay)

    def _remember(self, message: StreamMessage, frame: ServerFrame) -> None:
        if isinstance(message, StreamStart):
            self._live[message.event_id] = (frame,)
        elif isinstance(message, StreamChunk):
            start = self._live.get(message.event_id, ())[:1]
            self._live[message.event_id] = (*start, frame)
        else:
            self._end_live(message.event_id)

    def _end_live(self, event_id: str) -> None:
        if self._live.pop(event_id, None) is not None:
            self.on_end()

    def _put(self, frame: ServerFrame, *, except_participant: str | None = None) -> None:
        for watcher in self.watchers:
            if watcher.participant_id != except_participant:
                watcher.outbox.put(frame)
