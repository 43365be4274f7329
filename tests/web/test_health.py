from datetime import timedelta

import pytest
from channels.db import database_sync_to_async
from django.db import OperationalError
from django.test import AsyncClient, override_settings
from django.utils import timezone

from rooms.domain.job import DeliveryJob
from rooms.models import Delivery, Event, Room
from rooms.stores import probe
from rooms.testing.factories import CHANNEL, ROOM, make_event, make_room

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
