"""The wheel in a site of somebody else: `startproject`, an app labelled ``rooms``, own people.

Neither Redis nor Celery nor any SDK can be imported there, and nothing of this repository.
"""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rooms.permissions import RoomGroup
from tests.architecture.installed import Python

HERE = Path(__file__).parent / "foreign_site"
PROGRAMS = HERE / "programs"
SITE = HERE / "site"


class Site:
    """The hotel's site: a folder with a ``manage.py``."""

    def __init__(self, python: Python) -> None:
        self._python = python
        self.folder = python.folder

    def manage(self, *arguments: str) -> str:
        """Run a command of ``manage.py`` and return what it prints."""
        return self._python.run("manage.py", *arguments).stdout

    def run(self, program: str) -> Any:
        """Run one of our programs in the site and return what it prints, read as JSON."""
        done = self._python.run(PROGRAMS / program, DJANGO_SETTINGS_MODULE="hotel.settings")
        return json.loads(done.stdout)

    def rows(self, statement: str) -> list[Any]:
        """Return the first column of what the database answers."""
        with closing(sqlite3.connect(self.folder / "db.sqlite3")) as database:
            return [row[0] for row in database.execute(statement)]


@pytest.fixture(scope="module")
def site(installed_packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site, with its tables made and a first conversation in them."""
    python = Python(installed_packages, tmp_path_factory.mktemp("hotel"))
    python.run("-m", "django", "startproject", "hotel", ".")
    for template in SITE.rglob("*.py-tpl"):
        target = python.folder / template.relative_to(SITE).with_suffix(".py")
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(template, target)
    with (python.folder / "hotel" / "settings.py").open("a") as settings:
        settings.write((python.folder / "hotel" / "additions.py").read_text())
    site = Site(python)
    site.manage("makemigrations", "guests", "rooms")
    site.manage("migrate")
    return site


@pytest.fixture(scope="module")
def conversation(site: Site) -> Any:
    return site.run("talk.py")


def test_checks_find_nothing(site: Site) -> None:
    assert "no issues" in site.manage("check", "--fail-level", "WARNING")


def test_no_migration_is_missing(site: Site) -> None:
    assert "No changes" in site.manage("makemigrations", "--check", "--dry-run")


def test_tables_of_both_kinds_of_rooms_are_there(site: Site) -> None:
    tables = site.rows("SELECT name FROM sqlite_master WHERE type = 'table'")

    assert {"rooms_room", "roomkit_rooms_room"} <= set(tables)


def test_groups_are_there_although_permissions_are_made_after_them(site: Site) -> None:
    groups = site.rows("SELECT name FROM auth_group")

    assert sorted(groups) == sorted(group.value for group in RoomGroup)


def test_message_is_answered(conversation: Any) -> None:
    assert conversation == [
        ["web-chat", "When is breakfast?"],
        ["assistant", "Breakfast is from seven."],
    ]


@pytest.mark.usefixtures("conversation")
def test_every_page_of_the_admin_opens(site: Site) -> None:
    pages = site.run("look.py")

    assert {"room", "event", "delivery", "participant", "auditentry", "hookrun"} <= pages.keys()
    # What only the pipeline writes has no form to add it.
    assert {name for name, page in pages.items() if page["add"] == 200} == {
        *("identity", "task", "aipause", "addressstanding", "scheduledsend", "channelconfig"),
        "agentconfig",
        *("budget", "pricerow"),
    }
    assert {page["add"] for page in pages.values()} == {200, 403}
    assert {page["list"] for page in pages.values()} == {200}
    changes = {name: page["change"] for name, page in pages.items() if "change" in page}
    assert {"room", "event", "channelbinding", "delivery"} <= changes.keys()
    assert set(changes.values()) == {200}


def test_socket_greets_and_acknowledges(site: Site) -> None:
    frames = site.run("listen.py")

    assert frames[0] == "hello"
    assert frames[-1] == "ack"
