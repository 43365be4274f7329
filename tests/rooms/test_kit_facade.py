"""The facade delegates and nothing else: what it offers, and in whose words."""

import ast
import asyncio
import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rooms import IncompleteStoreError, InMemoryStore, RoomKit, TextContent
from rooms import kit as facade
from rooms.delegation import delegated
from rooms.stores.base import ConversationStore
from rooms.stores.orm import OrmStore
from rooms.telemetry import MockTelemetryProvider
from rooms.testing.rig import Recorder
from tests.scene import ROOM, Scene

SOURCE = Path(facade.__file__).read_text()

DUE_NOW = {
    # what it is made of
    *("store", "hook_engine", "realtime", "telemetry", "lock_manager", "channels", "close"),
    # rooms
    *("create_room", "get_room", "update_room_metadata", "set_room_timers"),
    *("set_agent_response_policy", "pause_room", "resume_room", "close_room", "reopen_room"),
    *("archive_room", "delete_room", "check_room_timers", "check_all_timers"),
    # channels in rooms
    *("attach_channel", "detach_channel", "mute", "unmute", "mute_output", "unmute_output"),
    *("set_access", "set_visibility", "update_binding_metadata", "get_binding", "list_bindings"),
    # people
    *("add_member", "remove_member", "rename_member", "ensure_participant"),
    "resolve_participant",
    # what is said
    *("process_inbound", "send_event", "deliver", "update_event", "delete_event", "get_timeline"),
    "delegate",
    *("list_tasks", "list_observations", "mark_read", "mark_all_read", "list_read_markers"),
    *("process_delivery_status", "process_webhook"),
    # what passes
    *("publish_typing", "publish_tool_call", "publish_presence", "publish_read_receipt"),
    *("publish_reaction", "subscribe_room", "unsubscribe_room"),
    # what the host plugs in
    *("register_channel", "unregister_channel", "get_channel", "list_channels"),
    *("connect_websocket", "disconnect_websocket", "hook", "identity_hook", "add_room_hook"),
    *("remove_room_hook", "on", "on_delivery_status"),
    *("attach_source", "detach_source", "source_health", "list_sources"),
}
NOT_YET = {
    *("connect_voice", "disconnect_voice", "send_greeting", "transcribe", "synthesize"),
    *("connect_realtime_voice", "disconnect_realtime_voice"),
}


def delegations() -> dict[str, tuple[str, str, str]]:
    """Read verb → (collaborator class, its method, attribute of the kit) from the source."""
    found = {}
    for node in ast.walk(ast.parse(SOURCE)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            call = node.value
            if isinstance(call.func, ast.Name) and call.func.id == "delegated":
                [target], [method], [to] = node.targets, call.args, call.keywords
                verb = ast.unparse(target)
                owner, _, name = ast.unparse(method).partition(".")
                found[verb] = (owner, name, ast.literal_eval(to.value))
    return found


VERBS = delegations()


def collaborators_method(verb: str) -> Callable[..., Any]:
    owner, name, _ = VERBS[verb]
    method: Callable[..., Any] = getattr(getattr(facade, owner), name)
    return method


@pytest.fixture
def plain_kit() -> RoomKit:
    return RoomKit(InMemoryStore())


def test_every_promised_verb_is_there_and_no_stub_of_a_later_one() -> None:
    public = {name for name in dir(RoomKit) if not name.startswith("_")}

    assert public >= DUE_NOW
    assert not NOT_YET & public


def test_facade_can_be_read_in_one_sitting() -> None:
    assert len(SOURCE.splitlines()) <= 250


@pytest.mark.parametrize("verb", VERBS)
def test_verb_names_a_collaborator_that_the_kit_has(plain_kit: RoomKit, verb: str) -> None:
    owner, name, attribute = VERBS[verb]

    collaborator = getattr(plain_kit, attribute)

    assert type(collaborator).__name__ == owner
    assert callable(getattr(collaborator, name))


@pytest.mark.parametrize("verb", VERBS)
def test_verb_has_the_signature_and_words_of_its_method(plain_kit: RoomKit, verb: str) -> None:
    on_class, on_kit = getattr(RoomKit, verb), getattr(plain_kit, verb)
    method = collaborators_method(verb)

    assert inspect.signature(on_class) == inspect.signature(method)
    own = getattr(getattr(plain_kit, VERBS[verb][2]), VERBS[verb][1])
    assert inspect.signature(on_kit) == inspect.signature(own)
    assert on_class.__doc__ == method.__doc__ is not None
    assert (on_class.__name__, on_class.__qualname__) == (verb, f"RoomKit.{verb}")
    assert inspect.iscoroutinefunction(on_class) is inspect.iscoroutinefunction(method)


@pytest.mark.parametrize(
    ("verb", "parameters"),
    [
        ("create_room", "room_id metadata"),
        ("get_room", "room_id"),
        ("attach_channel", "room_id channel_id channel_type category access visibility"),
        (
            "send_event",
            "room_id channel_id content event_type chain_depth participant_id metadata visibility "
            "provider response_visibility",
        ),
        (
            "hook",
            "trigger execution priority name timeout channel_types channel_ids directions",
        ),
        ("identity_hook", "trigger channel_types channel_ids directions"),
        ("add_room_hook", "room_id trigger execution fn priority name"),
        ("get_timeline", "room_id offset limit visibility_filter"),
        ("connect_websocket", "channel_id connection_id send_fn"),
        ("publish_tool_call", "room_id channel_id tool_calls event_type"),
        ("publish_reaction", "room_id user_id target_event_id emoji action"),
        ("ensure_participant", "room_id channel_id participant_id display_name"),
        ("resolve_participant", "room_id participant_id identity_id resolved_by"),
        ("deliver", "room_id content channel_id strategy metadata"),
        ("process_inbound", "message"),
    ],
)
def test_published_parameters_can_be_given_by_place(
    plain_kit: RoomKit, verb: str, parameters: str
) -> None:
    by_place = [
        name
        for name, parameter in inspect.signature(getattr(plain_kit, verb)).parameters.items()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]

    assert by_place == parameters.split()


def test_constructor_has_the_published_parameters_and_defaults() -> None:
    parameters = inspect.signature(RoomKit).parameters
    by_place = [
        name for name, given in parameters.items() if given.kind is given.POSITIONAL_OR_KEYWORD
    ]

    assert by_place == [
        *("store", "identity_resolver", "identity_channel_types", "inbound_router"),
        *("lock_manager", "realtime", "max_chain_depth", "identity_timeout", "process_timeout"),
    ]
    assert {"telemetry", "inbound_rate_limit"} <= set(parameters)
    defaults = ("max_chain_depth", "identity_timeout", "process_timeout")
    assert [parameters[name].default for name in defaults] == [5, 10.0, 30.0]


def test_delegation_outside_a_class_body_is_refused() -> None:
    class Host:
        """Gets its verb too late."""

    Host.verb = delegated(Recorder.fail_next, to="recorder")  # type: ignore[attr-defined]

    with pytest.raises(TypeError, match="class body"):
        Host().verb  # type: ignore[attr-defined]  # noqa: B018 - looking it up must fail


# -- the store it stands on


def contract() -> dict[str, Callable[..., Any]]:
    """Return the verbs that a store owes."""
    return {
        name: member
        for name, member in vars(ConversationStore).items()
        if getattr(member, "__isabstractmethod__", False)
    }


def test_store_that_lacks_verbs_is_refused_by_their_names() -> None:
    members = {name: lambda self: None for name in contract() if name not in ("commit", "close")}
    lacking: Any = type("Lacking", (), members)()

    with pytest.raises(IncompleteStoreError, match=r"close.*commit|commit.*close") as refusal:
        RoomKit(lacking)

    assert "Lacking" in str(refusal.value)
    assert "load_tail" not in str(refusal.value)


def test_store_that_has_every_verb_needs_no_base_class() -> None:
    whole: Any = type("Whole", (), {name: lambda self: None for name in contract()})()

    assert RoomKit(whole).store is whole


async def test_kit_that_is_told_of_no_store_takes_the_database_where_django_is_ready() -> None:
    kit = RoomKit()

    assert isinstance(kit.store, OrmStore)
    await kit.close()


IN_MEMORY = """
import logging
logging.basicConfig(level=logging.INFO, format="%(name)s", force=True)
from rooms import RoomKit
print(type(RoomKit().store).__name__)
"""


def test_kit_without_django_keeps_rooms_in_memory_and_says_so() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IN_MEMORY],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(facade.__file__).parents[1],
    )

    assert done.stdout == "InMemoryStore\n"
    assert done.stderr.splitlines() == ["roomkit.store"]


# -- the end


class Closable(Recorder):
    """Notes that it was closed."""

    closed = False

    async def close(self) -> None:
        """Note it."""
        self.closed = True


async def test_closing_lets_running_deliveries_end_before_channels_close(scene: Scene) -> None:
    phone = await scene.add(Closable("phone"))
    gate = phone.hold()
    saying = asyncio.ensure_future(scene.say())
    await phone.until_attempted(1)

    closing = asyncio.ensure_future(scene.kit.close())
    await asyncio.sleep(0)
    closed_early = phone.closed
    gate.set()
    await asyncio.gather(saying, closing)

    assert (closed_early, phone.closed) == (False, True)
    assert len(phone.delivered) == 1


async def test_closing_closes_telemetry_too() -> None:
    class Notebook(MockTelemetryProvider):
        closed = False

        def close(self) -> None:
            self.closed = True

    telemetry = Notebook()
    kit = RoomKit(InMemoryStore(), telemetry=telemetry)

    await kit.close()

    assert telemetry.closed


async def test_closed_kit_s_store_stays_readable(scene: Scene) -> None:
    await scene.kit.send_event(ROOM, "person", TextContent(body="last words"))

    await scene.kit.close()

    assert len(await scene.rows()) == 1
