"""What `manage.py doctor` and `manage.py check` say of channels made in the admin."""

import asyncio
import io
from contextlib import suppress

import pytest
from django.core.management import call_command
from pytest_django import Settings

from channels_app.configured.reporting import read_channels
from rooms.probes.diagnosis import Reading, Status
from tests.channel_configs.kits import TOY, keep

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


def read() -> Reading:
    [reading] = asyncio.run(read_channels())
    return reading


def test_site_without_any_has_nothing_to_tell() -> None:
    assert read().status is Status.UNUSED


def test_channels_that_work_are_counted(settings: Settings) -> None:
    settings.ROOMKIT = {"PROVIDERS": [TOY]}
    keep("toys")
    keep("off", is_enabled=False)

    assert (read().status, read().said) == (Status.OK, "1 made in the admin")


def test_channel_that_cannot_be_used_is_named_with_the_reason(settings: Settings) -> None:
    settings.ROOMKIT = {"PROVIDERS": [TOY], "CHANNELS": {"same": {"FACTORY": "a.b"}}}
    keep("toys")
    keep("broken", secrets="of another key")
    keep("same")

    assert read().status is Status.WARNING
    assert "broken: the secrets cannot be decrypted" in read().said
    assert "same: the settings have a channel of this id" in read().said


def test_doctor_prints_it() -> None:
    keep("gone", provider="gone.Provider")
    printed = io.StringIO()

    with suppress(SystemExit):  # with 1, because of the key of these tests
        call_command("doctor", stdout=printed)

    assert "gone.Provider is not listed" in printed.getvalue()


def test_check_of_the_database_warns_of_ids_that_are_taken(settings: Settings) -> None:
    entry = {"FACTORY": "channels_app.SMSChannel"}
    settings.ROOMKIT = {"PROVIDERS": [TOY], "CHANNELS": {"toys": entry}}
    keep("toys")
    told = io.StringIO()

    call_command("check", databases=["default"], stderr=told)

    assert "roomkit_channels.W001" in told.getvalue()
