"""A customer writes in a chat: whoever the vendor is, the answer comes back and is followed.

Only the settings entry of the channel differs from vendor to vendor.
"""

from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from typing import Any

import pytest
from pytest_django import Settings

from rooms import RoomKit
from tests.journeys import chat_vendors, phone_vendors
from tests.journeys.chat_vendors import ChatVendor
from tests.journeys.vendor_sites import (
    CHANNEL,
    answer_of,
    post,
    said_in,
    serving,
    shown_in_the_admin,
)

pytestmark = pytest.mark.database

VENDORS = (*phone_vendors.VENDORS, *chat_vendors.VENDORS)
QUESTION = "Where is my order 1042?"


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.__name__)
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


async def test_question_is_answered_to_who_asked(kit: RoomKit, vendor: ChatVendor[Any]) -> None:
    await post(kit, vendor.inbound(QUESTION))

    [answer] = vendor.sent()
    assert answer.to == vendor.customer
    assert "1042" in answer.text
    question, reply = await said_in(kit)
    assert question.source.participant_id == vendor.customer
    assert reply.source.channel_id == "assistant"


async def test_answer_is_followed_as_far_as_the_vendor_tells(
    kit: RoomKit, vendor: ChatVendor[Any]
) -> None:
    await post(kit, vendor.inbound(QUESTION))
    [answer] = vendor.sent()
    known = await kit.store.get_provider_message(CHANNEL, answer.id)
    assert known is not None

    seen = []
    for report in vendor.statuses(answer):
        await post(kit, report)
        known = await kit.store.get_provider_message(CHANNEL, answer.id)
        assert known is not None
        seen.append(known.status)

    assert tuple(seen) == vendor.steps
    _, reply = await said_in(kit)
    assert known.event_id == reply.id


async def test_admin_shows_how_far_the_answer_came(kit: RoomKit, vendor: ChatVendor[Any]) -> None:
    await post(kit, vendor.inbound(QUESTION, number=77))
    before = await shown_in_the_admin(kit)

    seen = []
    for report in vendor.statuses(vendor.sent()[0]):
        await post(kit, report)
        seen += await shown_in_the_admin(kit)

    assert before in (["Queued"], ["Sent"])
    assert seen == [step.value.capitalize() for step in vendor.steps]


async def test_message_that_comes_twice_is_answered_once(
    kit: RoomKit, vendor: ChatVendor[Any]
) -> None:
    webhook = vendor.inbound(QUESTION)
    await post(kit, webhook)
    await post(kit, webhook)

    assert len(vendor.sent()) == 1
    assert len(await said_in(kit)) == 2


async def test_second_message_is_answered_in_the_same_room(
    kit: RoomKit, vendor: ChatVendor[Any]
) -> None:
    await post(kit, vendor.inbound("Hello", number=1))
    await post(kit, vendor.inbound(QUESTION, number=2))

    assert [answer.to for answer in vendor.sent()] == [vendor.customer] * 2
    assert "1042" in vendor.sent()[1].text
    assert len(await said_in(kit)) == 4


async def test_message_without_the_vendors_proof_is_refused(
    kit: RoomKit, vendor: ChatVendor[Any]
) -> None:
    webhook = vendor.inbound(QUESTION)
    forged = {
        name: value if name.lower() in ("content-type", "user-agent") else f"{value}x"
        for name, value in webhook.headers.items()
    }

    assert await answer_of(webhook._replace(headers=forged)) == HTTPStatus.FORBIDDEN
    assert await kit.store.list_rooms() == []
    assert vendor.sent() == []
