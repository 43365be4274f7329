from datetime import timedelta

import pytest
from channels.db import database_sync_to_async
from django.db import OperationalError
from django.test import AsyncClient, override_settings
from django.utils import timezone

from rooms.domain.job import DeliveryJob
from rooms.kit import RoomKit
from rooms.models import Delivery, Event, Lease, Room
from rooms.stores import probe
from rooms.testing.factories import CHANNEL, ROOM, make_event, make_room
from rooms.worker import TIMERS_LEASE
from tests.addresses import REDIS_URL

# Nothing listens there.
DEAD_REDIS = "redis://:s3cret@127.0.0.1:1/0"
DEAD_LAYER = {"default": {"BACKEND": "tests.web.dead_layer.DeadLayer"}}


def store_job(*, late_s: float) -> None:
    event = make_event()
    due_at = timezone.now() - timedelta(seconds=late_s)
    job = DeliveryJob(room_id=ROOM, channel_id=CHANNEL, event_id=event.id, due_at=due_at)
    for row in (Room.from_domain(make_room()), Event.from_domain(event), Delivery.from_domain(job)):
        row.save(force_insert=True)


class Unwritable:
    """A table on a database that only reads."""

    @property
    def objects(self) -> "Unwritable":
        return self

    def filter(self, **_: object) -> "Unwritable":
        return self

    def update(self, **_: object) -> int:
        raise OperationalError("attempt to write a readonly database")


async def test_process_that_answers_is_alive_whatever_the_database() -> None:
    response = await AsyncClient().get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
class TestReadiness:
    async def test_site_that_can_work_is_ready(self) -> None:
        response = await AsyncClient().get("/readyz")

        answer = response.json()
        assert response.status_code == 200
        assert answer["database"]["ok"]
        assert answer["layer"]["ok"]
        assert answer["oldest_due_job_s"] is None
        assert answer["open_breakers"] == []
        # what a lone process has no need of
        assert (answer["redis"], answer["broker"], answer["timers"]) == (None, None, None)

    async def test_probe_leaves_nothing_behind(self) -> None:
        await AsyncClient().get("/readyz")

        assert not await database_sync_to_async(Room.objects.exists)()

    async def test_late_work_is_told_and_does_not_make_the_site_unready(self) -> None:
        await database_sync_to_async(store_job)(late_s=90)

        response = await AsyncClient().get("/readyz")

        assert response.status_code == 200
        assert 89 < response.json()["oldest_due_job_s"] < 120

    @override_settings(CHANNEL_LAYERS=DEAD_LAYER)
    async def test_layer_that_is_down_makes_the_site_unready(self) -> None:
        response = await AsyncClient().get("/readyz")

        assert response.status_code == 503
        assert response.json()["layer"] == {"ok": False, "error": "ConnectionRefusedError"}
        assert response.json()["database"]["ok"]

    async def test_database_that_takes_no_writes_makes_the_site_unready(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(probe, "Room", Unwritable())

        response = await AsyncClient().get("/readyz")

        assert response.status_code == 503
        assert response.json()["database"] == {"ok": False, "error": "OperationalError"}

    async def test_who_fires_timers_is_told(self) -> None:
        until = timezone.now() + timedelta(seconds=30)
        await Lease.objects.acreate(name=TIMERS_LEASE, owner="node-1", until=until)

        response = await AsyncClient().get("/readyz")

        assert response.json()["timers"] == "node-1"

    async def test_lease_of_a_dead_process_is_nobodys(self) -> None:
        until = timezone.now() - timedelta(seconds=30)
        await Lease.objects.acreate(name=TIMERS_LEASE, owner="node-1", until=until)

        response = await AsyncClient().get("/readyz")

        assert response.json()["timers"] is None

    async def test_open_breaker_is_told_and_does_not_make_the_site_unready(
        self, kit: RoomKit
    ) -> None:
        while permit := await kit.pipeline.breakers.admit("sms"):
            async with permit:
                await permit.fail()

        response = await AsyncClient().get("/readyz")

        assert (response.status_code, response.json()["open_breakers"]) == (200, ["sms"])

    @pytest.mark.redis
    @override_settings(ROOMKIT={"REDIS_URL": REDIS_URL})
    async def test_redis_is_asked_where_there_is_one(self, kit: RoomKit) -> None:
        response = await AsyncClient().get("/readyz")

        assert response.json()["redis"]["ok"]

    @pytest.mark.parametrize(
        ("locks", "status"),
        [
            ("redis", 503),  # no room can be locked
            ("memory", 200),  # each process counts limits alone meanwhile
        ],
    )
    async def test_redis_that_is_down_counts_where_nothing_goes_without_it(
        self, locks: str, status: int, kit: RoomKit
    ) -> None:
        with override_settings(ROOMKIT={"REDIS_URL": DEAD_REDIS, "LOCKS": locks}):
            response = await AsyncClient().get("/readyz")

        assert response.status_code == status
        assert response.json()["redis"] == {"ok": False, "error": "ConnectionError"}

    @override_settings(ROOMKIT={"DISPATCHER": "celery"}, CELERY_BROKER_URL="")
    async def test_broker_that_is_down_leaves_the_site_ready(
        self, kit: RoomKit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CELERY_BROKER_URL", DEAD_REDIS)

        response = await AsyncClient().get("/readyz")

        assert response.status_code == 200
        assert response.json()["broker"] == {"ok": False, "error": "OperationalError"}

    @override_settings(ROOMKIT={"DISPATCHER": "celery"}, CELERY_BROKER_URL="")
    async def test_broker_that_answers_is_told(
        self, kit: RoomKit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CELERY_BROKER_URL", "memory://")

        response = await AsyncClient().get("/readyz")

        assert response.json()["broker"]["ok"]
