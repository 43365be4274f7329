"""Sending by ElasticEmail: what goes out, and what each answer means."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from channels_app.channels.email import EmailChannel
from channels_app.providers.elasticemail.config import ElasticEmailConfig
from channels_app.providers.elasticemail.email import ElasticEmailProvider
from channels_app.testing.fakes.elasticemail import (
    API_KEY,
    FakeElasticEmail,
    ListMail,
    TransactionalMail,
    refusal,
)
from channels_app.testing.fakes.server import Fault, Response
from rooms.domain.content import CompositeContent, EventContent, MediaContent, RichContent
from rooms.domain.delivery import SendOutcome
from rooms.domain.enums import ChannelType
from tests.channels_app.values import make_binding, make_context
from tests.providers.mail.samples import CUSTOMER, make_event, our_message_id

PNG = "data:image/png;base64,iVBORw0KGgo="


@pytest.fixture
def fake() -> Iterator[FakeElasticEmail]:
    with FakeElasticEmail().serving() as serving:
        yield serving


@pytest.fixture
async def provider(fake: FakeElasticEmail) -> AsyncIterator[ElasticEmailProvider]:
    made = make_provider(fake.api)
    yield made
    await made.close()


def make_provider(url: str, **more: Any) -> ElasticEmailProvider:
    given = {"api_key": API_KEY, "from_email": "support@example.org", "base_url": url, **more}
    return ElasticEmailProvider(ElasticEmailConfig(**given))


def only_mail(fake: FakeElasticEmail) -> TransactionalMail:
    (mail,) = fake.sent
    assert fake.refusals == []
    assert isinstance(mail.request, TransactionalMail)
    return mail.request


async def test_a_text_is_sent(fake: FakeElasticEmail, provider: ElasticEmailProvider) -> None:
    result = await provider.send(make_event("Hello"), CUSTOMER, subject="Your order")

    mail = only_mail(fake)
    assert result.outcome is SendOutcome.ACCEPTED
    assert result.provider_message_ids == [fake.sent[0].message_id]
    assert result.metadata == {
        "message_id": our_message_id(),
        "transaction_id": fake.sent[0].transaction_id,
    }
    assert mail.Recipients.To == [CUSTOMER]
    assert (mail.Content.From, mail.Content.Subject) == ("support@example.org", "Your order")
    assert (mail.Content.Postback, mail.Content.ReplyTo) == ("e1", None)
    assert mail.Content.Headers["Message-ID"] == our_message_id()
    assert [(part.ContentType, part.Content) for part in mail.Content.Body] == [
        ("PlainText", "Hello")
    ]


async def test_a_mail_to_a_list_goes_the_other_way(fake: FakeElasticEmail) -> None:
    provider = make_provider(fake.api, is_transactional=False)

    result = await provider.send(make_event("Hello"), CUSTOMER)
    await provider.close()

    (mail,) = fake.sent
    assert result.success
    assert isinstance(mail.request, ListMail)
    assert [each.Email for each in mail.request.Recipients] == [CUSTOMER]


async def test_rich_text_and_files_are_sent(
    fake: FakeElasticEmail, provider: ElasticEmailProvider
) -> None:
    parts: list[EventContent] = [
        RichContent(body="**Hi** you"),
        MediaContent(url=PNG, mime_type="image/png", filename="a.png"),
    ]

    await provider.send(make_event(CompositeContent(parts=parts)), CUSTOMER)

    content = only_mail(fake).Content
    assert [(part.ContentType, part.Content) for part in content.Body] == [
        ("PlainText", "Hi you"),
        ("HTML", "<p><strong>Hi</strong> you</p>"),
    ]
    assert [(each.Name, each.BinaryContent, each.ContentType) for each in content.Attachments] == [
        ("a.png", "iVBORw0KGgo=", "image/png")
    ]


async def test_an_answer_carries_its_thread(fake: FakeElasticEmail) -> None:
    provider = make_provider(fake.api, from_name="Support", reply_address="reply@in.example.org")
    told = {"in_reply_to": "<m1@x>", "references": ["<m0@x>"], "subject": "Order"}

    await provider.send(make_event(by=ChannelType.AI, metadata={"email": told}), CUSTOMER)
    await provider.close()

    content = only_mail(fake).Content
    assert (content.Subject, content.From) == ("Re: Order", "Support <support@example.org>")
    assert content.ReplyTo == "Support <reply@in.example.org>"
    assert content.Headers["In-Reply-To"] == "<m1@x>"
    assert content.Headers["References"] == "<m0@x> <m1@x>"
    assert content.Headers["Auto-Submitted"] == "auto-replied"


@pytest.mark.parametrize(
    ("response", "outcome", "code"),
    [
        (refusal(400, "Invalid email address"), "rejected", "http_400"),
        (refusal(401, "Access Denied."), "auth", "http_401"),
        (refusal(403, "Account suspended"), "auth", "http_403"),
        (refusal(404, "Not Found"), "rejected", "http_404"),
        (refusal(429, "Too many requests"), "throttled", "http_429"),
        (refusal(500, "Unexpected"), "unknown", "http_500"),
        (refusal(503, "Unavailable"), "transient", "http_503"),
        # a success that is none
        (refusal(200, "Not enough credit"), "rejected", "error_in_success"),
    ],
)
async def test_each_refusal_says_what_became_of_the_mail(
    fake: FakeElasticEmail, provider: ElasticEmailProvider, response: Any, outcome: str, code: str
) -> None:
    fake.fail_next(Fault(response=response.response))

    result = await provider.send(make_event(), CUSTOMER)

    assert (result.success, result.outcome, result.code) == (False, outcome, code)
    assert result.error == response.response.body["Error"]


@pytest.mark.parametrize("body", [None, "", "<html>", {}, [], {"TransactionID": None}])
async def test_a_success_without_an_id_leaves_it_open(
    fake: FakeElasticEmail, provider: ElasticEmailProvider, body: Any
) -> None:
    fake.fail_next(Fault(response=Response(200, body)))

    result = await provider.send(make_event(), CUSTOMER)

    assert (result.outcome, result.code) == (SendOutcome.UNKNOWN, "no_id")


async def test_no_answer_in_time_leaves_it_open(fake: FakeElasticEmail) -> None:
    hasty = make_provider(fake.api, timeout=0.2)
    fake.fail_next(Fault(wait_s=0.6))

    result = await hasty.send(make_event(), CUSTOMER)
    await hasty.close()

    assert (result.outcome, result.code) == (SendOutcome.UNKNOWN, "timeout")


async def test_what_cannot_be_a_mail_is_not_sent(
    fake: FakeElasticEmail, provider: ElasticEmailProvider
) -> None:
    broken = await provider.send(make_event(), CUSTOMER, subject="Hi\r\nBcc: all@x.example")
    too_large = await make_provider(fake.api, max_file_bytes=7).send(
        make_event(MediaContent(url=PNG, mime_type="image/png")), CUSTOMER
    )

    assert (broken.code, too_large.code) == ("invalid_header", "too_large")
    assert fake.requests == []


async def test_the_channel_hands_over_the_rooms_subject(
    fake: FakeElasticEmail, provider: ElasticEmailProvider
) -> None:
    channel = EmailChannel("mail", provider=provider, from_address="desk@example.org")
    binding = make_binding("mail", metadata={"email_address": CUSTOMER, "subject": "Order 42"})

    await channel.deliver(make_event(), binding, make_context(binding))

    content = only_mail(fake).Content
    assert (content.From, content.Subject) == ("desk@example.org", "Order 42")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.elasticemail.com/v4",
        "ftp://api.elasticemail.com/v4",
        "https://api.elasticemail.com/v2/email/send",
        "api.elasticemail.com",
    ],
)
def test_an_address_that_would_leak_the_key_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="base_url") as refused:
        make_provider(url)

    assert API_KEY not in str(refused.value)
