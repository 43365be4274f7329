"""System checks: mistakes in settings that would otherwise show at the first message.

They read settings and the names of modules; none touches the network or the database.
"""

from collections.abc import Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.db import connections, router
from django.utils.module_loading import import_string

from rooms.conf import find_faults

FACTORY = "FACTORY"
DOTTED_PATHS = ("IDENTITY_RESOLVER", "INBOUND_ROUTER", "ORGANIZATIONS_OF_USER")
PACKAGES = ("hooks", "rooms", "channels_app", "voice")

SQLITE_OPTIONS = """\
"OPTIONS": {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}"""


def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Refuse unknown keys and wrong values in `ROOMKIT`."""
    return [
        Error(
            f"{fault}.",
            hint="The entries of ROOMKIT are listed in the docstring of rooms.conf.",
            id="roomkit_rooms.E001",
        )
        for fault in find_faults(getattr(settings, "ROOMKIT", {}))
    ]


def check_dotted_paths(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Refuse dotted paths in `ROOMKIT` that do not import."""
    return [
        Error(
            f"{where} is {path!r}, which does not import: {problem}.",
            hint="Write it as package.module.Name; is its package installed?",
            id="roomkit_rooms.E002",
        )
        for where, path in _dotted_paths(getattr(settings, "ROOMKIT", {}))
        if (problem := _import_problem(path))
    ]


def check_sqlite(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Warn of a SQLite file whose writers would get in each other's way."""
    alias = _alias()
    connection = connections[alias]
    options = connection.settings_dict.get("OPTIONS", {})
    if connection.vendor != "sqlite" or _is_in_memory(connection.settings_dict):
        return []
    begins_as_writer = str(options.get("transaction_mode", "")).upper() == "IMMEDIATE"
    has_wal = "journal_mode=wal" in str(options.get("init_command", "")).lower().replace(" ", "")
    if begins_as_writer and has_wal:
        return []
    return [
        Warning(
            f"The database {alias!r} is SQLite without IMMEDIATE transactions and WAL: messages "
            'that arrive together fail with "database is locked".',
            hint=f"Give DATABASES[{alias!r}] these options:\n{SQLITE_OPTIONS}",
            id="roomkit_rooms.W005",
        )
    ]


def check_persistent_connections(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Warn of connections that an ASGI server would keep open in ever more threads."""
    alias = _alias()
    max_age = connections[alias].settings_dict.get("CONN_MAX_AGE", 0)
    if max_age == 0 or not getattr(settings, "ASGI_APPLICATION", None):
        return []
    return [
        Warning(
            f"The database {alias!r} has CONN_MAX_AGE {max_age!r} on an ASGI site: requests come "
            "in many threads, and each keeps a connection of its own.",
            hint='Set CONN_MAX_AGE to 0; on PostgreSQL add "OPTIONS": {"pool": True}.',
            id="roomkit_rooms.W007",
        )
    ]


def check_import_names(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Warn of packages of other people that hide ours: our names are short ones."""
    return [
        Warning(
            f"The name {name!r} imports {found}, not RoomKit's own package {ours}.",
            hint=(
                "Rename that package or move it into another one; its app label may stay, since "
                f"ours is {_label(name)!r}."
            ),
            id="roomkit_rooms.W017",
        )
        for name, ours, found in _shadowed(Path(__file__).resolve().parent.parent)
    ]


ALL = (
    check_settings,
    check_dotted_paths,
    check_sqlite,
    check_persistent_connections,
    check_import_names,
)


# -- dotted paths


def _dotted_paths(conf: object) -> Iterator[tuple[str, str]]:
    """List (where it stands, dotted path); what has a wrong shape is E001's business."""
    if not isinstance(conf, Mapping):
        return
    for key in DOTTED_PATHS:
        if isinstance(conf.get(key), str):
            yield f"ROOMKIT[{key!r}]", conf[key]
    channels = conf.get("CHANNELS")
    for channel_id, entry in channels.items() if isinstance(channels, Mapping) else ():
        where = f"ROOMKIT['CHANNELS'][{channel_id!r}]"
        if isinstance(entry, Mapping):
            yield from _factories({where: {FACTORY: entry.get(FACTORY)}})
            yield from _factories(entry.get("OPTIONS"), f"{where}['OPTIONS']")


def _factories(options: object, where: str = "") -> Iterator[tuple[str, str]]:
    """List the factories that options name, and those that their own options name."""
    for name, value in options.items() if isinstance(options, Mapping) else ():
        if isinstance(value, Mapping) and isinstance(value.get(FACTORY), str):
            place = f"{where}[{name!r}]" if where else name
            yield f"{place}[{FACTORY!r}]", value[FACTORY]
            yield from _factories(value, place)


def _import_problem(dotted_path: str) -> str | None:
    try:
        import_string(dotted_path)
    except ImportError as error:
        return str(error).rstrip(".")
    return None


# -- databases


def _alias() -> str:
    """Return which database the rooms are in."""
    return router.db_for_write(apps.get_model("roomkit_rooms", "Room"))


def _is_in_memory(database: Mapping[str, object]) -> bool:
    name = str(database.get("NAME", ""))
    return name == ":memory:" or "mode=memory" in name


# -- import names


def _shadowed(home: Path) -> Iterator[tuple[str, Path, str]]:
    """List (name, our package, what is imported instead) of the packages beside this one."""
    for name in PACKAGES:
        ours = home / name
        spec = find_spec(name)
        found = [Path(place).resolve() for place in _places(spec)]
        if ours not in found:
            yield name, ours, ", ".join(map(str, found)) or "nothing"


def _places(spec: ModuleSpec | None) -> Sequence[str]:
    """Return where a package lies; a module that is none lies in its file."""
    if spec is None:
        return []
    return spec.submodule_search_locations or [spec.origin or "a built-in module"]


def _label(name: str) -> str:
    return {"channels_app": "roomkit_channels"}.get(name, f"roomkit_{name}")
