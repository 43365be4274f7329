"""Making the client that speaks for an account."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from channels_app.providers.neonize import extra
from channels_app.providers.neonize.config import WhatsAppPersonalConfig

MakeClient: TypeAlias = Callable[[WhatsAppPersonalConfig], Any]
"""Returns a client as neonize's `NewAClient` is one, not connected yet."""


def make_client(config: WhatsAppPersonalConfig) -> Any:
    """Return neonize's client of an account; it opens the session's file when it connects.

    Raises:
        ImportError: If neonize or a library that it needs is not installed.
        FileNotFoundError: If the session's directory is not there.
    """
    check_directory(config)
    library = extra.client()
    kinds = extra.devices().DeviceProps
    props = kinds(
        os=config.device_name, platformType=kinds.PlatformType.Value(config.platform.upper())
    )
    return library.NewAClient(config.session, props=props)


def check_directory(config: WhatsAppPersonalConfig) -> None:
    """Make sure that there is a place for the session.

    Raises:
        FileNotFoundError: If its directory is not there.
    """
    directory = Path(config.session).absolute().parent
    if not directory.is_dir():
        raise FileNotFoundError(f"there is no directory {directory} for the session: make it")
