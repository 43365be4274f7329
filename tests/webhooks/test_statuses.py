"""What a vendor reports of our messages, from the send to the last report."""

import pytest
from django.test import AsyncClient

from rooms.domain.content import TextContent
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.enums import ChannelCategory
from rooms.domain.job import DeliveryState
from rooms.domain.provider_message import MessageStatus
from rooms.kit import RoomKit
from rooms.runtime import get_kit
from rooms.testing.rig import ScriptedAgent
from tests.webhooks.toy_vendor import CHANNEL, ToyProvider, post

pytestmark = pytest.mark.database

ROOM = "room"
ANN = "+15550001"


@pytest.fixture
async def reports(kit: RoomKit) -> list[str]:
    """Open a room with a phone in it, and return what hooks hear of its messages."""
    heard: list[str] = []
    await kit.create_room(ROOM)
    kit.register_channel(ScriptedAgent("bot"))
    await kit.attach_channel(ROOM, "bot", category=ChannelCategory.INTELLIGENCE)
    await kit.attach_channel(ROOM, CHANNEL, metadata={"phone_number": ANN})

    @kit.on_delivery_status
    async def hear(status: DeliveryStatus) -> None:
        heard.append(f"{status.message_id} {status.status}")

    return heard


async def send(kit: RoomKit) -> None:
    await kit.send_event(ROOM, "bot", TextContent(body="hello"))
    await kit.pipeline.parts.tasks.close(timeout=5)


async def report(client: AsyncClient, status: str, message_id: str = "out-1") -> None:
    item = {"kind": "status", "message_id": message_id, "status": status, "recipient": ANN}
    await post(client, item)
    await get_kit().pipeline.parts.tasks.close(timeout=5)


async def stands(kit: RoomKit) -> MessageStatus | None:
    known = await kit.store.get_provider_message(CHANNEL, "out-1")
    return known.status if known else None


async def test_sent_message_is_known_by_the_vendors_id(
    client: AsyncClient, kit: RoomKit, provider: ToyProvider, reports: list[str]
) -> None:
    await send(kit)

    known = await kit.store.get_provider_message(CHANNEL, "out-1")
    assert known is not None
    assert (known.room_id, known.address, known.status) == (ROOM, ANN, MessageStatus.QUEUED)
    assert provider.sent == [(ANN, "hello")]


async def test_reports_move_the_message_and_reach_hooks_once(
    client: AsyncClient, kit: RoomKit, reports: list[str]
) -> None:
    await send(kit)
    reports.clear()
    for status in ("sent", "delivered", "sent", "delivered", "read"):
        await report(client, status)

    assert reports == ["out-1 sent", "out-1 delivered", "out-1 read"]
    assert await stands(kit) is MessageStatus.READ


async def test_report_never_becomes_a_message(
    client: AsyncClient, kit: RoomKit, reports: list[str]
) -> None:
    await send(kit)
    before = await kit.store.get_event_count(ROOM)
    await report(client, "delivered")

    assert await kit.store.get_event_count(ROOM) == before
    assert len(await kit.store.list_rooms()) == 1


async def test_report_that_overtakes_the_send_counts(
    client: AsyncClient, kit: RoomKit, reports: list[str]
) -> None:
    await report(client, "delivered")
    assert reports == []

    await send(kit)

    assert "out-1 delivered" in reports
    assert await stands(kit) is MessageStatus.DELIVERED


async def test_message_of_unknown_outcome_is_known_by_its_report(
    client: AsyncClient, kit: RoomKit, provider: ToyProvider, reports: list[str]
) -> None:
    provider.goes_silent = True
    await send(kit)
    [job] = [each for each in await kit.store.list_deliveries(ROOM) if each.channel_id == CHANNEL]
    assert job.state is DeliveryState.UNKNOWN
    reports.clear()

    item = {"kind": "status", "message_id": "out-1", "status": "delivered", "recipient": ANN}
    await post(client, item | {"raw": {"event_id": job.event_id}})
    await kit.pipeline.parts.tasks.close(timeout=5)

    known = await kit.store.get_provider_message(CHANNEL, "out-1")
    assert known is not None
    assert (known.event_id, known.status) == (job.event_id, MessageStatus.DELIVERED)
    assert (reports, len(provider.sent)) == (["out-1 delivered"], 1)


@pytest.mark.parametrize("odd", ["a\0b", "a\ud800b"])
async def test_reason_that_no_database_keeps_hides_no_failure(
    client: AsyncClient, kit: RoomKit, reports: list[str], odd: str
) -> None:
    await send(kit)
    failed = {"kind": "status", "message_id": "out-1", "status": "failed", "recipient": ANN}
    await post(client, failed | {"error_code": odd, "error_message": odd})
    await kit.pipeline.parts.tasks.close(timeout=5)

    assert await stands(kit) is MessageStatus.FAILED
    assert "out-1 failed" in reports
