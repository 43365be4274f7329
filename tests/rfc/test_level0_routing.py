"""Which room a message enters: known senders, single rooms, and no guessing (RFC §10.3)."""

import pytest

from rooms import ChannelType, DefaultInboundRoomRouter, InboundRoomRouter, RoomKit, RoomStatus
from rooms.domain.enums import AnyChannelType
from rooms.stores.base import ConversationStore
from rooms.testing.factories import at, make_room
from rooms.testing.rig import Recorder, text
from tests.kit_fixtures import MakeKit
from tests.steps import stored


class Lobby(InboundRoomRouter):
    """Sends everybody to the lobby."""

    async def route(
        self,
        channel_id: str,
        channel_type: AnyChannelType,
        participant_id: str | None = None,
        channel_data: dict[str, object] | None = None,
    ) -> str | None:
        """Answer the lobby."""
        return "lobby"


class Nowhere(InboundRoomRouter):
    """Opens a new room for everything."""

    async def route(
        self,
        channel_id: str,
        channel_type: AnyChannelType,
        participant_id: str | None = None,
        channel_data: dict[str, object] | None = None,
    ) -> str | None:
        """Answer none."""
        return None


async def enter(kit: RoomKit, sender: str, channel_id: str = "sms") -> str:
    """Write and return the room that was entered."""
    return stored(await kit.process_inbound(text(channel_id, sender, "hello"))).room_id


@pytest.fixture
async def sms_kit(kit: RoomKit) -> RoomKit:
    kit.register_channel(Recorder("sms", channel_type=ChannelType.SMS))
    kit.register_channel(Recorder("chat"))
    return kit


async def open_room(kit: RoomKit, room_id: str, channel_id: str = "chat") -> None:
    await kit.create_room(room_id)
    await kit.attach_channel(room_id, channel_id)


@pytest.mark.rfc("0.35")
async def test_own_router_is_used(make_kit: MakeKit) -> None:
    kit = make_kit(inbound_router=Lobby())
    kit.register_channel(Recorder("sms", channel_type=ChannelType.SMS))

    assert await enter(kit, "+1") == "lobby"


@pytest.mark.rfc("0.42")
async def test_redelivery_opens_no_second_room_whatever_the_router_says(
    make_kit: MakeKit,
) -> None:
    kit = make_kit(inbound_router=Nowhere())
    kit.register_channel(Recorder("sms", channel_type=ChannelType.SMS))
    message = text("sms", "+1", "hello", idempotency_key="SM1")

    first, again = [stored(await kit.process_inbound(message)) for _ in range(2)]

    assert (again.id, again.room_id) == (first.id, first.room_id)
    assert len(await kit.store.list_rooms()) == 1


@pytest.mark.rfc("0.35")
async def test_named_room_outranks_the_router(make_kit: MakeKit) -> None:
    kit = make_kit(inbound_router=Lobby())
    kit.register_channel(Recorder("sms", channel_type=ChannelType.SMS))

    result = await kit.process_inbound(text("sms", "+1", "hello", room_id="a"), room_id="b")

    assert stored(result).room_id == "b"


@pytest.mark.rfc("0.35")
async def test_known_sender_returns_to_the_same_room(sms_kit: RoomKit) -> None:
    first = await enter(sms_kit, "+1")

    assert await enter(sms_kit, "+1") == first


@pytest.mark.rfc("0.35")
async def test_newest_open_room_of_a_sender_wins(sms_kit: RoomKit) -> None:
    await enter(sms_kit, "+1")
    newer = "newer"
    await sms_kit.process_inbound(text("sms", "+1", "hello", room_id=newer))

    assert await enter(sms_kit, "+1") == newer


@pytest.mark.rfc("0.35")
async def test_only_room_of_a_channel_is_entered(sms_kit: RoomKit) -> None:
    await open_room(sms_kit, "only")

    assert await enter(sms_kit, "visitor", "chat") == "only"


@pytest.mark.rfc("0.35")
async def test_one_of_two_rooms_is_never_guessed(sms_kit: RoomKit) -> None:
    await open_room(sms_kit, "one")
    await open_room(sms_kit, "two")

    assert await enter(sms_kit, "visitor", "chat") not in {"one", "two"}


@pytest.mark.rfc("0.35")
async def test_stranger_on_a_shared_number_does_not_enter_another_s_room(
    sms_kit: RoomKit,
) -> None:
    first = await enter(sms_kit, "+1")

    assert await enter(sms_kit, "+2") != first


@pytest.mark.rfc("0.35")
async def test_paused_room_is_found_by_its_sender(sms_kit: RoomKit) -> None:
    first = await enter(sms_kit, "+1")
    await sms_kit.pause_room(first)

    assert await enter(sms_kit, "+1") == first


@pytest.mark.rfc("0.35")
async def test_closed_room_is_not_found(sms_kit: RoomKit) -> None:
    first = await enter(sms_kit, "+1")
    await sms_kit.close_room(first)

    assert await enter(sms_kit, "+1") != first


@pytest.mark.rfc("0.35")
async def test_routing_is_the_same_each_time(sms_kit: RoomKit, store: ConversationStore) -> None:
    for room_id in ("a", "b", "c"):
        await sms_kit.process_inbound(text("sms", "+1", "hello", room_id=room_id))
    router = DefaultInboundRoomRouter(store)

    answers = {await router.route("sms", ChannelType.SMS, "+1") for _ in range(20)}

    assert answers == {"c"}


@pytest.mark.rfc("0.35")
async def test_named_room_that_does_not_exist_is_created(sms_kit: RoomKit) -> None:
    result = await sms_kit.process_inbound(text("sms", "+1", "hello", room_id="fresh"))

    assert stored(result).room_id == "fresh"
    assert (await sms_kit.get_room("fresh")).status is RoomStatus.ACTIVE


@pytest.mark.rfc("0.35")
@pytest.mark.parametrize("order", ["abcd", "dbca", "cadb"])
async def test_rooms_of_one_moment_are_told_apart_the_same_way(
    sms_kit: RoomKit, store: ConversationStore, order: str
) -> None:
    for room_id in order:
        await store.create_room(make_room(room_id, created_at=at(1)))
        await sms_kit.process_inbound(text("sms", "+1", "hello", room_id=room_id))

    assert await DefaultInboundRoomRouter(store).route("sms", ChannelType.SMS, "+1") == "d"
