"""Where a kit keeps files."""

from typing import Any

from rooms.media.passing import PassingMedia
from rooms.ports import MediaStore
from rooms.stores.base import ConversationStore


def choose_media(store: ConversationStore) -> MediaStore:
    """Return the site's storage where rooms are in its database, else what keeps nothing."""
    threads: Any = getattr(store, "threads", None)
    if threads is None:
        return PassingMedia()
    # Imported only where there is a database, and so a configured Django.
    from rooms.media.store import DatabaseMediaStore  # noqa: PLC0415
    from rooms.stores.media import MediaFiles  # noqa: PLC0415

    return DatabaseMediaStore(MediaFiles(threads))
