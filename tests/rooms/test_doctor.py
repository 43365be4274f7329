"""`manage.py doctor` as a person and a script meet it."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from rooms.models import Lease
from rooms.worker import TIMERS_LEASE

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

DEAD_REDIS = "redis://:s3cret@127.0.0.1:1/0"


def ask(*options: str) -> tuple[str, int]:
    """Run the command; return what it prints and its exit code."""
    printed = StringIO()
    try:
        call_command("doctor", *options, stdout=printed)
    except SystemExit as leaving:
        return printed.getvalue(), int(str(leaving.code))
    return printed.getvalue(), 0


@pytest.fixture
def sound(settings: Settings) -> Settings:
    """A lone site with nothing to complain about."""
    settings.ROOMKIT = {}
    settings.SECRET_KEY = "k9" * 30
    Lease.objects.create(
        name=TIMERS_LEASE, owner="node-1", until=timezone.now() + timedelta(minutes=1)
    )
    return settings


def test_sound_site_is_told_what_it_is_and_what_to_set_next(sound: Settings) -> None:
    printed, code = ask()

    assert code == 0
    assert "Room locks     memory\n" in printed
    assert "Timers         fired by node-1" in printed
    assert "Nothing is broken." in printed
    assert "WARNING" not in printed
    assert "\nNext\n" in printed


def test_warnings_break_nothing(sound: Settings) -> None:
    Lease.objects.all().delete()

    printed, code = ask()

    assert code == 0
    assert "WARNING: no process fires them" in printed


def test_server_that_is_down_is_broken_and_comes_first(sound: Settings) -> None:
    sound.ROOMKIT = {"REDIS_URL": DEAD_REDIS}

    printed, code = ask()

    assert code == 1
    assert "Redis          BROKEN: does not answer" in printed
    assert "Mend what is broken." in printed
    assert "s3cret" not in printed


def test_unsafe_mix_is_broken_with_its_hint(sound: Settings) -> None:
    sound.ROOMKIT = {"ROLE": "web", "LOCKS": "memory"}

    printed, code = ask()

    assert code == 1
    assert "ERROR roomkit_rooms.E018: " in printed
    assert "ROOMKIT_LOCKS" in printed


def test_wrong_setting_is_explained_instead_of_failing(sound: Settings) -> None:
    sound.ROOMKIT = {"ROLL": "web"}

    printed, code = ask()

    assert code == 1
    assert "did you mean 'ROLE'?" in printed
    assert "Answers" not in printed


def test_scripts_get_the_same_as_one_object(sound: Settings) -> None:
    printed, code = ask("--json")

    answer: dict[str, Any] = json.loads(printed)
    assert (answer["ok"], code) == (True, 0)
    assert answer["topology"]["role"] == "all"
    assert {reading["subject"] for reading in answer["readings"]} >= {"Database", "Clock", "Layer"}
    assert answer["next"]["variable"]


def test_scripts_get_the_findings_too(sound: Settings) -> None:
    sound.ROOMKIT = {"ROLE": "web", "LOCKS": "memory", "REDIS_URL": DEAD_REDIS}

    printed, code = ask("--json")

    assert (json.loads(printed)["ok"], code) == (False, 1)
    assert "roomkit_rooms.E018" in {finding["id"] for finding in json.loads(printed)["findings"]}
    assert "s3cret" not in printed
