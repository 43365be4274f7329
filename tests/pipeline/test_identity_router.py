"""One person, one conversation, whatever channel: the router that knows people."""

from typing import Any

import pytest

from rooms import (
    ChannelType,
    Identity,
    IdentityRoomRouter,
    InboundRoomRouter,
    InMemoryStore,
    RoomStatus,
)
from rooms.domain.commit import StatusChange
from rooms.testing.clock import FakeClock
from rooms.testing.factories import at, make_participant, make_room, make_unit

ANN = Identity(
    id="ann", organization_id="acme", channel_addresses={"sms": ["+1"], "email": ["ann@x.example"]}
)


class Nowhere(InboundRoomRouter):
    """Notes what it is asked and answers one thing."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []

    async def route(
        self,
        channel_id: str,
        channel_type: ChannelType | str,
        participant_id: str | None = None,
        channel_data: dict[str, Any] | None = None,
    ) -> str | None:
        """Note and answer."""
        self.asked.append((channel_id, participant_id))
        return "from the fallback"


class Town:
    """Rooms in which Ann takes part, and the routers over them."""

    def __init__(self, store: InMemoryStore) -> None:
        self.store = store
        self.fallback = Nowhere()
        self.router = IdentityRoomRouter(store, fallback=self.fallback)

    async def room(self, room_id: str, minute: int) -> None:
        """Open a room with Ann in it."""
        created = make_room(room_id, organization_id="acme", created_at=at(minute))
        await self.store.create_room(created)
        await self.store.add_participant(
            make_participant("ann", room_id=room_id, identity_id="ann", channel_id="sms")
        )

    async def route(self, channel_type: str, address: str | None, company: str) -> str | None:
        """Ask where a message belongs."""
        data = {"organization_id": company}
        return await self.router.route(channel_type, channel_type, address, data)


@pytest.fixture
async def town(store: InMemoryStore) -> Town:
    made = Town(store)
    await store.create_identity(ANN)
    for minute, room_id in enumerate(["older", "newer"]):
        await made.room(room_id, minute)
    return made


@pytest.mark.parametrize(("channel_type", "address"), [("sms", "+1"), ("email", "ann@x.example")])
async def test_person_is_taken_to_the_newest_open_room_by_any_address(
    town: Town, channel_type: str, address: str
) -> None:
    assert await town.route(channel_type, address, "acme") == "newer"


async def test_closed_room_is_passed_over(town: Town, clock: FakeClock) -> None:
    change = StatusChange(status=RoomStatus.CLOSED, at=clock.now())
    await town.store.commit([make_unit(room_id="newer", status_change=change)])

    assert await town.route("sms", "+1", "acme") == "older"


@pytest.mark.parametrize(
    ("channel_type", "address", "company"),
    [
        ("sms", "+2", "acme"),  # a stranger
        ("sms", "+1", "globex"),  # the same number at another company
        ("sms", None, "acme"),  # nobody in particular
    ],
)
async def test_everybody_else_goes_where_the_fallback_says(
    town: Town, channel_type: str, address: str | None, company: str
) -> None:
    assert await town.route(channel_type, address, company) == "from the fallback"
    assert town.fallback.asked == [(channel_type, address)]


async def test_person_without_an_open_room_goes_where_the_fallback_says(
    town: Town,
) -> None:
    for room_id in ("older", "newer"):
        await town.store.delete_room(room_id)

    assert await town.route("sms", "+1", "acme") == "from the fallback"


async def test_without_a_fallback_a_stranger_gets_a_new_room(store: InMemoryStore) -> None:
    router = IdentityRoomRouter(store)

    assert await router.route("sms", ChannelType.SMS, "+2", {"organization_id": "acme"}) is None
