"""Messages under their providers' ids, and what the providers report of them."""

import asyncio
from typing import Any

from rooms.domain.delivery import DeliveryStatus
from rooms.domain.enums import ChannelDirection
from rooms.domain.provider_message import MessageStatus, ProviderMessage
from rooms.stores.base import ConversationStore
from rooms.testing.factories import CHANNEL, ROOM, at, make_event, make_room

ANN = "+15550001"


def report(status: str, message_id: str = "SM1", **more: Any) -> DeliveryStatus:
    return DeliveryStatus(provider="mock", message_id=message_id, status=status, **more)


async def sent(store: ConversationStore, *message_ids: str, **more: Any) -> list[ProviderMessage]:
    """Store an event that went out as these messages."""
    if await store.get_room(ROOM) is None:
        await store.create_room(make_room())
    event = await store.add_event_auto_index(ROOM, make_event())
    fields = {"event_id": event.id, "room_id": ROOM, "address": ANN, "noted_at": at(0), **more}
    messages = [
        ProviderMessage(channel_id=CHANNEL, provider_message_id=message_id, **fields)
        for message_id in message_ids
    ]
    return await store.note_provider_messages(messages)


async def status_of(store: ConversationStore, message_id: str = "SM1") -> MessageStatus | None:
    known = await store.get_provider_message(CHANNEL, message_id)
    return known.status if known else None


async def test_a_message_is_known_by_its_providers_id(store: ConversationStore) -> None:
    [noted] = await sent(store, "SM1")
    assert await store.get_provider_message(CHANNEL, "SM1") == noted
    assert await store.get_provider_message("another", "SM1") is None
    assert await store.list_provider_messages(noted.event_id or "") == [noted]


async def test_all_parts_of_an_event_are_known(store: ConversationStore) -> None:
    parts = await sent(store, "SM1", "SM2")
    known = await store.list_provider_messages(parts[0].event_id or "")
    assert [each.provider_message_id for each in known] == ["SM1", "SM2"]


async def test_a_report_moves_its_message(store: ConversationStore) -> None:
    await sent(store, "SM1")
    change = await store.fold_status(CHANNEL, report("delivered", timestamp=at(1)))
    assert (change.changed, change.message.room_id) == (True, ROOM)
    assert (change.message.status_at, await status_of(store)) == (at(1), MessageStatus.DELIVERED)


async def test_the_same_report_moves_nothing(store: ConversationStore) -> None:
    await sent(store, "SM1")
    changes = [await store.fold_status(CHANNEL, report("sent")) for _ in range(2)]
    assert [change.changed for change in changes] == [True, False]


async def test_reports_may_come_in_any_order(store: ConversationStore) -> None:
    await sent(store, "SM1")
    for status in ("read", "delivered", "sent", "queued"):
        await store.fold_status(CHANNEL, report(status))
    assert await status_of(store) is MessageStatus.READ


async def test_one_of_many_equal_reports_moves_the_message(store: ConversationStore) -> None:
    await sent(store, "SM1")
    reports = (store.fold_status(CHANNEL, report("delivered")) for _ in range(10))
    assert sum(change.changed for change in await asyncio.gather(*reports)) == 1


async def test_a_failure_says_why(store: ConversationStore) -> None:
    await sent(store, "SM1")
    why = report("failed", error_code="30005", error_message="unknown destination")
    await store.fold_status(CHANNEL, why)
    known = await store.get_provider_message(CHANNEL, "SM1")
    assert known is not None
    assert (known.error_code, known.error_message) == ("30005", "unknown destination")


async def test_a_late_arrival_takes_a_failure_back(store: ConversationStore) -> None:
    await sent(store, "SM1")
    await store.fold_status(CHANNEL, report("failed", error_code="1"))
    change = await store.fold_status(CHANNEL, report("delivered"))
    assert (change.message.status, change.message.error_code) == (MessageStatus.DELIVERED, None)


async def test_a_report_may_overtake_the_send(store: ConversationStore) -> None:
    early = await store.fold_status(CHANNEL, report("delivered"))
    [noted] = await sent(store, "SM1")
    assert (early.message.event_id, early.message.room_id) == (None, None)
    assert (noted.room_id, noted.status) == (ROOM, MessageStatus.DELIVERED)


async def test_noting_a_message_again_keeps_its_status(store: ConversationStore) -> None:
    [noted] = await sent(store, "SM1")
    await store.fold_status(CHANNEL, report("read"))
    [again] = await store.note_provider_messages([noted])
    assert again.status is MessageStatus.READ


async def test_an_unknown_word_moves_nothing(store: ConversationStore) -> None:
    await sent(store, "SM1")
    change = await store.fold_status(CHANNEL, report("exploded"))
    assert (change.changed, change.message.status) == (False, MessageStatus.PENDING)


async def test_everything_until_a_moment_is_read_at_once(store: ConversationStore) -> None:
    await sent(store, "SM1", noted_at=at(0))
    await sent(store, "SM2", noted_at=at(1))
    await sent(store, "SM3", noted_at=at(3))
    await sent(store, "SM4", noted_at=at(0), address="+15550002")
    await sent(store, "SM5", noted_at=at(0), direction=ChannelDirection.INBOUND)
    await store.fold_status(CHANNEL, report("read", "SM1"))

    moved = await store.fold_until(CHANNEL, ANN, at(2), report("read", ""))

    assert [change.message.provider_message_id for change in moved] == ["SM2"]
    assert await status_of(store, "SM3") is MessageStatus.PENDING


async def test_messages_go_with_their_room(store: ConversationStore) -> None:
    await sent(store, "SM1")
    await store.delete_room(ROOM)
    assert await store.get_provider_message(CHANNEL, "SM1") is None
