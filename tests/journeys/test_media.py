"""Pictures that customers send: fetched with our credentials, kept, shown and forwarded as ours."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from rooms import RoomEvent, RoomKit
from rooms.domain.content import text_of
from rooms.domain.media import files_in
from tests.journeys.media_site import (
    ADVISOR,
    MAIL_PATH,
    PICTURE,
    Vendors,
    fetch_public,
    site_of,
    vendors_running,
)
from tests.journeys.vendor_sites import post
from tests.media.files import on_disk, rows
from tests.providers.mail.samples import make_mime
from tests.web.chat_socket import greeted

pytestmark = pytest.mark.database


@pytest.fixture
def vendors() -> Iterator[Vendors]:
    with vendors_running() as running:
        yield running


@pytest.fixture
async def kit(
    vendors: Vendors,
    settings: Settings,
    tmp_path: Path,
    committed_database: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RoomKit]:
    async with site_of(vendors, settings, tmp_path, monkeypatch) as made:
        yield made


async def only_message(kit: RoomKit, channel_id: str = "sms") -> RoomEvent:
    """Return the only message that came in by a channel."""
    [event] = [
        event
        for room in await kit.store.list_rooms()
        for event in await kit.store.list_events(room.id)
        if event.source.channel_id == channel_id and event.type == "message"
    ]
    return event


async def test_picture_by_text_message_is_shown_and_forwarded(
    kit: RoomKit, vendors: Vendors
) -> None:
    await post(kit, vendors.advisor_writes())
    await post(kit, vendors.text_message(PICTURE))
    event = await only_message(kit)

    async with greeted(event.room_id, query="?after=-1") as socket:
        shown = (await socket.until("event"))["event"]["content"]
    page = await fetch_public(shown["url"])
    assert (page.status_code, page.content) == (200, PICTURE)
    [sent] = vendors.cloud.sent
    assert sent.to == ADVISOR.removeprefix("+")
    forwarded = sent.message.model_dump(mode="json")["image"]["link"]
    assert forwarded == shown["url"]


async def test_picture_is_shown_live(kit: RoomKit, vendors: Vendors) -> None:
    await post(kit, vendors.text_message(PICTURE, text="first"))
    event = await only_message(kit)
    async with greeted(event.room_id) as socket:
        await post(
            kit,
            vendors.text_message(
                PICTURE + b"2",
                text="",
            ),
        )
        live = (await socket.until("event"))["event"]["content"]

    assert (await fetch_public(live["url"])).content == PICTURE + b"2"


async def test_the_same_text_message_twice_is_one_file(
    kit: RoomKit, vendors: Vendors, tmp_path: Path
) -> None:
    webhook = vendors.text_message(PICTURE)
    await post(kit, webhook)
    await post(kit, webhook)

    assert len(vendors.mail.inbox.mails) == 1
    assert on_disk(tmp_path) == [PICTURE]


async def test_whatsapp_picture_is_fetched_by_its_id(
    kit: RoomKit, vendors: Vendors, tmp_path: Path
) -> None:
    await post(kit, vendors.whatsapp_message("65463453", PICTURE, told=PICTURE))

    [file] = files_in((await only_message(kit, "wa")).content)
    assert file.url.startswith("media:")
    assert on_disk(tmp_path) == [PICTURE]


async def test_whatsapp_picture_that_is_another_one_is_not_shown(
    kit: RoomKit, vendors: Vendors, tmp_path: Path
) -> None:
    await post(kit, vendors.whatsapp_message("65463453", PICTURE, told=b"another"))

    said = text_of((await only_message(kit, "wa")).content)
    assert said == "see\n[file.jpg was not kept: it is not the file that was announced]"
    assert on_disk(tmp_path) == []


async def test_mail_with_a_file_leaves_no_bytes_in_the_row(
    kit: RoomKit, vendors: Vendors, tmp_path: Path
) -> None:
    mail = make_mime("See the file")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="a.pdf")
    await post(kit, vendors.mail.inbound(mail)._replace(path=MAIL_PATH))

    event = await only_message(kit, "line")
    assert "data:" not in event.model_dump_json()
    assert on_disk(tmp_path) == [b"%PDF-1.7"]
    assert [row.filename for row in await rows(kit)] == ["a.pdf"]


async def test_picture_goes_out_inside_a_mail(kit: RoomKit, vendors: Vendors) -> None:
    await post(kit, vendors.text_message(PICTURE, text="see"))

    [mail] = vendors.mail.inbox.mails
    [attached] = mail.iter_attachments()
    assert attached.get_content() == PICTURE
    assert attached.get_content_type() == "image/jpeg"


async def test_deleted_room_takes_its_files_along(
    kit: RoomKit, vendors: Vendors, tmp_path: Path
) -> None:
    await post(kit, vendors.text_message(PICTURE))
    event = await only_message(kit)
    [link] = [file.url for file in files_in(kit.media.show(event).content)]
    await kit.delete_room(event.room_id)
    await kit.pipeline.drain(timeout=5)

    assert (await fetch_public(link)).status_code == 404
    assert on_disk(tmp_path) == []
