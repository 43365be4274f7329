"""What goes out by a personal account."""

from datetime import timedelta
from typing import Any

import pytest

from channels_app.providers.base.http_client import SendProblem
from channels_app.testing.fakes import neonize_events as wa
from channels_app.testing.fakes.neonize_checks import SendMessageError, e2e, wire
from rooms import CompositeContent, TextContent
from rooms.domain.content import (
    AudioContent,
    Button,
    DeleteContent,
    EditContent,
    EventContent,
    LocationContent,
    MediaContent,
    ReactionContent,
    RichContent,
    VideoContent,
)
from rooms.domain.delivery import SendOutcome
from rooms.domain.media import FileBytes
from rooms.domain.provider_message import REPLY_TO_ID, TARGET_AT, TARGET_ID, TARGET_SENDER
from rooms.domain.source import SourceStatus
from rooms.testing.clock import FakeClock
from tests.providers.neonize.line import ANA_NUMBER, Line

ANA_JID = "15145550123@s.whatsapp.net"
GROUP = "120363041234567890@g.us"
JPEG = FileBytes(b"\xff\xd8 a picture", "image/jpeg").data_url()
PICTURE = MediaContent(url=JPEG, mime_type="image/jpeg", caption="A cat")
MP4 = FileBytes(b"a film", "video/mp4").data_url()
PDF = FileBytes(b"a bill", "application/pdf").data_url()
OGG = FileBytes(b"OggS", "audio/ogg").data_url()
EDITED = EditContent(target_event_id="e", new_content=TextContent(body="Hello"))


async def test_words_go_to_the_number(line: Line) -> None:
    result = await line.send("Hello")

    [sent] = line.account.sent
    assert (sent.to, sent.message.conversation) == (ANA_JID, "Hello")
    assert result.provider_message_ids == [sent.id]


@pytest.mark.parametrize(
    ("to", "jid"),
    [
        ("+1 (514) 555-0123", ANA_JID),
        ("15145550123", ANA_JID),
        (GROUP, GROUP),
        ("99887766@lid", "99887766@lid"),
    ],
)
async def test_every_kind_of_address_is_reached(line: Line, to: str, jid: str) -> None:
    [sent] = await line.sent("Hello", to)

    assert sent.to == jid


@pytest.mark.parametrize("to", ["ana", "1@evil.example", "@lid", ""])
async def test_what_is_no_address_is_refused(line: Line, to: str) -> None:
    result = await line.send("Hello", to)

    assert (result.outcome, result.code) == (SendOutcome.REJECTED, "bad_address")


async def test_a_picture_goes_with_its_words(line: Line) -> None:
    [sent] = await line.sent(PICTURE)

    image = sent.message.imageMessage
    assert (image.mimetype, image.caption) == ("image/jpeg", "A cat")
    assert line.account.files[image.fileSHA256] == b"\xff\xd8 a picture"


@pytest.mark.parametrize("mime_type", ["audio/ogg", "audio/ogg; codecs=opus", "audio/opus"])
async def test_a_recording_of_opus_goes_as_a_voice_message(line: Line, mime_type: str) -> None:
    voice = AudioContent(url=OGG, mime_type=mime_type, duration_seconds=2.6)

    [sent] = await line.sent(voice)

    audio = sent.message.audioMessage
    assert (audio.mimetype, audio.PTT, audio.seconds) == ("audio/ogg; codecs=opus", True, 3)


async def test_other_recordings_go_as_music(line: Line) -> None:
    [sent] = await line.sent(AudioContent(url=OGG, mime_type="audio/mp4"))

    assert (sent.message.audioMessage.mimetype, sent.message.audioMessage.PTT) == (
        "audio/mp4",
        False,
    )


async def test_a_film_and_a_document_go_as_such(line: Line) -> None:
    [film] = await line.sent(VideoContent(url=MP4, caption="Look"))
    bill = MediaContent(url=PDF, mime_type="application/pdf", filename="bill.pdf")
    [document] = await line.sent(bill)

    assert film.message.videoMessage.caption == "Look"
    assert document.message.documentMessage.fileName == "bill.pdf"


async def test_a_place_goes_with_its_name(line: Line) -> None:
    [sent] = await line.sent(LocationContent(latitude=45.5, longitude=-73.5, label="Shop"))

    place = sent.message.locationMessage
    assert (place.degreesLatitude, place.degreesLongitude, place.name) == (45.5, -73.5, "Shop")


async def test_the_first_words_of_several_parts_go_with_the_first_picture(line: Line) -> None:
    bare = PICTURE.model_copy(update={"caption": None})
    parts: list[EventContent] = [TextContent(body="Look"), bare, PICTURE, TextContent(body="Bye")]

    sent = await line.sent(CompositeContent(parts=parts))

    first, second, third = (each.message for each in sent)
    assert (first.imageMessage.caption, second.imageMessage.caption) == ("Look", "A cat")
    assert third.conversation == "Bye"


async def test_words_beside_a_recording_go_alone(line: Line) -> None:
    parts: list[EventContent] = [TextContent(body="Listen"), AudioContent(url=OGG)]

    sent = await line.sent(CompositeContent(parts=parts))

    assert [each.message.conversation for each in sent] == ["Listen", ""]


async def test_rich_words_go_in_whatsapp_s_markup(line: Line) -> None:
    rich = RichContent(body="**Now**", buttons=[Button(label="Yes")])

    [sent] = await line.sent(rich)

    assert sent.message.conversation == "*Now*\nYes"


async def test_long_words_go_in_several_messages(line: Line) -> None:
    sent = await line.sent("word " * 1000)

    assert [len(each.message.conversation) <= 4096 for each in sent] == [True, True]


async def test_an_answer_quotes_the_message_that_it_answers(line: Line) -> None:
    await line.hear(wa.text("How much?", message_id="3A01"))

    [sent] = await line.sent("Five", **{REPLY_TO_ID: "3A01"})

    extended = sent.message.extendedTextMessage
    assert (extended.text, extended.contextInfo.stanzaID) == ("Five", "3A01")
    assert extended.contextInfo.participant == ANA_JID
    assert extended.contextInfo.quotedMessage.conversation == "How much?"


async def test_an_answer_to_a_forgotten_message_goes_without_a_quote(line: Line) -> None:
    [sent] = await line.sent("Five", **{REPLY_TO_ID: "3A01"})

    assert sent.message.conversation == "Five"


@pytest.mark.parametrize(("action", "text"), [("add", "👍"), ("remove", "")])
async def test_a_sign_goes_on_the_message_of_a_person(line: Line, action: Any, text: str) -> None:
    reaction = ReactionContent(target_event_id="e", emoji="👍", action=action)

    [sent] = await line.sent(reaction, **{TARGET_ID: "3A01", TARGET_SENDER: ANA_NUMBER})

    signed = sent.message.reactionMessage
    assert (signed.text, signed.key.ID, signed.key.fromMe) == (text, "3A01", False)
    assert signed.key.remoteJID == ANA_JID


async def test_a_sign_in_a_group_names_the_writer_as_the_group_does(line: Line) -> None:
    who = {"sender": wa.ANA_HIDDEN, "chat": wa.GROUP}
    await line.hear(wa.text("Hi", message_id="3A01", **who))
    reaction = ReactionContent(target_event_id="e", emoji="👍")

    [sent] = await line.sent(reaction, GROUP, **{TARGET_ID: "3A01", TARGET_SENDER: ANA_NUMBER})

    assert sent.message.reactionMessage.key.participant == "99887766554433@lid"


async def test_our_words_are_changed_where_they_are(line: Line, clock: FakeClock) -> None:
    sent_at = clock.now() - timedelta(minutes=14)

    [sent] = await line.sent(EDITED, **{TARGET_ID: "3EB0AA", TARGET_AT: sent_at.isoformat()})

    change = sent.message.editedMessage.message.protocolMessage
    assert (change.key.ID, change.editedMessage.conversation) == ("3EB0AA", "Hello")


async def test_after_a_quarter_of_an_hour_a_change_is_told(line: Line, clock: FakeClock) -> None:
    sent_at = clock.now() - timedelta(minutes=16)

    [sent] = await line.sent(EDITED, **{TARGET_ID: "3EB0AA", TARGET_AT: sent_at.isoformat()})

    assert "Hello" in sent.message.conversation


async def test_our_message_is_taken_back(line: Line) -> None:
    [sent] = await line.sent(DeleteContent(target_event_id="e"), **{TARGET_ID: "3EB0AA"})

    change = sent.message.protocolMessage
    assert (change.type, change.key.ID) == (e2e.ProtocolMessage.REVOKE, "3EB0AA")
    assert change.key.fromMe


async def test_typing_reading_and_signs_can_be_shown(line: Line) -> None:
    await line.provider.send_typing(ANA_NUMBER)
    await line.provider.send_typing(ANA_NUMBER, is_typing=False, media="audio")
    await line.provider.mark_read(["3A01", "3A02"], ANA_NUMBER, ANA_NUMBER)
    await line.provider.send_reaction(ANA_NUMBER, ANA_NUMBER, "3A01", "👍")

    assert line.account.typing == [(ANA_JID, True), (ANA_JID, False)]
    assert line.account.read == [(ANA_JID, "3A01"), (ANA_JID, "3A02")]
    assert line.account.sent[0].message.reactionMessage.text == "👍"


async def test_while_the_line_is_cut_it_is_tried_again(line: Line) -> None:
    await line.hear(wire.Disconnected(status=True))

    result = await line.send("Hello")

    assert line.source.status is SourceStatus.RECONNECTING
    assert (result.outcome, result.code) == (SendOutcome.TRANSIENT, "not_connected")
    with pytest.raises(SendProblem, match="reconnecting"):
        await line.provider.send_typing(ANA_NUMBER)


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("websocket not connected", SendOutcome.TRANSIENT),
        ("failed to get device list: info query timed out", SendOutcome.TRANSIENT),
        ("timed out waiting for message send response", SendOutcome.UNKNOWN),
        ("server returned error 429", SendOutcome.THROTTLED),
        ("server returned error 463", SendOutcome.REJECTED),
        ("can't send message to unknown server x", SendOutcome.REJECTED),
        ("something nobody has seen yet", SendOutcome.UNKNOWN),
    ],
)
async def test_what_the_program_says_decides_what_happens(
    line: Line, words: str, outcome: SendOutcome
) -> None:
    line.account.fails_with = SendMessageError(words)

    assert (await line.send("Hello")).outcome is outcome


async def test_a_send_that_breaks_off_in_the_middle_is_not_repeated(line: Line) -> None:
    parts: list[EventContent] = [TextContent(body="1"), AudioContent(url="data:audio/ogg,%")]
    broken = AudioContent(url="data:audio/ogg;base64,!")

    result = await line.send(CompositeContent(parts=[parts[0], broken]))

    assert result.outcome is SendOutcome.REJECTED
    assert result.provider_message_ids == [line.account.sent[0].id]
