"""Files that people of the site send beside it: kept where the words are said, and nowhere else."""

import pytest

from channels_app.testing.fakes.server import Fault, Response
from rooms import OwnerKind, RoomKit
from rooms.domain.content import MediaContent
from tests.media.files import rows
from tests.webhooks.media_site import FileHost, with_files
from tests.webhooks.test_media import contents, folder, host, kit, make_due, say

__all__ = ["folder", "host", "kit"]

pytestmark = pytest.mark.database


async def test_file_of_an_echo_is_kept_once(kit: RoomKit, host: FileHost) -> None:
    await say(kit, with_files(f"{host.url}/cat.png"))
    host.requests.clear()

    for _ in range(2):
        said = await say(kit, with_files(f"{host.url}/cat.png", kind="echo", id="e-1"))

    picture = said[-1]
    assert isinstance(picture, MediaContent)
    assert picture.url == f"media:{(await rows(kit))[1].id}"
    assert len(host.requests) == 1


async def test_file_to_a_stranger_is_not_fetched(kit: RoomKit, host: FileHost) -> None:
    private = with_files(f"{host.url}/cat.png", kind="echo", sender="+15550777")

    assert await say(kit, private) == []
    assert (host.requests, await rows(kit)) == ([], [])


async def test_agents_are_silent_before_the_file_is_here(kit: RoomKit, host: FileHost) -> None:
    await say(kit, with_files(f"{host.url}/cat.png"))
    host.fail_next(Fault(Response(503)))

    before = await say(kit, with_files(f"{host.url}/cat.png", kind="echo", id="e-1"))

    [room] = await kit.store.list_rooms()
    assert room.owner_kind is OwnerKind.HUMAN
    await make_due(kit, attempts=1)
    assert len(await contents(kit)) == len(before) + 1
