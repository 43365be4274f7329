"""The first user of a new installation."""

import secrets

from django.contrib.auth import get_user_model

from rooms.serving.alone import alone_in_transaction

USERNAME = "admin"
PASSWORD_BYTES = 12


def create_first_admin(password: str | None = None) -> str | None:
    """Make the superuser ``admin`` unless there is a superuser already.

    Of several processes that start together one makes it, and that one tells its password.

    Args:
        password: Its password; None makes a random one.

    Returns:
        The random password, to be shown once, or None when nothing has to be told.
    """
    with alone_in_transaction():
        if get_user_model()._default_manager.filter(is_superuser=True).exists():
            return None
        chosen = password or secrets.token_urlsafe(PASSWORD_BYTES)
        _create(chosen)
    return None if password else chosen


def _create(password: str) -> None:
    model = get_user_model()
    fields = dict.fromkeys(model.REQUIRED_FIELDS, "")
    model._default_manager.create_superuser(
        **{model.USERNAME_FIELD: USERNAME, **fields, "password": password}
    )
