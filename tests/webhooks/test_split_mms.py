"""VoiceMeUp posts an MMS in two halves: they are one message, in whatever order they come."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from channels_app.models import ReceiptState
from channels_app.providers.base.webhook import WebhookRequest
from channels_app.services.receipts import MAX_ATTEMPTS
from channels_app.testing.fakes.voicemeup import CUSTOMER, Webhook, inbound, inbound_mms
from rooms.domain.content import EventContent, MediaContent, TextContent
from rooms.domain.event import RoomEvent
from tests.providers.voicemeup.account import make_sms, received
from tests.webhooks.processes import Process, running

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("committed_database")]

# Its bytes are at hand: nothing has to be fetched.
IMAGE = "data:image/jpeg;base64,/9j/4CBhIHBpY3R1cmU="
OTHER: dict[str, Any] = {
    "source_number": "14185550177",
    "sms_hash": "9a1e0000000000000000000000000077",
}
BOTH = "9a1e0000000000000000000000000001+9a1e0000000000000000000000000002"


@pytest.fixture
async def ours() -> AsyncIterator[Process]:
    async with running(make_sms()) as process:
        yield process


@pytest.fixture
async def other() -> AsyncIterator[Process]:
    async with running(make_sms()) as process:
        yield process


def halves(text: str = "Look") -> list[WebhookRequest]:
    return [received(half) for half in inbound_mms(text, IMAGE, "image/jpeg")]


def said(events: list[RoomEvent]) -> list[str]:
    """Return the words of each message, in brackets if they stand below a picture."""
    return [_words_of(event.content) for event in events]


def _words_of(content: EventContent) -> str:
    if isinstance(content, MediaContent):
        return f"[{content.caption or ''}]"
    assert isinstance(content, TextContent)
    return content.body


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_two_halves_are_one_message_at_once(ours: Process, order: tuple[int, int]) -> None:
    for number in order:
        await ours.take(halves()[number])

    events = await ours.handle()

    assert said(events) == ["[Look]"]
    assert events[0].source.external_id == BOTH
    assert {row.state for row in await ours.receipts()} == {ReceiptState.DONE}


async def test_the_raw_halves_are_kept(ours: Process) -> None:
    for half in halves():
        await ours.take(half)

    (event,) = await ours.handle()

    parts = (event.source.raw_payload or {})["parts"]
    assert [part["sms_hash"] for part in parts] == BOTH.split("+")


async def test_words_whose_file_does_not_come_are_said_after_five_seconds(ours: Process) -> None:
    await ours.take(halves()[0])
    before = await ours.handle()
    await ours.pass_time(5.1)

    assert (said(before), said(await ours.handle())) == ([], ["Look"])


@pytest.mark.parametrize("late", [0, 1])
async def test_a_half_that_is_too_late_is_a_message_of_its_own(ours: Process, late: int) -> None:
    await ours.take(halves()[1 - late])
    await ours.pass_time(5.1)
    await ours.handle()
    await ours.take(halves()[late])
    await ours.pass_time(5.1)

    assert sorted(said(await ours.handle())) == ["Look", "[]"]


async def test_halves_of_different_people_are_not_joined(ours: Process) -> None:
    first, _ = inbound_mms("Look", IMAGE, "image/jpeg")
    second = inbound("", attachment=IMAGE, attachment_mime_type="image/jpeg", **OTHER)
    for webhook in (first, second):
        await ours.take(received(webhook))
    await ours.pass_time(5.1)

    assert sorted(said(await ours.handle())) == ["Look", "[]"]


async def test_what_somebody_writes_meanwhile_keeps_its_place(ours: Process) -> None:
    first, second = halves()
    text = inbound("And?", sms_hash="9a1e0000000000000000000000000003")
    for request in (first, received(text), second):
        await ours.take(request)

    assert said(await ours.handle()) == ["[Look]", "And?"]


@pytest.mark.parametrize(
    "webhook",
    [
        inbound("Salut"),
        # words and file together are whole
        inbound("Look", attachment=IMAGE, attachment_mime_type="image/jpeg"),
        # without a moment nothing tells what belongs together
        inbound("", attachment=IMAGE, attachment_mime_type="image/jpeg", datetime_transmission=""),
    ],
)
async def test_what_is_whole_does_not_wait(ours: Process, webhook: Webhook) -> None:
    await ours.take(received(webhook))

    assert len(await ours.handle()) == 1


async def test_a_half_that_is_posted_again_says_nothing_twice(ours: Process) -> None:
    first, second = halves()
    for request in (first, first, second, second):
        assert (await ours.take(request)).status == 200
    await ours.handle()
    await ours.take(first)
    await ours.pass_time(5.1)

    assert said(await ours.handle()) == ["[Look]"]


async def test_two_workers_make_one_message_of_it(ours: Process, other: Process) -> None:
    await asyncio.gather(*(p.take(h) for p, h in zip((ours, other), halves(), strict=True)))
    await ours.pass_time(5.1)

    await asyncio.gather(ours.handle(), other.handle())

    assert said(await ours.handle()) == ["[Look]"]


async def test_a_worker_that_dies_leaves_the_same_message_to_the_next(
    ours: Process, other: Process
) -> None:
    await ours.take(halves()[0])
    await ours.pass_time(5.1)
    await ours.webhooks.store.lease(seconds=-1.0, limit=9)  # and dies
    await ours.take(halves()[1])
    await ours.pass_time(5.1)

    # The words may have been said already: the file must not join them now.
    assert said(await other.handle()) == ["Look", "[]"]


async def test_halves_that_cannot_be_handled_are_kept_for_a_person(ours: Process) -> None:
    for half in halves():
        await ours.take(half)
    (receipt,) = await ours.webhooks.store.lease(seconds=60.0, limit=9)

    for _ in range(6):
        await ours.webhooks.store.fail(receipt, "boom")

    rows = await ours.receipts()
    assert [(row.attempts, row.error) for row in rows] == [(1, "boom")] * 2
    assert f"+{CUSTOMER}" in {row.lane for row in rows}


async def test_a_half_that_a_person_retries_takes_the_other_along(ours: Process) -> None:
    for half in halves():
        await ours.take(half)
    for _ in range(MAX_ATTEMPTS):
        (receipt,) = await ours.webhooks.store.lease(seconds=60.0, limit=9)
        await ours.webhooks.store.fail(receipt, "boom")
        await ours.pass_time(60.0)

    again = await ours.retry(receipt.ids[1])

    assert (again, said(await ours.handle())) == (2, ["[Look]"])
