"""A customer with two conversations answers mails: each answer comes into the right one."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest
from pytest_django import Settings

from channels_app.providers.base.mail.reply_tokens import make_reply_address
from channels_app.providers.base.standard_webhooks import sign_headers
from channels_app.testing.fakes import sendgrid_webhooks
from channels_app.testing.fakes.http_webhook import SECRET
from rooms import InboundMessage, RoomKit, TextContent
from rooms.domain.content import text_of
from rooms.domain.frozen import new_id, utc_now
from rooms.domain.json import JsonObject
from tests.journeys.mail_vendors import SMTP, Mail, MailVendor, SendGrid
from tests.journeys.sms_vendors import Posted
from tests.journeys.vendor_sites import CHANNEL, post, serving
from tests.providers.mail.samples import CUSTOMER, SUPPORT, make_mime

pytestmark = pytest.mark.database

INBOX = "reply@in.example.org"
TOKEN_SECRET = "a-secret-of-reply-addresses"
COLLEAGUE = "ben@customer.example"
REPLIES = {
    "reply_address": INBOX,
    "reply_secrets": [TOKEN_SECRET],
    "authserv_id": "mx.example.org",
}
PROVED = {"Authentication_Results": "mx.example.org; dmarc=pass"}
UNPROVED = {"Authentication_Results": "mx.example.org; dmarc=fail"}


def with_replies(entry: JsonObject) -> JsonObject:
    return {**entry, "config": {**entry["config"], **REPLIES}}


class OwnServer(SMTP):
    """A mail server of one's own, which writes on top whom a mail was delivered to."""

    def provider(self) -> JsonObject:
        return with_replies(super().provider())

    def inbound(self, mail: EmailMessage, to: str = SUPPORT) -> Posted:
        body = f"Delivered-To: {to}\n".encode() + mail.as_bytes()
        headers = sign_headers([SECRET], webhook_id=new_id(), at=utc_now(), body=body)
        return Posted(headers, body, self.path)


class Grid(SendGrid):
    """A vendor that knows our mails by ids of its own."""

    def provider(self) -> JsonObject:
        return with_replies(super().provider())

    def inbound(self, mail: EmailMessage, to: str = SUPPORT) -> Posted:
        return Posted(*sendgrid_webhooks.inbound_raw(mail.as_bytes(), to=[to]), self.path)


@pytest.fixture(params=[OwnServer, Grid], ids=["smtp", "sendgrid"])
def vendor(request: pytest.FixtureRequest) -> Iterator[OwnServer | Grid]:
    with request.param().serving() as running:
        yield running


@pytest.fixture
async def kit(
    vendor: MailVendor,
    settings: Settings,
    committed_database: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RoomKit]:
    async with serving(vendor.channel(), settings, monkeypatch) as made:
        yield made


class Desk:
    """Two rooms of one customer; the answer to the first mail is what is answered again."""

    def __init__(self, kit: RoomKit, vendor: OwnServer | Grid) -> None:
        self.kit = kit
        self.vendor = vendor
        self.older = ""
        self._written = 0

    async def open(self) -> Mail:
        """Let the customer write, and open a newer room for the same person."""
        await self.write("Where is my order 1042?")
        [room] = await self.kit.store.list_rooms()
        self.older = room.id
        [answer] = self.vendor.sent()
        await self.kit.create_room("newer")
        hello = TextContent(body="hello")
        await self.kit.process_inbound(
            InboundMessage(channel_id=CHANNEL, sender_id=CUSTOMER, content=hello, room_id="newer")
        )
        return answer

    async def write(self, text: str, *, to: str = SUPPORT, **headers: str) -> None:
        """Let a mail come in, to an address of ours on its envelope."""
        self._written += 1
        mail = make_mime(text, Message_ID=f"<m{self._written}@c.example>", **headers)
        await post(self.kit, self.vendor.inbound(mail, to))

    async def room_of(self, text: str) -> str:
        """Return the room in which something was said: `older`, `newer` or another one's id."""
        rooms = await self.kit.store.list_rooms()
        [found] = [
            room.id
            for room in rooms
            for event in await self.kit.store.list_events(room.id)
            if text_of(event.content) == text
        ]
        return "older" if found == self.older else found

    def reply_address(self, secret: str = TOKEN_SECRET, *, days: int = 1) -> str:
        """Return a reply address of the older room."""
        ends = utc_now() + timedelta(days=days)
        return make_reply_address(INBOX, self.older, secret, expires_at=ends)


@pytest.fixture
def desk(kit: RoomKit, vendor: OwnServer | Grid) -> Desk:
    return Desk(kit, vendor)


async def test_new_mail_goes_to_the_newest_room(desk: Desk) -> None:
    await desk.open()

    await desk.write("Something else")

    assert await desk.room_of("Something else") == "newer"


@pytest.mark.parametrize("author", [CUSTOMER, COLLEAGUE])
async def test_answer_to_the_signed_address_goes_to_its_room(desk: Desk, author: str) -> None:
    await desk.open()

    await desk.write("The brown one", to=desk.reply_address(), From=author)

    assert await desk.room_of("The brown one") == "older"


@pytest.mark.parametrize("header", ["In_Reply_To", "References"])
async def test_answer_to_a_mail_of_ours_goes_to_its_room(desk: Desk, header: str) -> None:
    answered = await desk.open()

    await desk.write("The brown one", **{header: answered.headers["Message-ID"]})

    assert await desk.room_of("The brown one") == "older"


@pytest.mark.parametrize(("secret", "days"), [("guessed", 1), (TOKEN_SECRET, -1)])
async def test_forged_or_expired_address_is_no_key(desk: Desk, secret: str, days: int) -> None:
    await desk.open()

    await desk.write("The brown one", to=desk.reply_address(secret, days=days))

    assert await desk.room_of("The brown one") == "newer"


async def test_made_up_message_id_is_no_key(desk: Desk) -> None:
    await desk.open()
    made_up = f"<{new_id()}.0123456789abcdef@example.org>"

    await desk.write("The brown one", In_Reply_To=made_up, Subject="Re: Question")

    assert await desk.room_of("The brown one") == "newer"


async def test_unproved_sender_needs_the_signed_address(desk: Desk) -> None:
    answered = await desk.open()
    ours = answered.headers["Message-ID"]

    await desk.write("By reference", In_Reply_To=ours, **UNPROVED)
    await desk.write("By address", to=desk.reply_address(), **UNPROVED)

    assert await desk.room_of("By reference") == "newer"
    assert await desk.room_of("By address") == "older"


async def test_answer_into_a_closed_room_goes_on_elsewhere(desk: Desk) -> None:
    answered = await desk.open()
    await desk.kit.close_room(desk.older)

    await desk.write("By reference", In_Reply_To=answered.headers["Message-ID"])
    await desk.write("By address", to=desk.reply_address())

    assert await desk.room_of("By reference") == await desk.room_of("By address") == "newer"


async def test_colleague_is_heard_and_the_customer_is_answered(desk: Desk) -> None:
    await desk.open()

    await desk.write("Where is it?", to=desk.reply_address(), From=COLLEAGUE)

    assert {sent.to for sent in desk.vendor.sent()} == {CUSTOMER}
    last = (await desk.kit.store.list_events(desk.older))[-2]
    assert last.source.participant_id == COLLEAGUE


async def test_customer_is_answered_where_all_mails_ask_for_it(desk: Desk) -> None:
    await desk.write("Hello", Reply_To="Ana <ana@home.example>")
    await desk.write("Hello again", Reply_To="ana@home.example")

    answered = [sent.to for sent in desk.vendor.sent()]
    assert answered == ["ana@home.example"] * 2
    [room] = await desk.kit.store.list_rooms()
    snapshot = await desk.kit.store.load_snapshot(room.id)
    assert snapshot is not None
    assert [row.address for row in snapshot.addresses] == [CUSTOMER]


async def test_answers_cannot_be_led_away_by_who_is_not_proved(desk: Desk) -> None:
    """Anybody can write in the customer's name and ask for answers elsewhere."""
    await desk.write("Hello")
    await desk.write("What did I order?", Reply_To="eve@evil.example")
    await desk.write("It is me", Reply_To="ana@home.example", **PROVED)

    answered = [sent.to for sent in desk.vendor.sent()]
    assert answered == [CUSTOMER, CUSTOMER, "ana@home.example"]


async def test_who_began_in_another_s_name_is_not_told_what_the_other_asks(desk: Desk) -> None:
    await desk.write("Hello", Reply_To="eve@evil.example")
    await desk.write("What did I order?")
    await desk.write("Well?", Reply_To="eve@evil.example")

    answered = [sent.to for sent in desk.vendor.sent()]
    assert answered == ["eve@evil.example", CUSTOMER, CUSTOMER]


async def test_our_own_mail_names_the_address_that_leads_back(desk: Desk) -> None:
    await desk.open()
    if isinstance(desk.vendor, Grid):
        [sent, *_] = desk.vendor.fake.sent
        assert sent.request.reply_to is not None
        wanted = sent.request.reply_to.email
    else:
        wanted = desk.vendor.sent()[0].headers["Reply-To"]

    await desk.write("The brown one", to=wanted.strip("<> "))

    assert await desk.room_of("The brown one") == "older"
