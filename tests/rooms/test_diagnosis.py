"""What is asked about a site, and the words and remedies that the answers get."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from pytest_django import Settings

from rooms.domain.job import DeliveryJob, DeliveryState
from rooms.models import Delivery, Event, Lease, Room
from rooms.probes.diagnosis import MOST_SKEW_MS, Reading, Status, diagnose
from rooms.probes.measuring import measure
from rooms.resilience.circuit_breaker import ChannelCircuitBreakers
from rooms.resilience.clock import SystemClock
from rooms.shared.redis import RedisSharedState
from rooms.stores import probe
from rooms.testing.factories import CHANNEL, ROOM, make_event, make_room
from rooms.topology import resolve_topology
from rooms.worker import TIMERS_LEASE
from tests.addresses import REDIS_URL

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

# Nothing listens there.
DEAD_REDIS = "redis://:s3cret@127.0.0.1:1/0"
SMS = "sms-of-the-diagnosis"


async def readings() -> dict[str, Reading]:
    """Diagnose the site of the settings."""
    found = await diagnose(resolve_topology())
    assert "s3cret" not in repr(found)
    return {reading.subject: reading for reading in found}


def store_job(*, late_s: float = 0, state: DeliveryState = DeliveryState.PENDING) -> None:
    event = make_event()
    due_at = timezone.now() - timedelta(seconds=late_s)
    job = DeliveryJob(
        room_id=ROOM, channel_id=CHANNEL, event_id=event.id, due_at=due_at, state=state
    )
    for row in (Room.from_domain(make_room()), Event.from_domain(event), Delivery.from_domain(job)):
        row.save(force_insert=True)


@pytest.fixture
def alone(settings: Settings) -> Settings:
    settings.ROOMKIT = {}
    return settings


async def test_lone_site_has_no_use_for_redis_and_broker(alone: Settings) -> None:
    found = await readings()

    unused = {subject for subject, reading in found.items() if reading.status is Status.UNUSED}
    assert unused >= {"Redis", "Breakers", "Broker"}
    assert (found["Database"].status, found["Layer"].status) == (Status.OK, Status.OK)
    assert found["Clock"].status is Status.OK


async def test_answers_have_their_times(alone: Settings) -> None:
    found = await readings()

    assert 0 <= (found["Database"].ms or 0) < 3000
    assert found["Layer"].ms is not None


# -- what the database tells


async def test_late_work_is_told_with_who_should_take_it_up(settings: Settings) -> None:
    settings.ROOMKIT = {"ROLE": "web"}
    await sync_to_async(store_job)(late_s=90)

    outbox = (await readings())["Outbox"]

    assert outbox.status is Status.WARNING
    assert outbox.said.startswith("oldest due job 9")
    assert "roomkit_worker" in outbox.remedy


@pytest.mark.parametrize(
    ("state", "counted"),
    [
        (DeliveryState.PENDING, "1 open, 0 failed, 0 unknown"),
        (DeliveryState.FAILED, "0 open, 1 failed, 0 unknown"),
        (DeliveryState.UNKNOWN, "0 open, 0 failed, 1 unknown"),
        (DeliveryState.SENT, "0 open, 0 failed, 0 unknown"),
    ],
)
async def test_deliveries_are_counted(state: DeliveryState, counted: str, alone: Settings) -> None:
    await sync_to_async(store_job)(state=state)

    assert counted in (await readings())["Outbox"].said


async def test_nobody_who_fires_timers_is_told(alone: Settings) -> None:
    timers = (await readings())["Timers"]

    assert (timers.status, timers.remedy) == (Status.WARNING, "start `manage.py up`.")


async def test_who_fires_timers_is_told(alone: Settings) -> None:
    until = timezone.now() + timedelta(seconds=30)
    await Lease.objects.acreate(name=TIMERS_LEASE, owner="node-1", until=until)

    timers = (await readings())["Timers"]

    assert timers.status is Status.OK
    assert timers.said.startswith("fired by node-1, until ")


@pytest.mark.parametrize("sign", [1, -1])
async def test_clocks_that_differ_are_told(
    sign: int, alone: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    off = timedelta(milliseconds=2 * MOST_SKEW_MS * sign)
    monkeypatch.setattr(probe, "get_database_now", lambda: timezone.now() + off)

    clock = (await readings())["Clock"]

    assert clock.status is Status.WARNING
    assert ("ahead of" if sign > 0 else "behind") in clock.said
    assert "NTP" in clock.remedy


async def test_missing_migrations_are_broken(
    alone: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: [object()] * 3)

    database = (await readings())["Database"]

    assert (database.status, database.said) == (Status.BROKEN, "3 migrations are missing")


# -- servers that do not answer


async def test_redis_that_is_down_is_broken_and_named_without_its_password(
    settings: Settings,
) -> None:
    settings.ROOMKIT = {"ROLE": "web", "REDIS_URL": DEAD_REDIS}

    redis = (await readings())["Redis"]

    assert redis.status is Status.BROKEN
    assert "redis://127.0.0.1:1/0" in redis.remedy


async def test_layer_that_is_down_is_broken(alone: Settings) -> None:
    alone.CHANNEL_LAYERS = {"default": {"BACKEND": "tests.web.dead_layer.DeadLayer"}}

    layer = (await readings())["Layer"]

    assert (layer.status, layer.said) == (
        Status.BROKEN,
        "does not answer (ConnectionRefusedError)",
    )


async def test_broker_that_is_down_is_broken(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROOMKIT = {"DISPATCHER": "celery"}
    settings.CELERY_BROKER_URL = ""
    monkeypatch.setenv("CELERY_BROKER_URL", DEAD_REDIS)

    broker = (await readings())["Broker"]

    assert broker.status is Status.BROKEN
    assert "redis://127.0.0.1:1/0" in broker.remedy


async def test_broker_without_workers_is_told_with_their_command(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROOMKIT = {"DISPATCHER": "celery"}
    settings.CELERY_BROKER_URL = ""
    monkeypatch.setenv("CELERY_BROKER_URL", "memory://")

    broker = (await readings())["Broker"]

    assert broker.status is Status.WARNING
    assert "Nobody serves ai and deliver: start `celery -A roomkit_project" in broker.remedy


async def test_probe_that_hangs_is_given_up() -> None:
    found = await measure(asyncio.sleep(60), timeout=0.01)

    assert (found.ok, found.error_name) == (False, "TimeoutError")


# -- breakers that all processes see


@pytest.fixture
async def open_breaker() -> AsyncIterator[None]:
    state = RedisSharedState(REDIS_URL)
    breakers = ChannelCircuitBreakers(state, clock=SystemClock())
    while permit := await breakers.admit(SMS):
        async with permit:
            await permit.fail()
    yield
    await breakers.forget(SMS)
    await state.close()


@pytest.mark.redis
async def test_open_breakers_of_all_processes_are_told(
    open_breaker: None, settings: Settings
) -> None:
    settings.ROOMKIT = {"ROLE": "web", "REDIS_URL": REDIS_URL}

    found: dict[str, Any] = await readings()

    assert found["Redis"].status is Status.OK
    assert found["Breakers"].status is Status.WARNING
    assert SMS in found["Breakers"].said
