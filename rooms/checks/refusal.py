"""Refusing to start on settings that would lose or double messages."""

from django.core.checks import ERROR
from django.core.exceptions import ImproperlyConfigured

from rooms.checks.importing import check_packages
from rooms.checks.sharing import check_broker, check_layer, check_locks

REFUSED = (check_packages, check_locks, check_layer, check_broker)


def refuse_unsafe() -> None:
    """Return if this process may work on the rooms beside the others.

    Raises:
        ImproperlyConfigured: If it may not; names every reason, its id and what to do.
    """
    reasons = [
        f"{message.id}: {message.msg} {message.hint}"
        for check in REFUSED
        for message in check(None)
        if message.level >= ERROR
    ]
    if reasons:
        raise ImproperlyConfigured("RoomKit does not start like this.\n" + "\n".join(reasons))
