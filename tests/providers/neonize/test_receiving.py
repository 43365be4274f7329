"""What a personal account is sent becomes messages of its channel."""

import base64
from typing import Any

import pytest

from channels_app.testing.fakes import neonize_events as wa
from channels_app.testing.fakes.neonize import ME, Account, jid
from channels_app.testing.fakes.neonize_checks import e2e
from rooms import EphemeralEvent, EphemeralEventType, RoomKit, TextContent
from rooms.domain.content import (
    AudioContent,
    LocationContent,
    MediaContent,
    VideoContent,
    text_of,
)
from rooms.domain.provider_message import REPLY_TO_ID
from rooms.domain.sender import ALIASES
from rooms.testing.clock import FakeClock
from tests.kit_fixtures import MakeKit
from tests.providers.neonize.line import ANA_NUMBER, Line

JPEG = b"\xff\xd8\xff\xe0 a picture"
OPUS = b"OggS a voice"
VCARD = "BEGIN:VCARD\nFN:Bob\nitem1.TEL;waid=15145550199:+1 514 555 0199\nEND:VCARD"


def bytes_in(content: Any) -> bytes:
    return base64.b64decode(content.url.partition(",")[2])


async def test_words_become_a_message_of_the_number(line: Line) -> None:
    event = await line.heard(wa.text("Hello", message_id="3A01"))

    assert event.content == TextContent(body="Hello")
    assert event.source.participant_id == ANA_NUMBER
    assert event.source.provider_message_id == "3A01"
    assert event.metadata["sender_name"] == "Ana"


async def test_raw_payload_is_kept(line: Line) -> None:
    event = await line.heard(wa.text("Hello"))

    assert event.source.raw_payload["Message"] == {"conversation": "Hello"}


async def test_an_answer_names_what_it_answers(line: Line) -> None:
    event = await line.heard(wa.text("Yes", quotes="3EB0AA"))

    assert event.content == TextContent(body="Yes")
    assert event.metadata[REPLY_TO_ID] == "3EB0AA"


async def test_a_message_that_disappears_is_read(line: Line) -> None:
    inner = e2e.FutureProofMessage(message=e2e.Message(conversation="Soon gone"))

    event = await line.heard(wa.message(e2e.Message(ephemeralMessage=inner)))

    assert event.content == TextContent(body="Soon gone")


async def test_a_picture_comes_with_its_bytes_and_words(line: Line) -> None:
    facts = {"mimetype": "image/jpeg", "caption": "My cat"}

    event = await line.heard(wa.file(line.account, "imageMessage", JPEG, facts=facts))

    assert isinstance(event.content, MediaContent)
    assert (event.content.mime_type, event.content.caption) == ("image/jpeg", "My cat")
    assert bytes_in(event.content) == JPEG


async def test_a_voice_message_is_told_from_music(line: Line) -> None:
    facts = {"mimetype": "audio/ogg; codecs=opus", "PTT": True, "seconds": 3}

    event = await line.heard(wa.file(line.account, "audioMessage", OPUS, facts=facts))

    assert isinstance(event.content, AudioContent)
    assert (event.content.mime_type, event.content.duration_seconds) == ("audio/ogg", 3)
    assert event.metadata["voice"] is True


@pytest.mark.parametrize(
    ("kind", "facts", "expected", "mime_type"),
    [
        ("videoMessage", {"mimetype": "video/mp4"}, VideoContent, "video/mp4"),
        ("ptvMessage", {}, VideoContent, "video/mp4"),  # a round one
        ("documentMessage", {"fileName": "a.pdf"}, MediaContent, "application/octet-stream"),
        ("stickerMessage", {}, MediaContent, "image/webp"),
    ],
)
async def test_every_kind_of_file_comes(
    line: Line, kind: str, facts: dict[str, str], expected: type, mime_type: str
) -> None:
    event = await line.heard(wa.file(line.account, kind, b"bytes", facts=facts))

    assert isinstance(event.content, expected)
    assert event.content.model_dump()["mime_type"] == mime_type


async def test_a_file_that_cannot_be_had_is_told_in_words(line: Line, account: Account) -> None:
    picture = wa.file(account, "imageMessage", JPEG, facts={"caption": "My cat"})
    account.files.clear()

    event = await line.heard(picture)

    said = "My cat\n[file.jpg was not kept: it could not be fetched]"
    assert event.content == TextContent(body=said)


async def test_a_file_that_is_too_large_is_not_fetched(
    make_kit: MakeKit, account: Account, clock: FakeClock
) -> None:
    line = Line(make_kit(clock=clock), account, clock, max_file_bytes=3)
    await line.connect()

    event = await line.heard(wa.file(account, "documentMessage", b"1234"))

    assert event.content == TextContent(body="[file.bin was not kept: it is too large]")


async def test_a_place_comes_with_its_name(line: Line) -> None:
    event = await line.heard(wa.place(45.5, -73.5, "The shop"))

    assert event.content == LocationContent(latitude=45.5, longitude=-73.5, label="The shop")


async def test_a_contact_is_told_in_words(line: Line) -> None:
    card = e2e.ContactMessage(displayName="Bob", vcard=VCARD)

    event = await line.heard(wa.message(e2e.Message(contactMessage=card)))

    assert event.content == TextContent(body="Bob: +1 514 555 0199")


async def test_what_we_cannot_show_leaves_a_sign(line: Line) -> None:
    poll = e2e.PollCreationMessage(name="Lunch?")

    event = await line.heard(wa.message(e2e.Message(pollCreationMessage=poll)))

    assert event.content == TextContent(body="[Unsupported message]")
    assert event.metadata["unsupported"] == {"type": "pollCreationMessage"}


async def test_a_hidden_sender_is_known_by_number_and_id(line: Line) -> None:
    with_number = {"sender": wa.ANA_HIDDEN, "alt": jid("15145550123")}
    await line.hear(wa.text("Hello", **with_number), wa.text("me again"))

    said = await line.said()

    assert [event.source.participant_id for event in said] == [ANA_NUMBER] * 2
    assert len({event.room_id for event in said}) == 1


async def test_a_sender_without_a_number_is_answered_at_the_hidden_id(line: Line) -> None:
    event = await line.heard(wa.text("Hello", sender=wa.ANA_HIDDEN))

    assert event.source.participant_id == "99887766554433@lid"
    assert ALIASES not in event.metadata
    [sent] = await line.sent("Hi", "99887766554433@lid")
    assert sent.to == "99887766554433@lid"


async def test_a_group_is_one_room_whoever_writes(line: Line) -> None:
    bob = jid("15145550199")
    await line.hear(
        wa.text("Hi all", chat=wa.GROUP),
        wa.text("Hi Ana", chat=wa.GROUP, sender=bob, name="Bob"),
        wa.text("In private"),
    )

    said = {text_of(event.content): event for event in await line.said()}
    all_, ana, private = said["Hi all"], said["Hi Ana"], said["In private"]

    assert all_.room_id == ana.room_id != private.room_id
    assert ana.source.participant_id == "+15145550199"
    binding = await line.kit.get_binding(ana.room_id, "wa")
    assert binding is not None
    assert binding.metadata["phone_number"] == "120363041234567890@g.us"


@pytest.mark.parametrize(
    "who",
    [
        {"sender": ME, "chat": jid("15145550123"), "is_from_me": True},  # what we have said
        wa.by_phone(jid("120363", "broadcast")),  # to a list of people
        {"sender": wa.PHONE, "is_from_me": True},  # a note to oneself, on the telephone
        {"chat": wa.STATUS},
        {"chat": jid("120363", "newsletter")},
        {"sender": ME, "is_from_me": True},  # a note to oneself
    ],
)
async def test_what_is_not_for_us_is_left_out(line: Line, who: dict[str, Any]) -> None:
    await line.hear(wa.text("Hello", **who))

    assert await line.said() == []


async def test_notes_to_oneself_come_in_where_they_are_wanted(
    make_kit: MakeKit, account: Account, clock: FakeClock
) -> None:
    line = Line(make_kit(clock=clock), account, clock, self_chat=True)
    await line.connect()
    to_ana = {"sender": ME, "chat": jid("15145550123"), "is_from_me": True}

    event = await line.heard(wa.text("Note", sender=ME, is_from_me=True), wa.text("No", **to_ana))

    assert event.content == TextContent(body="Note")


async def test_what_devices_tell_each_other_is_no_message(line: Line) -> None:
    keys = e2e.SenderKeyDistributionMessage(groupID="g")

    await line.hear(
        wa.message(e2e.Message(senderKeyDistributionMessage=keys)),
        wa.message(e2e.Message(protocolMessage=e2e.ProtocolMessage(type=5))),
    )

    assert await line.said() == []


async def test_a_message_told_twice_is_stored_once(
    line: Line, make_kit: MakeKit, account: Account, clock: FakeClock
) -> None:
    hello = wa.text("Hello", message_id="3A01")
    await line.hear(hello)
    await line.kit.detach_source("wa")
    again = Line(make_kit(clock=clock), account, clock)
    await again.connect()

    await again.hear(hello)

    assert len(await again.said()) == 1


async def test_a_chat_keeps_its_order_while_a_file_is_fetched(line: Line) -> None:
    facts = {"mimetype": "image/jpeg"}

    await line.hear(
        wa.file(line.account, "imageMessage", JPEG, facts=facts), wa.text("Do you like it?")
    )

    assert [event.content.type for event in await line.said()] == ["media", "text"]


async def test_signs_edits_and_deletions_reach_their_message(line: Line) -> None:
    event = await line.heard(wa.text("Helo", message_id="3A01"))
    await line.hear(wa.edit("3A01", "Hello"), wa.reaction("3A01", "👍"))
    edited = await line.kit.store.get_event(event.id)
    assert edited is not None
    assert edited.content == TextContent(body="Hello")
    assert edited.metadata["reactions"] == {"👍": [ANA_NUMBER]}

    await line.hear(wa.reaction("3A01", ""), wa.revoke("3A01"))

    gone = await line.kit.store.get_event(event.id)
    assert gone is not None
    assert (gone.metadata.get("reactions"), gone.metadata["deleted"]) == ({}, True)


@pytest.mark.parametrize("organization_id", [None, "acme"])
async def test_typing_is_shown_in_the_sender_s_room(
    kit: RoomKit, account: Account, clock: FakeClock, organization_id: str | None
) -> None:
    line = Line(kit, account, clock, organization_id=organization_id)
    await line.connect()
    event = await line.heard(wa.text("Hello"))
    shown: list[EphemeralEvent] = []

    async def show(ephemeral: EphemeralEvent) -> None:
        shown.append(ephemeral)

    await line.kit.subscribe_room(event.room_id, show)

    await line.hear(wa.presence("COMPOSING"), wa.presence("PAUSED"))

    assert [(each.type, each.user_id) for each in shown] == [
        (EphemeralEventType.TYPING_START, ANA_NUMBER),
        (EphemeralEventType.TYPING_STOP, ANA_NUMBER),
    ]


async def test_receipts_move_what_was_sent(line: Line) -> None:
    event = await line.heard(wa.text("Hello"))
    reports: list[str] = []
    line.kit.on_delivery_status(lambda report: reports.append(report.status))
    sent = await line.answer(event, "Hi")

    await line.hear(
        wa.receipt("DELIVERED", sent.id), wa.receipt("READ", sent.id), wa.receipt("RETRY", sent.id)
    )

    assert reports == ["sent", "delivered", "read"]
