"""Files of messages are fetched before the message enters a room: once, and from nowhere they
should not be.
"""

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import AsyncClient
from django.utils import timezone
from pytest_django import Settings

from channels_app.models import ReceiptState, WebhookReceipt
from channels_app.services.receipts import MAX_ATTEMPTS
from channels_app.testing.fakes.server import Fault, Response
from channels_app.webhooks import media
from channels_app.webhooks.effects import Effects
from channels_app.webhooks.handling import get_webhooks
from hooks import HookExecution, HookTrigger
from rooms import RoomContext, RoomEvent, runtime
from rooms.domain.content import CompositeContent, EventContent, MediaContent, text_of
from rooms.domain.media import FileBytes, files_in
from rooms.kit import RoomKit
from rooms.stores.orm import OrmStore
from tests.media.files import on_disk, rows
from tests.steps import Seen
from tests.webhooks.media_site import PNG, FileHost, files_channel, with_files
from tests.webhooks.toy_vendor import post

pytestmark = pytest.mark.database


@pytest.fixture
def host() -> Iterator[FileHost]:
    with FileHost().serving() as serving:
        yield serving


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
async def kit(
    committed_database: None, host: FileHost, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RoomKit]:
    made = RoomKit(OrmStore())
    made.register_channel(files_channel(host))
    monkeypatch.setattr(runtime, "_kit", made)
    yield made
    await made.close()


async def handle(kit: RoomKit) -> None:
    await get_webhooks().handle_due()
    await kit.pipeline.parts.tasks.close(timeout=5)


async def contents(kit: RoomKit) -> list[EventContent]:
    """Return what is said in all rooms, once everything that waits is handled."""
    await handle(kit)
    return [
        event.content
        for room in await kit.store.list_rooms()
        for event in await kit.store.list_events(room.id)
    ]


async def say(kit: RoomKit, *items: dict[str, Any]) -> list[EventContent]:
    await post(AsyncClient(), *items)
    return await contents(kit)


async def make_due(kit: RoomKit, *, attempts: int) -> None:
    """Let the next attempt of every receipt be due, after so many."""
    past = timezone.now() - timedelta(minutes=1)
    assert isinstance(kit.store, OrmStore)
    pending = WebhookReceipt.objects.filter(state=ReceiptState.PENDING)
    await kit.store.threads.run(pending.update, due_at=past, attempts=attempts)


async def test_file_is_fetched_and_named_by_reference(
    kit: RoomKit, host: FileHost, folder: Path
) -> None:
    [content] = await say(kit, with_files(f"{host.url}/cat.png"))

    assert isinstance(content, MediaContent)
    [row] = await rows(kit)
    assert content.url == f"media:{row.id}"
    assert (content.size_bytes, row.filename) == (len(PNG), "cat.png")
    assert row.sha256 == hashlib.sha256(PNG).hexdigest()
    assert on_disk(folder) == [PNG]


async def test_file_belongs_to_the_event_it_came_with(kit: RoomKit, host: FileHost) -> None:
    await say(kit, with_files(f"{host.url}/cat.png"))

    [room] = await kit.store.list_rooms()
    [event] = await kit.store.list_events(room.id)
    [row] = await rows(kit)
    assert (row.room_id, row.event_id, row.message_key) == (room.id, event.id, "FilesProvider:m-1")


async def test_the_same_webhook_twice_fetches_once(kit: RoomKit, host: FileHost) -> None:
    said = with_files(f"{host.url}/cat.png", f"{host.url}/cat.png", text="two")
    await say(kit, said)
    await say(kit, said)

    assert len(host.requests) == 2
    assert len(await rows(kit)) == 2
    assert len(await contents(kit)) == 1


async def test_twenty_at_once_keep_one_file(kit: RoomKit, host: FileHost, folder: Path) -> None:
    client = AsyncClient()
    said = with_files(f"{host.url}/cat.png")
    await asyncio.gather(*(post(client, said) for _ in range(20)))

    assert len(await contents(kit)) == 1
    assert on_disk(folder) == [PNG]


async def test_death_between_fetch_and_commit_leaves_one_of_each(
    kit: RoomKit, host: FileHost, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(*_: Any) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(Effects, "_receive", die)
        await say(kit, with_files(f"{host.url}/cat.png"))
    assert len(await rows(kit)) == 1
    assert isinstance(kit.store, OrmStore)
    await kit.store.threads.run(WebhookReceipt.objects.update, lease_until=None)

    [content] = await contents(kit)
    [row] = await rows(kit)
    assert [file.url for file in files_in(content)] == [f"media:{row.id}"]
    assert (len(host.requests), on_disk(folder)) == (1, [PNG])


async def test_file_in_an_address_is_kept(kit: RoomKit, folder: Path) -> None:
    data = FileBytes(PNG, "image/png").data_url()
    [content] = await say(kit, with_files(data))

    assert isinstance(content, MediaContent)
    assert content.url.startswith("media:")
    assert on_disk(folder) == [PNG]


async def test_edit_brings_its_file(kit: RoomKit, host: FileHost) -> None:
    await say(kit, with_files(f"{host.url}/cat.png", text="see"))
    host.files["/dog.png"] = PNG + b"2"
    edit = with_files(f"{host.url}/dog.png", kind="edit")
    for _ in range(2):
        said, _edit = await say(kit, edit)

    assert [file.url.partition(":")[0] for file in files_in(said)] == ["media"]
    assert [row.filename for row in await rows(kit)] == ["cat.png", "dog.png"]


# -- what cannot be had


async def said_instead(kit: RoomKit, url: str, **more: Any) -> str:
    """Return the words of a message whose second half is a file."""
    [content] = await say(kit, with_files(url, text="look", **more))
    assert isinstance(content, CompositeContent)
    assert list(files_in(content)) == []
    return text_of(content)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.2/x.png",
        "https://127.0.0.3/x.png",
        "https://169.254.169.254/x.png",
        "https://[::1]/x.png",
        "https://2130706433/x.png",
        "https://10.0.0.7/x.png",
        "http://files.example.org/x.png",
        "https://localhost/x.png",
        "https:///x.png",
        "media:0123456789/x.png",
    ],
)
async def test_own_network_is_not_asked(kit: RoomKit, host: FileHost, address: str) -> None:
    assert await said_instead(kit, address) == (
        "look\n[x.png was not kept: its address is not one to fetch from]"
    )
    assert host.requests == []


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest", "https://10.0.0.7/x", "http://localhost/x", "file:///etc"],
)
async def test_redirects_lead_nowhere_else(kit: RoomKit, host: FileHost, target: str) -> None:
    said = await said_instead(kit, f"{host.url}/away?to={target}")

    assert "its address is not one to fetch from" in said
    assert len(host.requests) == 1


async def test_credentials_do_not_follow_a_redirect(kit: RoomKit, host: FileHost) -> None:
    with FileHost().serving() as other:
        said = await said_instead(kit, f"{host.url}/away?to={other.url}/cat.png")

        assert "not there any more" in said
        assert [request.headers.get("x-word") for request in other.requests] == [None]


async def test_endless_redirects_end(kit: RoomKit, host: FileHost) -> None:
    again = f"{host.url}/away?to=/away%3Fto%3D/away"
    host.fail_next(*(Fault(Response(302, headers={"Location": again})) for _ in range(10)))

    assert "not one to fetch from" in await said_instead(kit, again)
    assert len(host.requests) == 6


async def test_gone_file_is_named(kit: RoomKit, host: FileHost) -> None:
    said = await said_instead(kit, f"{host.url}/gone.png")

    assert said == "look\n[gone.png was not kept: it is not there any more]"


@pytest.mark.parametrize("tells", [True, False])
async def test_too_much_is_not_read(
    kit: RoomKit, host: FileHost, settings: Settings, tells: bool
) -> None:
    settings.ROOMKIT = {"MEDIA_MAX_BYTES": len(PNG) - 1}
    url = f"{host.url}/cat.png" if tells else FileBytes(PNG, "image/png").data_url()

    assert "it is too large]" in await said_instead(kit, url)
    assert await rows(kit) == []


async def test_limit_itself_is_kept(kit: RoomKit, host: FileHost, settings: Settings) -> None:
    settings.ROOMKIT = {"MEDIA_MAX_BYTES": len(PNG)}
    await say(kit, with_files(f"{host.url}/cat.png"))

    assert len(await rows(kit)) == 1


async def test_page_is_no_picture(kit: RoomKit, host: FileHost) -> None:
    host.files["/cat.png"] = b"<!doctype html><script>alert(1)</script>"

    said = await said_instead(kit, f"{host.url}/cat.png")
    assert said == "look\n[cat.png was not kept: it is not what it says to be]"


async def test_another_file_than_announced_is_not_shown(kit: RoomKit, host: FileHost) -> None:
    announced = hashlib.sha256(b"another").hexdigest()
    said = await said_instead(kit, f"{host.url}/cat.png", sha256=announced)

    assert "it is not the file that was announced" in said
    assert await rows(kit) == []


async def test_packed_bytes_are_not_unpacked(kit: RoomKit, host: FileHost) -> None:
    host.fail_next(Fault(Response(200, b"\x1f\x8b", {"Content-Encoding": "gzip"})))

    assert "it could not be fetched" in await said_instead(kit, f"{host.url}/cat.png")


# -- what may be had later


@pytest.mark.parametrize(
    "fault",
    [Fault(Response(503)), Fault(Response(429)), Fault(drops_after=True)],
    ids=["away", "busy", "cut"],
)
async def test_passing_trouble_is_waited_out(kit: RoomKit, host: FileHost, fault: Fault) -> None:
    host.fail_next(fault)
    url = f"{host.url}/cat.png"
    assert await say(kit, with_files(url, url, text="two")) == []
    await make_due(kit, attempts=1)

    [content] = await contents(kit)
    assert len(list(files_in(content))) == 2
    assert len(host.requests) == 3


async def test_message_arrives_though_its_file_never_does(kit: RoomKit, host: FileHost) -> None:
    host.fail_next(*(Fault(Response(503)) for _ in range(2)))
    assert await say(kit, with_files(f"{host.url}/cat.png", text="look")) == []
    await make_due(kit, attempts=MAX_ATTEMPTS - 1)

    [content] = await contents(kit)
    assert text_of(content) == "look\n[cat.png was not kept: it could not be fetched]"


async def test_slow_host_is_given_up_within_the_lease(
    kit: RoomKit, host: FileHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "BUDGET_S", 0.05)
    host.fail_next(Fault(wait_s=0.5))

    assert await say(kit, with_files(f"{host.url}/cat.png")) == []


async def test_slow_file_holds_up_nobody_else(kit: RoomKit, host: FileHost) -> None:
    arrived: Seen[str] = Seen()

    @kit.hook(HookTrigger.AFTER_BROADCAST, execution=HookExecution.ASYNC)
    async def note(event: RoomEvent, context: RoomContext) -> None:
        arrived.note(event.source.participant_id or "")

    host.fail_next(Fault(wait_s=2.0))
    client = AsyncClient()
    await post(client, with_files(f"{host.url}/cat.png", sender="+15550001"))
    data = FileBytes(PNG, "image/png").data_url()
    await post(client, with_files(data, id="m-2", sender="+15550002"))

    assert await arrived.until(1) == ["+15550002"]
    assert await arrived.until(2) == ["+15550002", "+15550001"]


class SlowStorage(FileSystemStorage):
    """Stores once all files of the test have come, or after a moment."""

    room = threading.Condition()
    at_work: ClassVar[int] = 0
    most: ClassVar[int] = 0

    def save(self, name: Any, content: Any, max_length: int | None = None) -> str:
        kind = type(self)
        with kind.room:
            kind.at_work += 1
            kind.most = max(kind.most, kind.at_work)
            kind.room.notify_all()
            kind.room.wait_for(lambda: kind.most > media.SLOTS, timeout=0.5)
            kind.at_work -= 1
        return super().save(name, content, max_length)


async def test_no_more_files_are_fetched_than_can_be_stored(
    kit: RoomKit, host: FileHost, folder: Path, settings: Settings
) -> None:
    slow = {"BACKEND": f"{__name__}.SlowStorage", "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = {**settings.STORAGES, "slow": slow}
    settings.ROOMKIT = {"MEDIA_STORAGE": "slow"}

    await say(kit, with_files(*[f"{host.url}/cat.png"] * (media.SLOTS + 2), text="six"))

    assert SlowStorage.most == media.SLOTS
    assert len(on_disk(folder)) == media.SLOTS + 2
