"""One message in a room, and the wish to change it."""

from typing import Any

from rooms import (
    DeleteContent,
    DeleteType,
    EditContent,
    EventContent,
    EventType,
    InboundMessage,
    InboundResult,
    ReactionContent,
    RoomEvent,
    TextContent,
)
from tests.scene import ROOM, Scene


class Draft:
    """A room in which the person has said one thing."""

    def __init__(self, scene: Scene, target: RoomEvent) -> None:
        self.scene = scene
        self.target = target

    async def change(
        self,
        content: EventContent,
        *,
        sender: str = "person-1",
        channel: str = "person",
        claimed_type: EventType | None = None,
    ) -> InboundResult:
        """Send an edit, delete or reaction, perhaps under another name."""
        return await self.scene.kit.process_inbound(
            InboundMessage(
                channel_id=channel,
                sender_id=sender,
                content=content,
                event_type=claimed_type or EventType(content.type),
                room_id=ROOM,
            )
        )

    async def edit(
        self, body: str = "new", *, sender: str = "person-1", **kw: Any
    ) -> InboundResult:
        """Send an edit; `source` is what the payload claims, `target` another event's id."""
        content = EditContent(
            target_event_id=kw.get("target", self.target.id),
            new_content=TextContent(body=body),
            edit_source=kw.get("source", "sender"),
        )
        return await self.change(content, sender=sender, channel=kw.get("channel", "person"))

    async def delete(self, kind: DeleteType, *, sender: str = "person-1") -> InboundResult:
        """Send a deletion."""
        content = DeleteContent(target_event_id=self.target.id, delete_type=kind)
        return await self.change(content, sender=sender)

    async def react(self, emoji: str, action: str = "add", sender: str = "p") -> InboundResult:
        """Send a reaction."""
        wire = {"target_event_id": self.target.id, "emoji": emoji, "action": action}
        return await self.change(ReactionContent.model_validate(wire), sender=sender)

    async def now(self) -> RoomEvent:
        """Return the target as it is stored."""
        row = await self.scene.kit.store.get_event(self.target.id)
        assert row is not None
        return row
