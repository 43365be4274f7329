"""A vendor takes a message and tells later that it did not arrive, or is told too much at once."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import Settings

from channels_app.testing.fakes import sinch_webhooks, telnyx_webhooks
from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.twilio_webhooks import TwilioWebhooks
from rooms import (
    DeliveryState,
    EventType,
    RetryPolicy,
    RoomKit,
    TextContent,
    Worker,
    models,
    runtime,
)
from rooms.admin.deliveries import DeliveryAdmin
from rooms.domain.provider_message import MessageStatus
from rooms.runtime import build_kit
from rooms.services.deliveries import retry_deliveries
from rooms.stores.orm import OrmStore
from tests.journeys.sms_vendors import CHANNEL, CUSTOMER, SITE, VENDORS, Posted, Sent, Vendor
from tests.journeys.test_text_messages import post

pytestmark = pytest.mark.database

ROOM = "desk"
CODES = {
    # the vendor's code of trouble that passes, and one of a refusal for good
    "twilio": ("30008", "30007"),
    "telnyx": ("40006", "40012"),
    "sinch": ("404", "402"),
}


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.slug)
def vendor(request: pytest.FixtureRequest) -> Iterator[Vendor[Any]]:
    with request.param.make().serving() as running:
        yield running


@pytest.fixture
async def kit(
    vendor: Vendor[Any],
    settings: Settings,
    committed_database: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RoomKit]:
    """A room that writes to a customer by text message."""
    options = {"provider": vendor.provider()}
    channel = {"FACTORY": "channels_app.SMSChannel", "OPTIONS": options}
    settings.ROOMKIT = {"CHANNELS": {CHANNEL: channel}}
    made = build_kit()
    await made.create_room(ROOM)
    monkeypatch.setattr(runtime, "_kit", made)
    yield made
    await made.close()


async def write(kit: RoomKit, words: str, **binding: Any) -> None:
    """Write to the customer, and wait until all is sent."""
    metadata = {"phone_number": CUSTOMER, **binding.pop("metadata", {})}
    await kit.attach_channel(ROOM, CHANNEL, metadata=metadata, **binding)
    await kit.deliver(ROOM, TextContent(body=words))
    await kit.pipeline.parts.tasks.close(timeout=10)


def failure(vendor: Vendor[Any], message: Sent, code: str) -> Posted:
    """Return the webhook that says that a message did not arrive."""
    match vendor.slug:
        case "twilio":
            webhooks = TwilioWebhooks(SITE + message.reports_to)
            reported = webhooks.status(message.id, "undelivered", ErrorCode=code)
            return Posted(*reported, message.reports_to)
        case "telnyx":
            errors = [{"code": code, "title": "not delivered"}]
            ends = {CUSTOMER: "delivery_failed"}
            told = telnyx_webhooks.status("message.finalized", message.id, ends, errors=errors)
            return Posted(*told, message.reports_to)
    signed = sinch_webhooks.recipient_report(message.id, "Aborted", code=int(code))
    return Posted(*signed, message.reports_to)


def list_in_the_admin() -> list[str | None]:
    """Return what the admin's list says of how far each delivery came."""
    request = RequestFactory().get("/")
    request.user = User(is_staff=True, is_superuser=True)
    page = admin.site._registry[models.Delivery]
    assert isinstance(page, DeliveryAdmin)
    return [page.reported(row) for row in page.get_changelist_instance(request).result_list]


async def pass_time(kit: RoomKit) -> None:
    """Let what waits be due, and a worker look."""

    def hasten() -> None:
        models.Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))

    assert isinstance(kit.store, OrmStore)
    await kit.store.threads.run(hasten)
    await Worker(kit).sweep()
    await kit.pipeline.parts.tasks.close(timeout=10)


async def try_again(kit: RoomKit) -> None:
    """Let somebody at the admin's list of deliveries try all of them again."""

    def retry() -> None:
        person, _ = User.objects.get_or_create(username="ana", is_superuser=True)
        everything = models.Delivery.objects.values_list("pk", flat=True)
        retry_deliveries(delivery_ids=list(everything), actor=person)

    assert isinstance(kit.store, OrmStore)
    await kit.store.threads.run(retry)
    await pass_time(kit)


async def test_what_did_not_get_through_is_sent_again_and_arrives(
    kit: RoomKit, vendor: Vendor[Any]
) -> None:
    await write(kit, "Your taxi is here", retry_policy=RetryPolicy(max_retries=1))
    passing, _ = CODES[vendor.slug]

    for _ in range(2):  # the second time nothing is left of the retries
        await post(kit, failure(vendor, vendor.sent()[-1], passing))
        await pass_time(kit)
    first, second = vendor.sent()
    *_, delivered = vendor.statuses(second)
    await post(kit, delivered)

    assert (first.text, first.id != second.id) == (second.text, True)
    assert isinstance(kit.store, OrmStore)
    assert await kit.store.threads.run(list_in_the_admin) == ["Delivered"]


async def test_what_is_refused_for_good_is_not_sent_again(
    kit: RoomKit, vendor: Vendor[Any]
) -> None:
    await write(kit, "Your taxi is here", retry_policy=RetryPolicy())
    _, for_good = CODES[vendor.slug]

    await post(kit, failure(vendor, vendor.sent()[0], for_good))
    await pass_time(kit)

    [message] = vendor.sent()
    known = await kit.store.get_provider_message(CHANNEL, message.id)
    assert known is not None
    assert (known.status, known.error_code) == (MessageStatus.FAILED, for_good)


async def test_long_answer_goes_as_numbered_messages_of_one_event(
    kit: RoomKit, vendor: Vendor[Any]
) -> None:
    words = " ".join(f"word{number}" for number in range(400))
    await write(kit, words, metadata={"overflow": "split"})

    sent = vendor.sent()
    [said] = [one for one in await kit.store.list_events(ROOM) if one.type is EventType.MESSAGE]
    noted = await kit.store.list_provider_messages(said.id)
    assert [each.provider_message_id for each in noted] == [each.id for each in sent]
    numbers = [each.text.partition(" ")[0] for each in sent]
    assert numbers == [f"({at + 1}/{len(sent)})" for at in range(len(sent))]
    assert "".join(each.text.partition(" ")[2] for each in sent) == words


async def test_person_who_tries_again_sends_what_is_left(kit: RoomKit, vendor: Vendor[Any]) -> None:
    vendor.fake.fail_next(*[Fault()] * 2, Fault(Response(400, "{}")))
    words = "word " * 700
    await write(kit, words, metadata={"overflow": "split"})
    before = [each.text[:3] for each in vendor.sent()]

    await try_again(kit)

    [job] = await kit.store.list_deliveries(ROOM)
    assert (before, job.state) == (["(1/", "(2/"], DeliveryState.SENT)
    assert [each.text[:3] for each in vendor.sent()] == ["(1/", "(2/", "(3/"]
