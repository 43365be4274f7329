"""Texts that are longer than their channel takes, in numbered parts."""

from typing import Any

import pytest

from rooms import (
    ChannelCapabilities,
    ChannelMediaType,
    DeliveryPolicy,
    DeliveryState,
    RateLimit,
    RetryPolicy,
    RichContent,
)
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, bodies
from tests.kit_fixtures import MakeKit
from tests.picky_phone import BUSY, FILTERED, PickyPhone, names_of, reported
from tests.scene import ROOM, Scene
from tests.two_processes import LEASE_S, Site

LIMIT = 36
LONG = "The parcel is at the post office, and the key is under the third stone."
IN_PARTS = [
    "(1/3) The parcel is at the post ",
    "(2/3) office, and the key is under ",
    "(3/3) the third stone.",
]
SPLITS: dict[str, Any] = {"metadata": {"overflow": "split"}}


@pytest.fixture
def phone() -> PickyPhone:
    return PickyPhone(limit=LIMIT)


@pytest.fixture
async def site(make_kit: MakeKit, clock: FakeClock) -> Site:
    made = Site(make_kit, clock)
    await made.old.open()
    return made


async def test_long_text_goes_as_several_numbered_messages(scene: Scene, phone: PickyPhone) -> None:
    await scene.add(phone, **SPLITS)

    event = (await scene.say(LONG)).event

    assert bodies(phone.delivered) == IN_PARTS
    assert await names_of(scene.kit, event) == ["phone-1", "phone-2", "phone-3"]


@pytest.mark.parametrize(
    ("metadata", "limit", "sent"),
    [
        ({}, LIMIT, "The parcel is at the post office,..."),  # nobody asked for parts
        ({"overflow": "cut"}, LIMIT, "The parcel is at the post office,..."),
        ({"overflow": "split"}, 80, LONG),  # it fits
        ({"overflow": "split"}, 10, "The par..."),  # numbers would be most of each part
    ],
)
async def test_other_texts_go_as_one_message(
    scene: Scene, metadata: dict[str, Any], limit: int, sent: str
) -> None:
    phone = await scene.add(PickyPhone(limit=limit), metadata=metadata)
    await scene.say(LONG)
    assert bodies(phone.delivered) == [sent]


async def test_what_has_markup_is_not_split(scene: Scene, phone: PickyPhone) -> None:
    can = ChannelCapabilities(
        media_types=[ChannelMediaType.RICH, ChannelMediaType.TEXT], max_length=LIMIT
    )
    rich = await scene.add(Recorder("rich", capabilities=can), **SPLITS)
    await scene.add(phone, **SPLITS)

    await scene.kit.send_event(ROOM, "person", RichContent(body=LONG))

    assert bodies(rich.delivered) == ["The parcel is at the post office,..."]
    assert bodies(phone.delivered) == IN_PARTS


async def test_retry_goes_on_with_the_part_that_failed(
    scene: Scene, clock: FakeClock, phone: PickyPhone
) -> None:
    await scene.add(phone, retry_policy=RetryPolicy(max_retries=1), **SPLITS)
    phone.fail_at("(2/3)", BUSY)
    await scene.say(LONG)

    await clock.advance(2)

    assert bodies(phone.delivered) == IN_PARTS
    [job] = await scene.kit.store.list_deliveries(ROOM)
    assert (job.state, job.attempts) == (DeliveryState.SENT, 2)


async def test_part_that_fails_for_good_ends_it_and_is_told(
    scene: Scene, phone: PickyPhone
) -> None:
    await scene.add(phone, **SPLITS)
    phone.fail_at("(3/3)", FILTERED)
    event = (await scene.say(LONG)).event

    [job] = await scene.kit.store.list_deliveries(ROOM)
    assert (job.state, job.error_code) == (DeliveryState.FAILED, "30007")
    assert job.error_message == "2 of 3 parts went out, then: filtered"
    assert await names_of(scene.kit, event) == ["phone-1", "phone-2"]


async def die_at(site: Site, beginning: str, phone: PickyPhone, **binding: Any) -> None:
    """Let the old process die while a part is with the vendor."""
    phone.stick_at(beginning)
    await site.old.add(phone, **SPLITS, **binding)
    site.say(LONG)
    await phone.until_attempted(int(beginning[1]))
    await site.die()
    await site.clock.advance(LEASE_S + 1)


async def test_part_of_unknown_outcome_is_not_repeated(site: Site, phone: PickyPhone) -> None:
    await die_at(site, "(2/3)", phone)
    heir = PickyPhone(limit=LIMIT)

    await site.sweep(site.start(heir))

    [job] = await site.jobs()
    assert (heir.attempted, job.state) == ([], DeliveryState.UNKNOWN)
    assert (job.error_message or "").startswith("1 of 3 parts went out, then: nobody knows")


async def test_next_process_repeats_only_the_part_in_doubt(site: Site, phone: PickyPhone) -> None:
    await die_at(site, "(2/3)", phone, delivery_policy=DeliveryPolicy.AT_LEAST_ONCE)
    heir = PickyPhone(limit=LIMIT)

    await site.sweep(site.start(heir))

    assert bodies(heir.delivered) == IN_PARTS[1:]
    assert [job.state for job in await site.jobs()] == [DeliveryState.SENT]


async def test_report_says_that_the_part_in_doubt_went_out(site: Site, phone: PickyPhone) -> None:
    await die_at(site, "(2/3)", phone)
    [job] = await site.jobs()
    heir = PickyPhone(limit=LIMIT)
    kit = site.start(heir)
    raw = {"event_id": job.event_id}
    await kit.process_delivery_status(reported("phone-lost", "delivered", raw=raw))

    await site.sweep(kit)

    assert bodies(heir.delivered) == IN_PARTS[2:]


async def test_process_that_dies_between_parts_leaves_the_rest(
    site: Site, phone: PickyPhone
) -> None:
    slow = RateLimit(max_per_minute=1, burst=1)
    await site.old.add(phone, rate_limit=slow, **SPLITS)
    site.say(LONG)
    await phone.until_delivered(1)
    await site.clock.settle()
    await site.die()
    heir = PickyPhone(limit=LIMIT)
    kit = site.start(heir)
    await site.clock.advance(LEASE_S + 1)

    await site.sweep(kit)
    await site.clock.advance(120)

    assert bodies(heir.delivered) == IN_PARTS[1:]


async def test_failure_elsewhere_does_not_make_parts_forgotten(
    site: Site, phone: PickyPhone
) -> None:
    fax = await site.old.add(PickyPhone("fax"))
    fax.fail_at("The", FILTERED)
    await site.old.add(phone, retry_policy=RetryPolicy(), **SPLITS)
    phone.fail_at("(2/3)", BUSY)
    site.say(LONG)
    await phone.until_delivered(1)
    await site.clock.settle()
    await site.die()
    heir = PickyPhone(limit=LIMIT)
    kit = site.start(heir, PickyPhone("fax"))
    await site.clock.advance(LEASE_S + 1)

    await site.sweep(kit)

    assert bodies(heir.delivered) == IN_PARTS[1:]


async def test_each_part_is_a_send_of_its_own_for_vendors_that_drop_repeats(
    scene: Scene, phone: PickyPhone
) -> None:
    await scene.add(phone, **SPLITS)
    await scene.say(LONG)
    names = [each.channel_data.extra.get("send_name") for each in phone.delivered]
    assert names == ["1:3", "2:3", "3:3"]
