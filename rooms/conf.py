"""The `ROOMKIT` setting: one dictionary, read through one typed object.

ROOMKIT = {
    "CHANNELS": {
        "web-chat": {"FACTORY": "channels_app.WebSocketChannel"},
        "assistant": {
            "FACTORY": "channels_app.AIChannel",
            "OPTIONS": {"provider": {"FACTORY": "channels_app.DemoShopProvider"}},
        },
    },
}
"""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from types import NoneType
from typing import Any, Literal, Self

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from rooms.domain.json import JsonObject
from rooms.domain.quiet_hours import QuietHours
from rooms.domain.standing import ConsentRules

SIMPLE = (str, int, float, NoneType)

SHORTEST_KEY = 32

# What makes the waker of lanes for each dispatcher that hands work to other processes.
WAKERS = {"celery": "channels_app.waker.make_waker"}

Role = Literal["all", "web", "worker"]
LockKind = Literal["memory", "database", "redis"]


class ChannelEntry(BaseModel):
    """One channel to register in every process.

    `FACTORY` is a dotted path called with the channel id and `OPTIONS`; an option that is itself a
    dictionary with `FACTORY` is made the same way.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    FACTORY: str
    OPTIONS: JsonObject = {}
    ORGANIZATION_ID: str | None = None


class SourceEntry(BaseModel):
    """One source to run, in one process at a time.

    `FACTORY` is called with `channel_id` and `OPTIONS`, which are read as those of channels are.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    FACTORY: str
    OPTIONS: JsonObject = {}
    CHANNEL: str | None = None


class RoomkitSettings(BaseModel):
    """Every entry of `ROOMKIT` with its type and default.

    Attributes:
        CHANNELS: Channels registered in every process, by channel id.
        SOURCES: What fetches messages, by the channel they come in by; with `CHANNEL`, by any name.
        CHAT: What the customer chat page shows and uses.
        IDENTITY_RESOLVER: Dotted path of an `IdentityResolver` class, called with the store.
        INBOUND_ROUTER: Dotted path of an `InboundRoomRouter` class, called with the store.
        ORCHESTRATION: Dotted path of a function that makes the strategy of new rooms: how agents
            work together in them. Every process calls it once.
        MAX_CHAIN_DEPTH: Answers at this depth are stored BLOCKED.
        PROCESS_TIMEOUT_SECONDS: How long a message has until its commit.
        IDENTITY_TIMEOUT_SECONDS: How long an identity resolver has.
        MESSAGE_MAX_LENGTH: Characters a socket or HTTP client may send in one message.
        ORGANIZATIONS_OF_USER: Dotted path of a function `(user) -> ids or None`; None means all.
        ROLE: What this process does: `web` serves, `worker` takes up deliveries and fires timers,
            `all` does both and is the only process.
        DISPATCHER: Who runs deliveries: `in_process` the process that commits, `celery` Celery's
            workers.
        LOCKS: What keeps two messages of a room apart; None takes `memory` in a process that is
            alone, else `database`.
        REDIS_URL: Where processes share breakers, limits, presence and Redis locks.
        REDIS_PREFIX: What keeps this site's keys in Redis apart from those of others.
        LANE_SCOPE: What is delivered in order: each `binding` of a room, or the whole `room`.
        CONSENT: The words that stop and start messages, and what they are answered with.
        QUIET_HOURS: When nobody is written to who has not asked; None is never.
        LEASE_SECONDS: How long a process that gives no sign of life keeps its rooms and deliveries.
        PUBLIC_URL: Where vendors reach this site, such as `https://chat.example.org`; their
            signatures cover it. None takes the address from each request.
        MEDIA_STORAGE: The entry of `STORAGES` that keeps the files of rooms.
        MEDIA_MAX_BYTES: The largest file that is fetched from a vendor.
        MEDIA_LINK_HOURS: How long addresses of files are good for at least; vendors may fetch a
            file hours after they took the message.
        TELEMETRY: Dotted path of a function that makes the telemetry provider.
        PROVIDERS: Dotted paths of providers of your own that the admin offers for new channels and
            agents.
        TOOLS: Dotted paths of tools that agents of the admin can be given: functions under `@tool`,
            other tools, or what makes a toolset without being told anything.
        SECRETS_KEYS: What the secrets of channels made in the admin are encrypted with: the first
            encrypts, all decrypt. Without any it is Django's SECRET_KEY.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    CHANNELS: dict[str, ChannelEntry] = {}
    SOURCES: dict[str, SourceEntry] = {}
    CHAT: JsonObject = {}
    IDENTITY_RESOLVER: str | None = None
    INBOUND_ROUTER: str | None = None
    ORCHESTRATION: str | None = None
    MAX_CHAIN_DEPTH: int = Field(default=5, ge=1)
    PROCESS_TIMEOUT_SECONDS: float = Field(default=30.0, gt=0)
    IDENTITY_TIMEOUT_SECONDS: float = Field(default=10.0, gt=0)
    MESSAGE_MAX_LENGTH: int = Field(default=8000, ge=1)
    ORGANIZATIONS_OF_USER: str | None = None
    ROLE: Role = "all"
    DISPATCHER: Literal["in_process", "celery"] = "in_process"
    LOCKS: LockKind | None = None
    REDIS_URL: str | None = None
    REDIS_PREFIX: str = "roomkit"
    LANE_SCOPE: Literal["binding", "room"] = "binding"
    LEASE_SECONDS: float = Field(default=15.0, gt=0)
    CONSENT: ConsentRules = ConsentRules()
    QUIET_HOURS: QuietHours | None = None
    PUBLIC_URL: str | None = None
    MEDIA_STORAGE: str = "default"
    MEDIA_MAX_BYTES: int = Field(default=25_000_000, ge=1)
    MEDIA_LINK_HOURS: int = Field(default=24, ge=24)
    TELEMETRY: str | None = None
    PROVIDERS: list[str] = []
    TOOLS: list[str] = []
    SECRETS_KEYS: list[SecretStr] = []

    @field_validator("SECRETS_KEYS")
    @classmethod
    def _refuse_short(cls, keys: list[SecretStr]) -> list[SecretStr]:
        if any(len(key.get_secret_value()) < SHORTEST_KEY for key in keys):
            raise PydanticCustomError(
                "short_key", f"a key that can be guessed protects nothing: use {SHORTEST_KEY} signs"
            )
        return keys

    @property
    def is_shared(self) -> bool:
        """Whether other processes work on the same rooms."""
        return self.ROLE != "all" or self.DISPATCHER == "celery"

    @property
    def locks(self) -> LockKind:
        """What locks rooms, as `LOCKS` says or as the number of processes asks for."""
        return self.LOCKS or ("database" if self.is_shared else "memory")

    @property
    def waker(self) -> str | None:
        """The dotted path of what wakes workers after a commit; None runs deliveries here."""
        return None if self.ROLE == "worker" else WAKERS.get(self.DISPATCHER)

    @model_validator(mode="after")
    def _redis_is_there_to_lock(self) -> Self:
        if self.LOCKS == "redis" and not self.REDIS_URL:
            raise PydanticCustomError(
                "redis_missing",
                "LOCKS is 'redis', but REDIS_URL is not set: set it, or use 'database'",
            )
        return self


ENTRIES: dict[str, type[BaseModel]] = {
    "SOURCES": SourceEntry,
    "CONSENT": ConsentRules,
    "QUIET_HOURS": QuietHours,
}

_acted_role: Role | None = None


def act_as(role: Role | None) -> None:
    """Say what this process is where the command that started it knows better than `ROLE`.

    Call it before the kit is built. None goes back to the setting.
    """
    global _acted_role
    _acted_role = role
    get_settings.cache_clear()


@cache
def get_settings() -> RoomkitSettings:
    """Return the validated setting.

    Raises:
        ImproperlyConfigured: If a key is unknown (with the nearest known one) or a value is wrong.
    """
    given = getattr(settings, "ROOMKIT", {})
    faults = find_faults(given)
    if faults:
        raise ImproperlyConfigured("; ".join(faults))
    role = {"ROLE": _acted_role} if _acted_role else {}
    return RoomkitSettings.model_validate({**given, **role})


def find_faults(given: object) -> list[str]:
    """Say what is wrong with a value of the setting, a sentence each; none if it can be used."""
    if not isinstance(given, Mapping):
        return [f"ROOMKIT is {given!r}: make it a dictionary"]
    try:
        RoomkitSettings.model_validate(given)
    except ValidationError as error:
        return [_describe(fault) for fault in error.errors(include_url=False)]
    return []


def _describe(fault: ErrorDetails) -> str:
    path = [str(step) for step in fault["loc"]]
    where = "ROOMKIT" + "".join(f"[{step!r}]" for step in path)
    if fault["type"] == "extra_forbidden":
        known = RoomkitSettings if len(path) == 1 else ENTRIES.get(path[0], ChannelEntry)
        return f"{where} is unknown: {_suggest(path[-1], known)}"
    # A dictionary or list may hold credentials, so it is not shown.
    may_be_shown = isinstance(fault["input"], SIMPLE) and path[0] != "SECRETS_KEYS"
    shown = f" (it is {fault['input']!r})" if may_be_shown else ""
    return f"{where} is wrong{shown}: {fault['msg']}"


def _suggest(key: str, known: type[BaseModel]) -> str:
    names = sorted(field.alias or name for name, field in known.model_fields.items())
    near = get_close_matches(key, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known are {names}"


def _forget(*, setting: str, **_: Any) -> None:
    if setting == "ROOMKIT":
        get_settings.cache_clear()


setting_changed.connect(_forget)
