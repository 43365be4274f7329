"""Where channels are configured besides the settings, so that they can change while a site runs.

An app above this one registers what makes such a directory for a kit; every kit that is built
from the settings gets one.
"""

from collections.abc import Callable

from rooms.kit import RoomKit
from rooms.registry import ChannelDirectory

MakeDirectory = Callable[[RoomKit], ChannelDirectory]

_make: MakeDirectory | None = None


def register_directory(make: MakeDirectory) -> None:
    """Have the kits that are built from now on ask such a directory; another one is replaced."""
    global _make
    _make = make


def consult_directory(kit: RoomKit) -> None:
    """Have a kit ask its directory, if there is one, for channels that it does not know."""
    if _make is not None:
        kit.pipeline.parts.channels.consult(_make(kit))
