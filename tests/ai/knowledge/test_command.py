"""``manage.py roomkit_knowledge``: a folder becomes what agents find."""

from asyncio import to_thread
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from channels_app.ai.backing import store_beside
from channels_app.ai.knowledge.stored import StoredKnowledgeSource
from channels_app.models import KnowledgeEntry
from rooms.stores.orm import OrmStore
from rooms.testing.factories import make_room

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("committed_database")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    (folder / "shop").mkdir(parents=True)
    (folder / "shop" / "hours.md").write_text("# Hours\nWe open at nine.\n# Holidays\nClosed.")
    (folder / "refunds.TXT").write_text("\ufeffRefunds take five days.")
    (folder / ".drafts.md").write_text("secret draft")
    (folder / "photo.png").write_bytes(b"\x89PNG")
    return folder


def _call(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("roomkit_knowledge", *arguments, stdout=out)
    return out.getvalue().splitlines()


def _call_in_thread(*arguments: str) -> None:
    _call(*arguments)
    connection.close()  # the thread's own


async def _find(query: str, organization_id: str | None) -> list[tuple[str, str]]:
    rooms = OrmStore()
    await rooms.create_room(make_room("room"))
    source = StoredKnowledgeSource()
    source.bind(store_beside(rooms))
    found = await source.search(
        query, room_id="room", organization_id=organization_id, channel_id="agent"
    )
    await rooms.close()
    return [(each.source, each.content) for each in found]


def test_texts_of_a_folder_are_added(folder: Path) -> None:
    assert _call("add", str(folder)) == [
        "refunds.TXT: 1 added, 0 unchanged, 0 removed",
        "shop/hours.md: 2 added, 0 unchanged, 0 removed",
    ]


async def test_agents_of_the_organization_find_them(folder: Path) -> None:
    await to_thread(
        _call_in_thread, "--organization", "acme", "add", str(folder), "--name", "site/"
    )
    assert await _find("When do you open?", "acme") == [
        ("site/shop/hours.md", "Hours\n\nWe open at nine.")
    ]


async def test_no_other_organization_finds_them(folder: Path) -> None:
    await to_thread(_call_in_thread, "--organization", "acme", "add", str(folder))
    assert await _find("When do you open?", "umbrella") == []


def test_adding_again_changes_only_what_is_new(folder: Path) -> None:
    _call("add", str(folder))
    before = set(KnowledgeEntry.objects.values_list("pk", flat=True))
    (folder / "shop" / "hours.md").write_text("# Hours\nWe open at ten.\n# Holidays\nClosed.")

    told = _call("add", str(folder))

    assert told == [
        "refunds.TXT: 0 added, 1 unchanged, 0 removed",
        "shop/hours.md: 1 added, 1 unchanged, 1 removed",
    ]
    after = set(KnowledgeEntry.objects.values_list("pk", flat=True))
    assert len(after - before) == len(before - after) == 1


def test_documents_are_listed_by_organization(folder: Path) -> None:
    _call("--organization", "acme", "add", str(folder))
    listed = _call("--organization", "acme", "list")
    assert [line.partition(",")[0] for line in listed] == [
        "refunds.TXT: 1 pieces",
        "shop/hours.md: 2 pieces",
    ]
    assert _call("list") == []


def test_documents_are_removed_by_name(folder: Path) -> None:
    _call("add", str(folder))
    _call("--organization", "acme", "add", str(folder))

    assert _call("remove", "shop/hours.md") == ["2 pieces are removed."]

    assert [line.partition(":")[0] for line in _call("list")] == ["refunds.TXT"]
    assert len(_call("--organization", "acme", "list")) == 2


def test_what_was_said_in_rooms_is_no_document(folder: Path) -> None:
    _call("add", str(folder))
    KnowledgeEntry.objects.create(entry_id="event-1", source="refunds.TXT", content="said")
    _call("remove", "refunds.TXT")
    assert KnowledgeEntry.objects.filter(entry_id="event-1").exists()


def test_a_document_that_is_not_there_is_a_mistake(folder: Path) -> None:
    _call("add", str(folder))
    with pytest.raises(CommandError, match=r"no document nothing\.md"):
        _call("remove", "refunds.TXT", "nothing.md")
    assert len(_call("list")) == 2


def test_one_file_that_is_no_text_leaves_all_as_it_was(folder: Path) -> None:
    (folder / "z.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CommandError, match=r"z\.txt is no text"):
        _call("add", str(folder))
    assert _call("list") == []


def test_a_folder_without_texts_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="has no file"):
        _call("add", str(tmp_path))
    with pytest.raises(CommandError, match="is no folder"):
        _call("add", str(tmp_path / "nowhere"))
