"""What ``manage.py check`` says about processes that share rooms, and when it refuses to start."""

import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.core.checks.registry import registry
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from rooms.checks.refusal import refuse_unsafe
from rooms.checks.shape import check_settings

URL = "redis://:s3cret@cache:6379/0"
REDIS_LAYER = {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer"}}
REDIS_CACHE = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}}
POSTGRES = {"ENGINE": "django.db.backends.postgresql", "NAME": "roomkit", "HOST": "db"}
PLACES = {f"rooms.checks.{place}" for place in ("importing", "sharing", "deploying")}
GOOD_KEY = "k9" * 30


@pytest.fixture
def shared(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A site of several processes with nothing to complain about."""
    settings.ROOMKIT = {"ROLE": "web", "REDIS_URL": URL}
    settings.CHANNEL_LAYERS = REDIS_LAYER
    settings.CACHES = REDIS_CACHE
    settings.CELERY_BROKER_URL = URL
    settings.SECRET_KEY = GOOD_KEY
    settings.DATA_DIR = None
    # Only the settings are read; nobody connects.
    monkeypatch.setattr("rooms.topology.connections", {"default": FakeConnection("postgresql")})
    return settings


class FakeConnection:
    def __init__(self, vendor: str) -> None:
        self.vendor = vendor
        self.settings_dict = POSTGRES


def found() -> dict[str, CheckMessage]:
    """Run our checks, those of a deployment included, and return what they say by id."""
    checks = registry.get_checks(include_deployment_checks=True)
    ours = [check for check in checks if check.__module__ in PLACES]
    said = [message for check in ours for message in check(app_configs=None, databases=None)]
    return {str(message.id).partition(".")[2]: message for message in said}


def conf(**entries: Any) -> dict[str, Any]:
    return {"ROLE": "web", "REDIS_URL": URL, **entries}


def test_sound_site_of_several_processes_passes_and_starts(shared: Settings) -> None:
    refuse_unsafe()

    assert found() == {}


def test_lone_process_passes_and_starts(settings: Settings) -> None:
    settings.SECRET_KEY = GOOD_KEY

    refuse_unsafe()

    assert found() == {}


# -- refused at start, too


def test_locks_in_memory_are_refused(shared: Settings) -> None:
    shared.ROOMKIT = conf(LOCKS="memory")

    assert "ROOMKIT_LOCKS" in str(found()["E018"].hint)
    with pytest.raises(ImproperlyConfigured, match="E018"):
        refuse_unsafe()


@pytest.mark.parametrize(
    "layers",
    [{}, {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}],
    ids=["missing", "in memory"],
)
def test_layer_that_ends_at_the_process_is_refused(layers: Any, shared: Settings) -> None:
    shared.CHANNEL_LAYERS = layers

    assert "REDIS_URL" in str(found()["E004"].hint)
    with pytest.raises(ImproperlyConfigured, match="E004"):
        refuse_unsafe()


def test_celery_without_a_broker_is_refused(shared: Settings) -> None:
    shared.ROOMKIT = conf(DISPATCHER="celery")
    shared.CELERY_BROKER_URL = ""

    assert "CELERY_BROKER_URL" in str(found()["E019"].hint)
    with pytest.raises(ImproperlyConfigured, match="E019"):
        refuse_unsafe()


@pytest.mark.parametrize(
    ("package", "entries", "extra"),
    [
        ("celery", {"DISPATCHER": "celery"}, "celery"),
        ("redis", {}, "redis"),
        ("channels_redis", {}, "redis"),
    ],
)
def test_missing_package_is_refused_with_its_extra(
    package: str,
    entries: dict[str, str],
    extra: str,
    shared: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared.ROOMKIT = conf(**entries)
    monkeypatch.setitem(sys.modules, package, None)  # how Python marks what must not import

    assert found()["E020"].hint == f"pip install 'django-roomkit[{extra}]'"
    with pytest.raises(ImproperlyConfigured, match=repr(package)):
        refuse_unsafe()


def test_every_reason_is_given_at_once_and_no_secret(shared: Settings) -> None:
    shared.ROOMKIT = conf(LOCKS="memory", DISPATCHER="celery")
    shared.CHANNEL_LAYERS = {}
    shared.CELERY_BROKER_URL = ""

    with pytest.raises(ImproperlyConfigured) as refusal:
        refuse_unsafe()

    assert [name for name in ("E018", "E004", "E019") if name not in str(refusal.value)] == []
    assert "s3cret" not in str(refusal.value)


# -- told


def test_redis_locks_without_redis_are_a_wrong_setting(shared: Settings) -> None:
    shared.ROOMKIT = {"ROLE": "web", "LOCKS": "redis"}

    [message] = check_settings(None)

    assert message.id == "roomkit_rooms.E001"
    assert "REDIS_URL is not set" in message.msg


def test_limits_that_each_process_counts_alone_are_told(shared: Settings) -> None:
    shared.ROOMKIT = {"ROLE": "worker"}

    assert "REDIS_URL" in str(found()["W023"].hint)


@pytest.mark.parametrize("cache", ["locmem.LocMemCache", "dummy.DummyCache"])
def test_cache_of_one_process_is_told(cache: str, shared: Settings) -> None:
    shared.CACHES = {"default": {"BACKEND": f"django.core.cache.backends.{cache}"}}

    assert "REDIS_URL" in str(found()["W024"].hint)


def test_celery_that_runs_tasks_where_they_are_sent_is_told(shared: Settings) -> None:
    shared.ROOMKIT = conf(DISPATCHER="celery")
    shared.CELERY_TASK_ALWAYS_EAGER = True

    assert "in_process" in str(found()["W014"].hint)


# -- before others come


def test_shared_database_file_is_refused(shared: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rooms.topology.connections", {"default": FakeConnection("sqlite")})

    assert "DATABASE_URL" in str(found()["E006"].hint)


@pytest.mark.parametrize("key", ["short", "django-insecure-" + GOOD_KEY])
def test_secret_that_can_be_guessed_is_refused(key: str, shared: Settings) -> None:
    shared.SECRET_KEY = key

    assert "ROOMKIT_SECRET_KEY" in str(found()["E008"].hint)


def test_secret_of_one_data_directory_is_told(shared: Settings, tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text(f"{GOOD_KEY}\n")
    shared.DATA_DIR = tmp_path

    assert "ROOMKIT_SECRET_KEY" in str(found()["W026"].hint)


def test_debug_pages_are_refused(shared: Settings) -> None:
    shared.DEBUG = True

    assert "ROOMKIT_DEBUG" in str(found()["E025"].hint)


def test_what_a_developer_may_do_is_checked_before_a_deployment_only() -> None:
    always = {check.__module__ for check in registry.get_checks()}

    assert "rooms.checks.sharing" in always
    assert "rooms.checks.deploying" not in always
