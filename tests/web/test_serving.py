import asyncio
from typing import Any

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.test import override_settings

from channels_app.demo import CUSTOMERS, seed_chats
from rooms import RoomKit
from rooms.asgi import with_worker
from rooms.serving.demo import seed_demo
from rooms.serving.first_admin import create_first_admin
from rooms.serving.flow import WriteFlow
from rooms.serving.life import KitLife
from rooms.serving.listing import describe_parts, format_listing
from rooms.serving.pages import list_pages
from rooms.testing.rig import Recorder, bodies
from rooms.topology import resolve_topology
from tests.steps import timeline
from tests.web.chat_socket import let_agent_say


class TestFirstAdmin:
    pytestmark = [pytest.mark.database, pytest.mark.django_db]

    def test_random_password_opens_the_admin(self) -> None:
        password = create_first_admin()

        user = authenticate(username="admin", password=password)
        assert user is not None
        assert user.is_superuser

    def test_given_password_is_taken_and_not_told(self) -> None:
        assert create_first_admin("chosen by me") is None
        assert authenticate(username="admin", password="chosen by me") is not None

    def test_second_start_changes_nothing(self) -> None:
        create_first_admin("chosen by me")

        assert create_first_admin("another") is None
        assert authenticate(username="admin", password="another") is None

    def test_site_with_a_superuser_keeps_its_own(self) -> None:
        get_user_model().objects.create_superuser("root", password="x")

        assert create_first_admin() is None
        assert not get_user_model().objects.filter(username="admin").exists()


async def test_kit_starts_once_with_its_worker_and_stops(kit: RoomKit) -> None:
    life = KitLife(lambda: kit)
    assert life.start() is life.start() is kit
    assert (life.is_running, life.is_working) == (True, True)

    await life.stop(timeout=1)

    assert (life.is_running, life.is_working) == (False, False)


class Closable(Recorder):
    """Knows that it was closed."""

    is_closed = False

    async def close(self) -> None:
        """Remember."""
        self.is_closed = True


async def test_kit_without_a_worker_is_started_drained_and_closed(kit: RoomKit) -> None:
    channel = Closable("phone")
    kit.register_channel(channel)
    life = KitLife(lambda: kit, has_worker=False)
    life.start()
    assert not life.is_working

    await life.stop(timeout=1)

    assert channel.is_closed


async def test_kit_that_never_started_can_be_stopped(kit: RoomKit) -> None:
    await KitLife(lambda: kit).stop(timeout=1)


async def nothing() -> dict[str, Any]:
    return {}


async def nothing_served(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer nothing."""


async def test_worker_begins_with_the_first_request_where_there_is_no_lifespan(
    kit: RoomKit,
) -> None:
    seen: list[str] = []

    async def site(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    await with_worker(site)({"type": "http"}, nothing, nothing)

    assert seen == ["http"]
    assert [task for task in asyncio.all_tasks() if "Worker.run" in repr(task.get_coro())]


async def test_no_worker_runs_beside_an_application_that_only_serves(kit: RoomKit) -> None:
    with override_settings(ROOMKIT={"ROLE": "web"}):
        application = with_worker(nothing_served)

    await application({"type": "http"}, nothing, nothing)

    assert not [task for task in asyncio.all_tasks() if "Worker.run" in repr(task.get_coro())]


async def test_worker_lives_as_long_as_the_server_where_there_is_a_lifespan(kit: RoomKit) -> None:
    steps = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(steps)

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    await with_worker(nothing)({"type": "lifespan"}, receive, send)

    assert [message["type"] for message in said] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


async def test_demo_customers_write_and_are_answered(kit: RoomKit) -> None:
    let_agent_say(kit, "Certainly.")

    await seed_demo(kit)

    first = CUSTOMERS[0]
    said = bodies(await timeline(kit, f"room-{first.id}"))
    assert said == [line for each in first.lines for line in (each, "Certainly.")]


async def test_second_start_adds_nothing_to_the_demo(kit: RoomKit) -> None:
    await seed_chats(kit)
    before = [await timeline(kit, f"room-{each.id}") for each in CUSTOMERS]

    await seed_chats(kit)

    assert [await timeline(kit, f"room-{each.id}") for each in CUSTOMERS] == before


class Transport:
    """What a flow needs of Twisted's TCP transport."""

    def __init__(self) -> None:
        self.producer: object = "the HTTP channel"
        self.disconnecting = False

    def registerProducer(self, producer: object, streaming: bool) -> None:  # noqa: N802
        assert self.producer is None
        self.producer = producer

    def unregisterProducer(self) -> None:  # noqa: N802
        self.producer = None


async def test_writer_waits_while_the_buffer_of_its_connection_is_full() -> None:
    flow = WriteFlow(Transport())
    await flow.wait()
    flow.pauseProducing()
    waiting = asyncio.create_task(flow.wait())
    await asyncio.sleep(0)
    assert not waiting.done()

    flow.resumeProducing()

    await waiting


async def test_writer_of_a_lost_connection_is_let_go() -> None:
    flow = WriteFlow(Transport())
    flow.pauseProducing()

    flow.stopProducing()

    await flow.wait()


async def test_connection_that_is_closing_does_not_wait_for_its_writer() -> None:
    transport = Transport()
    flow = WriteFlow(transport)
    flow.pauseProducing()
    transport.disconnecting = True

    flow.resumeProducing()

    assert transport.producer is None


def test_pages_of_the_site_are_known_by_name() -> None:
    assert ("Chat", "/chat/") in list(list_pages())


def test_parts_are_listed_in_a_column() -> None:
    listing = format_listing("It runs.", [*describe_parts(resolve_topology()), ("Worker", "here")])

    assert listing.startswith("It runs.\n\n  Database    ")
    assert "  Locks       memory\n  Dispatcher  in_process\n  Worker      here\n" in listing
