"""From events to mails: threads, addresses, and headers that nobody can break out of."""

from datetime import timedelta
from typing import Any

import pytest

from channels_app.providers.base.mail.composing import Mail, NotSendableError, compose
from channels_app.providers.base.mail.config import MailConfig
from channels_app.providers.base.mail.reply_tokens import read_reply_address
from channels_app.providers.base.mail.threading import answer_to, mails_from
from rooms.domain.content import RichContent, SystemContent, TextContent
from rooms.domain.enums import ChannelType, EventType
from rooms.domain.event import EventSource, RoomEvent
from tests.providers.mail.samples import (
    CONFIG,
    CUSTOMER,
    NOW,
    ROOM,
    make_event,
    make_mime,
    our_message_id,
    read_message,
)

PLAIN = MailConfig(from_email="support@example.org")


def write(said: Any = "Hello", **options: Any) -> Mail:
    given = {name: options.pop(name) for name in ("from_", "subject") if name in options}
    return compose(make_event(said, **options), CUSTOMER, CONFIG, **given)


def answering(**told: Any) -> dict[str, Any]:
    return {"email": {"in_reply_to": "<m1@x.example>", "references": [], **told}}


def test_a_mail_names_sender_recipient_and_event() -> None:
    mail = write()

    assert (str(mail.sender), str(mail.to)) == ("Support <support@example.org>", CUSTOMER)
    assert (mail.subject, mail.body.text, mail.body.html) == ("New message", "Hello", "")
    assert mail.headers == {"Message-ID": our_message_id(), "X-RoomKit-Event": "e1"}


def test_a_repeated_mail_has_the_same_message_id() -> None:
    assert write() == write()


def test_each_recipient_has_a_message_id_of_its_own() -> None:
    other = compose(make_event(), "ben@customer.example", CONFIG)

    assert other.message_id != write().message_id
    assert other.message_id.endswith("@example.org>")


def test_the_case_of_a_recipient_does_not_change_the_message_id() -> None:
    assert compose(make_event(), CUSTOMER.upper(), CONFIG).message_id == write().message_id


def test_the_message_ids_domain_can_be_set() -> None:
    config = MailConfig(from_email="support@example.org", message_id_domain="ids.example.org")

    mail = compose(make_event(), CUSTOMER, config, from_="sales@other.example")

    assert mail.message_id.endswith("@ids.example.org>")


def test_an_answer_names_the_mail_it_answers_and_the_thread() -> None:
    told = answering(references=["<m0@x.example>", "<m1@x.example>"], subject="Order 42")

    mail = write(metadata=told)

    assert mail.subject == "Re: Order 42"
    assert mail.headers["In-Reply-To"] == "<m1@x.example>"
    assert mail.headers["References"] == "<m0@x.example> <m1@x.example>"


def test_three_mails_make_one_thread() -> None:
    asked = read_message(make_mime(Subject="RE: Order", Message_ID="<m1@x.example>"))
    told = answer_to(asked.metadata["email"])
    answered = write(event_id="e2", metadata={"email": told})
    thanked = read_message(
        make_mime(
            Subject=answered.subject,
            Message_ID="<m3@x.example>",
            In_Reply_To=answered.message_id,
            References=f"{answered.headers['References']} {answered.message_id}",
        )
    )
    last = write(event_id="e4", metadata={"email": answer_to(thanked.metadata["email"])})

    assert answered.headers["In-Reply-To"] == "<m1@x.example>"
    assert thanked.metadata["email"]["answers_event_id"] == "e2"
    assert last.headers["In-Reply-To"] == "<m3@x.example>"
    assert last.headers["References"].split() == [
        "<m1@x.example>",
        answered.message_id,
        "<m3@x.example>",
    ]
    assert (answered.subject, last.subject) == ("Re: Order", "Re: Order")
    assert asked.thread_id == thanked.thread_id == "<m1@x.example>"


def test_a_second_mail_of_ours_follows_the_first() -> None:
    mail = write(event_id="e2", metadata={"email": {"follows_event_id": "e1", "subject": "Order"}})

    assert mail.subject == "Re: Order"
    assert mail.headers["In-Reply-To"] == mail.headers["References"] == our_message_id("e1")


def test_the_mails_of_a_recipient_are_found() -> None:
    def mail_of(sender: str, message_id: str, channel_id: str = "mail") -> RoomEvent:
        told = {"email": {"message_id": message_id, "from": sender}}
        source = EventSource(channel_id=channel_id, channel_type=ChannelType.EMAIL)
        return make_event(metadata=told).model_copy(update={"source": source})

    events = [
        mail_of(CUSTOMER, "<1@x>"),
        mail_of("Ana@Customer.example", "<2@x>"),
        mail_of("ben@customer.example", "<3@x>"),
        mail_of(CUSTOMER, "<4@x>", channel_id="other"),
        make_event(metadata={"email": {"in_reply_to": "<2@x>"}}),
        make_event(),
    ]

    found = mails_from(events, channel_id="mail", address=CUSTOMER)

    assert found == events[:2]
    assert mails_from(events, channel_id="mail", address="eve@x.example") == []


def test_a_long_thread_keeps_its_beginning_and_its_end() -> None:
    told = answering(references=[f"<{number}@x.example>" for number in range(30)])

    references = write(metadata=told).headers["References"].split()

    assert references[0] == "<0@x.example>"
    assert references[1:] == [f"<{n}@x.example>" for n in range(21, 30)] + ["<m1@x.example>"]


def test_references_fit_one_line() -> None:
    told = answering(references=[f"<{number}{'x' * 300}@x.example>" for number in range(9)])

    assert len(write(metadata=told).headers["References"]) <= 900


def test_a_mail_that_came_in_does_not_lend_its_thread_to_others() -> None:
    told = answering(message_id="<m2@x.example>", subject="Order 42")

    mail = write(metadata=told)

    assert mail.subject == "Order 42"
    assert "In-Reply-To" not in mail.headers


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Order 42", "Re: Order 42"),
        ("Re: Order 42", "Re: Order 42"),
        ("RE: AW: Fwd: Order 42", "Re: Order 42"),
        ("Re[2]: Order 42", "Re: Order 42"),
        ("RÉP : Commande", "Re: Commande"),
        ("TR: Réf", "Re: Réf"),
        ("sv:vs: x", "Re: x"),
        # a word that only begins like a prefix
        ("Return: shoes", "Re: Return: shoes"),
        ("Reference", "Re: Reference"),
    ],
)
def test_an_answers_subject_has_one_prefix(subject: str, expected: str) -> None:
    assert write(metadata=answering(subject=subject)).subject == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"subject": "Your order"}, "Your order"),
        ({"subject": ""}, "New message"),
        ({"subject": "  "}, "New message"),
        ({"subject": "Your order", "metadata": answering()}, "Re: Your order"),
        # what the thread is called counts once there is one
        ({"subject": "Your order", "metadata": answering(subject="Help!")}, "Re: Help!"),
    ],
)
def test_the_rooms_subject_starts_a_thread(options: dict[str, Any], expected: str) -> None:
    assert write(**options).subject == expected


@pytest.mark.parametrize(
    ("to", "options"),
    [
        (CUSTOMER, {"subject": "Hi\r\nBcc: all@x.example"}),
        (CUSTOMER, {"subject": "Hi\nX: y"}),
        (CUSTOMER, {"subject": "Hi\u2028X: y"}),
        (CUSTOMER, {"from_": "support@example.org\nBcc: all@x.example"}),
        (CUSTOMER, {"from_": "nobody"}),
        (f"{CUSTOMER}\r\nBcc: all@x.example", {}),
        (f"{CUSTOMER}, ben@x.example", {}),
        ("", {}),
        ("not an address", {}),
    ],
)
def test_a_header_that_would_break_its_line_is_refused(to: str, options: dict[str, Any]) -> None:
    with pytest.raises(NotSendableError) as refused:
        compose(make_event(), to, CONFIG, **options)

    assert refused.value.code == "invalid_header"
    assert "@x.example" not in str(refused.value)


@pytest.mark.parametrize("event_id", ["e\r\nX: y", "e\x00"])
def test_an_events_id_cannot_break_a_header(event_id: str) -> None:
    with pytest.raises(NotSendableError):
        write(event_id=event_id)


def test_a_hostile_thread_cannot_break_a_header() -> None:
    told = answering(in_reply_to="<a@b>\r\nBcc: c@d", references="<x@y>\r\nBcc: z@z", subject="S")

    headers = write(metadata=told).headers

    assert headers["In-Reply-To"] == "<a@b>"
    assert headers["References"] == "<x@y> <a@b>"


def test_a_thread_with_a_broken_subject_is_refused() -> None:
    with pytest.raises(NotSendableError):
        write(metadata=answering(subject="S\r\nBcc: z@z"))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"by": ChannelType.AI}, "auto-generated"),
        ({"by": ChannelType.AI, "metadata": answering()}, "auto-replied"),
        ({"type": EventType.SYSTEM, "said": SystemContent(body="closed")}, "auto-generated"),
        # a mail of a machine that goes on to another mailbox
        ({"metadata": {"auto_submitted": "auto-replied"}}, "auto-generated"),
        ({}, None),
        ({"metadata": answering()}, None),
    ],
)
def test_what_a_machine_says_is_marked(options: dict[str, Any], expected: str | None) -> None:
    headers = write(**options).headers

    assert headers.get("Auto-Submitted") == expected
    assert ("X-Auto-Response-Suppress" in headers) == (expected is not None)


def test_answers_go_to_an_address_of_the_room_that_never_changes() -> None:
    first, again = write().reply_to, write().reply_to

    assert first == again
    assert first is not None
    assert first.address.startswith("reply+")
    assert len(first.address.partition("@")[0]) <= 64


def test_an_address_of_the_room_is_good_from_the_event_on() -> None:
    written = NOW - timedelta(days=1_000)

    reply_to = write(created_at=written).reply_to

    assert reply_to is not None
    rooms = [
        read_reply_address(
            reply_to.address, "reply@in.example.org", CONFIG.reply_keys, now=written + age
        )
        for age in (timedelta(days=89), timedelta(days=91))
    ]
    assert rooms == [ROOM, None]


def test_without_secrets_answers_go_to_the_plain_address() -> None:
    config = MailConfig(from_email="a@example.org", reply_address="reply@example.org")

    mail = compose(make_event(), CUSTOMER, config)

    assert mail.reply_to is not None
    assert mail.reply_to.address == "reply@example.org"


def test_a_room_whose_id_is_too_long_gets_the_plain_address() -> None:
    mail = write(room_id="a-room-with-a-very-long-name-that-fits-no-address")

    assert mail.reply_to is not None
    assert mail.reply_to.address == "reply@in.example.org"


def test_without_an_address_for_answers_none_is_named() -> None:
    assert compose(make_event(), CUSTOMER, PLAIN).reply_to is None


def test_names_of_other_alphabets_are_encoded() -> None:
    mail = compose(make_event(), "Ünal <ana@münchen.example>", CONFIG, from_="客服 <a@b.example>")

    assert str(mail.to) == "=?utf-8?b?w5xuYWw=?= <ana@xn--mnchen-3ya.example>"
    assert str(mail.sender) == "=?utf-8?b?5a6i5pyN?= <a@b.example>"


@pytest.mark.parametrize("address", ["", "nobody", "a@b.example\nBcc: c@d.example"])
@pytest.mark.parametrize("field", ["from_email", "reply_address"])
def test_an_address_of_ours_that_is_none_is_refused(field: str, address: str) -> None:
    with pytest.raises(ValueError, match="the address"):
        MailConfig.model_validate({"from_email": "a@b.example", field: address})


@pytest.mark.parametrize("said", [TextContent(body=""), RichContent(body="")])
def test_an_event_that_says_nothing_is_refused(said: Any) -> None:
    with pytest.raises(NotSendableError) as refused:
        write(said)

    assert refused.value.code == "empty_message"
