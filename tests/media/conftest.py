"""A kit in the database, a directory for its files, and a room with a phone that sees files."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pytest_django import Settings

from rooms import runtime
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.enums import ChannelMediaType
from rooms.kit import RoomKit
from rooms.stores.orm import OrmStore
from rooms.testing.recorder import Recorder
from tests.media.files import PHONE, ROOM, SITE

SEES_FILES = ChannelCapabilities(
    media_types=[ChannelMediaType.TEXT, ChannelMediaType.MEDIA], supports_media=True
)


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Where the storage keeps bytes."""
    settings.MEDIA_ROOT = tmp_path
    settings.ROOMKIT = {"PUBLIC_URL": SITE}
    return tmp_path


@pytest.fixture
async def kit(
    committed_database: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RoomKit]:
    made = RoomKit(OrmStore())
    monkeypatch.setattr(runtime, "_kit", made)
    yield made
    await made.close()


@pytest.fixture
async def phone(kit: RoomKit) -> Recorder:
    made = Recorder(PHONE, capabilities=SEES_FILES)
    kit.register_channel(made)
    kit.register_channel(Recorder("desk"))
    await kit.create_room(ROOM)
    await kit.attach_channel(ROOM, PHONE)
    await kit.attach_channel(ROOM, "desk")
    return made
