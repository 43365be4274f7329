"""The audit trail of owners, where the rows are: one entry a change, by whoever made it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from rooms import RoomKit, models
from rooms.domain.commit import CommitOutcome, OwnerChange
from rooms.domain.enums import OwnerKind
from rooms.domain.ownership import OwnerAction
from rooms.stores.orm import OrmStore
from rooms.testing.factories import ROOM, make_event, make_room, make_unit

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("asked_database")]

ROUNDS = 20


@pytest.fixture
async def stores(asked_database: None) -> AsyncIterator[list[OrmStore]]:
    """Stores as two processes have them."""
    made = [OrmStore(), OrmStore()]
    await made[0].create_room(make_room())
    yield made
    for store in made:
        await store.close()


async def read_trail() -> list[models.AuditEntry]:
    return [entry async for entry in models.AuditEntry.objects.order_by("pk")]


async def test_user_who_has_no_account_is_named_all_the_same(stores: list[OrmStore]) -> None:
    kit = RoomKit(stores[0])

    await kit.take_over(ROOM, user_id="sso|ann")
    await kit.pause_ai(channel_id="bot", user_id="sso|ann")

    named = [(entry.actor_id, entry.actor_label, entry.action) for entry in await read_trail()]
    assert named == [(None, "sso|ann", "room_taken_over"), (None, "sso|ann", "ai_paused")]


async def test_refused_change_leaves_no_entry(stores: list[OrmStore]) -> None:
    change = OwnerChange(kind=OwnerKind.QUEUE, by="7", action=OwnerAction.QUEUED)

    [committed] = await stores[0].commit([make_unit(owner_change=change, owner_epoch=3)])

    assert committed.outcome is CommitOutcome.STALE_OWNER
    assert await read_trail() == []


async def test_reply_leaves_no_entry(stores: list[OrmStore]) -> None:
    await stores[0].commit([make_unit(owner_change=OwnerChange(kind=OwnerKind.HUMAN))])

    assert await read_trail() == []


async def test_two_who_take_over_at_once_follow_each_other(stores: list[OrmStore]) -> None:
    kits = [RoomKit(store) for store in stores]

    await asyncio.gather(*(kit.take_over(ROOM, user_id=str(n)) for n, kit in enumerate(kits)))

    room = await kits[0].get_room(ROOM)
    trail = await read_trail()
    assert room.owner_epoch == 2
    assert [entry.detail["owner_epoch"] for entry in trail] == [1, 2]
    assert room.owner_id == trail[-1].detail["owner_id"][1]


async def test_answer_and_take_over_at_once_never_both_come_true_too_late(
    stores: list[OrmStore],
) -> None:
    """An answer under the old epoch is stored before the change, or not at all."""
    here, elsewhere = stores
    for epoch in range(ROUNDS):
        answer = make_unit(make_event("answer"), owner_epoch=epoch)
        change = OwnerChange(kind=OwnerKind.HUMAN, owner_id=str(epoch))
        boundary = make_unit(make_event("boundary"), owner_change=change, owner_epoch=epoch)

        [said], [taken] = await asyncio.gather(here.commit([answer]), elsewhere.commit([boundary]))

        assert taken.outcome is CommitOutcome.COMMITTED
        if said.outcome is CommitOutcome.COMMITTED:
            assert said.events[0].index < taken.events[0].index
        else:
            assert said.outcome is CommitOutcome.STALE_OWNER
