"""A message that WhatsApp does not bring to the customer goes on by SMS, then by mail."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from rooms import RoomKit, TextContent, Worker, models, runtime
from rooms.domain.frozen import utc_now
from rooms.runtime import build_kit
from tests.journeys.fallback_site import (
    DIGITS,
    MAIL_ADDRESS,
    FallbackSite,
    Vendors,
    another_process,
)
from tests.journeys.sms_vendors import CUSTOMER
from tests.journeys.vendor_sites import CHANNEL, post

pytestmark = pytest.mark.database


@pytest.fixture
def vendors() -> Iterator[Vendors]:
    with Vendors().serving() as running:
        yield running


@pytest.fixture
async def kit(
    vendors: Vendors,
    settings: Settings,
    committed_database: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RoomKit]:
    settings.ROOMKIT = {"CHANNELS": vendors.channels()}
    made = build_kit()
    monkeypatch.setattr(runtime, "_kit", made)
    yield made
    await made.close()


@pytest.fixture
async def site(kit: RoomKit, vendors: Vendors) -> FallbackSite:
    made = FallbackSite(kit, vendors)
    await made.open()
    return made


async def test_message_that_whatsapp_refuses_goes_on_by_sms_at_once(site: FallbackSite) -> None:
    site.vendors.whatsapp.fake.not_on_whatsapp.add(DIGITS)

    event = await site.write()

    [text] = site.vendors.twilio.sent()
    assert (text.to, text.text) == (CUSTOMER, "Your table is ready")
    assert site.vendors.counts == (0, 1, 0)
    [(code, data)] = await site.records()
    assert code == "fallback_used"
    assert data["event_id"] == event.id
    assert (data["from_channel"], data["to_channel"]) == (CHANNEL, "sms")
    assert (data["reason"], data["error_code"]) == ("failed", "131026")


async def test_message_that_whatsapp_gives_up_later_goes_on_at_once(site: FallbackSite) -> None:
    await site.write()
    assert site.vendors.counts == (1, 0, 0)

    await post(site.kit, site.refusal())
    await post(site.kit, site.refusal())

    assert site.vendors.counts == (1, 1, 0)


async def test_message_that_nobody_confirms_goes_on_by_sms_and_then_by_mail(
    site: FallbackSite,
) -> None:
    await site.write()
    await site.look()
    assert site.vendors.counts == (1, 0, 0)

    for expected in ((1, 1, 0), (1, 1, 1), (1, 1, 1)):
        await site.pass_time()
        await site.look()
        assert site.vendors.counts == expected

    [mail] = site.vendors.smtp.sent()
    assert (mail.to, mail.text.strip()) == (MAIL_ADDRESS, "Your table is ready")
    codes = [code for code, _ in await site.records()]
    assert codes == ["fallback_used", "fallback_used", "fallback_exhausted"]


@pytest.mark.parametrize(
    ("until", "webhooks", "texts"),
    [
        ("delivered", 2, 0),
        ("read", 2, 1),  # delivered is not enough
        ("read", 3, 0),
    ],
)
async def test_report_in_time_keeps_a_message_from_going_on(
    kit: RoomKit, vendors: Vendors, until: str, webhooks: int, texts: int
) -> None:
    site = FallbackSite(kit, vendors)
    await site.open(until=until)
    await site.write()
    [sent] = vendors.whatsapp.sent()
    for webhook in vendors.whatsapp.statuses(sent)[:webhooks]:
        await post(kit, webhook)

    await site.pass_time()
    await site.look()

    assert len(vendors.twilio.sent()) == texts


async def test_sms_that_arrives_ends_the_chain(site: FallbackSite) -> None:
    await site.write()
    await site.pass_time()
    await site.look()
    [text] = site.vendors.twilio.sent()
    for webhook in site.vendors.twilio.statuses(text):
        await post(site.kit, webhook)

    await site.pass_time()
    await site.look()

    assert site.vendors.counts == (1, 1, 0)


async def test_customer_who_has_answered_gets_no_sms(site: FallbackSite) -> None:
    await site.write()
    await post(site.kit, site.vendors.twilio.inbound("On my way"))

    await site.pass_time()
    await site.look()

    assert site.vendors.counts == (1, 0, 0)


async def test_many_workers_send_one_sms(site: FallbackSite) -> None:
    await site.write()
    await site.pass_time()

    async with another_process() as other:
        for _ in range(3):
            await asyncio.gather(*(Worker(kit).look_after() for kit in (site.kit, other) * 3))
        await other.pipeline.parts.tasks.close(timeout=10)
        await site.settle()

    assert site.vendors.counts == (1, 1, 0)
    assert len(await site.records()) == 1


async def test_process_that_dies_between_deciding_and_sending_leaves_it_to_others(
    site: FallbackSite,
) -> None:
    await site.write()
    await site.pass_time()
    async with another_process() as dying:
        dying.pipeline.lanes.stop()
        await Worker(dying).look_after()
    assert site.vendors.counts == (1, 0, 0)

    await site.look()
    await Worker(site.kit).sweep()
    await site.settle()

    assert site.vendors.counts == (1, 1, 0)


async def test_scheduled_message_goes_out_at_its_moment_and_falls_back_like_any(
    site: FallbackSite,
) -> None:
    site.vendors.whatsapp.fake.not_on_whatsapp.add(DIGITS)
    tomorrow = utc_now() + timedelta(days=1)
    words = TextContent(body="See you today")
    scheduled = await site.kit.schedule_event(site.room_id, "desk", words, at=tomorrow)
    assert await Worker(site.kit).say_scheduled() == 0

    rows = models.ScheduledSend.objects.filter(pk=scheduled.id)
    await site.write_rows(lambda: rows.update(at=utc_now()))
    await Worker(site.kit).say_scheduled()
    await site.settle()

    assert [text.text for text in site.vendors.twilio.sent()] == ["See you today"]
    [ended] = await site.kit.list_scheduled(site.room_id)
    assert ended.state == "sent"
