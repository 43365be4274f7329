"""A customer writes STOP: it is confirmed once, and nothing more is sent, until they write START.

The site has two numbers of one vendor; what is said to one counts at the other.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pytest_django import Settings

from channels_app.testing.fakes import sendgrid_webhooks
from channels_app.testing.fakes.twilio_webhooks import TwilioWebhooks
from hooks import HookTrigger
from rooms import ChannelCategory, RoomContext, RoomEvent, RoomKit, TextContent, runtime
from rooms.domain.delivery import SendOutcome
from rooms.domain.job import DeliveryJob, DeliveryState
from rooms.domain.json import JsonObject
from rooms.domain.standing import ConsentRules, OptOutReason
from rooms.pipeline.consent import point_of
from rooms.runtime import build_kit
from tests.journeys import vendor_sites
from tests.journeys.chat_vendors import Telegram
from tests.journeys.mail_vendors import SendGrid
from tests.journeys.sms_vendors import CHANNEL, CUSTOMER, SITE, Posted, Sinch, Twilio, Vendor
from tests.journeys.vendor_sites import post

pytestmark = pytest.mark.database

OTHER = "sms-two"
RULES = ConsentRules()


class SelfManagedTwilio(Twilio):
    """An account where Twilio leaves words of consent to us."""

    def provider(self) -> JsonObject:
        provider = super().provider()
        return {**provider, "config": {**provider["config"], "handles_opt_out": False}}


@pytest.fixture(params=[SelfManagedTwilio, Sinch], ids=lambda vendor: vendor.slug)
def vendor(request: pytest.FixtureRequest) -> Iterator[Vendor[Any]]:
    with request.param.make().serving() as running:
        yield running


@pytest.fixture
def twilio() -> Iterator[Twilio]:
    with Twilio.make().serving() as running:
        yield running


@asynccontextmanager
async def serving(
    vendor: Vendor[Any], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RoomKit]:
    """Build a site with two numbers and an assistant, who is hired for each room."""
    sms = {"FACTORY": "channels_app.SMSChannel", "OPTIONS": {"provider": vendor.provider()}}
    shop = {"provider": {"FACTORY": "channels_app.DemoShopProvider", "word_delay_s": 0.0}}
    assistant = {"FACTORY": "channels_app.AIChannel", "OPTIONS": shop}
    settings.ROOMKIT = {"CHANNELS": {CHANNEL: sms, OTHER: sms, "assistant": assistant}}
    kit = build_kit()

    @kit.hook(HookTrigger.ON_ROOM_CREATED)
    async def hire(event: RoomEvent, context: RoomContext) -> None:
        await kit.attach_channel(
            context.room.id, "assistant", category=ChannelCategory.INTELLIGENCE
        )

    monkeypatch.setattr(runtime, "_kit", kit)
    yield kit
    await kit.close()


@pytest.fixture
async def kit(
    vendor: Vendor[Any],
    settings: Settings,
    committed_database: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RoomKit]:
    async with serving(vendor, settings, monkeypatch) as made:
        yield made


@pytest.fixture
async def twilio_kit(
    twilio: Twilio,
    settings: Settings,
    committed_database: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RoomKit]:
    async with serving(twilio, settings, monkeypatch) as made:
        yield made


def texted(text: str, number: int, **more: str) -> Posted:
    """Return the webhook of a text to Twilio's number; each number is another message."""
    webhooks = TwilioWebhooks(f"{SITE}/webhooks/sms/twilio/{CHANNEL}")
    webhook = webhooks.inbound_text(text, sender=CUSTOMER, sid=f"SM{number:032x}", **more)
    return Posted(*webhook, f"/webhooks/sms/twilio/{CHANNEL}")


async def say(kit: RoomKit, room_id: str, text: str) -> None:
    """Have the assistant's voice say something to everybody in a room."""
    await kit.send_event(room_id, "assistant", TextContent(body=text))
    await kit.pipeline.parts.tasks.close(timeout=10)


async def the_room(kit: RoomKit) -> str:
    [room] = await kit.store.list_rooms()
    return room.id


async def last_delivery(kit: RoomKit, room_id: str, channel_id: str = CHANNEL) -> DeliveryJob:
    jobs = await kit.store.list_deliveries(room_id)
    return [job for job in jobs if job.channel_id == channel_id][-1]


async def messages(kit: RoomKit, room_id: str) -> list[str]:
    events = await kit.store.list_events(room_id)
    return [kit.channels["assistant"].extract_text(e) for e in events if e.type == "message"]


async def test_stop_is_stored_confirmed_once_and_not_answered(
    kit: RoomKit, vendor: Vendor[Any]
) -> None:
    await post(kit, vendor.inbound("Stop."))

    assert [(sent.to, sent.text) for sent in vendor.sent()] == [(CUSTOMER, RULES.stop_reply)]
    assert await messages(kit, await the_room(kit)) == ["Stop.", RULES.stop_reply]


async def test_nothing_is_sent_to_who_has_stopped(kit: RoomKit, vendor: Vendor[Any]) -> None:
    await post(kit, vendor.inbound("STOP"))
    room_id = await the_room(kit)

    await say(kit, room_id, "Do you still want your order?")

    job = await last_delivery(kit, room_id)
    assert (job.state, job.error_code, job.attempts) == (DeliveryState.FAILED, "opted_out", 0)
    assert len(vendor.sent()) == 1  # the confirmation


async def test_stop_counts_in_other_rooms_and_at_other_numbers(
    kit: RoomKit, vendor: Vendor[Any]
) -> None:
    await post(kit, vendor.inbound("STOP"))
    room = await kit.create_room()
    reachable = {"phone_number": "+1 (514) 555-0123"}
    await kit.attach_channel(room.id, OTHER, metadata=reachable)

    await say(kit, room.id, "A new offer")

    job = await last_delivery(kit, room.id, OTHER)
    assert (job.state, job.error_code) == (DeliveryState.FAILED, "opted_out")
    assert len(vendor.sent()) == 1


async def test_start_lets_messages_through_again(twilio: Twilio, twilio_kit: RoomKit) -> None:
    await post(twilio_kit, texted("ARRÊT", 1))
    await post(twilio_kit, texted("Start", 2))
    room_id = await the_room(twilio_kit)

    await say(twilio_kit, room_id, "Welcome back")

    assert twilio.sent()[0].text == RULES.stop_reply
    assert twilio.sent()[-1].text == "Welcome back"
    assert (await last_delivery(twilio_kit, room_id)).state is DeliveryState.SENT


async def test_help_is_answered_even_after_stop(twilio: Twilio, twilio_kit: RoomKit) -> None:
    for text, number in (("ARRET", 1), ("Aide !", 2), ("ARRET", 3)):
        await post(twilio_kit, texted(text, number))

    assert [sent.text for sent in twilio.sent()] == [RULES.stop_reply, RULES.help_reply]


async def test_start_of_who_never_stopped_is_a_message(kit: RoomKit, vendor: Vendor[Any]) -> None:
    await post(kit, vendor.inbound("START"))

    [answer] = vendor.sent()
    assert answer.text not in (RULES.start_reply, "")


async def test_webhook_that_comes_twice_is_confirmed_once(
    twilio: Twilio, twilio_kit: RoomKit
) -> None:
    for _ in range(2):
        await post(twilio_kit, texted("ARRET", 1))

    assert [sent.text for sent in twilio.sent()] == [RULES.stop_reply]


@pytest.mark.parametrize("word", ["ARRET", "STOP"], ids=["obeyed by us", "obeyed by Twilio"])
async def test_old_stop_that_comes_again_undoes_no_start(
    twilio: Twilio, twilio_kit: RoomKit, word: str
) -> None:
    for text, number in ((word, 1), ("START", 2), (word, 1)):
        await post(twilio_kit, texted(text, number))
    room_id = await the_room(twilio_kit)

    await say(twilio_kit, room_id, "Still here?")

    assert twilio.sent()[-1].text == "Still here?"


@pytest.mark.parametrize("more", [{}, {"OptOutType": "STOP"}], ids=["by default", "advanced"])
async def test_what_the_vendor_confirms_is_not_confirmed_twice(
    twilio: Twilio, twilio_kit: RoomKit, more: dict[str, str]
) -> None:
    await post(twilio_kit, texted("STOP", 1, **more))
    room_id = await the_room(twilio_kit)

    await say(twilio_kit, room_id, "Hello?")

    assert twilio.sent() == []
    assert (await last_delivery(twilio_kit, room_id)).error_code == "opted_out"


@pytest.mark.parametrize("more", [{}, {"OptOutType": "HELP"}], ids=["by default", "advanced"])
async def test_help_that_the_vendor_gives_is_not_given_twice(
    twilio: Twilio, twilio_kit: RoomKit, more: dict[str, str]
) -> None:
    await post(twilio_kit, texted("HELP", 1, **more))

    assert twilio.sent() == []
    assert await messages(twilio_kit, await the_room(twilio_kit)) == ["HELP"]


async def test_vendors_refusal_is_remembered(twilio: Twilio, twilio_kit: RoomKit) -> None:
    await post(twilio_kit, texted("Hello", 1))
    room_id = await the_room(twilio_kit)
    twilio.fake.opted_out.add(CUSTOMER)
    before = len(twilio.sent())

    await say(twilio_kit, room_id, "First")
    refused = await last_delivery(twilio_kit, room_id)
    await say(twilio_kit, room_id, "Second")

    assert (refused.state, refused.error_code, refused.attempts) == (
        DeliveryState.FAILED,
        "21610",
        1,
    )
    assert (await last_delivery(twilio_kit, room_id)).error_code == SendOutcome.OPTED_OUT
    assert len(twilio.sent()) == before
    twilio.fake.refusals.clear()


async def test_report_of_a_refusal_is_remembered(twilio: Twilio, twilio_kit: RoomKit) -> None:
    await post(twilio_kit, texted("Hello", 1))
    [answer] = twilio.sent()
    webhooks = TwilioWebhooks(SITE + answer.reports_to)
    report = webhooks.status(answer.id, "undelivered", ErrorCode="21610")

    await post(twilio_kit, Posted(*report, answer.reports_to))

    channels = twilio_kit.pipeline.parts.channels
    point = point_of(channels, channels.require(CHANNEL), CUSTOMER)
    standing = await twilio_kit.store.get_standing(point)
    assert standing.opt_out_reason is OptOutReason.VENDOR


async def test_who_blocks_the_bot_gets_nothing_until_they_unblock_it(
    settings: Settings, committed_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Telegram.make().serving() as vendor:
        async with vendor_sites.serving(vendor.channel(), settings, monkeypatch) as kit:
            await post(kit, vendor.inbound("Hello"))
            room_id, updates = await the_room(kit), vendor.fake.updates
            await post(kit, Posted(*updates.inbound_membership("member", "kicked"), vendor.path))
            calls = len(vendor.fake.requests)
            await say(kit, room_id, "Are you there?")
            silent = len(vendor.fake.requests)
            await post(kit, Posted(*updates.inbound_membership("kicked", "member"), vendor.path))
            await say(kit, room_id, "Welcome back")

            assert silent == calls
            assert vendor.sent()[-1].text == "Welcome back"


async def test_complaint_about_a_mail_ends_mails(
    settings: Settings, committed_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = SendGrid()
    with vendor.serving():
        async with vendor_sites.serving(vendor.channel(), settings, monkeypatch) as kit:
            room = await kit.create_room()
            reachable = {"email_address": "Ann@example.org"}
            await kit.attach_channel(room.id, vendor_sites.CHANNEL, metadata=reachable)
            await kit.attach_channel(room.id, "assistant")
            report = sendgrid_webhooks.event("spamreport", email="ann@example.org")
            webhook = sendgrid_webhooks.status_events([report])
            await post(kit, Posted(*webhook, vendor.path))

            await say(kit, room.id, "Our newsletter")

            job = await last_delivery(kit, room.id, vendor_sites.CHANNEL)
            assert job.error_code == "opted_out"
            assert "complaint" in (job.error_message or "")
