"""One customer writes a text message, then a mail, then in the chat: it is one conversation."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from django.test import AsyncClient
from pytest_django import Settings

from rooms import ChannelType, EventType, Identity, RichContent, RoomEvent, RoomKit
from rooms.domain.json import JsonObject
from rooms.testing.rig import ScriptedAgent, Turn, bodies
from tests.journeys.companies import ASSISTANT, TelnyxLine, TwilioLine, company, sms
from tests.journeys.mail_vendors import SMTP
from tests.journeys.sms_vendors import CHANNEL, CUSTOMER, Posted
from tests.journeys.vendor_sites import post
from tests.providers.mail.samples import CUSTOMER as MAILBOX
from tests.providers.mail.samples import make_mime
from tests.steps import full_timeline, timeline
from tests.web.chat_socket import VISITOR, greeted, shown, visitor_cookies

pytestmark = pytest.mark.database

MAIL, CHAT, THEIR_LINE = "mail", "web-chat", "their-line"
ALICE = Identity(
    id="alice",
    organization_id="t1",
    display_name="Alice",
    channel_addresses={
        ChannelType.SMS: [CUSTOMER],
        ChannelType.EMAIL: [MAILBOX],
        ChannelType.WEBSOCKET: [VISITOR],
    },
)
ZOE = Identity(
    id="zoe", organization_id="t2", display_name="Zoe", channel_addresses={"sms": [CUSTOMER]}
)
SAID = ["order?", "any news?", "hi"]
PLAIN = "Soon. " + "Promise. " * 300
ANSWER = RichContent(body="**Soon.** " + "Promise. " * 300, plain_text=PLAIN)


class OurMail(SMTP):
    """A mail server of the first tenant."""

    @property
    def path(self) -> str:
        return f"/webhooks/email/smtp/{MAIL}"

    def inbound_text(self, text: str, **headers: str) -> Posted:
        return self.inbound(make_mime(text, **headers))


class Vendors(NamedTuple):
    """Whoever carries the words of two tenants."""

    line: TwilioLine | TelnyxLine
    mail: OurMail
    theirs: TwilioLine

    def channels(self) -> JsonObject:
        chat = {"FACTORY": "channels_app.WebSocketChannel"}
        ours = {CHANNEL: sms(self.line), MAIL: self.mail.channel(), CHAT: chat}
        owned = {name: {**entry, "ORGANIZATION_ID": "t1"} for name, entry in ours.items()}
        return owned | {THEIR_LINE: sms(self.theirs, "t2")}


@contextmanager
def open_vendors(line: type[TwilioLine | TelnyxLine]) -> Iterator[Vendors]:
    twilio = TwilioLine.make()
    theirs = TwilioLine(twilio.fake, THEIR_LINE)
    with twilio.serving(), OurMail().serving() as mail:
        if line is TwilioLine:
            yield Vendors(twilio, mail, theirs)
        else:
            with line.make().serving() as other:
                yield Vendors(other, mail, theirs)


@pytest.fixture(params=[TwilioLine, TelnyxLine])
def vendors(request: pytest.FixtureRequest) -> Iterator[Vendors]:
    with open_vendors(request.param) as opened:
        yield opened


@pytest.fixture
async def kit(
    vendors: Vendors,
    settings: Settings,
    committed_database: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RoomKit]:
    more = {
        "IDENTITY_RESOLVER": "rooms.StoredIdentityResolver",
        "INBOUND_ROUTER": "rooms.IdentityRoomRouter",
    }
    async with company(vendors.channels(), settings, monkeypatch, **more) as made:
        made.unregister_channel(ASSISTANT)
        made.register_channel(ScriptedAgent(ASSISTANT, Turn(ANSWER)))
        for person in (ALICE, ZOE):
            await made.store.create_identity(person)
        yield made


async def open_chat() -> JsonObject:
    """Open the chat page as Alice and return what it tells its script."""
    client = AsyncClient()
    client.cookies.load(visitor_cookies())
    response: Any = await client.get("/chat/")
    found = re.search(r'id="rk-chat-settings"[^>]*>(.*?)</script>', response.content.decode())
    assert found is not None
    told: JsonObject = json.loads(found[1])
    return told


async def write_everywhere(kit: RoomKit, vendors: Vendors) -> str:
    """Let Alice write on her three channels; return the room that her chat opened."""
    await post(kit, vendors.line.inbound(SAID[0]))
    await post(kit, vendors.mail.inbound_text(SAID[1], Subject="My order"))
    room_id = str((await open_chat())["roomId"])
    async with greeted(room_id) as socket:
        await socket.say("m1", SAID[2])
        await socket.until("event")
    await kit.pipeline.parts.tasks.close(timeout=10)
    return room_id


async def words_of(kit: RoomKit, room_id: str) -> list[RoomEvent]:
    return [row for row in await timeline(kit, room_id) if row.source.channel_id != ASSISTANT]


async def test_three_channels_make_one_conversation(kit: RoomKit, vendors: Vendors) -> None:
    room_id = await write_everywhere(kit, vendors)

    [room] = await kit.store.list_rooms()
    rows = await timeline(kit, room_id)
    assert (room.id, room.organization_id) == (room_id, "t1")
    assert bodies(await words_of(kit, room_id)) == SAID
    spoken = [CHANNEL, ASSISTANT, MAIL, ASSISTANT, CHAT, ASSISTANT]
    assert [row.source.channel_id for row in rows] == spoken


async def test_three_addresses_are_one_person_who_joins_once(
    kit: RoomKit, vendors: Vendors
) -> None:
    room_id = await write_everywhere(kit, vendors)

    [person] = await kit.store.list_participants(room_id)
    assert (person.identity_id, person.channel_id) == ("alice", CHANNEL)
    assert person.connected_via == [CHANNEL, MAIL, CHAT]
    assert {row.source.participant_id for row in await words_of(kit, room_id)} == {person.id}
    types = [row.type for row in await full_timeline(kit, room_id)]
    assert types.count(EventType.PARTICIPANT_JOINED) == 1


async def test_each_channel_gets_the_answers_in_its_own_form(
    kit: RoomKit, vendors: Vendors
) -> None:
    await write_everywhere(kit, vendors)

    # Text messages got all three, mail what came after it joined; what she said herself is told
    # to her other channels too.
    texts = [sent.text for sent in vendors.line.sent() if sent.text.startswith("Soon.")]
    mails = [sent.text for sent in vendors.mail.sent() if sent.text.startswith("Soon.")]
    assert [len(text) <= 1600 for text in texts] == [True] * 3
    assert [text.split() for text in mails] == [PLAIN.split()] * 2
    assert {sent.to for sent in vendors.line.sent()} == {CUSTOMER}
    assert {sent.to for sent in vendors.mail.sent()} == {MAILBOX}


async def test_mail_keeps_its_thread_and_the_chat_shows_what_was_said_before(
    kit: RoomKit, vendors: Vendors
) -> None:
    room_id = await write_everywhere(kit, vendors)

    assert {sent.subject for sent in vendors.mail.sent()} == {"Re: My order"}
    async with greeted(room_id) as socket:
        await socket.send({"type": "resume", "after": -1})
        frames = await socket.collect("resumed")
    assert shown(frames)[::2] == SAID


async def test_page_knows_her_own_words_from_those_of_others(
    kit: RoomKit, vendors: Vendors
) -> None:
    room_id = await write_everywhere(kit, vendors)

    [person] = await kit.store.list_participants(room_id)
    assert (await open_chat())["participantId"] == person.id


async def test_assistant_remembers_what_was_said_on_the_other_channels(
    kit: RoomKit, vendors: Vendors
) -> None:
    await write_everywhere(kit, vendors)

    agent = kit.get_channel(ASSISTANT)
    assert isinstance(agent, ScriptedAgent)
    prompt = agent.asked[-1].prompt
    assert [line for line in prompt if line in SAID] == SAID
    assert len(prompt) == 5


async def test_same_number_at_another_company_is_another_person(
    kit: RoomKit, vendors: Vendors
) -> None:
    hers = await write_everywhere(kit, vendors)

    await post(kit, vendors.theirs.inbound("hello"))

    [theirs] = [room for room in await kit.store.list_rooms() if room.id != hers]
    [person] = await kit.store.list_participants(theirs.id)
    assert (theirs.organization_id, person.identity_id) == ("t2", "zoe")
    assert bodies(await words_of(kit, hers)) == SAID


async def test_visitor_whom_nobody_knows_gets_a_chat_of_its_own(
    kit: RoomKit, vendors: Vendors
) -> None:
    hers = await write_everywhere(kit, vendors)

    response: Any = await AsyncClient().get("/chat/")

    assert hers not in response.content.decode()
