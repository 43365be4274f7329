"""Channels attached to rooms, and the memory of those detached."""

import pytest

from rooms.domain.binding import ChannelCapabilities
from rooms.domain.enums import Access, ChannelCategory, ChannelMediaType
from rooms.domain.errors import ChannelNotFoundError, RoomNotFoundError
from rooms.domain.policies import RateLimit, RetryPolicy
from rooms.stores.base import ConversationStore
from rooms.testing.factories import ROOM, at, make_binding, make_room


async def test_a_binding_reads_back_equal(store: ConversationStore) -> None:
    await store.create_room(make_room())
    binding = make_binding(
        channel_type="custom:fax",
        category=ChannelCategory.INTELLIGENCE,
        access=Access.READ_ONLY,
        muted=True,
        output_muted=True,
        visibility="transport",
        participant_id="ann",
        last_read_index=3,
        attached_at=at(1),
        capabilities=ChannelCapabilities(
            media_types=[ChannelMediaType.TEXT, ChannelMediaType.MEDIA],
            max_length=160,
            rate_limit=RateLimit(max_per_second=0.5),
            custom={"mms": True},
        ),
        rate_limit=RateLimit(max_per_minute=60, burst=5),
        retry_policy=RetryPolicy(max_retries=1, retryable_errors=["timeout"]),
        metadata={"phone_number": "+1", "persona": {"name": "Ada"}},
    )
    assert await store.add_binding(binding) == binding
    assert await store.get_binding(ROOM, "sms-1") == binding


async def test_attaching_again_replaces_the_binding(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.add_binding(make_binding(metadata={"a": 1}))
    replaced = await store.add_binding(make_binding(muted=True))
    assert await store.list_bindings(ROOM) == [replaced]


async def test_bindings_are_listed_in_attach_order(store: ConversationStore) -> None:
    await store.create_room(make_room())
    for channel_id, minute in (("c", 1), ("b", 0), ("a", 1)):
        await store.add_binding(make_binding(channel_id, attached_at=at(minute)))
    snapshot = await store.load_snapshot(ROOM)
    assert snapshot is not None
    assert [b.channel_id for b in await store.list_bindings(ROOM)] == ["b", "a", "c"]
    assert snapshot.context.bindings == await store.list_bindings(ROOM)


async def test_a_channel_attaches_to_a_known_room_only(store: ConversationStore) -> None:
    with pytest.raises(RoomNotFoundError):
        await store.add_binding(make_binding())
    with pytest.raises(RoomNotFoundError):
        await store.auto_attach(make_binding())


async def test_an_unattached_channel_has_no_binding(store: ConversationStore) -> None:
    await store.create_room(make_room())
    assert await store.get_binding(ROOM, "sms-1") is None
    assert await store.get_binding("nowhere", "sms-1") is None
    assert await store.list_bindings("nowhere") == []


async def test_a_binding_is_updated_whole(store: ConversationStore) -> None:
    await store.create_room(make_room())
    binding = await store.add_binding(make_binding(metadata={"a": 1}))
    changed = binding.model_copy(update={"muted": True, "metadata": {"b": 2}})
    assert await store.update_binding(changed) == changed
    assert await store.get_binding(ROOM, "sms-1") == changed


async def test_updating_an_unattached_channel_is_refused(store: ConversationStore) -> None:
    await store.create_room(make_room())
    with pytest.raises(ChannelNotFoundError, match="sms-1"):
        await store.update_binding(make_binding())


async def test_changing_a_returned_binding_changes_nothing_stored(
    store: ConversationStore,
) -> None:
    await store.create_room(make_room())
    given = make_binding(metadata={"tags": ["a"]})
    returned = await store.add_binding(given)
    [listed] = await store.list_bindings(ROOM)
    for mine in (given, returned, listed):
        mine.metadata["tags"].append("b")
        mine.capabilities.custom["x"] = 1
    kept = await store.get_binding(ROOM, "sms-1")
    assert kept is not None
    assert (kept.metadata, kept.capabilities.custom) == ({"tags": ["a"]}, {})


async def test_detaching_tells_whether_it_was_attached(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.add_binding(make_binding())
    assert await store.remove_binding(ROOM, "sms-1") is True
    assert await store.remove_binding(ROOM, "sms-1") is False
    assert await store.remove_binding("nowhere", "sms-1") is False
    assert await store.get_binding(ROOM, "sms-1") is None


async def test_a_detached_channel_does_not_attach_itself(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.add_binding(make_binding())
    await store.remove_binding(ROOM, "sms-1")
    assert await store.auto_attach(make_binding()) is None
    assert await store.list_bindings(ROOM) == []


async def test_a_tombstone_is_left_without_a_binding_too(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.remove_binding(ROOM, "sms-1")
    assert await store.auto_attach(make_binding()) is None


async def test_a_tombstone_counts_for_its_room_and_channel(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.create_room(make_room("other"))
    await store.remove_binding(ROOM, "sms-1")
    snapshot = await store.load_snapshot(ROOM)
    assert snapshot is not None
    assert snapshot.detached == {"sms-1"}
    assert await store.auto_attach(make_binding("sms-2")) is not None
    assert await store.auto_attach(make_binding(room_id="other")) is not None


async def test_an_explicit_attach_clears_the_tombstone(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.remove_binding(ROOM, "sms-1")
    binding = await store.add_binding(make_binding())
    snapshot = await store.load_snapshot(ROOM)
    assert snapshot is not None
    assert snapshot.detached == frozenset()
    assert await store.auto_attach(make_binding()) == binding


async def test_a_new_channel_attaches_itself(store: ConversationStore) -> None:
    await store.create_room(make_room())
    binding = make_binding()
    assert await store.auto_attach(binding) == binding
    assert await store.list_bindings(ROOM) == [binding]


async def test_attaching_itself_changes_no_binding(store: ConversationStore) -> None:
    await store.create_room(make_room())
    known = await store.add_binding(make_binding(access=Access.READ_ONLY, muted=True))
    assert await store.auto_attach(make_binding()) == known
    assert await store.list_bindings(ROOM) == [known]
