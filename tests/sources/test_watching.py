"""What people are told of sources: by the doctor, by the admin, and by the checks of settings."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from rooms.conf import find_faults, get_settings
from rooms.domain.source import SourceStatus
from rooms.models import SourceState
from rooms.probes.diagnosis import Reading, Status
from rooms.probes.sources import read_sources
from rooms.runtime import build_source
from rooms.services.named_leases import acquire_lease
from rooms.services.source_states import claim_source, save_source_state
from rooms.serving.sources import build_sources
from tests.rooms.test_checks import found

ENTRY = {"FACTORY": "channels_app.SSESource", "OPTIONS": {"url": "https://feed.example.org/"}}


@pytest.fixture
def site(settings: Settings) -> None:
    settings.ROOMKIT = {"SOURCES": {"feed": ENTRY}, "ROLE": "web"}


def store(status: SourceStatus, *, error: str | None = None, is_run: bool = True) -> None:
    state = claim_source(channel_id="feed", node="node-1").to_domain()
    save_source_state(state=state.model_copy(update={"status": status, "error": error}))
    acquire_lease(name="source:feed", owner="node-1", seconds=60 if is_run else -60)


async def asked() -> Reading:
    [reading] = await read_sources()
    return reading


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
class TestDoctor:
    """The reading `Sources`."""

    async def test_a_site_without_sources_has_no_use_for_them(self, settings: Settings) -> None:
        settings.ROOMKIT = {}

        assert (await asked()).status is Status.UNUSED

    @pytest.mark.parametrize(
        ("kept", "status", "said"),
        [
            (None, Status.WARNING, "feed was never run"),
            ({"status": SourceStatus.CONNECTED}, Status.OK, "1 connected"),
            (
                {"status": SourceStatus.RECONNECTING, "error": "no route"},
                Status.WARNING,
                "feed is reconnecting (no route)",
            ),
            (
                {"status": SourceStatus.CONNECTED, "is_run": False},
                Status.WARNING,
                "feed is run by no process",
            ),
            (
                {"status": SourceStatus.ERROR, "error": "logged out", "is_run": False},
                Status.WARNING,
                "feed is error (logged out)",
            ),
        ],
    )
    async def test_each_source_is_told_of(
        self, site: None, kept: dict[str, Any] | None, status: Status, said: str
    ) -> None:
        if kept is not None:
            await sync_to_async(store)(**kept)

        reading = await asked()

        assert (reading.status, reading.said) == (status, said)
        assert ("roomkit_worker" in reading.remedy) is (status is Status.WARNING)


@pytest.mark.database
@pytest.mark.django_db
def test_the_admin_shows_sources_and_lets_nobody_change_them(admin_client: Client) -> None:
    SourceState.objects.create(channel_id="feed", status="error", error="logged out")
    listed = reverse("admin:roomkit_rooms_sourcestate_changelist")

    page = admin_client.get(listed).content.decode()

    assert "logged out" in page
    assert admin_client.get(reverse("admin:roomkit_rooms_sourcestate_add")).status_code == 403


def test_a_source_is_made_from_its_entry(settings: Settings) -> None:
    settings.ROOMKIT = {"SOURCES": {"feed": ENTRY, "other": {**ENTRY, "CHANNEL": "feed"}}}

    made = build_sources()

    assert [(name, source.name) for name, source in made.items()] == [
        ("feed", "sse"),
        ("other", "sse"),
    ]
    other: Any = build_source("other", get_settings().SOURCES["other"])
    assert other.channel_id == "feed"


def test_a_source_that_does_not_import_is_named(settings: Settings) -> None:
    settings.ROOMKIT = {"SOURCES": {"feed": {"FACTORY": "channels_app.SEESource"}}}

    [message] = found("E002")

    assert message.msg.startswith("ROOMKIT['SOURCES']['feed']['FACTORY'] is 'channels_app.SEE")


def test_an_unknown_part_of_an_entry_is_named() -> None:
    faults = find_faults({"SOURCES": {"feed": {**ENTRY, "CHANNLS": "web"}}})

    assert faults == ["ROOMKIT['SOURCES']['feed']['CHANNLS'] is unknown: did you mean 'CHANNEL'?"]
