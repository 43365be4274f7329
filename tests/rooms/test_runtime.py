"""The kit of a site: made of its settings and its hooks, once per process."""

from typing import Any, ClassVar

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from channels_app import Agent, AIChannel, MockAIProvider, Swarm, WebSocketChannel
from hooks import HookResult, HookTrigger, hook
from hooks.decorators import declared_temporarily
from rooms import runtime
from rooms.conf import ChannelEntry
from rooms.identity.stored import StoredIdentityResolver
from rooms.pipeline.routing import IdentityRoomRouter
from rooms.runtime import build_channel, build_kit, forget_kit, get_kit
from rooms.stores.base import ConversationStore
from rooms.stores.orm import OrmStore

CHAT = {"FACTORY": "channels_app.WebSocketChannel"}
AGENT = {
    "FACTORY": "channels_app.AIChannel",
    "OPTIONS": {
        "system_prompt": "Be brief.",
        "provider": {"FACTORY": "channels_app.MockAIProvider", "responses": ["hello"]},
    },
}


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this test have kits of its own, and other tests keep theirs."""
    monkeypatch.setattr(runtime, "_kit", None)


@pytest.mark.usefixtures("forgetful")
def test_process_has_one_kit() -> None:
    kit = get_kit()

    assert get_kit() is kit
    assert isinstance(kit.store, OrmStore)


@pytest.mark.usefixtures("forgetful")
def test_forgotten_kit_is_made_anew() -> None:
    kit = get_kit()

    forget_kit()

    assert get_kit() is not kit


def test_channels_of_the_settings_are_registered() -> None:
    with override_settings(ROOMKIT={"CHANNELS": {"chat": CHAT, "bot": AGENT}}):
        channels = build_kit().channels

    assert {name: type(channel) for name, channel in channels.items()} == {
        "chat": WebSocketChannel,
        "bot": AIChannel,
    }
    assert [channel.channel_id for channel in channels.values()] == ["chat", "bot"]


def test_option_that_describes_an_object_is_made_of_it() -> None:
    channel = build_channel("bot", ChannelEntry.model_validate(AGENT))

    assert isinstance(channel, AIChannel)
    assert isinstance(channel.provider, MockAIProvider)


class Nest:
    """Keeps what it was made of."""

    def __init__(self, **options: Any) -> None:
        self.options = options


def make_nest(channel_id: str, **options: Any) -> Nest:
    """Make a nest where a channel is expected."""
    return Nest(channel_id=channel_id, **options)


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"a": 1, "b": [2], "c": {"d": 3}}, {"a": 1, "b": [2], "c": {"d": 3}}),  # plain values
        ({"store": {"FACTORY": "builtins.dict", "x": 1}}, {"store": {"x": 1}}),
        (
            {"outer": {"FACTORY": "builtins.dict", "inner": {"FACTORY": "builtins.list"}}},
            {"outer": {"inner": []}},  # objects inside objects
        ),
    ],
)
def test_options_are_resolved(given: dict[str, Any], made: dict[str, Any]) -> None:
    entry = ChannelEntry(FACTORY=f"{__name__}.make_nest", OPTIONS=given)

    nest: Any = build_channel("nest", entry)

    assert nest.options == {"channel_id": "nest", **made}


def test_channel_belongs_to_its_organization() -> None:
    given = {"CHANNELS": {"chat": {**CHAT, "ORGANIZATION_ID": "acme"}}}

    with override_settings(ROOMKIT=given):
        parts = build_kit().pipeline.parts

    assert parts.channels.organization_of("chat") == "acme"


def test_limits_of_the_settings_hold() -> None:
    given = {
        "MAX_CHAIN_DEPTH": 2,
        "PROCESS_TIMEOUT_SECONDS": 7,
        "IDENTITY_TIMEOUT_SECONDS": 3,
    }

    with override_settings(ROOMKIT=given):
        limits = build_kit().pipeline.parts.limits

    assert (limits.max_chain_depth, limits.process_timeout, limits.identity_timeout) == (2, 7, 3)


class Resolver(StoredIdentityResolver):
    """Tells the store it was made with."""

    made_with: ClassVar[list[ConversationStore]] = []

    def __init__(self, store: ConversationStore) -> None:
        super().__init__(store)
        self.made_with.append(store)


class Router(IdentityRoomRouter):
    """Tells the store it was made with."""

    made_with: ClassVar[list[ConversationStore]] = []

    def __init__(self, store: ConversationStore) -> None:
        super().__init__(store)
        self.made_with.append(store)


@pytest.mark.parametrize(
    ("name", "collaborator"), [("IDENTITY_RESOLVER", Resolver), ("INBOUND_ROUTER", Router)]
)
def test_collaborator_is_made_with_the_kit_s_store(
    name: str, collaborator: type[Resolver | Router]
) -> None:
    collaborator.made_with.clear()

    with override_settings(ROOMKIT={name: f"{__name__}.{collaborator.__name__}"}):
        kit = build_kit()

    assert collaborator.made_with == [kit.store]


def make_strategy() -> Swarm:
    """Make the strategy of a site's new rooms, as every process does."""
    return Swarm([Agent("front"), Agent("expert")])


def test_every_process_knows_the_agents_of_the_site_s_strategy() -> None:
    with override_settings(ROOMKIT={"ORCHESTRATION": f"{__name__}.make_strategy"}):
        kits = [build_kit(), build_kit()]

    assert [sorted(kit.channels) for kit in kits] == [["expert", "front"]] * 2
    assert kits[0].channels["front"] is not kits[1].channels["front"]


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"CHANNELZ": {}}, ImproperlyConfigured, "CHANNELS"),
        ({"CHANNELS": {"chat": {"FACTORY": "channels_app.Pigeon"}}}, ImportError, "Pigeon"),
        ({"IDENTITY_RESOLVER": "nowhere.Resolver"}, ImportError, "nowhere"),
    ],
)
@pytest.mark.usefixtures("forgetful")
def test_wrong_settings_are_an_error_and_leave_no_kit(
    given: dict[str, Any], error: type[Exception], says: str
) -> None:
    with override_settings(ROOMKIT=given), pytest.raises(error, match=says):
        get_kit()

    with override_settings(ROOMKIT={}):
        assert get_kit().channels == {}


def test_declared_hooks_are_registered() -> None:
    with declared_temporarily():

        @hook(HookTrigger.ON_HANDOFF)
        async def declared(event: object, context: object) -> HookResult[object]:
            return HookResult.allow()

        with override_settings(ROOMKIT={}):
            engine = build_kit().hook_engine

    assert engine.has_hooks("any room", HookTrigger.ON_HANDOFF)
