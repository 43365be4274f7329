from dataclasses import dataclass, field
from functools import partial

import pytest

from hooks.registration import HookRegistration
from hooks.results import HookResult
from hooks.triggers import HookExecution, HookTrigger


async def moderate(event: object, context: object) -> HookResult[object]:
    return HookResult.allow()


class Moderator:
    async def __call__(self, event: object, context: object) -> HookResult[object]:
        return HookResult.allow()


@dataclass
class Source:
    channel_type: str = "sms"
    channel_id: str = "sms-1"
    direction: str = "inbound"


@dataclass
class Message:
    source: object = field(default_factory=Source)


def registration(fn: object = moderate, **options: object) -> HookRegistration:
    fields: dict[str, object] = {
        "trigger": HookTrigger.BEFORE_BROADCAST,
        "execution": HookExecution.SYNC,
        "fn": fn,
    }
    return HookRegistration(**(fields | options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fn", "name"),
    [
        (moderate, "moderate"),
        # an object is called by its type
        (Moderator(), "Moderator"),
        # a partial by the function inside
        (partial(moderate, context=None), "moderate"),
        (Moderator().__call__, "__call__"),
    ],
)
def test_any_async_callable_is_a_hook_named_after_itself(fn: object, name: str) -> None:
    assert registration(fn).name == name


def test_a_given_name_wins() -> None:
    assert registration(name="profanity").name == "profanity"


def plain(event: object, context: object) -> HookResult[object]:
    return HookResult.allow()


@pytest.mark.parametrize(
    "fn",
    [
        plain,
        partial(plain, context=None),
        # calling the class makes an object and awaits nothing
        Moderator,
    ],
)
def test_a_function_that_is_not_async_is_refused_by_name(fn: object) -> None:
    with pytest.raises(TypeError, match=r"(plain|Moderator)'.*before_broadcast.*async def"):
        registration(fn)


@pytest.mark.parametrize("timeout", [0, -1.0, float("nan")])
def test_a_timeout_must_be_positive(timeout: float) -> None:
    with pytest.raises(ValueError, match="moderate"):
        registration(timeout=timeout)


def test_an_unknown_trigger_is_refused() -> None:
    with pytest.raises(ValueError, match="before_lunch"):
        registration(trigger="before_lunch")


def test_a_trigger_may_be_given_by_its_value() -> None:
    assert registration(trigger="on_error").trigger is HookTrigger.ON_ERROR


@pytest.mark.parametrize("name", ["channel_types", "channel_ids", "directions"])
def test_a_filter_must_not_be_a_bare_string(name: str) -> None:
    with pytest.raises(TypeError, match=name):
        registration(**{name: "sms"})


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        # no filter lets everything through
        ({}, True),
        # each filter alone
        ({"channel_types": {"sms", "email"}}, True),
        ({"channel_types": {"email"}}, False),
        ({"channel_ids": {"sms-1"}}, True),
        ({"channel_ids": {"sms-2"}}, False),
        ({"directions": {"inbound"}}, True),
        ({"directions": {"outbound"}}, False),
        # all must agree
        ({"channel_types": {"sms"}, "channel_ids": {"sms-1"}, "directions": {"inbound"}}, True),
        ({"channel_types": {"sms"}, "channel_ids": {"sms-2"}, "directions": {"inbound"}}, False),
        ({"channel_types": {"sms"}, "channel_ids": {"sms-1"}, "directions": {"outbound"}}, False),
        # an empty filter lets nothing through
        ({"channel_types": set()}, False),
    ],
)
def test_filters_look_at_the_source_and_are_anded(
    filters: dict[str, set[str]], passes: bool
) -> None:
    assert registration(**filters).matches(Message()) is passes


@pytest.mark.parametrize(
    "payload",
    [
        "a transcript",
        # `source` means something else there
        Message(source="microphone"),
        Message(source=None),
    ],
)
def test_payloads_without_a_source_pass_the_filters(payload: object) -> None:
    assert registration(channel_types={"email"}).matches(payload)
