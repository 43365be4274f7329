"""Fetching a kept file: by a link of ours and no other, as a browser or a vendor does."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from rooms import runtime
from rooms.domain.media import FileBytes, FileOrigin
from rooms.kit import RoomKit
from rooms.media.links import build_link
from rooms.media.store import DatabaseMediaStore
from rooms.stores.memory import InMemoryStore
from tests.media.files import PNG, fetch, paths

pytestmark = pytest.mark.database


async def link_to(
    kit: RoomKit, content: bytes = PNG, mime_type: str = "image/png", name: str = "cat.png"
) -> str:
    assert isinstance(kit.media, DatabaseMediaStore)
    file = FileBytes(content, mime_type, name)
    kept = await kit.media.put(FileOrigin("line", name, 0), file)
    return build_link(kept.id, name)


async def test_file_is_served_as_it_was_kept(kit: RoomKit) -> None:
    content = PNG * 1000
    response = await fetch(await link_to(kit, content))

    assert response.status_code == HTTPStatus.OK
    assert response.content == content
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Content-Length"] == str(len(content))


async def test_head_tells_the_same_without_the_bytes(kit: RoomKit) -> None:
    response = await fetch(await link_to(kit), "HEAD")

    assert (response.status_code, response.content) == (HTTPStatus.OK, b"")
    assert response.headers["Content-Length"] == str(len(PNG))


async def test_nothing_is_run(kit: RoomKit) -> None:
    response = await fetch(await link_to(kit))

    assert response.headers["Content-Security-Policy"].startswith("sandbox;")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("mime_type", "name", "is_saved"),
    [
        ("image/jpeg", "a.jpg", False),
        ("audio/ogg", "a.ogg", False),
        ("video/mp4", "a.mp4", False),
        ("image/svg+xml", "a.svg", True),
        ("text/html", "a.html", True),
        ("application/pdf", "a.pdf", True),
        ("application/octet-stream", "é.bin", True),
    ],
)
async def test_only_harmless_kinds_are_shown_in_place(
    kit: RoomKit, mime_type: str, name: str, is_saved: bool
) -> None:
    response = await fetch(await link_to(kit, b"....", mime_type, name))

    assert response.headers["Content-Disposition"].startswith(
        "attachment" if is_saved else "inline"
    )


@pytest.mark.parametrize(
    ("asked", "span", "told"),
    [
        ("bytes=0-3", slice(0, 4), "bytes 0-3/208"),
        ("bytes=200-", slice(200, 208), "bytes 200-207/208"),
        ("bytes=-8", slice(200, 208), "bytes 200-207/208"),
        ("bytes=200-999", slice(200, 208), "bytes 200-207/208"),
    ],
)
async def test_part_of_a_file(kit: RoomKit, asked: str, span: slice, told: str) -> None:
    response = await fetch(await link_to(kit), range=asked)

    assert response.status_code == HTTPStatus.PARTIAL_CONTENT
    assert response.content == PNG[span]
    assert response.headers["Content-Range"] == told


@pytest.mark.parametrize(
    "asked",
    ["bytes=-", "bytes=0-1,3-4", "lines=1-2", "bytes=9-3", "x", f"bytes={'9' * 5000}-"],
)
async def test_odd_ranges_get_the_whole_file(kit: RoomKit, asked: str) -> None:
    response = await fetch(await link_to(kit), range=asked)

    assert response.status_code == HTTPStatus.OK
    assert response.content == PNG


@pytest.mark.parametrize("asked", ["bytes=208-", "bytes=-0"])
async def test_range_that_holds_no_byte_is_refused(kit: RoomKit, asked: str) -> None:
    response = await fetch(await link_to(kit), range=asked)

    assert response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    assert response.headers["Content-Range"] == "bytes */208"


async def test_end_of_an_empty_file_is_refused(kit: RoomKit) -> None:
    response = await fetch(await link_to(kit, b""), range="bytes=-5")

    assert response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE


@pytest.mark.parametrize(
    "spoil",
    [
        lambda link: link.partition("?")[0],
        lambda link: link[:-1] + ("A" if link[-1] != "A" else "B"),
        lambda link: link.replace("cat.png", "dog.png"),
        lambda link: link.replace("?e=", "?e=9"),
        lambda link: link.replace("&s=", "&s=%F0%9F%92%A3"),
    ],
    ids=["no proof", "another signature", "another name", "a later end", "no letters"],
)
async def test_spoilt_link_finds_nothing(kit: RoomKit, spoil: Any) -> None:
    response = await fetch(spoil(await link_to(kit)))

    assert (response.status_code, response.content) == (HTTPStatus.NOT_FOUND, b"")


async def test_signed_link_to_nothing_finds_nothing(kit: RoomKit, folder: Path) -> None:
    link = await link_to(kit)
    [stored] = paths(folder)
    stored.unlink()

    assert (await fetch(link)).status_code == HTTPStatus.NOT_FOUND
    assert (await fetch(build_link("unknown", "a.png"))).status_code == HTTPStatus.NOT_FOUND


async def test_kit_in_memory_serves_nothing(kit: RoomKit, monkeypatch: pytest.MonkeyPatch) -> None:
    link = await link_to(kit)
    monkeypatch.setattr(runtime, "_kit", RoomKit(InMemoryStore()))

    assert (await fetch(link)).status_code == HTTPStatus.NOT_FOUND
