"""How we stand with addresses, and deliveries that were held back."""

import asyncio

from rooms.domain.job import DeliveryState
from rooms.domain.standing import ContactPoint, OptOutReason, Standing
from rooms.stores.base import ConversationStore
from rooms.testing.factories import CHANNEL, ROOM, at, make_event, make_finish, make_room, make_unit

ANN = "+15550001"
KEYWORD, VENDOR = OptOutReason.KEYWORD, OptOutReason.VENDOR


def point(channel_id: str = CHANNEL, address: str = ANN, **more: str | None) -> ContactPoint:
    fields = {"channel_type": "sms", "organization_id": None, **more}
    return ContactPoint.model_validate({"channel_id": channel_id, "address": address, **fields})


async def is_out(store: ConversationStore, where: ContactPoint) -> bool:
    return (await store.get_standing(where)).opted_out_at is not None


async def test_nothing_is_known_of_a_stranger(store: ConversationStore) -> None:
    assert await store.get_standing(point()) == Standing()


async def test_the_latest_message_counts_at_its_own_channel(store: ConversationStore) -> None:
    for minute in (1, 3, 2):
        await store.note_inbound([point()], at(minute))
    assert (await store.get_standing(point())).last_inbound_at == at(3)
    assert (await store.get_standing(point("sms-2"))).last_inbound_at is None


async def test_several_addresses_are_noted_at_once(store: ConversationStore) -> None:
    await store.note_inbound([point(), point(address="US.1")], at(1))
    assert (await store.get_standing(point(address="US.1"))).last_inbound_at == at(1)


async def test_an_opt_out_counts_at_every_channel_of_the_family(store: ConversationStore) -> None:
    assert await store.opt_out(point(), reason=KEYWORD, by="m1")
    known = await store.get_standing(point("sms-2"))
    assert known.opted_out_at is not None
    assert known.opt_out_reason is KEYWORD


async def test_an_opt_out_counts_nowhere_else(store: ConversationStore) -> None:
    await store.opt_out(point(), reason=KEYWORD, by="m1")
    others = [
        point(address="+15550002"),
        point(channel_type="email"),
        point("sms-2", organization_id="acme"),
    ]
    assert not any([await is_out(store, other) for other in others])


async def test_only_the_first_opt_out_changes_something(store: ConversationStore) -> None:
    asked = [("m1", True), ("m2", False), ("m1", True)]
    told = [await store.opt_out(point(), reason=KEYWORD, by=by) for by, _ in asked]
    assert told == [changed for _, changed in asked]


async def test_opting_in_lifts_it_wherever_it_was_said(store: ConversationStore) -> None:
    await store.opt_out(point(), reason=VENDOR, by="m1")
    assert await store.opt_in(point("sms-2"), by="m2")
    assert not await is_out(store, point())


async def test_only_who_was_out_can_opt_in(store: ConversationStore) -> None:
    assert not await store.opt_in(point(), by="m0")
    await store.opt_out(point(), reason=KEYWORD, by="m1")
    told = [await store.opt_in(point(), by=by) for by in ("m2", "m3", "m2")]
    assert told == [True, False, True]


async def test_opting_out_keeps_when_they_wrote(store: ConversationStore) -> None:
    await store.note_inbound([point()], at(1))
    await store.opt_out(point(), reason=KEYWORD, by="m1")
    await store.note_inbound([point()], at(2))
    known = await store.get_standing(point())
    assert (known.last_inbound_at, known.opt_out_reason) == (at(2), KEYWORD)


async def test_one_of_many_opt_outs_at_once_changes_something(store: ConversationStore) -> None:
    asked = (store.opt_out(point(), reason=KEYWORD, by=f"m{number}") for number in range(8))
    assert sum(await asyncio.gather(*asked)) == 1


async def test_many_are_asked_for_at_once(store: ConversationStore) -> None:
    await store.opt_out(point(), reason=KEYWORD, by="m1")
    points = [point(), point("sms-2"), point(address="+15550002")]
    known = await asyncio.gather(*map(store.get_standing, points))
    assert [each.opted_out_at is not None for each in known] == [True, True, False]


async def test_what_was_held_back_is_let_go(store: ConversationStore) -> None:
    await store.create_room(make_room())
    [committed] = await store.commit([make_unit(make_event(), sends_to=(CHANNEL, "sms-2"))])
    held, other = committed.jobs
    wait = {"due_in_s": 3600.0, "attempts": 0}
    await store.finish_deliveries(
        [
            make_finish(held, DeliveryState.WAITING, error_code="quiet_hours", **wait),
            make_finish(other, DeliveryState.WAITING, error_code="throttled", **wait),
        ]
    )
    assert await store.lease_deliveries("node", seconds=60) == []

    released = await store.release_deliveries(ROOM, error_code="quiet_hours")

    assert [job.id for job in released] == [held.id]
    assert [job.id for job in await store.lease_deliveries("node", seconds=60)] == [held.id]


async def test_an_unknown_room_holds_nothing_back(store: ConversationStore) -> None:
    assert await store.release_deliveries("nowhere", error_code="quiet_hours") == []
