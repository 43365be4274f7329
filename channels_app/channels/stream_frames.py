"""What a client is sent while an answer is being written."""

from collections.abc import Callable, Coroutine
from typing import Any, Literal, TypeAlias

from rooms.domain.event import EventSource, RoomEvent
from rooms.domain.frozen import Frozen


class _Frame(Frozen):
    """What all frames of one stream share.

    Attributes:
        stream_id: The same in every frame of a stream.
        event_id: The id that the answer will be stored under.
        seq: How many deltas the frame covers; it grows, and skips where deltas were merged.
    """

    room_id: str
    stream_id: str
    event_id: str = ""
    seq: int = 0


class StreamStart(_Frame):
    """An answer begins."""

    type: Literal["stream_start"] = "stream_start"
    source: EventSource


class StreamChunk(_Frame):
    """More text: `delta` is new since the last chunk, `text` is all so far."""

    type: Literal["stream_chunk"] = "stream_chunk"
    delta: str
    text: str


class StreamEnd(_Frame):
    """The answer is complete; `event` replaces what was shown."""

    type: Literal["stream_end"] = "stream_end"
    event: RoomEvent


class StreamError(_Frame):
    """The answer broke off; `error` is a neutral code, never the words of an exception."""

    type: Literal["stream_error"] = "stream_error"
    error: str


class StreamSnapshot(Frozen):
    """A stream as other processes are told of it: always all there is, so that a lost one heals.

    Attributes:
        seq: How many deltas `text` holds.
        event: The stored event, once the answer is complete.
        error: The neutral code, once the answer broke off.
    """

    stream_id: str
    event_id: str
    seq: int
    source: EventSource
    text: str = ""
    event: RoomEvent | None = None
    error: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing follows."""
        return self.event is not None or self.error is not None


StreamMessage: TypeAlias = StreamStart | StreamChunk | StreamEnd | StreamError
"""Any frame of a stream."""

SendFn: TypeAlias = Callable[[str, RoomEvent], Coroutine[Any, Any, None]]
"""Hands a complete event to the connection with this id."""

StreamSendFn: TypeAlias = Callable[[str, StreamMessage], Coroutine[Any, Any, None]]
"""Hands a frame to the connection with this id."""
