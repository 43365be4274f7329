"""What an agent is told of messages that changed between two questions, on each store."""

import pytest

from channels_app import AIChannel, MockAIProvider
from rooms import (
    DeleteContent,
    EditContent,
    EventContent,
    EventType,
    InboundMessage,
    RoomEvent,
    RoomKit,
    TextContent,
)
from tests.kit_fixtures import kit, make_kit, store, store_class
from tests.scene import ROOM, Scene
from tests.steps import stored

__all__ = ["kit", "make_kit", "store", "store_class"]


class Shop:
    """A room whose agent was asked once about the first message."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.kit = scene.kit
        self.model = MockAIProvider(["Yes."])

    async def open(self) -> RoomEvent:
        """Say the first message, let it be history once, and return it."""
        await self.scene.add(AIChannel("agent", self.model))
        first = stored(await self.scene.say("a red mug"))
        assert await self.told("a blue mug") == ["a red mug", "Yes.", "a blue mug"]
        return first

    async def told(self, question: str) -> list[object]:
        """Ask something and return all that the model was told."""
        await self.scene.say(question)
        return [message.content for message in self.model.calls[-1].messages]

    async def change(self, event_type: EventType, content: EventContent) -> None:
        """Let the person change what was said."""
        message = InboundMessage(
            channel_id="person",
            sender_id="person-1",
            content=content,
            event_type=event_type,
            room_id=ROOM,
        )
        await self.kit.process_inbound(message)


@pytest.fixture
async def shop(kit: RoomKit) -> Shop:
    scene = Scene(kit)
    await scene.open()
    return Shop(scene)


async def test_edited_message_is_told_with_its_new_words(shop: Shop) -> None:
    first = await shop.open()
    words = TextContent(body="a red cup")

    await shop.change(EventType.EDIT, EditContent(target_event_id=first.id, new_content=words))

    assert (await shop.told("and now?"))[0] == "a red cup"


async def test_deleted_message_is_not_told(shop: Shop) -> None:
    first = await shop.open()

    await shop.change(EventType.DELETE, DeleteContent(target_event_id=first.id))

    assert "a red mug" not in await shop.told("and now?")


async def test_what_the_host_changed_is_told_as_it_is(shop: Shop) -> None:
    first = await shop.open()

    await shop.kit.update_event(ROOM, first.id, content=TextContent(body="a red cup"))

    assert (await shop.told("and now?"))[0] == "a red cup"


async def test_what_the_host_deleted_is_not_told(shop: Shop) -> None:
    first = await shop.open()

    await shop.kit.delete_event(ROOM, first.id, cascade_replies=False)

    assert "a red mug" not in await shop.told("and now?")


async def test_room_with_the_same_id_is_another_room(shop: Shop) -> None:
    await shop.open()
    await shop.kit.delete_room(ROOM)

    await shop.kit.create_room(ROOM)
    for channel_id in ("person", "agent"):
        await shop.kit.attach_channel(ROOM, channel_id)

    assert await shop.told("hello") == ["hello"]
