"""WhatsApp and Messenger take free words for a day after the customer's last message only.

Later a template goes out, or nothing does and the vendor is not called.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from channels_app.testing.fakes.meta_whatsapp_schema import TemplateMessage
from channels_app.testing.fakes.twilio_webhooks import TwilioWebhooks
from rooms import RoomKit, TemplateContent, TextContent, models
from rooms.domain.content import EventContent
from rooms.domain.job import DeliveryJob, DeliveryState
from rooms.domain.json import JsonObject
from rooms.stores.orm import OrmStore
from tests.journeys.chat_vendors import ChatVendor, Messenger
from tests.journeys.phone_vendors import WhatsAppCloud, WhatsAppTwilio
from tests.journeys.sms_vendors import SITE, Posted
from tests.journeys.vendor_sites import CHANNEL, post, serving

pytestmark = pytest.mark.database

DAY = timedelta(hours=24)
MINUTE = timedelta(minutes=1)
CONTENT_SID = "HX" + "0" * 31 + "1"


@pytest.fixture(
    params=[WhatsAppCloud, WhatsAppTwilio, Messenger], ids=lambda vendor: vendor.__name__
)
def vendor(request: pytest.FixtureRequest) -> Iterator[ChatVendor[Any]]:
    with request.param.make().serving() as running:
        yield running


@pytest.fixture
async def kit(
    vendor: ChatVendor[Any],
    settings: Settings,
    committed_database: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RoomKit]:
    async with serving(vendor.channel(), settings, monkeypatch) as made:
        yield made


def move_back(by: timedelta) -> None:
    models.AddressStanding.objects.update(last_inbound_at=timezone.now() - by)


async def written(kit: RoomKit, vendor: ChatVendor[Any], *, ago: timedelta) -> str:
    """Have the customer write so long ago; return the room."""
    assert isinstance(kit.store, OrmStore)
    await post(kit, vendor.inbound("Hello"))
    await kit.store.threads.run(move_back, ago)
    vendor.fake.sent.clear()
    [room] = await kit.store.list_rooms()
    return room.id


async def say(kit: RoomKit, room_id: str, content: str | EventContent) -> DeliveryJob:
    """Say something in a room; return what became of it at the vendor's channel."""
    body = TextContent(body=content) if isinstance(content, str) else content
    event = await kit.send_event(room_id, "assistant", body)
    await kit.pipeline.parts.tasks.close(timeout=10)
    jobs = await kit.store.list_deliveries(room_id, event_id=event.id)
    return next(job for job in jobs if job.channel_id == CHANNEL)


async def name_template(kit: RoomKit, room_id: str, template_id: str) -> None:
    template: JsonObject = {
        "template_id": template_id,
        "language": "fr",
        "parameters": {"1": "Hi: {text}"},
    }
    await kit.update_binding_metadata(room_id, CHANNEL, {"default_template": template})


async def test_words_go_out_within_the_day(kit: RoomKit, vendor: ChatVendor[Any]) -> None:
    room_id = await written(kit, vendor, ago=DAY - MINUTE)

    job = await say(kit, room_id, "Your order is here")

    assert job.state is DeliveryState.SENT
    assert [sent.text for sent in vendor.sent()] == ["Your order is here"]


async def test_vendor_is_not_called_after_the_day(kit: RoomKit, vendor: ChatVendor[Any]) -> None:
    room_id = await written(kit, vendor, ago=DAY + MINUTE)
    calls = len(vendor.fake.requests)

    job = await say(kit, room_id, "Your order is here")

    assert (job.state, job.error_code, job.attempts) == (DeliveryState.FAILED, "window_closed", 0)
    assert len(vendor.fake.requests) == calls


async def test_message_opens_the_window_again(kit: RoomKit, vendor: ChatVendor[Any]) -> None:
    room_id = await written(kit, vendor, ago=DAY + MINUTE)
    await post(kit, vendor.inbound("Are you there?", 2))

    job = await say(kit, room_id, "Yes")

    assert job.state is DeliveryState.SENT
    assert vendor.sent()[-1].text == "Yes"


async def test_nobody_is_written_to_who_never_wrote(kit: RoomKit, vendor: ChatVendor[Any]) -> None:
    room = await kit.create_room()
    key = kit.channels[CHANNEL].recipient_key or ""
    await kit.attach_channel(room.id, CHANNEL, metadata={key: vendor.customer})

    job = await say(kit, room.id, "Hello stranger")

    assert (job.state, job.error_code) == (DeliveryState.FAILED, "window_closed")
    assert vendor.sent() == []


# -- templates


@pytest.fixture
def cloud() -> Iterator[WhatsAppCloud]:
    with WhatsAppCloud.make().serving() as running:
        running.fake.templates[("reminder", "fr")] = 1
        yield running


@pytest.fixture
async def cloud_kit(
    cloud: WhatsAppCloud,
    settings: Settings,
    committed_database: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RoomKit]:
    async with serving(cloud.channel(), settings, monkeypatch) as made:
        yield made


def filled(cloud: WhatsAppCloud) -> list[tuple[str, list[str]]]:
    """Return the templates that Meta took, with what fills their gaps."""
    taken = [each.message for each in cloud.fake.sent]
    sent = [message.template for message in taken if isinstance(message, TemplateMessage)]
    return [(one.name, [gap.text for gap in one.body_parameters()]) for one in sent]


async def test_template_goes_out_at_any_time(cloud: WhatsAppCloud, cloud_kit: RoomKit) -> None:
    room_id = await written(cloud_kit, cloud, ago=DAY * 9)
    template = TemplateContent(template_id="reminder", language="fr", parameters={"1": "8 h"})

    job = await say(cloud_kit, room_id, template)

    assert job.state is DeliveryState.SENT
    assert filled(cloud) == [("reminder", ["8 h"])]


async def test_default_template_carries_the_words_after_the_day(
    cloud: WhatsAppCloud, cloud_kit: RoomKit
) -> None:
    room_id = await written(cloud_kit, cloud, ago=DAY + MINUTE)
    await name_template(cloud_kit, room_id, "reminder")

    job = await say(cloud_kit, room_id, "Your order\nis here")

    assert job.state is DeliveryState.SENT
    assert filled(cloud) == [("reminder", ["Hi: Your order is here"])]
    event = await cloud_kit.store.get_event(job.event_id)
    assert event is not None
    told = event.delivery_results[CHANNEL]["provider_result"]["metadata"]
    assert told["sent_as_template"] == {"template_id": "reminder", "language": "fr"}


async def test_default_template_goes_out_when_the_vendor_says_it_is_late(
    cloud: WhatsAppCloud, cloud_kit: RoomKit
) -> None:
    room_id = await written(cloud_kit, cloud, ago=MINUTE)
    await name_template(cloud_kit, room_id, "reminder")
    cloud.fake.closed.add(cloud.customer.removeprefix("+"))

    job = await say(cloud_kit, room_id, "Your order is here")

    assert (job.state, job.attempts) == (DeliveryState.SENT, 2)
    assert filled(cloud) == [("reminder", ["Hi: Your order is here"])]
    cloud.fake.refusals.clear()


async def test_vendors_word_stands_without_a_template(
    cloud: WhatsAppCloud, cloud_kit: RoomKit
) -> None:
    room_id = await written(cloud_kit, cloud, ago=MINUTE)
    cloud.fake.closed.add(cloud.customer.removeprefix("+"))

    job = await say(cloud_kit, room_id, "Your order is here")

    assert (job.state, job.error_code, job.attempts) == (DeliveryState.FAILED, "131047", 1)
    cloud.fake.refusals.clear()


async def test_message_that_is_given_back_goes_out_as_a_template_once(
    cloud: WhatsAppCloud, cloud_kit: RoomKit
) -> None:
    room_id = await written(cloud_kit, cloud, ago=MINUTE)
    await name_template(cloud_kit, room_id, "reminder")
    await say(cloud_kit, room_id, "Your order is here")
    [taken] = cloud.fake.sent
    error = {"code": 131047, "title": "Re-engagement message"}
    report = cloud.fake.hooks.status(taken.id, "failed", error=error)
    cloud.fake.sent.clear()

    for _ in range(2):
        await post(cloud_kit, Posted(*report, cloud.path))

    assert filled(cloud) == [("reminder", ["Hi: Your order is here"])]


async def test_twilio_gives_back_by_a_report_too(
    settings: Settings, committed_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with WhatsAppTwilio.make().serving() as vendor:
        async with serving(vendor.channel(), settings, monkeypatch) as kit:
            room_id = await written(kit, vendor, ago=MINUTE)
            await name_template(kit, room_id, CONTENT_SID)
            await say(kit, room_id, "Your order is here")
            [taken] = vendor.sent()
            webhooks = TwilioWebhooks(SITE + taken.reports_to)
            report = webhooks.status(taken.id, "undelivered", ErrorCode="63016")

            await post(kit, Posted(*report, taken.reports_to))

            assert vendor.fake.sent[-1].form.ContentSid == CONTENT_SID
