"""The project starts from nothing: no variable, no file, no service."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repository import ROOT

SHOW_SETTING = "from django.conf import settings; print({expression})"


def show(folder: Path, expression: str, **variables: str) -> str:
    """Return what an expression gives in a process that knows no variables but these."""
    program = SHOW_SETTING.format(expression=expression)
    module = {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "roomkit_project.settings"}
    shown = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=folder,
        env=module | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 0, shown.stderr
    return shown.stdout.strip()


def test_empty_environment_gives_sqlite_in_a_folder_named_var(tmp_path: Path) -> None:
    assert show(tmp_path, "settings.DATABASES['default']['NAME']") == str(
        tmp_path / "var" / "db.sqlite3"
    )


def test_empty_environment_makes_its_own_secret_key(tmp_path: Path) -> None:
    key = show(tmp_path, "settings.SECRET_KEY")

    assert (tmp_path / "var" / "secret_key").read_text().strip() == key
    assert show(tmp_path, "settings.SECRET_KEY") == key


def test_project_check_finds_nothing_to_complain_about(tmp_path: Path) -> None:
    report = subprocess.run(
        [sys.executable, ROOT / "manage.py", "check", "--fail-level", "WARNING"],
        cwd=tmp_path,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )

    assert report.returncode == 0, report.stderr


@pytest.mark.parametrize(
    ("expression", "variables", "value"),
    [
        ("settings.DEBUG", {}, "False"),
        ("settings.DEBUG", {"ROOMKIT_DEBUG": "1"}, "True"),
        ("settings.SECRET_KEY", {"ROOMKIT_SECRET_KEY": "mine"}, "mine"),
        # Other tools of the Django world set this one.
        ("settings.SECRET_KEY", {"DJANGO_SECRET_KEY": "theirs"}, "theirs"),
        (
            "*settings.ALLOWED_HOSTS",
            {"ALLOWED_HOSTS": "a.example,b.example"},
            "a.example b.example",
        ),
        ("settings.DATABASES['default']['HOST']", {"DATABASE_URL": "postgres://u@db/x"}, "db"),
        ("settings.SESSION_COOKIE_SECURE", {"ROOMKIT_HTTPS": "1"}, "True"),
        ("settings.ROOMKIT['ROLE']", {}, "all"),
        ("settings.ROOMKIT['ROLE']", {"ROOMKIT_ROLE": "web"}, "web"),
        ("settings.ROOMKIT['DISPATCHER']", {"ROOMKIT_DISPATCHER": "celery"}, "celery"),
        ("settings.ROOMKIT['LOCKS']", {}, "None"),
        ("settings.ROOMKIT['LOCKS']", {"ROOMKIT_LOCKS": "database"}, "database"),
        ("settings.ROOMKIT['LANE_SCOPE']", {"ROOMKIT_LANE_SCOPE": "room"}, "room"),
        ("settings.ROOMKIT['LEASE_SECONDS']", {"ROOMKIT_LEASE_SECONDS": "3"}, "3.0"),
        ("settings.ROOMKIT['TELEMETRY']", {"ROOMKIT_TELEMETRY": "a.b"}, "a.b"),
        (
            "settings.ROOMKIT['PUBLIC_URL']",
            {"ROOMKIT_PUBLIC_URL": "https://chat.example"},
            "https://chat.example",
        ),
        ("*settings.ROOMKIT['SECRETS_KEYS']", {"ROOMKIT_SECRETS_KEYS": "new,old"}, "new old"),
        ("settings.ROOMKIT['REDIS_URL']", {"REDIS_URL": "redis://r/1"}, "redis://r/1"),
        ("settings.CELERY_BROKER_URL", {"REDIS_URL": "redis://r/1"}, "redis://r/1"),
        (
            "settings.CELERY_BROKER_URL",
            {"REDIS_URL": "redis://r/1", "CELERY_BROKER_URL": "amqp://q"},
            "amqp://q",
        ),
        # RabbitMQ refuses options that are Redis's
        ("settings.CELERY_BROKER_TRANSPORT_OPTIONS", {"CELERY_BROKER_URL": "amqp://q"}, "{}"),
    ],
)
def test_variable_sets_its_setting(
    tmp_path: Path, expression: str, variables: dict[str, str], value: str
) -> None:
    assert show(tmp_path, expression, **variables) == value


def test_secret_key_given_by_the_environment_is_not_written_down(tmp_path: Path) -> None:
    show(tmp_path, "settings.SECRET_KEY", ROOMKIT_SECRET_KEY="mine")

    assert not (tmp_path / "var" / "secret_key").exists()


def test_data_directory_can_be_elsewhere(tmp_path: Path) -> None:
    show(tmp_path, "settings.SECRET_KEY", ROOMKIT_DATA_DIR=str(tmp_path / "data"))

    secret = tmp_path / "data" / "secret_key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert not (tmp_path / "var").exists()


def test_redis_carries_layer_and_cache_under_a_prefix(tmp_path: Path) -> None:
    shown = show(
        tmp_path,
        "settings.CHANNEL_LAYERS['default'], settings.CACHES['default']['KEY_PREFIX']",
        REDIS_URL="redis://r/1",
        ROOMKIT_REDIS_PREFIX="acme",
    )

    assert "channels_redis.pubsub.RedisPubSubChannelLayer" in shown
    assert "{'hosts': ['redis://r/1'], 'prefix': 'acme'} acme" in shown.replace("}} ", "} ")


def test_celery_is_not_imported_unless_it_dispatches(tmp_path: Path) -> None:
    loaded = "settings.DEBUG, 'celery' in __import__('sys').modules"

    assert show(tmp_path, loaded) == "False False"
    assert show(tmp_path, loaded, ROOMKIT_DISPATCHER="celery") == "False True"
