"""Files that hosts, agents and hooks send: kept once, named by reference, gone with their event."""

from pathlib import Path

import pytest
from pytest_django import Settings

from hooks import HookResult, HookTrigger
from rooms import InboundMessage, RoomContext, RoomEvent
from rooms.domain.content import (
    CompositeContent,
    EditContent,
    EventContent,
    MediaContent,
    TextContent,
    text_of,
)
from rooms.domain.enums import ChannelCategory, EventType
from rooms.domain.errors import StoreUnavailableError
from rooms.domain.media import FileBytes, FileOrigin, files_in
from rooms.kit import RoomKit
from rooms.media.store import DatabaseMediaStore
from rooms.models import MediaFile
from rooms.stores.media import MediaFiles
from rooms.stores.memory import InMemoryStore
from rooms.stores.orm import OrmStore
from rooms.testing.recorder import Recorder
from rooms.testing.rig import ScriptedAgent
from tests.media.files import (
    PHONE,
    PNG,
    ROOM,
    SITE,
    age,
    on_disk,
    paths,
    picture,
    rows,
    say,
    url_of,
)

pytestmark = pytest.mark.database


def media_of(kit: RoomKit) -> DatabaseMediaStore:
    assert isinstance(kit.media, DatabaseMediaStore)
    return kit.media


async def test_bytes_go_to_the_storage_and_a_reference_to_the_row(
    kit: RoomKit, phone: Recorder, folder: Path
) -> None:
    event = await say(kit)

    [row] = await rows(kit)
    assert url_of(event) == f"media:{row.id}"
    stored = await kit.store.get_event(event.id)
    assert stored is not None
    assert stored.content == event.content
    assert (row.room_id, row.event_id, row.size_bytes) == (ROOM, event.id, len(PNG))
    assert on_disk(folder) == [PNG]


async def test_channel_is_handed_a_signed_address(kit: RoomKit, phone: Recorder) -> None:
    await say(kit)

    [delivered] = phone.delivered
    assert url_of(delivered).startswith(f"{SITE}/media/")
    assert "/cat.png?e=" in url_of(delivered)


async def test_agent_is_shown_addresses_now_and_of_before(kit: RoomKit, phone: Recorder) -> None:
    seen: list[str] = []

    def look(event: RoomEvent, context: RoomContext) -> None:
        seen.extend(url_of(each) for each in context.recent_events)

    agent = ScriptedAgent("agent", None, look)
    agent.recent_events_window = 5
    kit.register_channel(agent)
    await kit.attach_channel(ROOM, "agent", category=ChannelCategory.INTELLIGENCE)
    for _ in range(2):
        await say(kit)

    assert seen
    assert all(url.startswith(f"{SITE}/media/") for url in seen)


async def test_host_can_read_what_is_kept(kit: RoomKit, phone: Recorder) -> None:
    event = await say(kit)

    assert await kit.media.read(url_of(event)) == FileBytes(PNG, "image/png", "cat.png")
    with pytest.raises(LookupError, match="not kept"):
        await kit.media.read("media:nothing")


async def test_files_inside_others_are_kept_in_order(kit: RoomKit, phone: Recorder) -> None:
    pictures = [picture(PNG + b"1", "a.png"), picture(PNG + b"2", "b.png")]
    event = await say(kit, CompositeContent(parts=[TextContent(body="two"), *pictures]))

    assert isinstance(event.content, CompositeContent)
    kept = await rows(kit)
    addresses = [part.url for part in event.content.parts if isinstance(part, MediaContent)]
    assert addresses == [f"media:{row.id}" for row in kept]
    assert [row.filename for row in kept] == ["a.png", "b.png"]


async def test_what_a_hook_adds_is_kept_too(kit: RoomKit, phone: Recorder, folder: Path) -> None:
    @kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def draw(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        return HookResult.modify(event.model_copy(update={"content": picture()}))

    event = await say(kit, TextContent(body="draw me a cat"))

    assert url_of(event).startswith("media:")
    assert on_disk(folder) == [PNG]


async def test_event_that_is_changed_has_both_files(
    kit: RoomKit, phone: Recorder, folder: Path
) -> None:
    event = await say(kit)
    await kit.update_event(ROOM, event.id, content=picture(PNG + b"2"))

    stored = await kit.store.get_event(event.id)
    assert stored is not None
    assert (await kit.media.read(url_of(stored))).content == PNG + b"2"
    assert [row.event_id for row in await rows(kit)] == [event.id, event.id]


async def test_hook_that_replaces_a_file_has_its_own_shown(kit: RoomKit, phone: Recorder) -> None:
    @kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def blur(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        return HookResult.modify(event.model_copy(update={"content": picture(PNG + b"2")}))

    event = await say(kit)

    assert (await kit.media.read(url_of(event))).content == PNG + b"2"


async def test_edit_in_the_room_keeps_its_file(kit: RoomKit, phone: Recorder) -> None:
    words = TextContent(body="see")
    event = await kit.send_event(ROOM, "desk", words, participant_id="agent")
    edit = EditContent(target_event_id=event.id, new_content=picture())
    await kit.send_event(ROOM, "desk", edit, event_type=EventType.EDIT, participant_id="agent")

    [row] = await rows(kit)
    stored = await kit.store.get_event(event.id)
    assert stored is not None
    assert (url_of(stored), row.event_id != event.id) == (f"media:{row.id}", True)


async def test_forwarded_file_is_copied(kit: RoomKit, phone: Recorder, folder: Path) -> None:
    event = await say(kit)
    await kit.create_room("other")
    await kit.attach_channel("other", "desk")
    copy = await say(kit, event.content, "other")
    await kit.delete_room(ROOM)
    await kit.pipeline.drain(timeout=5)

    assert url_of(copy) != url_of(event)
    assert [row.room_id for row in await rows(kit)] == ["other"]
    assert on_disk(folder) == [PNG]


async def test_the_same_file_is_kept_once(kit: RoomKit, folder: Path) -> None:
    origin, file = FileOrigin("line", "m-1", 0), FileBytes(PNG, "image/png")
    first = await media_of(kit).put(origin, file)

    assert await media_of(kit).put(origin, file) == first
    assert on_disk(folder) == [PNG]


async def test_attempt_that_died_leaves_no_bytes(kit: RoomKit, folder: Path) -> None:
    origin, media = FileOrigin("line", "m-1", 0), media_of(kit)
    begun, _ = await media.files.begin(origin, filename="", mime_type="image/png")
    await media.files.save(begun.storage_name, PNG[:10])

    kept = await media.put(origin, FileBytes(PNG, "image/png"))

    assert kept.id == begun.id
    assert on_disk(folder) == [PNG]


async def test_two_that_keep_one_file_leave_one(kit: RoomKit, folder: Path) -> None:
    origin, media = FileOrigin("line", "m-1", 0), media_of(kit)
    begun, _ = await media.files.begin(origin, filename="", mime_type="image/png")
    await media.put(origin, FileBytes(PNG, "image/png"))

    late = await media.files.finish(begun, stored_as="late", size_bytes=1, sha256="")

    assert late is None
    assert on_disk(folder) == [PNG]


async def test_lie_about_a_picture_is_saved_never_shown(kit: RoomKit, phone: Recorder) -> None:
    event = await say(kit, picture(b"<html><script>alert(1)</script>"))

    assert isinstance(event.content, MediaContent)
    assert event.content.mime_type == "application/octet-stream"


async def test_kit_in_memory_passes_files_on(folder: Path) -> None:
    kit = RoomKit(InMemoryStore())
    kit.register_channel(Recorder("desk"))
    await kit.create_room(ROOM)
    await kit.attach_channel(ROOM, "desk")

    assert url_of(await say(kit)) == picture().url
    with pytest.raises(LookupError, match="no storage"):
        await kit.media.read("media:x")
    await kit.close()


# -- the end of files


async def test_files_go_with_their_event(kit: RoomKit, phone: Recorder, folder: Path) -> None:
    event, other = await say(kit), await say(kit)
    await kit.delete_event(ROOM, event.id)
    await kit.pipeline.drain(timeout=5)

    assert [row.event_id for row in await rows(kit)] == [other.id]
    assert len(on_disk(folder)) == 1


async def test_files_go_with_their_room(kit: RoomKit, phone: Recorder, folder: Path) -> None:
    await say(kit)
    await kit.delete_room(ROOM)
    await kit.pipeline.drain(timeout=5)

    assert (await rows(kit), on_disk(folder)) == ([], [])


async def test_chore_deletes_what_a_dead_process_left(
    kit: RoomKit, phone: Recorder, folder: Path
) -> None:
    await say(kit)
    await kit.store.delete_room(ROOM)
    assert len(on_disk(folder)) == 1

    assert await media_of(kit).delete_erased() == 1
    assert (await rows(kit), on_disk(folder)) == ([], [])


async def test_file_that_no_event_took_goes_after_a_day(kit: RoomKit, folder: Path) -> None:
    media = media_of(kit)
    await media.put(FileOrigin("line", "m-1", 0), FileBytes(PNG, "image/png"))
    await age(kit, hours=23)
    assert await media.files.erase_unclaimed(hours=24, limit=10) == 0
    await age(kit, hours=2)

    assert await media.files.erase_unclaimed(hours=24, limit=10) == 1
    await media.delete_erased()
    assert (await rows(kit), on_disk(folder)) == ([], [])


async def test_file_that_an_event_names_is_given_to_it(
    kit: RoomKit, phone: Recorder, folder: Path
) -> None:
    event = await say(kit)
    assert isinstance(kit.store, OrmStore)
    await kit.store.threads.run(_forget_event, event.id)
    await age(kit, hours=30)

    assert await media_of(kit).files.erase_unclaimed(hours=24, limit=10) == 0
    assert [row.event_id for row in await rows(kit)] == [event.id]


def _forget_event(event_id: str) -> None:
    MediaFile.objects.filter(event_id=event_id).update(event_id="never-stored")


async def test_mail_goes_out_though_the_storage_is_away(
    kit: RoomKit, phone: Recorder, folder: Path
) -> None:
    event = await say(kit)
    [stored] = paths(folder)
    stored.unlink()

    attached = await kit.media.attach(event, max_bytes=10_000)
    assert url_of(attached).startswith(f"{SITE}/media/")


async def test_what_does_not_fit_goes_by_its_address(kit: RoomKit, phone: Recorder) -> None:
    event = await say(kit, CompositeContent(parts=[picture(), picture(PNG + b"2")]))
    attached = await kit.media.attach(event, max_bytes=len(PNG) + 10)

    schemes = {file.url.partition(":")[0] for file in files_in(attached.content)}
    assert schemes == {"data", "https"}


async def test_storage_that_is_away_keeps_its_rows(
    kit: RoomKit, phone: Recorder, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await say(kit)
    await kit.store.delete_room(ROOM)
    [stored] = paths(folder)
    stored.unlink()
    stored.mkdir()
    (stored / "in the way").touch()

    assert await media_of(kit).delete_erased() == 0
    assert len(await rows(kit)) == 1
    assert "could not be deleted" in caplog.text


async def test_rival_makes_the_loser_try_again(kit: RoomKit, folder: Path) -> None:
    origin = FileOrigin("line", "m-1", 0)

    class Overtaken(MediaFiles):
        async def save(self, name: str, content: bytes) -> str:
            await self.begin(origin, filename="", mime_type="image/png")
            return await super().save(name, content)

    assert isinstance(kit.store, OrmStore)
    loser = DatabaseMediaStore(Overtaken(kit.store.threads))
    with pytest.raises(StoreUnavailableError, match="another process"):
        await loser.put(origin, FileBytes(PNG, "image/png"))
    assert on_disk(folder) == []


async def hear(kit: RoomKit, content: EventContent, room_id: str = ROOM) -> EventContent:
    """Let somebody outside say something; return what is stored of it."""
    message = InboundMessage(channel_id=PHONE, sender_id="ana", content=content)
    result = await kit.process_inbound(message, room_id=room_id)
    assert result.event is not None
    return result.event.content


async def test_what_people_send_cannot_name_files_of_other_rooms(
    kit: RoomKit, phone: Recorder, folder: Path
) -> None:
    event = await say(kit)
    await kit.create_room("other")
    await kit.attach_channel("other", PHONE)

    content = await hear(kit, event.content, "other")

    assert text_of(content) == "[cat.png was not kept: it belongs to another conversation]"
    assert on_disk(folder) == [PNG]


async def test_file_whose_message_was_not_stored_goes_where_it_is_stored(
    kit: RoomKit, phone: Recorder, folder: Path
) -> None:
    media = media_of(kit)
    kept = await media.put(FileOrigin(PHONE, "m-1", 0), FileBytes(PNG, "image/png"))
    await kit.create_room("closed-meanwhile")
    await media.files.claim([kept.id], room_id="closed-meanwhile", event_id="never-stored")

    content = await hear(kit, MediaContent(url=kept.reference, mime_type="image/png"))

    assert isinstance(content, MediaContent)
    assert (await kit.media.read(content.url)).content == PNG


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("data:image/png;base64,AAA", "it cannot be read"),
        (FileBytes(PNG * 20, "image/png").data_url(), "it is too large"),
    ],
)
async def test_bytes_that_cannot_be_kept_are_in_no_row(
    kit: RoomKit, phone: Recorder, folder: Path, settings: Settings, url: str, why: str
) -> None:
    settings.ROOMKIT = {"PUBLIC_URL": SITE, "MEDIA_MAX_BYTES": 1000}
    file = MediaContent(url=url, mime_type="image/png", filename="cat.png", caption="look")

    event = await say(kit, file)

    assert text_of(event.content) == f"look\n[cat.png was not kept: {why}]"
    assert (on_disk(folder), await rows(kit)) == ([], [])


async def test_file_that_two_events_have_goes_with_the_last(
    kit: RoomKit, phone: Recorder, folder: Path
) -> None:
    first = await say(kit)
    second = await say(kit, first.content)

    await kit.delete_event(ROOM, first.id)
    await kit.pipeline.drain(timeout=5)
    assert on_disk(folder) == [PNG]

    await kit.delete_event(ROOM, second.id)
    await kit.pipeline.drain(timeout=5)
    assert on_disk(folder) == []
