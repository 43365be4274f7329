"""A group is one conversation: its words stay apart from what its members write alone."""

import pytest

from rooms import ChannelType, InboundResult
from rooms.testing.rig import Recorder
from tests.scene import Scene
from tests.steps import stored

ANN, BOB, GROUP = "42", "43", "-100123"


@pytest.fixture
def chat(scene: Scene) -> Recorder:
    """Register a messenger whose groups have an address of their own."""
    made = Recorder("chat", channel_type=ChannelType.TEAMS, recipient_key="chat_id")
    scene.kit.register_channel(made)
    return made


async def write(scene: Scene, sender: str, where: str | None = None) -> InboundResult:
    metadata = {"chat_id": where} if where else {}
    return await scene.say("hello", channel="chat", sender=sender, room_id=None, metadata=metadata)


async def room_of(result: InboundResult) -> str:
    return stored(result).room_id


async def answered_at(scene: Scene, room_id: str) -> object:
    binding = await scene.kit.store.get_binding(room_id, "chat")
    return binding.metadata["chat_id"] if binding else None


@pytest.mark.parametrize("first", [GROUP, ANN])
async def test_group_and_private_words_never_meet(scene: Scene, chat: Recorder, first: str) -> None:
    second = ANN if first == GROUP else GROUP
    rooms = [await room_of(await write(scene, ANN, where)) for where in (first, second, first)]

    assert rooms[0] == rooms[2] != rooms[1]
    assert [await answered_at(scene, room) for room in rooms] == [first, second, first]


async def test_members_of_a_group_share_its_room(scene: Scene, chat: Recorder) -> None:
    rooms = {await room_of(await write(scene, who, GROUP)) for who in (ANN, BOB, ANN)}

    assert len(rooms) == 1


async def test_sender_without_a_group_is_answered_alone(scene: Scene, chat: Recorder) -> None:
    room = await room_of(await write(scene, ANN))

    assert await answered_at(scene, room) == ANN
    assert await room_of(await write(scene, ANN, ANN)) == room
