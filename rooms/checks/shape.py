"""Whether `ROOMKIT` has the keys and types that `rooms.conf` declares."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error

from rooms.conf import find_faults


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
