"""System checks of what the settings name of this app."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string

from channels_app.configured import agent_catalog, catalog
from rooms.checks.importing import is_installed, list_dotted_paths


class NeedsSDK(NamedTuple):
    """Something that imports without its SDK, and cannot be made without it.

    Attributes:
        path: Its dotted path.
        module: The SDK's.
        extra: The package's extra that the SDK comes with.
    """

    path: str
    module: str
    extra: str


SOURCES = (
    NeedsSDK("channels_app.IMAPSource", "imapclient", "imap"),
    NeedsSDK("channels_app.SSESource", "httpx_sse", "sse"),
    NeedsSDK("channels_app.WebSocketSource", "websockets", "websocket"),
    NeedsSDK("channels_app.WhatsAppPersonalSourceProvider", "neonize", "whatsapp-personal"),
)


def check_sdks(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Refuse providers and sources in `ROOMKIT` whose SDK is not installed.

    Those are found too that derive from ours, or are named by another path.
    """
    lacking = [each for each in _all() if not is_installed(each.module)]
    return [
        Error(
            f"{where} is {path!r}, whose SDK {each.module!r} is not installed.",
            hint=f"pip install 'django-roomkit[{each.extra}]'",
            id="roomkit_channels.E002",
        )
        for where, path in list_dotted_paths()
        for each in lacking
        if _is_same(path, each.path)
    ]


def _all() -> Iterator[NeedsSDK]:
    for ours in (*catalog.OURS, *agent_catalog.OURS):
        if ours.needs:
            yield NeedsSDK(ours.path, ours.needs, ours.extra)
    yield from SOURCES


def _is_same(path: str, ours: str) -> bool:
    """Tell whether a path names ours, or a class that derives from it."""
    if path == ours:
        return True
    try:
        found, known = import_string(path), import_string(ours)
    except ImportError:  # a check of rooms tells of that
        return False
    if isinstance(found, type) and isinstance(known, type):
        return issubclass(found, known)
    return found is known
