"""What this process is part of: how many processes there are, and by what they reach each other.

Read from settings alone; nothing here asks a server. No value holds a password.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, router

from rooms.conf import LockKind, Role, get_settings
from rooms.domain.frozen import Frozen

IN_PROCESS = "in_process"
CELERY = "celery"
NONE = "none"

_LEVELS = (
    "one process, SQLite",
    "one process, a database server",
    "several processes on one database",
    "web processes and Celery workers",
)
_ROLES: Mapping[Role, str] = {
    "all": "serves, delivers, fires timers",
    "web": "serves",
    "worker": "delivers, fires timers",
}
_LAYERS = {
    "channels.layers.InMemoryChannelLayer": "in memory, one process",
    "channels_redis.core.RedisChannelLayer": "Redis",
    "channels_redis.pubsub.RedisPubSubChannelLayer": "Redis, publish and subscribe",
}


class Database(Frozen):
    """Where the rooms are kept.

    Attributes:
        alias: Its key in `DATABASES`.
        vendor: Django's name of its kind, such as `postgresql`.
        name: The database, or the file.
        host: `host:port`; '' for a file or a socket of this machine.
    """

    alias: str
    vendor: str
    name: str
    host: str = ""

    @property
    def is_file(self) -> bool:
        """Whether it is a file, which the processes of one host can share at best."""
        return self.vendor == "sqlite"

    def __str__(self) -> str:
        if self.is_file:
            return f"SQLite, {self.name}"
        kind = {"postgresql": "PostgreSQL"}.get(self.vendor, self.vendor)
        return f"{kind}, {self.name} on {self.host or 'this machine'}"


class NextStep(Frozen):
    """The one thing to set to come further.

    Attributes:
        variable: The environment variable with a value to be replaced; '' when there is none.
        sentence: What it is for.
    """

    variable: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.variable}: {self.sentence}" if self.variable else self.sentence


class Topology(Frozen):
    """The processes that share the rooms, as far as the settings of this one tell.

    Attributes:
        layer: Dotted path of the channel layer's backend, '' without one.
        redis_url: Where breakers, limits and presence are shared, without a password; '' if not.
        broker: Where Celery's tasks wait, without a password; '' if there is no broker.
    """

    role: Role
    dispatcher: str
    database: Database
    locks: LockKind
    layer: str
    redis_url: str
    broker: str
    lane_scope: str

    @property
    def is_shared(self) -> bool:
        """Whether other processes work on the same rooms."""
        return self.role != "all" or self.dispatcher == CELERY

    @property
    def level(self) -> int:
        """How far the site has grown, 0 to 3."""
        if self.dispatcher == CELERY:
            return 3
        if self.is_shared or self.redis_url:
            return 2
        return 0 if self.database.is_file else 1

    @property
    def has_lonely_layer(self) -> bool:
        """Whether what is published stays in this process."""
        return not self.layer or "InMemory" in self.layer

    @property
    def uses_redis(self) -> bool:
        """Whether this process cannot do its part without Redis."""
        return self.locks == "redis" or self.layer.startswith("channels_redis.")

    @property
    def worker(self) -> str:
        """Who takes up deliveries that nobody holds."""
        if self.dispatcher == CELERY:
            return "Celery"
        return "in this process" if self.role == "all" else "roomkit_worker"

    def describe_level(self) -> str:
        """Return the level in words."""
        return _LEVELS[self.level]

    def describe_layer(self) -> str:
        """Return how what people watch reaches the process that shows it."""
        return _LAYERS.get(self.layer, self.layer.rpartition(".")[2]) or NONE

    def describe_shared_state(self) -> str:
        """Return where breakers, limits and presence are kept."""
        return self.redis_url or "in this process"

    def lines(self) -> list[tuple[str, str]]:
        """Return label and value of everything, for people to read."""
        return [
            ("Level", f"{self.level}: {self.describe_level()}"),
            ("Role", f"{self.role}: {_ROLES[self.role]}"),
            ("Dispatcher", self.dispatcher),
            ("Database", str(self.database)),
            ("Room locks", self.locks),
            ("Channel layer", self.describe_layer()),
            ("Shared state", self.describe_shared_state()),
            ("Broker", self.broker or NONE),
            ("Lane scope", self.lane_scope),
            ("Worker", self.worker),
        ]


def resolve_topology() -> Topology:
    """Read the topology from Django's settings.

    Raises:
        ImproperlyConfigured: If the `ROOMKIT` setting is wrong.
    """
    conf = get_settings()
    return Topology(
        role=conf.ROLE,
        dispatcher=conf.DISPATCHER,
        database=_resolve_database(),
        locks=conf.locks,
        layer=_resolve_layer(),
        redis_url=hide_password(conf.REDIS_URL or ""),
        broker=hide_password(find_broker_url()) if conf.DISPATCHER == CELERY else "",
        lane_scope=conf.LANE_SCOPE,
    )


def suggest_next(topology: Topology) -> NextStep:
    """Say what to set next: what this level lacks, or else what leads to the one above."""
    if topology.database.is_file:
        return _DATABASE
    if not topology.redis_url:
        return _REDIS
    if not topology.is_shared:
        return _ROLE
    if topology.dispatcher != CELERY:
        return _CELERY
    return _MORE if topology.broker else _BROKER


_DATABASE = NextStep(
    variable="DATABASE_URL=postgres://user:password@host:5432/name",
    sentence="keeps the rooms on a server that other processes and hosts can reach.",
)
_REDIS = NextStep(
    variable="REDIS_URL=redis://host:6379/0",
    sentence="lets several processes show each other what is said, and count limits together.",
)
_ROLE = NextStep(
    variable="ROOMKIT_ROLE=web",
    sentence="for several `manage.py up` on one database, beside one `manage.py roomkit_worker`.",
)
_CELERY = NextStep(
    variable="ROOMKIT_DISPATCHER=celery",
    sentence="lets Celery's workers deliver and ask agents; web processes then only serve.",
)
_BROKER = NextStep(
    variable="CELERY_BROKER_URL=redis://host:6379/0",
    sentence="tells where Celery's tasks wait.",
)
_MORE = NextStep(
    variable="",
    sentence="Nothing: start more web processes or more Celery workers as the load asks for.",
)


def hide_password(url: str) -> str:
    """Return a server's address without user, password and options."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return ""
    # What stands before the last @ is user and password, however badly they are escaped.
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"


def find_broker_url() -> str:
    """Return where Celery's tasks wait: Django's setting, else what the Celery app says."""
    given = getattr(settings, "CELERY_BROKER_URL", None)
    if given or find_spec("celery") is None:
        return str(given or "")
    # Celery is an extra.
    from celery import current_app  # noqa: PLC0415

    return str(current_app.conf.broker_url or "")


def rooms_alias() -> str:
    """Return which of `DATABASES` the rooms are in."""
    return router.db_for_write(apps.get_model("roomkit_rooms", "Room"))


def _resolve_database() -> Database:
    alias = rooms_alias()
    entry: Mapping[str, Any] = connections[alias].settings_dict
    port = f":{entry['PORT']}" if entry.get("PORT") else ""
    return Database(
        alias=alias,
        vendor=connections[alias].vendor,
        name=str(entry.get("NAME") or ""),
        host=f"{entry['HOST']}{port}" if entry.get("HOST") else "",
    )


def _resolve_layer() -> str:
    layers = getattr(settings, "CHANNEL_LAYERS", None) or {}
    return str(layers.get("default", {}).get("BACKEND", ""))
