"""What the account's owner does on the telephone, of which we are a linked device."""

import asyncio

import pytest

from channels_app.testing.fakes import neonize_events as wa
from channels_app.testing.fakes.neonize import ME, jid
from rooms import OwnerKind, RoomEvent
from rooms.domain.content import MediaContent, text_of
from rooms.domain.enums import ChannelDirection
from rooms.domain.provider_message import MessageStatus
from tests.providers.neonize.line import Line
from tests.steps import until

SOMEBODY = "wa:+15550100000"
HIDDEN_ME = jid("11223344556677", "lid")


async def texts(line: Line) -> list[str]:
    return [text_of(event.content) for event in await line.said()]


async def last(line: Line) -> RoomEvent:
    return (await line.said())[-1]


@pytest.fixture
async def asked(line: Line) -> RoomEvent:
    """Ana has written."""
    return await line.heard(wa.text("Hello", message_id="3A01"))


async def test_words_from_the_telephone_are_said_in_the_room(line: Line, asked: RoomEvent) -> None:
    await line.hear(wa.text("I come", quotes="3A01", **wa.by_phone()))

    said = [event for event in await line.said() if event.metadata.get("echo")]
    [event] = said
    assert (text_of(event.content), event.room_id) == ("I come", asked.room_id)
    assert (event.source.direction, event.source.participant_id) == (
        ChannelDirection.OUTBOUND,
        SOMEBODY,
    )
    room = await line.kit.get_room(asked.room_id)
    assert (room.owner_kind, room.owner_id) == (OwnerKind.HUMAN, SOMEBODY)
    assert line.account.sent == []


async def test_hidden_ids_are_the_same_people(line: Line, asked: RoomEvent) -> None:
    chat = {"chat": jid("99887766554433", "lid"), "recipient_alt": jid("15145550123")}
    await line.hear(wa.text("I come", **(wa.by_phone() | chat | {"sender": HIDDEN_ME})))

    event = await last(line)
    assert (event.room_id, event.source.participant_id) == (asked.room_id, SOMEBODY)


async def test_words_to_a_group_are_said_in_its_room(line: Line, asked: RoomEvent) -> None:
    await line.hear(wa.text("Hi all", chat=wa.GROUP))
    group = await last(line)

    await line.hear(wa.text("Hi Ana", **wa.by_phone(wa.GROUP)))

    event = await last(line)
    assert (text_of(event.content), event.room_id) == ("Hi Ana", group.room_id)
    assert (await line.kit.get_room(asked.room_id)).owner_kind is OwnerKind.AI


async def test_words_to_others_are_nobodys_business(line: Line, asked: RoomEvent) -> None:
    await line.hear(wa.text("See you", **wa.by_phone(jid("15145550777"))))

    assert await texts(line) == ["Hello"]
    assert len(await line.kit.store.list_rooms()) == 1


async def test_files_to_others_are_not_fetched(line: Line, asked: RoomEvent) -> None:
    private = wa.by_phone(jid("15145550777"))
    picture = wa.file(line.account, "imageMessage", b"cat", message_id="3A02", **private)
    edited = wa.edit("3A02", "our cat", **private)
    edited.Message.protocolMessage.editedMessage.CopyFrom(picture.Message)

    await line.hear(picture, edited)
    assert line.account.fetched == []

    await line.hear(wa.file(line.account, "imageMessage", b"invoice", **wa.by_phone()))
    assert isinstance((await last(line)).content, MediaContent)
    assert len(line.account.fetched) == 1


async def test_whether_others_have_read_is_not_written_down(line: Line, asked: RoomEvent) -> None:
    stranger = jid("15145550777")
    await line.hear(wa.text("See you", message_id="3A02", **wa.by_phone(stranger)))

    await line.hear(wa.receipt("READ", "3A02", sender=stranger), wa.receipt("READ", "3A03"))

    assert await line.kit.store.get_provider_message("wa", "3A02") is None
    on_its_way = await line.kit.store.get_provider_message("wa", "3A03")
    assert on_its_way is not None
    assert on_its_way.status is MessageStatus.READ


async def test_agents_are_silent_before_a_file_is_fetched(line: Line, asked: RoomEvent) -> None:
    line.account.keeps_fetching = gate = asyncio.Event()
    line.account.program.tell(wa.file(line.account, "imageMessage", b"cat", **wa.by_phone()))
    await until(lambda: bool(line.account.fetched))

    assert (await line.kit.get_room(asked.room_id)).owner_kind is OwnerKind.HUMAN
    gate.set()
    await line.hear()


async def test_what_is_changed_on_the_telephone_changes(line: Line, asked: RoomEvent) -> None:
    await line.hear(wa.text("I com", message_id="3A02", **wa.by_phone()))
    await line.hear(
        wa.edit("3A02", "I come", **wa.by_phone()), wa.reaction("3A01", "👍", **wa.by_phone())
    )
    first = await line.kit.store.get_event(asked.id)
    assert first is not None
    assert first.metadata["reactions"] == {"👍": [SOMEBODY]}
    assert "I come" in await texts(line)

    await line.hear(wa.revoke("3A02", **wa.by_phone()))

    [event] = [event for event in await line.said() if event.metadata.get("echo")]
    assert event.metadata["deleted"] is True


async def test_our_own_words_come_back_before_they_are_known_as_sent(
    line: Line, asked: RoomEvent
) -> None:
    line.account.keeps_waiting = gate = asyncio.Event()
    answering = asyncio.ensure_future(line.answer(asked, "Hi"))
    ours = {"sender": ME, "chat": jid("15145550123"), "is_from_me": True}

    await line.hear(wa.text("Hi", message_id="3EB0000000000000000001", **ours))
    gate.set()
    sent = await answering
    await line.hear(wa.text("Hi", message_id=sent.id, **ours))

    assert (await texts(line)).count("Hi") == 1
    assert (await line.kit.get_room(asked.room_id)).owner_kind is OwnerKind.AI
