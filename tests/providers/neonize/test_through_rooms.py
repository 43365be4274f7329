"""What a desk does to messages of its room, as the customer's phone sees it."""

from typing import Any

from channels_app.testing.fakes import neonize_events as wa
from channels_app.testing.fakes.neonize_checks import e2e
from rooms import EventType, InboundMessage, RoomEvent, TextContent
from rooms.domain.content import DeleteContent, EditContent, EventContent, ReactionContent
from tests.providers.neonize.line import Line


async def change(line: Line, event: RoomEvent, kind: EventType, content: EventContent) -> Any:
    """Let the desk change a message, and return what WhatsApp was given for it."""
    before = len(line.account.sent)
    await line.kit.process_inbound(
        InboundMessage(channel_id="desk", sender_id="desk", event_type=kind, content=content),
        room_id=event.room_id,
    )
    [sent] = line.account.sent[before:]
    return sent.message


async def test_a_sign_on_the_customer_s_message_names_it_as_theirs(line: Line) -> None:
    event = await line.heard(wa.text("Hello", message_id="3A01"))
    await line.answer(event, "Hi")
    sign = ReactionContent(target_event_id=event.id, emoji="👍")

    message = await change(line, event, EventType.REACTION, sign)

    key = message.reactionMessage.key
    assert (key.ID, key.fromMe) == ("3A01", False)


async def test_the_desk_changes_its_words_and_takes_them_back(line: Line) -> None:
    event = await line.heard(wa.text("Hello"))
    await line.answer(event, "One moment")
    message = await change(line, event, EventType.MESSAGE, TextContent(body="Hii"))
    sent, answer = line.account.sent[-1], (await line.said())[-1]
    assert message.conversation == "Hii"
    edit = EditContent(target_event_id=answer.id, new_content=TextContent(body="Hi"))

    edited = await change(line, event, EventType.EDIT, edit)
    deleted = await change(line, event, EventType.DELETE, DeleteContent(target_event_id=answer.id))

    assert sent.id == edited.editedMessage.message.protocolMessage.key.ID
    assert deleted.protocolMessage.type == e2e.ProtocolMessage.REVOKE
    assert sent.id == deleted.protocolMessage.key.ID
