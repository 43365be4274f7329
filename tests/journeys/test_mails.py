"""A customer writes a mail: the answer is a mail in the same thread, and is followed."""

from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus

import pytest
from pytest_django import Settings

from rooms import RoomKit
from rooms.domain.provider_message import MessageStatus
from tests.journeys.mail_vendors import VENDORS, MailVendor
from tests.journeys.vendor_sites import (
    CHANNEL,
    answer_of,
    post,
    said_in,
    serving,
    shown_in_the_admin,
)
from tests.providers.mail.samples import CUSTOMER, make_mime

pytestmark = pytest.mark.database

QUESTION = make_mime("Where is my order 1042?", Subject="My order", Message_ID="<m1@c.example>")


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.slug)
def vendor(request: pytest.FixtureRequest) -> Iterator[MailVendor]:
    with request.param().serving() as running:
        yield running


@pytest.fixture
async def kit(
    vendor: MailVendor,
    settings: Settings,
    committed_database: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RoomKit]:
    async with serving(vendor.channel(), settings, monkeypatch) as made:
        yield made


async def status_of(kit: RoomKit, message_id: str) -> MessageStatus:
    known = await kit.store.get_provider_message(CHANNEL, message_id)
    assert known is not None
    return known.status


async def test_mail_is_answered_to_its_sender(kit: RoomKit, vendor: MailVendor) -> None:
    await post(kit, vendor.inbound(QUESTION))

    [answer] = vendor.sent()
    assert answer.to == CUSTOMER
    assert "1042" in answer.text
    assert answer.headers["Auto-Submitted"].startswith("auto-")
    question, reply = await said_in(kit)
    assert question.source.participant_id == CUSTOMER
    assert reply.source.channel_id == "assistant"


async def test_own_mailers_of_the_site_change_nothing(
    kit: RoomKit, vendor: MailVendor, settings: Settings
) -> None:
    """Django 6.1 has mailers; it refuses connections that are made past them in the old way."""
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}

    await post(kit, vendor.inbound(QUESTION))

    assert [answer.to for answer in vendor.sent()] == [CUSTOMER]


async def test_answers_stay_in_the_customers_thread(kit: RoomKit, vendor: MailVendor) -> None:
    await post(kit, vendor.inbound(QUESTION))
    first = vendor.sent()[0]
    ours = first.headers["Message-ID"]
    thread = {"In_Reply_To": ours, "References": f"<m1@c.example> {ours}"}
    more = make_mime("It is 20391", Subject=first.subject, Message_ID="<m3@c.example>", **thread)
    await post(kit, vendor.inbound(more))

    second = vendor.sent()[1]
    assert (first.subject, second.subject) == ("Re: My order", "Re: My order")
    assert first.headers["In-Reply-To"] == "<m1@c.example>"
    assert second.headers["In-Reply-To"] == "<m3@c.example>"
    assert second.headers["References"].split() == ["<m1@c.example>", ours, "<m3@c.example>"]
    assert len(await said_in(kit)) == 4


async def test_answer_is_followed_as_far_as_it_is_reported(
    kit: RoomKit, vendor: MailVendor
) -> None:
    await post(kit, vendor.inbound(QUESTION))
    [answer] = vendor.sent()

    seen = []
    for report in vendor.statuses(answer):
        await post(kit, report)
        seen.append(await status_of(kit, answer.id))

    assert tuple(seen) == vendor.steps
    assert len(await said_in(kit)) == 2


async def test_admin_shows_how_far_the_answer_came(kit: RoomKit, vendor: MailVendor) -> None:
    await post(kit, vendor.inbound(QUESTION))
    [answer] = vendor.sent()

    seen = []
    for report in vendor.statuses(answer):
        await post(kit, report)
        seen += await shown_in_the_admin(kit)

    assert seen == [step.value.capitalize() for step in vendor.steps]


async def test_answer_that_bounces_has_failed_and_is_no_message(
    kit: RoomKit, vendor: MailVendor
) -> None:
    await post(kit, vendor.inbound(QUESTION))
    [answer] = vendor.sent()

    await post(kit, vendor.bounce(answer))

    assert await status_of(kit, answer.id) is MessageStatus.FAILED
    assert len(await said_in(kit)) == 2


async def test_mail_that_comes_twice_is_answered_once(kit: RoomKit, vendor: MailVendor) -> None:
    await post(kit, vendor.inbound(QUESTION))
    await post(kit, vendor.inbound(QUESTION))

    assert len(vendor.sent()) == 1


async def test_absence_note_is_kept_and_not_answered(kit: RoomKit, vendor: MailVendor) -> None:
    """Two machines would thank each other for ever."""
    await post(kit, vendor.inbound(make_mime("I am away", Auto_Submitted="auto-replied")))

    assert vendor.sent() == []
    assert len(await said_in(kit)) == 1


async def test_tampered_mail_is_refused(kit: RoomKit, vendor: MailVendor) -> None:
    webhook = vendor.inbound(QUESTION)
    changed = webhook._replace(body=webhook.body.replace(b"1042", b"1043"))

    assert await answer_of(changed) == HTTPStatus.FORBIDDEN
    assert await kit.store.list_rooms() == []
