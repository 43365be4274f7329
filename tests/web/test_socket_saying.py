import asyncio
import json

import pytest
from django.test import override_settings

from hooks import HookResult, HookTrigger
from rooms import RoomContext, RoomEvent, RoomKit, StoreUnavailableError
from rooms.testing.rig import bodies
from tests.steps import timeline
from tests.web.chat_socket import VISITOR, greeted, let_agent_say, shown, visitor_cookies


async def test_message_is_acknowledged_with_its_place(kit: RoomKit, room: str) -> None:
    async with greeted() as socket:
        ack = await socket.say("m1", "Where is my order?")

    [event] = await timeline(kit, room)
    assert ack == {"type": "ack", "id": "m1", "event_id": event.id, "index": event.index}
    assert event.source.participant_id == VISITOR


async def test_message_said_twice_is_stored_once_and_acknowledged_alike(
    kit: RoomKit, room: str
) -> None:
    async with greeted() as socket:
        first = await socket.say("m1", "hello")
        second = await socket.say("m1", "hello")

    assert second == first
    assert len(await timeline(kit, room)) == 1


async def test_message_said_again_on_a_new_connection_is_the_same(kit: RoomKit, room: str) -> None:
    async with greeted() as socket:
        first = await socket.say("m1", "hello")
    async with greeted() as socket:
        assert await socket.say("m1", "hello") == first

    assert len(await timeline(kit, room)) == 1


async def test_two_visitors_may_use_the_same_client_id(kit: RoomKit, room: str) -> None:
    await kit.ensure_participant(room, "web-chat", "visitor-2")
    async with greeted() as socket:
        first = await socket.say("m1", "mine")
    async with greeted(cookies=visitor_cookies("visitor-2")) as socket:
        second = await socket.say("m1", "yours")

    assert first["event_id"] != second["event_id"]


async def test_content_of_another_kind_is_stored_as_such(kit: RoomKit, room: str) -> None:
    photo = {"type": "media", "url": "https://example.org/a.png", "mime_type": "image/png"}
    async with greeted() as socket:
        await socket.send({"type": "message", "id": "m1", "content": photo})
        await socket.until("ack")

    assert [event.content.type for event in await timeline(kit, room)] == ["media"]


async def test_client_cannot_steer_the_framework_by_metadata(kit: RoomKit, room: str) -> None:
    async with greeted() as socket:
        frame = {"type": "message", "id": "m1", "body": "hi", "metadata": {"routed_to": []}}
        await socket.send(frame | {"visibility": "none", "sender_id": "boss"})
        await socket.until("ack")

    [event] = await timeline(kit, room)
    assert event.metadata == {}
    assert (event.visibility, event.source.participant_id) == ("all", VISITOR)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "bad_json"),
        ("[]", "unknown_type"),
        ('{"type":"shout"}', "unknown_type"),
        ('{"type":"message","id":"m1","content":{"type":"hologram"}}', "bad_content"),
        ('{"type":"message","id":"m1","content":{"type":"system","body":"x"}}', "bad_content"),
        ('{"type":"read","event_id":"no-such-event"}', "not_found"),
        (json.dumps({"type": "message", "id": "m1", "body": "a" * 8001}), "too_long"),
        (
            '{"type":"message","id":"m1","content":{"type":"delete","target_event_id":"none"}}',
            "not_found",
        ),
    ],
)
async def test_bad_frame_is_refused_and_the_connection_lives_on(
    kit: RoomKit, room: str, text: str, code: str
) -> None:
    async with greeted() as socket:
        await socket.send_raw(text=text)
        assert (await socket.read())["code"] == code
        assert await timeline(kit, room) == []

        assert (await socket.say("m2", "still here"))["type"] == "ack"


async def test_binary_frame_is_refused_and_the_connection_lives_on(room: str) -> None:
    async with greeted() as socket:
        await socket.send_raw(data=b"\x00\x01")
        assert (await socket.read())["code"] == "bad_json"

        assert (await socket.say("m2", "still here"))["type"] == "ack"


@pytest.mark.parametrize("letter", ["a", "é", "語"])
async def test_frame_over_the_limit_ends_the_connection(
    kit: RoomKit, room: str, letter: str
) -> None:
    async with greeted() as socket:
        await socket.send_raw(text=letter * (64 * 1024 // len(letter.encode()) + 1))

        assert (await socket.read())["code"] == "frame_too_large"
        assert await socket.close_code() == 4409

    assert await timeline(kit, room) == []


async def test_shorter_limit_of_the_site_is_kept(room: str) -> None:
    with override_settings(ROOMKIT={"MESSAGE_MAX_LENGTH": 5}):
        async with greeted() as socket:
            refusal = await socket.say("m1", "123456")

    assert "at most 5" in refusal["message"]


async def test_closed_room_refuses_by_name_and_stays_readable(kit: RoomKit, room: str) -> None:
    async with greeted() as socket:
        await socket.say("m1", "hello")
    await kit.close_room(room)

    async with greeted(query="?after=-1") as socket:
        assert shown(await socket.collect("resumed")) == ["hello"]
        refusal = await socket.say("m2", "anybody?")

    assert (refusal["code"], refusal["id"]) == ("room_closed", "m2")


async def test_message_held_back_by_a_hook_is_acknowledged_as_blocked(
    kit: RoomKit, room: str
) -> None:
    @kit.hook(HookTrigger.BEFORE_BROADCAST, name="prices")
    async def refuse(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        return HookResult.block("no prices here")

    async with greeted() as socket:
        ack = await socket.say("m1", "10 euros")

    [stored] = await timeline(kit, room)
    assert (ack["blocked"], ack["event_id"]) == ("no prices here", stored.id)


async def test_failing_database_is_told_and_the_same_id_may_be_sent_again(
    kit: RoomKit, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(units: object) -> None:
        raise StoreUnavailableError("gone")

    async with greeted() as socket:
        with monkeypatch.context() as broken:
            broken.setattr(kit.store, "commit", fail)
            refusal = await socket.say("m1", "hello")
        ack = await socket.say("m1", "hello")

    assert (refusal["code"], refusal["id"]) == ("internal", "m1")
    assert ack["type"] == "ack"


async def test_acknowledgement_does_not_wait_for_the_answer(kit: RoomKit, room: str) -> None:
    gate = asyncio.Event()

    async def think(event: RoomEvent, context: RoomContext) -> str:
        await gate.wait()
        return "I have thought"

    let_agent_say(kit, think)
    async with greeted() as socket:
        assert (await socket.say("m1", "hello"))["type"] == "ack"
        gate.set()
        assert shown([await socket.until("event")]) == ["I have thought"]


async def test_flood_is_refused_with_the_id_of_each_message(room: str) -> None:
    async with greeted() as socket:
        for number in range(70):
            await socket.send({"type": "message", "id": f"m{number}", "body": "!"})
        frames = [await socket.read() for _ in range(70)]

    refused = [frame for frame in frames if frame["type"] == "error"]
    assert refused
    assert {frame["code"] for frame in refused} == {"rate_limited"}
    assert all(frame["id"] for frame in refused)


async def test_edit_by_its_author_reaches_the_other_window(kit: RoomKit, room: str) -> None:
    async with greeted() as window, greeted() as other:
        said = await window.say("m1", "helo")
        edit = {"type": "edit", "target_event_id": said["event_id"]}
        content = edit | {"new_content": {"type": "text", "body": "hello"}}
        await window.send({"type": "message", "id": "m2", "content": content})
        await window.until("ack")
        events = [await other.until("event"), await other.until("event")]

    assert [event["event"]["type"] for event in events] == ["message", "edit"]
    assert bodies(await timeline(kit, room))[0] == "hello"


async def test_message_of_somebody_else_cannot_be_edited(kit: RoomKit, room: str) -> None:
    await kit.ensure_participant(room, "web-chat", "visitor-2")
    async with greeted() as mine, greeted(cookies=visitor_cookies("visitor-2")) as theirs:
        said = await theirs.say("m1", "my words")
        edit = {"type": "edit", "target_event_id": said["event_id"], "edit_source": "system"}
        content = edit | {"new_content": {"type": "text", "body": "changed"}}
        await mine.send({"type": "message", "id": "m1", "content": content})
        refusal = await mine.until("error")

    assert refusal["code"] == "blocked"
    assert bodies(await timeline(kit, room)) == ["my words"]


async def test_window_of_the_speaker_is_not_shown_its_own_message(room: str) -> None:
    async with greeted() as window, greeted() as other:
        await window.say("m1", "hello")
        assert (await other.until("event"))["event"]["content"]["body"] == "hello"
        await other.say("m2", "it is me again")

        assert shown([await window.read()]) == ["it is me again"]
