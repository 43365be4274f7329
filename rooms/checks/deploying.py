"""What may do on a developer's machine, and must not where other people come."""

from collections.abc import Sequence
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.checks.security.base import SECRET_KEY_INSECURE_PREFIX, SECRET_KEY_MIN_LENGTH
from django.core.exceptions import ImproperlyConfigured

from rooms.checks.topologies import find_shared_topology

# Where the project keeps the key it made, in its data directory.
KEPT_IN = "secret_key"


def check_shared_file(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Refuse a database file where several processes work."""
    topology = find_shared_topology()
    if topology is None or not topology.database.is_file:
        return []
    return [
        Error(
            "Several processes work on the same rooms, but these are in a SQLite file: other "
            "hosts cannot reach it, and on this one only one process writes at a time.",
            hint="Set DATABASE_URL=postgres://user:password@host:port/name.",
            id="roomkit_rooms.E006",
        )
    ]


def check_secret(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Refuse a secret key that can be guessed."""
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:
        key = ""
    if len(key) >= SECRET_KEY_MIN_LENGTH and not key.startswith(SECRET_KEY_INSECURE_PREFIX):
        return []
    return [
        Error(
            "SECRET_KEY is a default or too short: whoever guesses it can log in as anybody and "
            "read the conversations of the chat's visitors.",
            hint=(
                f"Set SECRET_KEY to at least {SECRET_KEY_MIN_LENGTH} random characters "
                "(ROOMKIT_SECRET_KEY, where roomkit_project is run), the same in every process."
            ),
            id="roomkit_rooms.E008",
        )
    ]


def check_kept_secret(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Warn of a secret key that only this host's data directory has."""
    kept = _kept_secret()
    if find_shared_topology() is None or kept is None or kept != settings.SECRET_KEY:
        return []
    return [
        Warning(
            f"Several processes work on the same rooms, but the secret key is the one in "
            f"{KEPT_IN!r} of this data directory: a process with another directory logs "
            "people out.",
            hint="Give every process the same ROOMKIT_SECRET_KEY.",
            id="roomkit_rooms.W026",
        )
    ]


def check_debug(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Refuse Django's debug pages where several processes serve."""
    if find_shared_topology() is None or not settings.DEBUG:
        return []
    return [
        Error(
            "DEBUG is on in a site of several processes: its error pages show settings and code "
            "to everybody, and it keeps every statement in memory.",
            hint="Remove ROOMKIT_DEBUG.",
            id="roomkit_rooms.E025",
        )
    ]


def _kept_secret() -> str | None:
    """Return the secret that the project made for itself, if its data directory has one."""
    home = getattr(settings, "DATA_DIR", None)
    path = Path(home) / KEPT_IN if home else None
    return path.read_text(encoding="ascii").strip() if path and path.is_file() else None
