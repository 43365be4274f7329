"""The `ROOMKIT` setting: defaults, and sentences about what is wrong with it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from rooms.conf import act_as, find_faults, get_settings

CHAT = {"FACTORY": "channels_app.WebSocketChannel"}


def test_defaults_are_those_of_the_kit() -> None:
    with override_settings(ROOMKIT={}):
        conf = get_settings()

    assert (conf.MAX_CHAIN_DEPTH, conf.PROCESS_TIMEOUT_SECONDS) == (5, 30.0)
    assert (conf.IDENTITY_TIMEOUT_SECONDS, conf.MESSAGE_MAX_LENGTH) == (10.0, 8000)
    assert (conf.CHANNELS, conf.IDENTITY_RESOLVER, conf.INBOUND_ROUTER) == ({}, None, None)


def test_site_without_the_setting_gets_the_defaults(settings: Any) -> None:
    settings.ROOMKIT = {}  # only setting tells who has read it; deleting does not
    del settings.ROOMKIT

    assert get_settings().MAX_CHAIN_DEPTH == 5


def test_values_are_read() -> None:
    given = {"MAX_CHAIN_DEPTH": 3, "CHANNELS": {"chat": {**CHAT, "ORGANIZATION_ID": "acme"}}}

    with override_settings(ROOMKIT=given):
        conf = get_settings()

    assert conf.MAX_CHAIN_DEPTH == 3
    entry = conf.CHANNELS["chat"]
    assert entry.FACTORY == "channels_app.WebSocketChannel"
    assert (entry.OPTIONS, entry.ORGANIZATION_ID) == ({}, "acme")


def test_setting_is_read_once() -> None:
    with override_settings(ROOMKIT={}):
        assert get_settings() is get_settings()


def test_overriding_the_setting_takes_effect_and_ends() -> None:
    with override_settings(ROOMKIT={"MAX_CHAIN_DEPTH": 3}):
        with override_settings(ROOMKIT={"MAX_CHAIN_DEPTH": 4}):
            inner = get_settings().MAX_CHAIN_DEPTH
        outer = get_settings().MAX_CHAIN_DEPTH

    assert (inner, outer) == (4, 3)


def test_another_setting_leaves_it_alone() -> None:
    before = get_settings()

    with override_settings(LANGUAGE_CODE="fr"):
        assert get_settings() is before


@pytest.mark.parametrize(
    ("given", "says"),
    [
        # a misspelt key: the nearest known one
        ({"CHANNELZ": {}}, "ROOMKIT['CHANNELZ'] is unknown: did you mean 'CHANNELS'?"),
        (
            {"CHANNELS": {"chat": {**CHAT, "OPTION": {}}}},
            "ROOMKIT['CHANNELS']['chat']['OPTION'] is unknown: did you mean 'OPTIONS'?",
        ),
        # nothing near: all that are known
        ({"COLOUR": "red"}, "ROOMKIT['COLOUR'] is unknown: known are ['CHANNELS', 'CHAT', "),
        # a wrong value is shown with its place
        ({"MAX_CHAIN_DEPTH": 0}, "ROOMKIT['MAX_CHAIN_DEPTH'] is wrong (it is 0): "),
        ({"PROCESS_TIMEOUT_SECONDS": "soon"}, "is wrong (it is 'soon'): "),
        ({"MAX_CHAIN_DEPTH": None}, "ROOMKIT['MAX_CHAIN_DEPTH'] is wrong (it is None): "),
        ({"CHANNELS": {"chat": {}}}, "ROOMKIT['CHANNELS']['chat']['FACTORY'] is wrong"),
        # not even a dictionary
        (["CHANNELS"], "ROOMKIT is ['CHANNELS']: make it a dictionary"),
        (None, "ROOMKIT is None: make it a dictionary"),
    ],
)
def test_fault_is_described(given: object, says: str) -> None:
    [fault] = find_faults(given)

    assert says in fault


def test_every_fault_is_told_at_once() -> None:
    given = {"CHANNELZ": {}, "MAX_CHAIN_DEPTH": 0}

    with override_settings(ROOMKIT=given), pytest.raises(ImproperlyConfigured) as refusal:
        get_settings()

    assert "CHANNELZ" in str(refusal.value)
    assert "MAX_CHAIN_DEPTH" in str(refusal.value)


def test_secrets_in_options_are_not_repeated() -> None:
    given = {"CHANNELS": {"sms": {"OPTIONS": {"auth_token": "s3cret"}}}}

    faults = find_faults(given)

    assert faults
    assert "s3cret" not in " ".join(faults)


def test_usable_setting_has_no_faults() -> None:
    assert find_faults({"CHANNELS": {"chat": CHAT}}) == []


# -- processes


@pytest.mark.parametrize(
    ("given", "is_shared", "locks"),
    [
        ({}, False, "memory"),
        ({"ROLE": "web"}, True, "database"),
        ({"ROLE": "worker"}, True, "database"),
        # one web process, but its deliveries are done elsewhere
        ({"DISPATCHER": "celery"}, True, "database"),
        ({"LOCKS": "database"}, False, "database"),
        ({"ROLE": "web", "LOCKS": "redis", "REDIS_URL": "redis://r"}, True, "redis"),
    ],
)
def test_locks_are_those_that_the_number_of_processes_needs(
    given: dict[str, Any], is_shared: bool, locks: str
) -> None:
    with override_settings(ROOMKIT=given):
        conf = get_settings()

    assert (conf.is_shared, conf.locks) == (is_shared, locks)


def test_redis_locks_without_redis_are_refused() -> None:
    assert find_faults({"LOCKS": "redis"}) == [
        "ROOMKIT is wrong: LOCKS is 'redis', but REDIS_URL is not set: set it, or use 'database'"
    ]


def test_workers_are_woken_by_those_who_are_none() -> None:
    with override_settings(ROOMKIT={"DISPATCHER": "celery"}):
        assert get_settings().waker == "channels_app.waker.make_waker"
    with override_settings(ROOMKIT={"DISPATCHER": "celery", "ROLE": "worker"}):
        assert get_settings().waker is None
    with override_settings(ROOMKIT={"ROLE": "web"}):
        assert get_settings().waker is None


@pytest.fixture
def own_role() -> Iterator[None]:
    yield
    act_as(None)


def test_command_may_know_the_role_better_than_the_setting(own_role: None) -> None:
    with override_settings(ROOMKIT={"ROLE": "web"}):
        act_as("worker")
        assert get_settings().ROLE == "worker"

        act_as(None)
        assert get_settings().ROLE == "web"
