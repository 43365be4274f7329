"""The first user of a new installation."""

import secrets

from django.contrib.auth import get_user_model

USERNAME = "admin"
PASSWORD_BYTES = 12


def create_first_admin(password: str | None = None) -> str | None:
    """Make the superuser ``admin`` unless there is a superuser already.

    Args:
        password: Its password; None makes a random one.

    Returns:
        The random password, to be shown once, or None when nothing has to be told.
    """
    model = get_user_model()
    if model._default_manager.filter(is_superuser=True).exists():
        return None
    chosen = password or secrets.token_urlsafe(PASSWORD_BYTES)
    fields = dict.fromkeys(model.REQUIRED_FIELDS, "")
    model._default_manager.create_superuser(
        **{model.USERNAME_FIELD: USERNAME, **fields, "password": chosen}
    )
    return None if password else chosen
