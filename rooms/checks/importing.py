"""Whether what settings name can be imported, and is what it should be."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.utils.module_loading import import_string

from rooms.checks.topologies import find_topology
from rooms.topology import CELERY

FACTORY = "FACTORY"
LISTS_OF_PATHS = ("PROVIDERS", "TOOLS")
DOTTED_PATHS = (
    "IDENTITY_RESOLVER",
    "INBOUND_ROUTER",
    "ORCHESTRATION",
    "ORGANIZATIONS_OF_USER",
    "TELEMETRY",
)
PACKAGES = ("hooks", "rooms", "channels_app", "voice")


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
        for where, path in list_dotted_paths()
        if (problem := _import_problem(path))
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
        for name, ours, found in _shadowed(Path(__file__).resolve().parent.parent.parent)
    ]


def check_packages(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Refuse settings whose packages are not installed: they are extras."""
    return [
        Error(
            f"{setting} needs the package {package!r}, which is not installed.",
            hint=f"pip install 'django-roomkit[{extra}]'",
            id="roomkit_rooms.E020",
        )
        for setting, package, extra in _needed_packages()
        if not is_installed(package)
    ]


# -- dotted paths


def list_dotted_paths() -> Iterator[tuple[str, str]]:
    """List what `ROOMKIT` has to be imported: (where it stands, dotted path).

    What has a wrong shape is E001's business.
    """
    conf = getattr(settings, "ROOMKIT", {})
    if not isinstance(conf, Mapping):
        return
    for key in DOTTED_PATHS:
        if isinstance(conf.get(key), str):
            yield f"ROOMKIT[{key!r}]", conf[key]
    for key in LISTS_OF_PATHS:
        yield from _listed_paths(conf, key)
    for where, entry in (*_entries(conf, "CHANNELS"), *_entries(conf, "SOURCES")):
        if isinstance(entry, Mapping):
            yield from _factories({where: {FACTORY: entry.get(FACTORY)}})
            yield from _factories(entry.get("OPTIONS"), f"{where}['OPTIONS']")


def _listed_paths(conf: Mapping[str, object], key: str) -> Iterator[tuple[str, str]]:
    """List (where it stands, dotted path) of an entry that is a list of them."""
    paths = conf.get(key)
    for number, path in enumerate(paths if isinstance(paths, list | tuple) else ()):
        if isinstance(path, str):
            yield f"ROOMKIT[{key!r}][{number}]", path


def _entries(conf: Mapping[str, object], key: str) -> Iterator[tuple[str, object]]:
    """List (where it stands, entry) of what is made by factories."""
    entries = conf.get(key)
    for name, entry in entries.items() if isinstance(entries, Mapping) else ():
        yield f"ROOMKIT[{key!r}][{name!r}]", entry


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


# -- packages


def _needed_packages() -> Iterator[tuple[str, str, str]]:
    """List (setting, package, extra) of what the settings call for."""
    topology = find_topology()
    if topology is None:
        return
    if topology.dispatcher == CELERY:
        yield "The dispatcher 'celery'", "celery", "celery"
    if topology.redis_url:
        yield "REDIS_URL", "redis", "redis"
    if topology.layer.startswith("channels_redis."):
        yield "The channel layer", "channels_redis", "redis"


def is_installed(module: str) -> bool:
    """Tell whether a module could be imported, without doing it: that would take long."""
    try:
        return find_spec(module) is not None
    # Its package is missing; or it was marked as one that must not import.
    except (ModuleNotFoundError, ValueError):
        return False


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
