"""What a kit does by itself with what sources bring, where no Django app is loaded."""

import logging

import pytest

from rooms import DeliveryStatus, InMemoryStore, RoomKit
from rooms.domain.provider_message import MessageStatus
from rooms.sources.taking import PlainTaker
from rooms.testing.rig import Recorder, text
from tests.steps import stored


@pytest.fixture
def taker(kit: RoomKit, store: InMemoryStore) -> PlainTaker:
    kit.register_channel(Recorder("toy"))
    return PlainTaker(kit, store)


async def test_a_message_is_stored_and_found_by_its_own_id(
    taker: PlainTaker, store: InMemoryStore
) -> None:
    [result] = await taker("toy", [text("toy", "ana", "hello", external_id="7")])

    known = await store.get_provider_message("toy", "7")
    assert known is not None
    assert known.event_id == stored(result).id


async def test_a_report_moves_the_message_it_is_about(
    taker: PlainTaker, store: InMemoryStore
) -> None:
    [result] = await taker("toy", [text("toy", "ana", "hello", external_id="7")])
    report = DeliveryStatus(
        channel_id="toy", provider="toy", message_id="7", status="delivered", recipient="ana"
    )

    assert await taker("toy", [report]) == []

    known = await store.get_provider_message("toy", "7")
    assert known is not None
    assert (known.status, known.event_id) == (MessageStatus.DELIVERED, stored(result).id)


async def test_what_nobody_understands_is_logged(
    taker: PlainTaker, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "roomkit.core.sources"):
        assert await taker("toy", [object()]) == []

    assert caplog.messages == ["item of a source not understood"]
