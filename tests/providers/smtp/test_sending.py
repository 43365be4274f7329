"""Sending by SMTP to a real server on loopback."""

import asyncio
from threading import Event
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.mail.backends.base import BaseEmailBackend

from channels_app.providers.smtp.config import SMTPConfig
from channels_app.providers.smtp.email import SMTPProvider
from rooms.domain.content import (
    CompositeContent,
    EventContent,
    MediaContent,
    RichContent,
    TextContent,
)
from rooms.domain.delivery import SendOutcome
from rooms.domain.enums import ChannelType
from tests.providers.mail.samples import CUSTOMER, make_event, our_message_id
from tests.providers.smtp.sending import send
from tests.providers.smtp.server import Inbox, serving

PNG = "data:image/png;base64,iVBORw0KGgo="


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


async def test_a_text_arrives(inbox: Inbox) -> None:
    with serving(inbox) as port:
        result = await send(port, make_event("Hello\nyou 😀"), subject="Votre été")

    (mail,) = inbox.mails
    assert (result.outcome, result.provider_message_ids) == (
        SendOutcome.ACCEPTED,
        [our_message_id()],
    )
    assert (inbox.sent[0].mail_from, inbox.sent[0].rcpt_tos) == ("support@example.org", [CUSTOMER])
    assert (mail["From"], mail["To"]) == ("Support <support@example.org>", CUSTOMER)
    assert (mail["Subject"], mail["Message-ID"]) == ("Votre été", our_message_id())
    assert mail["X-RoomKit-Event"] == "e1"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().splitlines() == ["Hello", "you 😀"]


async def test_rich_text_and_files_arrive(inbox: Inbox) -> None:
    parts: list[EventContent] = [
        RichContent(body="**Hi** you"),
        MediaContent(url=PNG, mime_type="image/png", filename="été.png"),
        MediaContent(url="data:message/rfc822,From:%20a%0A%0A%FF", mime_type="message/rfc822"),
        MediaContent(url="data:text/plain;base64,6Q==", mime_type="text/plain"),
    ]
    with serving(inbox) as port:
        await send(port, make_event(CompositeContent(parts=parts)))

    (mail,) = inbox.mails
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    files = [(each.get_filename(), each.get_content_type()) for each in mail.iter_attachments()]
    assert plain is not None
    assert html is not None
    assert plain.get_content().strip() == "Hi you"
    assert html.get_content().strip() == "<p><strong>Hi</strong> you</p>"
    assert [name for name, _ in files] == ["été.png", "file.eml", "file.txt"]
    assert [each.get_payload(decode=True) for each in mail.iter_attachments()] == [
        b"\x89PNG\r\n\x1a\n",
        b"From: a\n\n\xff",
        b"\xe9",
    ]


async def test_an_answer_carries_its_thread(inbox: Inbox) -> None:
    references = [f"<{number}-{'x' * 60}@customer.example>" for number in range(10)]
    told = {"in_reply_to": references[-1], "references": references, "subject": "AW: Order"}
    with serving(inbox) as port:
        await send(port, make_event(by=ChannelType.AI, metadata={"email": told}))

    (mail,) = inbox.mails
    assert mail["Subject"] == "Re: Order"
    assert mail["In-Reply-To"].strip() == references[-1]
    assert mail["References"].split() == references
    assert mail["Auto-Submitted"] == "auto-replied"


async def test_answers_go_where_the_room_is_known(inbox: Inbox) -> None:
    with serving(inbox) as port:
        await send(port, reply_address="reply@in.example.org", reply_secrets=["s"])

    assert inbox.mails[0]["Reply-To"].startswith("Support <reply+")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, "support@example.org"),
        ({"envelope_from": "bounce@example.org"}, "bounce@example.org"),
        (
            {"envelope_from": "bounce@example.org", "verp": True},
            f"bounce+{our_message_id()[1:].partition('@')[0]}@example.org",
        ),
    ],
)
async def test_bounces_go_where_they_are_recognised(
    inbox: Inbox, config: dict[str, Any], expected: str
) -> None:
    with serving(inbox) as port:
        await send(port, **config)

    assert inbox.sent[0].mail_from == expected
    assert inbox.mails[0]["From"] == "Support <support@example.org>"


@pytest.mark.parametrize(
    ("place", "answer", "outcome", "code"),
    [
        ("on_recipient", "450 4.2.0 Greylisted, try again", "transient", "smtp_450"),
        ("on_recipient", "451 4.3.0 later", "transient", "smtp_451"),
        ("on_recipient", "452 4.2.2 full", "transient", "smtp_452"),
        ("on_recipient", "550 5.1.1 no such user", "rejected", "smtp_550"),
        ("on_recipient", "553 5.1.3 bad", "rejected", "smtp_553"),
        ("on_sender", "421 4.7.0 too busy", "transient", "smtp_421"),
        ("on_sender", "530 5.7.0 authentication required", "auth", "smtp_530"),
        ("on_sender", "550 5.7.1 not here", "rejected", "smtp_550"),
        ("on_mail", "451 4.3.0 later", "transient", "smtp_451"),
        ("on_mail", "552 5.3.4 too big", "rejected", "smtp_552"),
        ("on_mail", "554 5.7.1 spam", "rejected", "smtp_554"),
    ],
)
async def test_each_answer_says_what_became_of_the_mail(
    inbox: Inbox, place: str, answer: str, outcome: str, code: str
) -> None:
    setattr(inbox, place, answer)
    with serving(inbox) as port:
        result = await send(port)

    assert (result.success, result.outcome, result.code) == (False, outcome, code)
    assert result.error == answer[4:]
    assert inbox.sent == []


@pytest.mark.parametrize("place", ["sender", "recipient"])
async def test_a_line_that_breaks_before_the_mail_means_it_was_not_sent(
    inbox: Inbox, place: str
) -> None:
    inbox.drop = place
    with serving(inbox) as port:
        result = await send(port)

    assert (result.outcome, result.code) == (SendOutcome.TRANSIENT, "connection_lost")


async def test_no_answer_to_the_mail_leaves_it_open(inbox: Inbox) -> None:
    inbox.wait_s = 1.0
    with serving(inbox) as port:
        result = await send(port, timeout=0.2)

    assert (result.outcome, len(inbox.sent)) == (SendOutcome.UNKNOWN, 1)


async def test_another_service_at_the_port_has_not_got_it() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 5.5.4 no mail here\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        result = await send(server.sockets[0].getsockname()[1])

    assert (result.outcome, result.code) == (SendOutcome.TRANSIENT, "smtp_554")


@pytest.mark.parametrize(
    ("to", "subject", "code"),
    [
        (CUSTOMER, "Hi\r\nBcc: all@x.example", "invalid_header"),
        (CUSTOMER, "Hi\nX: y", "invalid_header"),
        (f"{CUSTOMER}\nBcc: all@x.example", "Hi", "invalid_header"),
        ("josé@customer.example", "Hi", "invalid_recipient"),
    ],
)
async def test_what_cannot_be_a_mail_is_not_sent(
    inbox: Inbox, to: str, subject: str, code: str
) -> None:
    with serving(inbox) as port:
        result = await send(port, to=to, subject=subject)

    assert (result.outcome, result.code) == (SendOutcome.REJECTED, code)
    assert inbox.sent == []


async def test_files_beyond_the_limit_are_not_sent(inbox: Inbox) -> None:
    with serving(inbox) as port:
        result = await send(
            port, make_event(MediaContent(url=PNG, mime_type="image/png")), max_file_bytes=7
        )

    assert (result.code, inbox.sent) == ("too_large", [])


async def test_a_backend_of_the_site_sends() -> None:
    result = await send(1, backend="django.core.mail.backends.locmem.EmailBackend")

    assert result.success
    assert [mail.to for mail in django_mail.outbox] == [[CUSTOMER]]


async def test_what_a_backend_of_the_site_raises_leaves_the_mail_open() -> None:
    result = await send(1, backend=f"{__name__}.BrokenBackend")

    assert (result.outcome, result.code) == (SendOutcome.UNKNOWN, "connection_lost")
    assert "token-1" not in str(result)


async def test_a_backend_that_sends_nothing_has_not_sent_it() -> None:
    result = await send(1, backend=f"{__name__}.SilentBackend")

    assert (result.outcome, result.code) == (SendOutcome.REJECTED, "not_sent")


class BrokenBackend(BaseEmailBackend):
    def send_messages(self, messages: Any) -> int:
        raise RuntimeError("token-1 was refused")


class SilentBackend(BaseEmailBackend):
    def send_messages(self, messages: Any) -> int:
        return 0


async def test_a_slow_server_does_not_hold_up_the_others(inbox: Inbox) -> None:
    inbox.gate = Event()
    with serving(inbox) as port:
        sending = asyncio.create_task(send(port, timeout=60.0))
        await asyncio.to_thread(inbox.arrived.wait)
        inbox.gate.set()  # nobody would, if sending blocked this loop
        result = await sending

    assert result.success


async def test_several_mails_are_sent_at_once(inbox: Inbox) -> None:
    with serving(inbox) as port:
        provider = SMTPProvider(
            SMTPConfig(from_email="a@example.org", host="127.0.0.1", port=port, tls="none")
        )
        events = [make_event(TextContent(body="x"), event_id=f"e{n}") for n in range(12)]
        results = await asyncio.gather(*(provider.send(each, CUSTOMER) for each in events))
        await provider.close()
        await provider.close()

    assert all(result.success for result in results)
    assert len({mail["Message-ID"] for mail in inbox.mails}) == 12
