"""The halves of an MMS, put together in one process."""

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from channels_app import configure_voicemeup_mms, parse_voicemeup_webhook
from channels_app.providers.voicemeup import halves
from channels_app.testing.fakes.voicemeup import inbound, inbound_mms
from rooms.domain.content import MediaContent, TextContent
from rooms.domain.message import InboundMessage
from tests.providers.voicemeup.account import IMAGE, make_sms

WHOLE = MediaContent(url=IMAGE, mime_type="image/jpeg", caption="Look")


def payloads(text: str = "Look", **more: str) -> list[dict[str, Any]]:
    pair = inbound_mms(text, IMAGE, "image/jpeg")
    return [{**json.loads(each.body), **more} for each in pair]


@pytest.fixture
def forgotten() -> Iterator[None]:
    """Leave the function as a new process finds it."""
    yield
    halves._halves = None


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_halves_are_one_message_in_either_order(order: tuple[int, ...]) -> None:
    sms = make_sms()
    first, second = (payloads()[place] for place in order)

    assert sms.parse_mms_webhook(first, "sms") is None
    message = sms.parse_mms_webhook(second, "sms")

    assert message is not None
    assert message.content == WHOLE
    assert (
        message.external_id == "9a1e0000000000000000000000000001+9a1e0000000000000000000000000002"
    )


async def test_half_that_waits_in_vain_is_given_back() -> None:
    sms, late = make_sms(), asyncio.Queue[InboundMessage]()
    sms.configure_mms(timeout_seconds=0.01, on_timeout=late.put)

    assert sms.parse_mms_webhook(payloads()[0], "sms") is None

    message = await asyncio.wait_for(late.get(), 5)
    assert message.content == TextContent(body="Look")


async def test_listener_need_not_be_async() -> None:
    sms, late = make_sms(), asyncio.Queue[InboundMessage]()
    sms.configure_mms(timeout_seconds=0.01, on_timeout=late.put_nowait)

    sms.parse_mms_webhook(payloads()[1], "sms")

    message = await asyncio.wait_for(late.get(), 5)
    assert message.content == MediaContent(url=IMAGE, mime_type="image/jpeg")


async def test_half_that_nobody_wants_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    sms, gone = make_sms(), asyncio.Event()
    sms.configure_mms(timeout_seconds=0.0)
    caplog.set_level(logging.WARNING)

    sms.parse_mms_webhook(payloads()[0], "sms")
    asyncio.get_running_loop().call_later(0.05, gone.set)
    await gone.wait()

    assert "give on_timeout" in caplog.text


async def test_half_that_comes_twice_waits_on() -> None:
    sms, (first, second) = make_sms(), payloads()

    assert [sms.parse_mms_webhook(each, "sms") for each in (first, first)] == [None, None]
    assert sms.parse_mms_webhook(second, "sms") is not None


async def test_halves_of_others_do_not_meet() -> None:
    sms, (first, second) = make_sms(), payloads()
    strangers = [
        ({**second, "source_number": "14185550124"}, "sms"),
        ({**second, "datetime_transmission": "2026-01-28 13:00:15"}, "sms"),
        (second, "another-channel"),
    ]

    sms.parse_mms_webhook(first, "sms")

    assert [sms.parse_mms_webhook(*each) for each in strangers] == [None] * 3


async def test_what_is_no_half_does_not_wait() -> None:
    message = make_sms().parse_mms_webhook(json.loads(inbound("Salut").body), "sms")

    assert message is not None
    assert message.content == TextContent(body="Salut")


@pytest.mark.usefixtures("forgotten")
async def test_function_joins_once_it_was_told_to() -> None:
    first, second = payloads()
    alone = parse_voicemeup_webhook(first, "sms")
    configure_voicemeup_mms(timeout_seconds=5.0)

    waiting = parse_voicemeup_webhook(first, "sms")
    joined = parse_voicemeup_webhook(second, "sms")

    assert alone is not None
    assert (alone.content, waiting) == (TextContent(body="Look"), None)
    assert joined is not None
    assert joined.content == WHOLE
