"""How many SQL statements one message costs: the database's share of the time follows them.

So do the statements between a worker's task and the provider's call.
"""

from collections.abc import AsyncIterator

import pytest
from django.db import connection

from channels_app import WebSocketChannel
from hooks import HookResult, HookTrigger
from rooms import InboundMessage, RoomContext, RoomEvent, RoomKit, TextContent
from rooms.domain.enums import LaneScope
from rooms.domain.job import DeliveryState
from rooms.stores.orm import OrmStore
from rooms.testing.factories import make_event, make_finish, make_room, make_unit
from tests.stores.statements import count_statements

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("committed_database")]

ROOM = "room"
# Entering the room and the commit, each one call on PostgreSQL; on SQLite the room and the key,
# then the room once more, the event and the room's counters.
BUDGET = {"postgresql": 2, "sqlite": 5}
# On SQLite the jobs, whether their lanes are still free, and the lease.
LEASE_BUDGET = {"postgresql": 1, "sqlite": 3}


class Desk:
    """Somebody who is shown what is said."""

    def __init__(self) -> None:
        self.shown: list[RoomEvent] = []

    async def show(self, _connection_id: str, event: RoomEvent) -> None:
        self.shown.append(event)


async def allow(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
    return HookResult.allow()


async def say(kit: RoomKit, key: str) -> None:
    result = await kit.process_inbound(
        InboundMessage(
            channel_id="visitor",
            sender_id="ann",
            content=TextContent(body="hello"),
            room_id=ROOM,
            idempotency_key=key,
        )
    )
    assert result.event is not None
    assert not result.blocked


@pytest.fixture
async def store() -> AsyncIterator[OrmStore]:
    made = OrmStore()
    yield made
    await made.close()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def kit(store: OrmStore, desk: Desk) -> AsyncIterator[RoomKit]:
    """A room in which somebody has spoken before, with one hook and one socket that listens."""
    made, target = RoomKit(store), WebSocketChannel("desk")
    made.register_channel(WebSocketChannel("visitor"))
    made.register_channel(target)
    made.hook(HookTrigger.BEFORE_BROADCAST, name="look")(allow)
    await made.create_room(ROOM)
    await made.attach_channel(ROOM, "visitor")
    await made.attach_channel(ROOM, "desk")
    target.register_connection("socket", desk.show, room_id=ROOM)
    await say(made, "first")
    yield made
    await made.close()


async def test_message_costs_no_more_statements(kit: RoomKit, store: OrmStore, desk: Desk) -> None:
    async with count_statements(store) as statements:
        await say(kit, "second")

    assert len(statements) == BUDGET[connection.vendor], "\n".join(statements)
    assert len(desk.shown) == 2


@pytest.mark.parametrize("scope", LaneScope)
async def test_a_lane_costs_no_more_statements(scope: LaneScope) -> None:
    store = OrmStore(lane_scope=scope)
    await store.create_room(make_room(ROOM))
    event = make_event(room_id=ROOM)
    await store.commit([make_unit(event, room_id=ROOM, sends_to=("sms-1",))])

    async with count_statements(store) as statements:
        [job] = await store.lease_deliveries("node-1", seconds=60, lanes=[(ROOM, "sms-1")])
    await store.close()

    assert len(statements) == LEASE_BUDGET[connection.vendor], "\n".join(statements)
    assert job.lease_owner == "node-1"


async def test_an_attempt_begins_with_one_statement(store: OrmStore) -> None:
    await store.create_room(make_room(ROOM))
    unit = make_unit(
        make_event(room_id=ROOM), room_id=ROOM, sends_to=("sms-1",), lease_owner="node-1"
    )
    [committed] = await store.commit([unit])
    [job] = committed.jobs

    async with count_statements(store) as statements:
        begin = make_finish(job, DeliveryState.SENDING, lease_owner="node-1")
        assert await store.finish_deliveries([begin]) == {job.id}

    assert len(statements) == 1, "\n".join(statements)
