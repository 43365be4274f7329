"""What ``manage.py check`` says about a site's settings."""

import ast
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core.checks import CheckMessage, run_checks
from django.core.checks.registry import registry
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, router
from pytest_django import Settings

from rooms.conf import get_settings
from tests.repository import ROOT

SECRET = "sk-12345"


def found(check_id: str) -> list[CheckMessage]:
    """Run our registered checks and return what the one has to say; none asks a database."""
    checks = registry.get_checks(include_deployment_checks=True)
    ours = [check for check in checks if check.__module__.startswith("rooms.checks.")]
    messages = [message for check in ours for message in check(app_configs=None, databases=None)]
    return [message for message in messages if message.id == f"roomkit_rooms.{check_id}"]


@pytest.mark.django_db  # some of Django's own checks ask the database
def test_projects_own_settings_pass() -> None:
    assert run_checks() == []


# -- E001


@pytest.mark.parametrize(
    ("conf", "said"),
    [
        ({"CHANNEL": {}}, "ROOMKIT['CHANNEL'] is unknown: did you mean 'CHANNELS'?"),
        ({"PIZZA": 1}, "ROOMKIT['PIZZA'] is unknown: known are ['CHANNELS', 'CHAT',"),
        (
            {"CHANNELS": {"web": {"FACTROY": "x.Y"}}},
            "ROOMKIT['CHANNELS']['web']['FACTROY'] is unknown: did you mean 'FACTORY'?",
        ),
        ({"CHANNELS": {"web": {}}}, "ROOMKIT['CHANNELS']['web']['FACTORY'] is wrong: Field req"),
        ({"MAX_CHAIN_DEPTH": 0}, "ROOMKIT['MAX_CHAIN_DEPTH'] is wrong (it is 0): Input should be"),
        ({"PROCESS_TIMEOUT_SECONDS": "x"}, "ROOMKIT['PROCESS_TIMEOUT_SECONDS'] is wrong (it is 'x"),
        (["CHANNELS"], "ROOMKIT is ['CHANNELS']: make it a dictionary"),
    ],
)
def test_wrong_entry_is_named_with_the_right_one(conf: Any, said: str, settings: Settings) -> None:
    settings.ROOMKIT = conf

    assert any(message.msg.startswith(said) for message in found("E001"))
    with pytest.raises(ImproperlyConfigured):
        get_settings()


def test_all_wrong_entries_are_named_at_once(settings: Settings) -> None:
    settings.ROOMKIT = {"CHANNEL": {}, "IDENTITY_RESOLVR": None}

    assert len(found("E001")) == 2


def test_credentials_are_not_repeated(settings: Settings) -> None:
    settings.ROOMKIT = {"CHANNELS": {"sms": {"OPTIONS": {"auth_token": SECRET}}}}

    assert SECRET not in str(found("E001"))


def test_site_without_the_setting_passes(settings: Settings) -> None:
    settings.ROOMKIT = {}  # only setting tells who has read it; deleting does not
    del settings.ROOMKIT

    assert not found("E001")
    assert get_settings().CHANNELS == {}


# -- E002


@pytest.mark.parametrize(
    ("conf", "where"),
    [
        ({"IDENTITY_RESOLVER": "nowhere.Resolver"}, "ROOMKIT['IDENTITY_RESOLVER'] is 'nowhere."),
        ({"INBOUND_ROUTER": "rooms.conf.Rooter"}, "ROOMKIT['INBOUND_ROUTER'] is 'rooms.conf.R"),
        ({"ORGANIZATIONS_OF_USER": "function"}, "ROOMKIT['ORGANIZATIONS_OF_USER'] is 'function'"),
        (
            {"CHANNELS": {"web": {"FACTORY": "channels_app.WebsocketChannel"}}},
            "ROOMKIT['CHANNELS']['web']['FACTORY'] is 'channels_app.WebsocketChannel'",
        ),
        (
            {"CHANNELS": {"ai": {"FACTORY": "channels_app.AIChannel", "OPTIONS": {"provider": {
                "FACTORY": "channels_app.MockAIProvider", "clock": {"FACTORY": "no.Clock"},
            }}}}},
            "ROOMKIT['CHANNELS']['ai']['OPTIONS']['provider']['clock']['FACTORY'] is 'no.Clock'",
        ),
    ],
)  # fmt: skip
def test_dotted_path_that_does_not_import_is_named(
    conf: dict[str, Any], where: str, settings: Settings
) -> None:
    settings.ROOMKIT = conf

    [message] = found("E002")

    assert message.msg.startswith(where)


def test_option_that_only_looks_like_a_path_is_left_alone(settings: Settings) -> None:
    options = {"server": "mail.example.com", "table": {"path": "not.a.factory"}}
    settings.ROOMKIT = {
        "CHANNELS": {"web": {"FACTORY": "channels_app.WebSocketChannel", "OPTIONS": options}}
    }

    assert not found("E002")


# -- W005, W007


class RoomsElsewhere:
    """A router that keeps all rows in a database of its own."""

    def db_for_write(self, model: type, **hints: object) -> str:
        return "elsewhere"


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Settings of the SQLite file that holds the rooms; nobody opens it."""
    entry: dict[str, Any] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "/nowhere/db.sqlite3",
        "OPTIONS": {},
        "CONN_MAX_AGE": 0,
    }
    monkeypatch.setattr(router, "routers", [RoomsElsewhere()])
    monkeypatch.setitem(connections.settings, "elsewhere", entry)
    yield entry
    del connections["elsewhere"]


@pytest.mark.parametrize(
    "options",
    [
        {},  # as startproject leaves it
        {"transaction_mode": "IMMEDIATE"},  # readers stop the writer
        {"transaction_mode": "DEFERRED", "init_command": "PRAGMA journal_mode=WAL"},
    ],
)
def test_sqlite_that_will_be_locked_gets_the_options_to_paste(
    options: dict[str, str], database: dict[str, Any]
) -> None:
    database["OPTIONS"] = options

    [message] = found("W005")

    assert "DATABASES['elsewhere']" in str(message.hint)
    pasted = ast.literal_eval("{" + str(message.hint).partition("\n")[2] + "}")
    database["OPTIONS"] = pasted["OPTIONS"]
    assert not found("W005")


@pytest.mark.parametrize(
    "entry",
    [
        {"NAME": ":memory:"},
        {"NAME": "file:tests?mode=memory&cache=shared"},
        {"ENGINE": "django.db.backends.postgresql", "NAME": "roomkit"},
        {"OPTIONS": {"transaction_mode": "immediate", "init_command": "pragma journal_mode = wal"}},
    ],
)
def test_other_databases_pass(entry: dict[str, Any], database: dict[str, Any]) -> None:
    database.update(entry)

    assert not found("W005")


POSTGRES = "django.db.backends.postgresql"


def test_postgres_without_time_limits_gets_them_to_paste(database: dict[str, Any]) -> None:
    database.update(ENGINE=POSTGRES, NAME="roomkit")

    [message] = found("W027")

    pasted = ast.literal_eval("{" + str(message.hint).partition("\n")[2] + "}")
    database["OPTIONS"] = pasted["OPTIONS"]
    assert not found("W027")


@pytest.mark.parametrize(
    "entry", [{}, {"ENGINE": POSTGRES, "OPTIONS": {"service": "rooms"}}], ids=["SQLite", "service"]
)
def test_time_limits_are_no_business_of_other_databases(
    entry: dict[str, Any], database: dict[str, Any]
) -> None:
    database.update(entry)

    assert not found("W027")


@pytest.mark.parametrize(
    ("max_age", "application", "warned"),
    [
        (600, "site.asgi.application", True),
        (None, "site.asgi.application", True),  # None keeps connections for ever
        (0, "site.asgi.application", False),
        (600, None, False),  # a WSGI site has few threads
    ],
)
def test_kept_connections_do_not_go_with_asgi(
    max_age: int | None,
    application: str | None,
    *,
    warned: bool,
    database: dict[str, Any],
    settings: Settings,
) -> None:
    database["CONN_MAX_AGE"] = max_age
    settings.ASGI_APPLICATION = application

    assert bool(found("W007")) is warned


# -- W017


@pytest.mark.parametrize("name", ["voice", "channels_app"])
def test_package_that_hides_ours_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ModuleType(name)
    other.__spec__ = ModuleSpec(name, None, is_package=True)
    other.__spec__.submodule_search_locations = [str(tmp_path / name)]
    monkeypatch.setitem(sys.modules, name, other)

    [message] = found("W017")

    assert message.msg == (
        f"The name {name!r} imports {tmp_path / name}, not RoomKit's own package {ROOT / name}."
    )


def test_package_of_ours_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "voice", None)  # how Python marks what must not import

    [message] = found("W017")

    assert "imports nothing" in message.msg
