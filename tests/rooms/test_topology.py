"""What a process says of the site it is part of, from settings alone."""

from typing import Any

import pytest
from pytest_django import Settings

from rooms.topology import Database, Topology, hide_password, resolve_topology, suggest_next

FILE = Database(alias="default", vendor="sqlite", name="/data/db.sqlite3")
SERVER = Database(alias="default", vendor="postgresql", name="roomkit", host="db:5432")
MEMORY_LAYER = "channels.layers.InMemoryChannelLayer"
REDIS_LAYER = "channels_redis.pubsub.RedisPubSubChannelLayer"
REDIS = "redis://cache:6379/0"


def topology(**changes: Any) -> Topology:
    alone: dict[str, Any] = {
        "role": "all",
        "dispatcher": "in_process",
        "database": FILE,
        "locks": "memory",
        "layer": MEMORY_LAYER,
        "redis_url": "",
        "broker": "",
        "lane_scope": "binding",
    }
    return Topology(**{**alone, **changes})


LEVELS = [
    topology(),
    topology(database=SERVER),
    topology(database=SERVER, role="web", redis_url=REDIS, layer=REDIS_LAYER, locks="database"),
    topology(database=SERVER, dispatcher="celery", redis_url=REDIS, broker=REDIS),
]


@pytest.mark.parametrize(("level", "site"), list(enumerate(LEVELS)))
def test_level_follows_from_what_is_set(level: int, site: Topology) -> None:
    assert site.level == level
    assert dict(site.lines())["Level"].startswith(f"{level}: ")


def test_one_process_with_redis_is_on_its_way_to_several() -> None:
    site = topology(database=SERVER, redis_url=REDIS)

    assert (site.level, site.is_shared) == (2, False)


@pytest.mark.parametrize(
    ("site", "worker"),
    [
        (topology(), "in this process"),
        (topology(role="web"), "roomkit_worker"),
        (topology(role="worker"), "roomkit_worker"),
        (topology(dispatcher="celery"), "Celery"),
    ],
)
def test_who_takes_up_deliveries(site: Topology, worker: str) -> None:
    assert site.worker == worker


@pytest.mark.parametrize(
    ("site", "variable"),
    [
        # the way up
        (LEVELS[0], "DATABASE_URL"),
        (LEVELS[1], "REDIS_URL"),
        (topology(database=SERVER, redis_url=REDIS), "ROOMKIT_ROLE"),
        (LEVELS[2], "ROOMKIT_DISPATCHER"),
        (LEVELS[3], ""),
        # what a step was taken without
        (topology(role="web", redis_url=REDIS), "DATABASE_URL"),
        (topology(role="web", database=SERVER), "REDIS_URL"),
        (topology(database=SERVER, dispatcher="celery", redis_url=REDIS), "CELERY_BROKER_URL"),
    ],
)
def test_one_variable_is_named_to_set_next(site: Topology, variable: str) -> None:
    step = suggest_next(site)

    assert step.variable.partition("=")[0] == variable
    assert step.sentence.endswith(".")


@pytest.mark.parametrize(
    ("layer", "lonely", "said"),
    [
        ("", True, "none"),
        (MEMORY_LAYER, True, "in memory, one process"),
        (REDIS_LAYER, False, "Redis, publish and subscribe"),
        ("mysite.layers.PigeonLayer", False, "PigeonLayer"),
    ],
)
def test_layer_in_words(layer: str, *, lonely: bool, said: str) -> None:
    site = topology(layer=layer)

    assert (site.has_lonely_layer, site.describe_layer()) == (lonely, said)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://cache:6379/0", "redis://cache:6379/0"),
        ("redis://:s3cret@cache:6379/0", "redis://cache:6379/0"),
        ("amqp://user:s3cret@broker//", "amqp://broker//"),
        ("rediss://cache/1?password=s3cret", "rediss://cache/1"),
        # a password that ought to have been escaped
        ("redis://:s3/cret@cache:6379/0", "redis://cache:6379/0"),
        ("redis://:s3?cret@cache", "redis://cache"),
        ("s3cret", ""),
        ("", ""),
    ],
)
def test_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert hide_password(url) == shown


def test_database_in_words() -> None:
    local = SERVER.model_copy(update={"host": ""})

    assert str(FILE) == "SQLite, /data/db.sqlite3"
    assert str(SERVER) == "PostgreSQL, roomkit on db:5432"
    assert str(local) == "PostgreSQL, roomkit on this machine"


# -- from settings


def test_settings_are_read_and_passwords_are_not(settings: Settings) -> None:
    url = "redis://:s3cret@cache:6379/0"
    settings.ROOMKIT = {"ROLE": "web", "DISPATCHER": "celery", "REDIS_URL": url}
    settings.CELERY_BROKER_URL = "amqp://user:s3cret@broker//"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": REDIS_LAYER, "CONFIG": {"hosts": [url]}}}

    site = resolve_topology()

    assert (site.role, site.dispatcher, site.locks) == ("web", "celery", "database")
    assert (site.redis_url, site.broker) == (REDIS, "amqp://broker//")
    assert (site.layer, site.uses_redis) == (REDIS_LAYER, True)
    assert "s3cret" not in repr(site)


def test_site_without_layer_and_celery_has_neither(settings: Settings) -> None:
    settings.ROOMKIT = {}
    del settings.CHANNEL_LAYERS

    site = resolve_topology()

    assert (site.layer, site.broker, site.redis_url) == ("", "", "")


def test_broker_may_be_told_by_celery_alone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROOMKIT = {"DISPATCHER": "celery"}
    settings.CELERY_BROKER_URL = ""
    monkeypatch.setenv("CELERY_BROKER_URL", "amqp://broker//")

    assert resolve_topology().broker == "amqp://broker//"
