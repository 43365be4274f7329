"""Mails that come in: what was said, by whom, about what, and in which room."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from channels_app.providers.base.mail.config import MailConfig
from channels_app.providers.base.mail.reply_tokens import make_reply_address
from rooms.domain.content import TextContent
from rooms.domain.sender import ANSWERS, REPLY_ADDRESS, REPLY_ROOM
from rooms.pipeline.threads import MAX_ANSWERS
from tests.providers.mail.samples import (
    CONFIG,
    CUSTOMER,
    NOW,
    ROOM,
    make_mime,
    our_message_id,
    read_message,
    said_in,
)


def test_a_mail_becomes_a_message() -> None:
    message = read_message(make_mime("Bonjour\n", Cc="Ben <ben@x.example>"))

    assert (message.sender_id, message.content) == (CUSTOMER, TextContent(body="Bonjour"))
    assert message.external_id == message.provider_message_id == "<m1@customer.example>"
    assert message.timestamp == datetime(2026, 1, 1, 9, tzinfo=UTC)
    assert message.metadata == {
        "email": {
            "message_id": "<m1@customer.example>",
            "in_reply_to": "",
            "references": [],
            "answers_event_id": None,
            "subject": "Question",
            "from": CUSTOMER,
            "from_name": "Ana",
            "to": ["support@example.org"],
            "cc": ["ben@x.example"],
            "reply_to": "",
            "body": "Bonjour\n",
        }
    }


def test_one_mailbox_is_one_sender_however_it_is_written() -> None:
    message = read_message(make_mime(From="ANA@Customer.Example"))

    assert message.sender_id == CUSTOMER
    assert message.metadata["email"]["from"] == "ANA@Customer.Example"


def test_plain_text_is_preferred_to_html() -> None:
    assert said_in(make_mime("plain", html="<p>rich</p>")) == "plain"


def test_html_alone_becomes_text() -> None:
    mime = make_mime()
    mime.set_content("<p>Hello <b>you</b></p><ul><li>a</li></ul><script>x</script>", "html")

    assert said_in(mime) == "Hello you\n\n- a"


@pytest.mark.parametrize(
    "quoted",
    [
        "On Mon, Mar 3, 2025 at 10:00 AM Support <s@x.org> wrote:\n> Hello\n",
        "Le lun. 3 mars 2025 à 10:00, Support <s@x.org> a écrit :\n> Bonjour\n> ligne\n",
        "-----Original Message-----\nFrom: S <s@x.org>\nSent: Monday\nTo: a@x\nSubject: x\n\nHello",
        f"{'_' * 32}\nFrom: S <s@x.org>\nSent: Monday, March 3\nTo: a@x\nSubject: x\n\nHello",
        "De : S <s@x.org>\nEnvoyé : lundi 3 mars\nÀ : Ana <a@x.org>\nObjet : RE: x\n\nBonjour",
    ],
)
def test_quoted_mails_are_left_out_but_kept(quoted: str) -> None:
    mail = f"Merci, parfait.\n  - et ceci\n\n{quoted}"

    message = read_message(make_mime(mail))

    assert message.content == TextContent(body="Merci, parfait.\n  - et ceci")
    assert message.metadata["email"]["body"].strip() == mail.strip()


@pytest.mark.parametrize(
    "text",
    [
        "a\n\nb\n    indented\n\nBest regards,\nAna",
        # answers between the quoted lines make no sense without them
        "> When?\nTomorrow.\n> Where?\nHere.",
        "From: here\nto there",
    ],
)
def test_what_is_no_quoted_mail_stays(text: str) -> None:
    assert said_in(make_mime(text)) == text


def test_a_mail_that_only_quotes_says_all_of_it() -> None:
    quoted = "On Mon, Mar 3, 2025 at 10:00 AM S <s@x.org> wrote:\n> Hello"

    assert said_in(make_mime(quoted)) == quoted


@pytest.mark.parametrize(
    "hostile",
    ["\n" * 100_000, "On a wrote " * 10_000, "From: a\n" * 10_000, "> " * 50_000, "Le a " * 20_000],
)
def test_hostile_text_is_read_whole_and_soon(hostile: str) -> None:
    assert said_in(make_mime(f"a{hostile}b")).startswith("a")


def test_an_answer_longer_than_what_is_searched_stays_whole() -> None:
    text = "\n".join(f"line {number}" for number in range(2_000))

    assert said_in(make_mime(text)) == text


@pytest.mark.parametrize(
    "quoted",
    [
        '<div class="gmail_attr">On Mon, Mar 3, 2025 at 10:00 AM Support &lt;<a href='
        '"mailto:s@x.org">s@x.org</a>&gt; wrote:<br></div><blockquote>Hello</blockquote>',
        '<div style="border-top:1pt"><p><b>From:</b> S &lt;s@x.org&gt;<br><b>Sent:</b> Monday<br>'
        "<b>To:</b> Ana<br><b>Subject:</b> x</p></div><p>Hello</p>",
    ],
)
def test_quoted_mails_in_html_are_left_out(quoted: str) -> None:
    mime = make_mime()
    mime.set_content(f"<div>Merci, <b>parfait</b>.</div><br>{quoted}", "html")

    assert said_in(mime) == "Merci, parfait."


def test_an_empty_mail_says_its_subject() -> None:
    assert said_in(make_mime("\n", Subject="Are you open?")) == "Are you open?"


def test_the_same_mail_has_the_same_key_and_others_have_not() -> None:
    keys = [
        read_message(make_mime(), envelope_to=["a@x.example"]).idempotency_key,
        read_message(make_mime(), envelope_to=["A@X.example"]).idempotency_key,
        read_message(make_mime(), envelope_to=["b@x.example"]).idempotency_key,
        read_message(make_mime(Message_ID="<m2@x>"), envelope_to=["a@x.example"]).idempotency_key,
        read_message(make_mime("x", Message_ID="")).idempotency_key,
        read_message(make_mime("y", Message_ID="")).idempotency_key,
    ]

    assert keys[0] == keys[1]
    assert len(set(keys)) == 5


def test_an_answer_names_the_event_it_answers() -> None:
    direct = make_mime(In_Reply_To=our_message_id("e7"))
    later = make_mime(
        In_Reply_To="<x@customer.example>",
        References=f"{our_message_id('e7')} {our_message_id('e8')} <x@customer.example>",
    )
    foreign = make_mime(In_Reply_To=our_message_id("e7").replace("example.org", "else.example"))

    answered = [
        read_message(each).metadata["email"]["answers_event_id"]
        for each in (direct, later, foreign)
    ]

    assert answered == ["e7", "e8", None]


def test_a_signed_address_leads_to_the_room() -> None:
    ends = NOW + timedelta(days=1)
    new, old = (
        make_reply_address("reply@in.example.org", ROOM, secret, expires_at=ends)
        for secret in ("new-secret", "old-secret")
    )
    forged = make_reply_address("reply@in.example.org", ROOM, "guessed", expires_at=ends)
    expired = make_reply_address("reply@in.example.org", ROOM, "new-secret", expires_at=NOW)

    rooms = [
        read_message(make_mime(), envelope_to=["x@y.example", each]).metadata.get(REPLY_ROOM)
        for each in (new, old, forged, expired)
    ]

    assert rooms == [ROOM, ROOM, None, None]


def test_without_an_envelope_the_named_recipients_count() -> None:
    ends = NOW + timedelta(days=1)
    address = make_reply_address("reply@in.example.org", ROOM, "new-secret", expires_at=ends)

    named = read_message(make_mime(To=f"Support <{address}>"))
    enveloped = read_message(make_mime(To=address), envelope_to=["support@x.example"])

    assert named.metadata[REPLY_ROOM] == ROOM
    assert REPLY_ROOM not in enveloped.metadata


def test_the_mails_that_are_answered_are_told_nearest_first() -> None:
    ours, theirs = our_message_id("e7"), "<m0@customer.example>"
    thread = {"In_Reply_To": ours, "References": f"{theirs} {our_message_id('e8')} {ours}"}

    message = read_message(make_mime(**thread))

    assert message.metadata[ANSWERS] == [
        (ours, "e7"),
        (our_message_id("e8"), "e8"),
        (theirs, None),
    ]


def test_a_hundred_references_are_not_all_looked_up() -> None:
    references = " ".join(f"<m{number}@x.example>" for number in range(100))

    message = read_message(make_mime(References=references))

    assert len(message.metadata[ANSWERS]) == MAX_ANSWERS
    assert message.metadata[ANSWERS][0] == ("<m99@x.example>", None)


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("Ana <Ana@Home.example>", "ana@home.example"),
        (f"Ana <{CUSTOMER}>", None),  # the sender anyway
        ("support+7@example.org", None),  # ourselves
        ("nobody", None),
        ("", None),
    ],
)
def test_answers_may_be_wanted_elsewhere(header: str, wanted: str | None) -> None:
    assert read_message(make_mime(Reply_To=header)).metadata.get(REPLY_ADDRESS) == wanted


@pytest.mark.parametrize(
    ("header", "verified"),
    [
        ("mx.example.org; dmarc=pass header.from=customer.example", True),
        ("mx.example.org 1; spf=pass; dmarc=fail (p=none)", False),
        ("mx.example.org; dmarc=none", None),
        ("mx.example.org; spf=fail", None),
        # somebody else's word
        ("mx.evil.example; dmarc=pass", None),
        ("", None),
    ],
)
def test_only_our_own_server_tells_who_a_sender_is(header: str, verified: bool | None) -> None:
    config = MailConfig(from_email="support@example.org", authserv_id="MX.example.org")

    message = read_message(make_mime(Authentication_Results=header), config)

    assert message.metadata.get("sender_verified") is verified


def test_without_its_name_no_server_is_believed() -> None:
    mime = make_mime(Authentication_Results="mx.example.org; dmarc=pass")

    assert "sender_verified" not in read_message(mime).metadata


def test_an_empty_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="may not be empty"):
        MailConfig(from_email="a@x.example", reply_secrets=[SecretStr("")])


def test_secrets_are_not_shown() -> None:
    assert "new-secret" not in repr(CONFIG)
