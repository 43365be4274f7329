"""The package's public names: one list in three places, looked up when first used."""

import ast
import inspect
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import rooms

PROMISED = {
    # the kit, its errors and collaborators
    *("RoomKit", "RoomKitError", "RoomNotFoundError", "ChannelNotFoundError"),
    *("ChannelNotRegisteredError", "IdentityNotFoundError", "ParticipantNotFoundError"),
    *("RoomClosedError", "RoomAlreadyExistsError", "InboundRoomRouter"),
    *("DefaultInboundRoomRouter", "IdentityRoomRouter", "RoomLockManager", "InMemoryLockManager"),
    *("IdentityResolver", "MockIdentityResolver", "ConversationStore", "InMemoryStore"),
    *("RealtimeBackend", "InMemoryRealtime", "EphemeralCallback", "EphemeralEvent"),
    *("EphemeralEventType", "Immediate", "WaitForIdle", "Queued", "Channel"),
    # the values
    *("ChannelBinding", "ChannelCapabilities", "ChannelOutput", "RateLimit", "RetryPolicy"),
    *("RoomContext", "DeliveryResult", "DeliveryStatus", "InboundMessage", "InboundResult"),
    *("ProviderResult", "EventContent", "EventSource", "RoomEvent", "FrameworkEvent"),
    *("AudioContent", "CompositeContent", "DeleteContent", "EditContent", "LocationContent"),
    *("MediaContent", "RichContent", "SystemContent", "TemplateContent", "TextContent"),
    *("VideoContent", "Identity", "IdentityHookResult", "IdentityResult", "Participant", "Room"),
    *("RoomTimers", "SessionStartedEvent", "Observation", "Task", "ProtocolTrace"),
    # the vocabularies
    *("Access", "ChannelCategory", "ChannelDirection", "ChannelMediaType", "ChannelType"),
    *("DeleteType", "DeliveryMode", "EventStatus", "EventType", "IdentificationStatus"),
    *("ParticipantRole", "ParticipantStatus", "RoomStatus", "TaskStatus"),
    # telemetry
    *("Attr", "ConsoleTelemetryProvider", "MockTelemetryProvider", "NoopTelemetryProvider"),
    *("Span", "SpanKind", "TelemetryConfig", "TelemetryProvider"),
}

# Everything but the kit of a Django site works where Django is not even set up.
WITHOUT_SETTINGS = """
import sys
import rooms
assert not [name for name in sys.modules if name.startswith("rooms.")], "not lazy"
for name in rooms.__all__:
    if name != "get_kit":
        getattr(rooms, name)
assert "django" not in sys.modules, "the domain must not need Django"
"""
SITE_WITHOUT_SETTINGS = """
import rooms
from django.core.exceptions import AppRegistryNotReady, ImproperlyConfigured
try:
    rooms.get_kit
except (AppRegistryNotReady, ImproperlyConfigured):
    print("Django's own error")
"""


def run(program: str) -> "subprocess.CompletedProcess[str]":
    """Run a program beside the packages, with no word about Django's settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO")}
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env=clean,
        cwd=Path(rooms.__file__).parents[1],
    )


def names_for_type_checkers() -> dict[str, str]:
    """Read the imports under `TYPE_CHECKING`: name → module."""
    tree = ast.parse(inspect.getsource(rooms))
    block = next(
        node for node in tree.body if isinstance(node, ast.If) and isinstance(node.test, ast.Name)
    )
    return {
        alias.name: str(node.module)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname == alias.name
    }


def test_what_is_promised_is_exported() -> None:
    assert set(rooms.__all__) >= PROMISED


def test_names_for_people_types_and_lookup_are_the_same() -> None:
    assert names_for_type_checkers() == rooms._MODULE_OF
    assert sorted(rooms._MODULE_OF) == sorted(rooms.__all__)
    assert set(dir(rooms)) >= set(rooms.__all__)


@pytest.mark.parametrize("name", rooms.__all__)
def test_name_is_the_object_of_its_module(name: str) -> None:
    assert getattr(rooms, name) is getattr(import_module(rooms._MODULE_OF[name]), name)


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'rooms' has no attribute 'RoomKti'"):
        rooms.RoomKti  # type: ignore[attr-defined]  # noqa: B018 - it must fail


def test_every_name_but_the_site_s_kit_loads_without_django() -> None:
    assert run(WITHOUT_SETTINGS).stderr == ""


def test_site_s_kit_without_settings_is_django_s_own_error() -> None:
    assert run(SITE_WITHOUT_SETTINGS).stdout == "Django's own error\n"
