"""The kit of this process, built from settings on first use."""

from collections.abc import Mapping
from typing import Any

from django.utils.module_loading import import_string

from hooks.discovery import discovered_hooks
from rooms.channel import Channel
from rooms.checks.refusal import refuse_unsafe
from rooms.conf import ChannelEntry, SourceEntry, get_settings
from rooms.directories import consult_directory
from rooms.domain.contact_rules import ContactRules
from rooms.domain.enums import LaneScope
from rooms.domain.frozen import new_id
from rooms.domain.json import JsonObject
from rooms.kit import RoomKit
from rooms.ports import Source
from rooms.sharing import build_locks, build_sharing
from rooms.stores.orm import OrmStore

FACTORY = "FACTORY"

_kit: RoomKit | None = None


def get_kit() -> RoomKit:
    """Return this process's kit: the database, the channels of `ROOMKIT`, all discovered hooks.

    Raises:
        ImproperlyConfigured: If the `ROOMKIT` setting is wrong.
        ImportError: If a dotted path in it does not import.
    """
    global _kit
    if _kit is None:
        _kit = build_kit()
    return _kit


def find_kit() -> RoomKit | None:
    """Return this process's kit if it is built already, for those who have no need of one."""
    return _kit


def forget_kit() -> None:
    """Drop this process's kit without closing it; the next `get_kit()` builds another."""
    global _kit
    _kit = None


def build_kit() -> RoomKit:
    """Build a kit from settings.

    Raises:
        ImproperlyConfigured: If the settings are wrong, or messages would get lost with them.
    """
    refuse_unsafe()
    conf = get_settings()
    node, lane_scope = new_id(), LaneScope(conf.LANE_SCOPE)
    store = OrmStore(lane_scope=lane_scope)
    kit = RoomKit(
        store,
        identity_resolver=_made(conf.IDENTITY_RESOLVER, store),
        inbound_router=_made(conf.INBOUND_ROUTER, store),
        lock_manager=build_locks(conf, store, node=node),
        max_chain_depth=conf.MAX_CHAIN_DEPTH,
        process_timeout=conf.PROCESS_TIMEOUT_SECONDS,
        identity_timeout=conf.IDENTITY_TIMEOUT_SECONDS,
        telemetry=_made(conf.TELEMETRY),
        lease_seconds=conf.LEASE_SECONDS,
        lane_scope=lane_scope,
        on_hook_outcome=store.journal.note,
        sharing=build_sharing(conf, node=node),
        contact_rules=ContactRules(consent=conf.CONSENT, quiet_hours=conf.QUIET_HOURS),
        orchestration=_made(conf.ORCHESTRATION),
    )
    for channel_id, entry in conf.CHANNELS.items():
        kit.register_channel(
            build_channel(channel_id, entry), organization_id=entry.ORGANIZATION_ID
        )
    for registration in discovered_hooks():
        kit.hook_engine.register(registration)
    consult_directory(kit)
    return kit


def build_channel(channel_id: str, entry: ChannelEntry) -> Channel:
    """Make the channel that a `CHANNELS` entry describes."""
    factory = import_string(entry.FACTORY)
    channel: Channel = factory(channel_id, **_resolve(entry.OPTIONS))
    return channel


def build_source(name: str, entry: SourceEntry) -> Source:
    """Make the source that a `SOURCES` entry describes."""
    factory = import_string(entry.FACTORY)
    source: Source = factory(channel_id=entry.CHANNEL or name, **_resolve(entry.OPTIONS))
    return source


def _resolve(options: Mapping[str, Any]) -> JsonObject:
    """Make the objects that options describe by a `FACTORY` of their own."""
    return {name: _resolve_one(value) for name, value in options.items()}


def _resolve_one(value: Any) -> Any:
    if not isinstance(value, Mapping) or FACTORY not in value:
        return value
    options = {name: option for name, option in value.items() if name != FACTORY}
    return import_string(value[FACTORY])(**_resolve(options))


def _made(dotted_path: str | None, *told: object) -> Any:
    return import_string(dotted_path)(*told) if dotted_path else None
