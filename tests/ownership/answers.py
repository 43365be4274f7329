"""Answers as another process shows them, and what stays of them."""

from rooms import ChannelType, EventSource, RoomEvent, SystemContent, TextContent
from rooms.domain.commit import CommitUnit, EventWrite, PlannedDelivery
from rooms.domain.job import DeliveryJob, DeliveryKind
from rooms.pipeline.answers import reply_key
from rooms.ports import ShownAnswer
from rooms.testing.factories import make_event
from tests.scene import ROOM, Scene


async def show(scene: Scene, body: str = "It shipp", **fields: str | None) -> ShownAnswer:
    """Show the beginning of an answer to the last message in the room, as its agent `bot` does."""
    question = (await scene.rows())[-1]
    placeholder = RoomEvent(
        room_id=ROOM,
        source=EventSource(channel_id="bot", channel_type=ChannelType.AI),
        content=TextContent(body=body),
        parent_event_id=question.id,
        chain_depth=1,
        idempotency_key=reply_key(question.id, "bot", 0),
    )
    room = await scene.kit.get_room(ROOM)
    answer = ShownAnswer(placeholder=placeholder, epoch=room.owner_epoch, **fields)
    assert await scene.kit.pipeline.parts.shared.show(answer)
    return answer


async def boundaries(scene: Scene) -> list[tuple[str | None, RoomEvent]]:
    """Return the events that mark the end of an owner's time, with their codes."""
    rows = [row for row in await scene.rows() if isinstance(row.content, SystemContent)]
    return [(row.content.code, row) for row in rows if isinstance(row.content, SystemContent)]


async def last_boundary(scene: Scene) -> SystemContent:
    """Return what the last of them says."""
    content = (await boundaries(scene))[-1][1].content
    assert isinstance(content, SystemContent)
    return content


async def ask_elsewhere(scene: Scene, body: str) -> DeliveryJob:
    """Store a question whose answer another process is about to make; return that job."""
    event = make_event(body, room_id=ROOM)
    planned = PlannedDelivery(channel_id="bot", kind=DeliveryKind.REACT)
    write = EventWrite(event=event, deliveries=(planned,))
    unit = CommitUnit(room_id=ROOM, events=(write,), lease_owner="elsewhere")
    [committed] = await scene.kit.store.commit([unit])
    return committed.jobs[0]
