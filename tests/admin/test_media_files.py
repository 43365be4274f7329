import re
from html import unescape

import pytest
from django.test import Client

from rooms import models
from rooms.domain.content import MediaContent
from rooms.domain.frozen import utc_now
from rooms.media.links import check_link
from tests.admin.rows import address, make_media_file, make_rows

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def links_in(page: str) -> list[tuple[str, ...]]:
    """Return what the links to files say: the file, its name, the end and the proof."""
    return re.findall(r"/media/(\w+)/([\w.]+)\?e=(\d+)&s=([\w-]+)", unescape(page))


def test_page_of_a_file_links_to_it(admin_client: Client) -> None:
    make_rows()
    row = models.MediaFile.objects.get()

    [link] = links_in(admin_client.get(address(models.MediaFile, "change", row.pk)).text)

    assert link[:2] == (row.pk, "cat.png")
    assert check_link(*link)


@pytest.mark.parametrize("column", ["stored_at", "erased_at"])
def test_file_without_bytes_has_no_link(admin_client: Client, column: str) -> None:
    make_rows()
    lost = {"stored_at": None, "erased_at": utc_now()}
    models.MediaFile.objects.update(**{column: lost[column]})
    row = models.MediaFile.objects.get()

    assert links_in(admin_client.get(address(models.MediaFile, "change", row.pk)).text) == []


def test_page_of_an_event_links_to_its_files(admin_client: Client) -> None:
    room = make_rows()
    kept, event = make_media_file(models.Room(pk="other")), room.events.get()
    content = MediaContent(url=f"media:{kept.pk}", mime_type="image/png", filename="cat.png")
    room.events.update(content=content.model_dump())

    [link] = links_in(admin_client.get(address(models.Event, "change", event.pk)).text)

    assert check_link(*link)


def test_broken_content_keeps_its_page(admin_client: Client) -> None:
    room = make_rows()
    room.events.update(content={"type": "media"})
    page = admin_client.get(address(models.Event, "change", room.events.get().pk))

    assert page.status_code == 200
    assert links_in(page.text) == []
