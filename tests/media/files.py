"""Files to keep, and looking at what is kept."""

from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import httpx

from roomkit_project.asgi import application
from rooms import models
from rooms.domain.content import MediaContent
from rooms.domain.event import RoomEvent
from rooms.domain.media import FileBytes
from rooms.kit import RoomKit
from rooms.stores.orm import OrmStore

PHONE, ROOM, SITE = "phone", "room-1", "https://chat.example.org"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))


def picture(content: bytes = PNG, name: str = "cat.png") -> MediaContent:
    """Return a picture whose address holds its bytes."""
    url = FileBytes(content, "image/png").data_url()
    return MediaContent(url=url, mime_type="image/png", filename=name)


async def say(kit: RoomKit, content: Any = None, room_id: str = ROOM) -> RoomEvent:
    """Let the host send a picture into a room."""
    return await kit.send_event(room_id, "desk", content or picture())


def on_disk(folder: Path) -> list[bytes]:
    """Return what the storage holds."""
    return [each.read_bytes() for each in paths(folder)]


def paths(folder: Path) -> list[Path]:
    """Return the storage's files."""
    return [each for each in sorted(folder.rglob("*")) if each.is_file()]


async def rows(kit: RoomKit) -> list[models.MediaFile]:
    """Return the rows of kept files, oldest first."""
    assert isinstance(kit.store, OrmStore)
    files = models.MediaFile.objects.order_by("created_at", "position")
    return await kit.store.threads.run(lambda: list(files))


async def age(kit: RoomKit, *, hours: float) -> None:
    """Let all files be older."""

    def make_older() -> None:
        for row in models.MediaFile.objects.all():
            row.created_at -= timedelta(hours=hours)
            row.save()

    assert isinstance(kit.store, OrmStore)
    await kit.store.threads.run(make_older)


def url_of(event: RoomEvent) -> str:
    """Return the address of the file that an event holds."""
    assert isinstance(event.content, MediaContent)
    return event.content.url


async def fetch(link: str, method: str = "GET", **headers: str) -> httpx.Response:
    """Ask the site for a path as anybody would, without cookies."""
    site = httpx.ASGITransport(app=cast("Any", application))
    async with httpx.AsyncClient(transport=site, base_url="http://localhost") as http:
        return await http.request(method, link, headers=headers)
