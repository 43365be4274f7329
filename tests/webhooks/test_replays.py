"""A callback that was overheard is not taken a second time, by whichever process."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from channels_app.providers.base.webhook import WebhookRefused
from channels_app.testing.fakes.sinch_webhooks import inbound_text
from rooms.domain.content import TextContent
from tests.providers.sinch.account import make_sms, received
from tests.webhooks.processes import Process, running

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("committed_database")]


@pytest.fixture
async def ours() -> AsyncIterator[Process]:
    async with running(make_sms()) as process:
        yield process


@pytest.fixture
async def other() -> AsyncIterator[Process]:
    async with running(make_sms()) as process:
        yield process


async def test_a_nonce_counts_once_in_all_processes(ours: Process, other: Process) -> None:
    request = received(inbound_text())
    await ours.take(request)

    for process in (ours, other):
        with pytest.raises(WebhookRefused, match="used before"):
            await process.take(request)

    assert len(await ours.receipts()) == 1


async def test_of_many_at_once_one_is_taken(ours: Process, other: Process) -> None:
    request = received(inbound_text("Salut"))

    tries = [process.take(request) for process in (ours, other) * 5]
    answers = await asyncio.gather(*tries, return_exceptions=True)

    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    (event,) = await ours.handle()
    assert isinstance(event.content, TextContent)
    assert event.content.body == "Salut"


async def test_callbacks_that_are_not_signed_may_look_alike() -> None:
    basic: dict[str, Any] = {
        "webhook_secret": None,
        "webhook_username": "u",
        "webhook_password": "p",
    }
    webhook = inbound_text()
    headers = {**webhook.headers, "authorization": "Basic dTpw"}
    async with running(make_sms(**basic)) as process:
        for _ in range(2):
            await process.take(received(webhook, headers=headers))

        assert [row.once_id for row in await process.receipts()] == ["", ""]


async def test_one_that_was_not_stored_is_taken_when_it_comes_again(ours: Process) -> None:
    sms, request = make_sms(), received(inbound_text())
    await sms.verify(request)  # and then the process ended

    await ours.take(request)

    assert len(await ours.receipts()) == 1
