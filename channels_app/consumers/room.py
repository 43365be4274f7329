"""The socket of a room, ``/ws/{room_id}``: a bare ASGI application, for the sake of its speed."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import parse_qs

from channels_app.consumers.access import CLOSE_CODES, Caller, take_seat
from channels_app.consumers.feed import Watcher
from channels_app.consumers.frames import (
    MAX_FRAME_BYTES,
    MAX_INDEX,
    ClientFrame,
    ErrorCode,
    MessageFrame,
    ReadFrame,
    Refusal,
    ResumeFrame,
    parse_frame,
)
from channels_app.consumers.hub import get_hub
from channels_app.consumers.outbox import ReplayOrder, SocketOutbox
from channels_app.consumers.pace import FramePace
from channels_app.consumers.seat import Seat
from channels_app.consumers.server_frames import (
    PROTOCOL,
    ServerFrame,
    build_error_frame,
    build_frame,
)
from channels_app.consumers.writer import SocketWriter
from rooms.conf import get_settings
from rooms.domain.json import JsonObject
from rooms.runtime import get_kit

logger = logging.getLogger("roomkit.channels.sockets")

Message = JsonObject
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# Servers let an application close with a code of its own only (RFC 6455 §7.4.2).
CLOSE_FRAME_TOO_LARGE = 4409
CLOSE_INTERNAL = 4500
CLOSE_SLOW_READER = 4408
_INDEX = re.compile(r"-1|[0-9]{1,16}")
# A client that no longer reads does not read the farewell either.
FAREWELL_TIMEOUT_S = 2.0


async def room_consumer(scope: JsonObject, receive: Receive, send: Send) -> None:
    """Serve one socket of a room until either side closes it.

    The URL router and the cookie middleware of Channels have put ``url_route`` and ``cookies``
    into the scope, the auth middleware, where the site has one, ``user``. Refusals come after the
    handshake, so that the client learns why.
    """
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    query = parse_qs(scope["query_string"].decode("latin-1"))
    try:
        after = _read_after(query)
        seat = await take_seat(
            get_kit(),
            scope["url_route"]["kwargs"]["room_id"],
            Caller.of(scope["cookies"], scope.get("user")),
            channel_id=_last(query, "channel"),
        )
    except Refusal as refusal:
        await send({"type": "websocket.send", "text": build_error_frame(refusal).text})
        await send({"type": "websocket.close", "code": CLOSE_CODES[refusal.code]})
        return
    await RoomConnection(seat, receive, send).serve(after=after)


class RoomConnection:
    """One accepted socket: a reader and a writer that share nothing but the outbox."""

    def __init__(self, seat: Seat, receive: Receive, send: Send) -> None:
        self._seat = seat
        self._receive = receive
        self._send = send
        self._hub = get_hub(seat.kit)
        self._outbox = SocketOutbox()
        self._watcher = Watcher(seat.participant_id, self._outbox)
        self._writer = SocketWriter(seat, self._outbox, send)
        self._pace = FramePace()
        self._max_characters = get_settings().MESSAGE_MAX_LENGTH

    async def serve(self, *, after: int | None) -> None:
        """Show the room and take what the client says, until the end.

        Args:
            after: Send first what came after this index; None begins with what comes now.
        """
        try:
            # Watching begins before the index for `hello` is read, so that nothing falls between.
            await self._hub.join(self._seat.channel, self._seat.room_id, self._watcher)
            close_code = await self._converse(await self._hello(), after)
        finally:
            self._hub.leave(self._seat.channel, self._seat.room_id, self._watcher)
        if close_code is not None:
            with suppress(TimeoutError, OSError):
                async with asyncio.timeout(FAREWELL_TIMEOUT_S):
                    await self._send({"type": "websocket.close", "code": close_code})

    async def _hello(self) -> ServerFrame:
        room = await self._seat.room()
        self._hub.begin_at(self._seat.channel_id, room.id, room.latest_index)
        return build_frame(
            "hello",
            protocol=PROTOCOL,
            room_id=room.id,
            participant_id=self._seat.participant_id,
            latest_index=room.latest_index,
            status=room.status,
        )

    async def _converse(self, hello: ServerFrame, after: int | None) -> int | None:
        """Read and write side by side; return the code to close with, None if the client left."""
        reading = asyncio.create_task(self._read())
        writing = asyncio.create_task(self._writer.run(hello, after=after))
        overflow = asyncio.create_task(self._outbox.overflowed.wait())
        tasks = {reading, writing, overflow}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        if not reading.cancelled():
            return reading.result()
        if not overflow.cancelled():
            logger.info("reader too slow", extra={"room_id": self._seat.room_id})
            return CLOSE_SLOW_READER
        return self._explain_writer(writing.exception())

    def _explain_writer(self, error: BaseException | None) -> int | None:
        if isinstance(error, OSError):  # the server noticed before the client said goodbye
            return None
        logger.error("socket writer failed", exc_info=error, extra={"room_id": self._seat.room_id})
        return CLOSE_INTERNAL

    # -- what the client says

    async def _read(self) -> int | None:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return None
            text = message.get("text")
            if _size_of(message) > MAX_FRAME_BYTES:
                await self._writer.write(build_error_frame(_too_large(message)))
                return CLOSE_FRAME_TOO_LARGE
            if text is None:
                self._refuse(Refusal(ErrorCode.BAD_JSON, "a binary frame: send JSON as text"))
            else:
                await self._take(text)

    async def _take(self, text: str) -> None:
        frame: ClientFrame | None = None
        try:
            frame = parse_frame(text, max_characters=self._max_characters)
            self._pace.step()
            await self._act(frame)
        except Refusal as refusal:
            self._refuse(refusal, frame)
        except Exception:  # one frame that cannot be served must not end the conversation
            logger.exception("frame failed", extra={"room_id": self._seat.room_id})
            self._refuse(
                Refusal(ErrorCode.INTERNAL, "that failed here: send it again with the same id"),
                frame,
            )

    async def _act(self, frame: ClientFrame) -> None:
        if isinstance(frame, MessageFrame):
            await self._say(frame)
        elif isinstance(frame, ResumeFrame):
            self._outbox.put(ReplayOrder(frame.after))
        elif isinstance(frame, ReadFrame):
            await self._seat.mark_read(frame.event_id)
        else:
            await self._seat.show_typing(is_typing=frame.is_typing)

    async def _say(self, frame: MessageFrame) -> None:
        receipt = await self._seat.say(frame.id, frame.said(), speaker=self._watcher)
        fields: JsonObject = {
            "id": receipt.client_id,
            "event_id": receipt.event_id,
            "index": receipt.index,
        }
        if receipt.blocked is not None:
            fields["blocked"] = receipt.blocked
        self._outbox.put(build_frame("ack", **fields))

    def _refuse(self, refusal: Refusal, frame: ClientFrame | None = None) -> None:
        if isinstance(frame, MessageFrame):
            refusal.client_id = frame.id
        self._outbox.put(build_error_frame(refusal))


def _size_of(message: Message) -> int:
    """Return the frame's size in bytes, counting a text only where it could be too large."""
    text = message.get("text")
    if text is None:
        return len(message.get("bytes") or b"")
    return len(text) if len(text) * 4 <= MAX_FRAME_BYTES else len(text.encode())


def _too_large(message: Message) -> Refusal:
    return Refusal(
        ErrorCode.FRAME_TOO_LARGE,
        f"the frame has {_size_of(message)} bytes, at most {MAX_FRAME_BYTES} are taken",
    )


def _last(query: dict[str, list[str]], name: str) -> str | None:
    return query[name][-1] if name in query else None


def _read_after(query: dict[str, list[str]]) -> int | None:
    """Return the index to resume from; None begins with what comes now.

    Raises:
        Refusal: If there is something else than an index.
    """
    text = _last(query, "after")
    if text is None:
        return None
    if not _INDEX.fullmatch(text) or int(text) > MAX_INDEX:
        raise Refusal(
            ErrorCode.BAD_VALUE,
            f"after={text[:40]!r} is no index: give the last one you know, or -1 for none",
        )
    return int(text)
