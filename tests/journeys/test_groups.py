"""Somebody asks in a group: the answer comes to the group, not to who asked."""

from collections.abc import AsyncIterator, Iterator

import pytest
from pytest_django import Settings

from rooms import RoomKit
from tests.journeys.group_vendors import VENDORS, GroupVendor
from tests.journeys.vendor_sites import CHANNEL, post, said_in, serving, shown_in_the_admin

pytestmark = pytest.mark.database

QUESTION = "Where is my order 1042?"


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.__name__)
def vendor(request: pytest.FixtureRequest) -> Iterator[GroupVendor]:
    with request.param.make().serving() as running:
        yield running


@pytest.fixture
async def kit(
    vendor: GroupVendor,
    settings: Settings,
    committed_database: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RoomKit]:
    async with serving(vendor.channel(), settings, monkeypatch) as made:
        yield made


async def test_question_is_answered_in_the_group(kit: RoomKit, vendor: GroupVendor) -> None:
    await post(kit, vendor.inbound(QUESTION))

    [answer] = vendor.sent()
    assert answer.to == vendor.customer
    assert "1042" in answer.text
    question, reply = await said_in(kit)
    assert question.source.participant_id == str(vendor.members[0]["id"])
    assert reply.source.channel_id == "assistant"


async def test_answer_is_followed(kit: RoomKit, vendor: GroupVendor) -> None:
    await post(kit, vendor.inbound(QUESTION))
    [answer] = vendor.sent()

    seen = []
    for report in vendor.statuses(answer):
        await post(kit, report)
        known = await kit.store.get_provider_message(CHANNEL, answer.id)
        assert known is not None
        seen.append(known.status)

    assert tuple(seen) == vendor.steps


async def test_admin_shows_how_far_the_answer_came(kit: RoomKit, vendor: GroupVendor) -> None:
    # The fakes number what comes in and what goes out alike, so the first of each would be one.
    await post(kit, vendor.inbound(QUESTION, number=2))
    before = await shown_in_the_admin(kit)

    seen = []
    for report in vendor.statuses(vendor.sent()[0]):
        await post(kit, report)
        seen += await shown_in_the_admin(kit)

    assert before == ["Sent"]
    assert seen == [step.value.capitalize() for step in vendor.steps]


async def test_another_member_is_answered_in_the_group_too(
    kit: RoomKit, vendor: GroupVendor
) -> None:
    await post(kit, vendor.inbound("Hello", number=1))
    await post(kit, vendor.inbound(QUESTION, number=2))

    assert [answer.to for answer in vendor.sent()] == [vendor.customer] * 2
    assert "1042" in vendor.sent()[1].text
