"""Sending by SendGrid: what goes out, and what each answer means."""

import base64
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from channels_app.channels.email import EmailChannel
from channels_app.providers.sendgrid.config import SendGridConfig
from channels_app.providers.sendgrid.email import MAX_FILE_BYTES, SendGridProvider
from channels_app.testing.fakes.sendgrid import (
    API_KEY,
    FakeSendGrid,
    refusal,
    too_many_requests,
)
from channels_app.testing.fakes.sendgrid_schema import MailRequest
from channels_app.testing.fakes.server import Fault, Response
from rooms.domain.content import (
    CompositeContent,
    EventContent,
    MediaContent,
    RichContent,
    TextContent,
)
from rooms.domain.delivery import SendOutcome
from rooms.domain.enums import ChannelType
from rooms.domain.errors import DeliveryFailedError
from tests.channels_app.values import make_binding, make_context
from tests.providers.mail.samples import CUSTOMER, make_event, our_message_id

PNG = "data:image/png;base64,iVBORw0KGgo="


@pytest.fixture
def fake() -> Iterator[FakeSendGrid]:
    with FakeSendGrid().serving() as serving:
        yield serving


@pytest.fixture
async def provider(fake: FakeSendGrid) -> AsyncIterator[SendGridProvider]:
    made = make_provider(fake.url)
    yield made
    await made.close()


def make_provider(url: str, **more: Any) -> SendGridProvider:
    given = {"api_key": API_KEY, "from_email": "support@example.org", "base_url": url, **more}
    return SendGridProvider(SendGridConfig(**given))


def only_mail(fake: FakeSendGrid) -> MailRequest:
    (mail,) = fake.sent
    assert fake.refusals == []
    return mail.request


async def test_a_text_is_sent(fake: FakeSendGrid, provider: SendGridProvider) -> None:
    result = await provider.send(make_event("Hello"), CUSTOMER, subject="Your order")

    mail = only_mail(fake)
    assert (result.outcome, result.provider_message_ids) == (
        SendOutcome.ACCEPTED,
        [fake.sent[0].id],
    )
    assert result.metadata == {"message_id": our_message_id()}
    assert mail.personalizations[0].to[0].email == CUSTOMER
    assert mail.personalizations[0].custom_args == {"rk_event": "e1"}
    assert (mail.from_.email, mail.subject) == ("support@example.org", "Your order")
    assert [(part.type, part.value) for part in mail.content] == [("text/plain", "Hello")]


async def test_the_config_names_the_sender_and_where_answers_go(fake: FakeSendGrid) -> None:
    provider = make_provider(fake.url, from_name="Support", reply_address="reply@in.example.org")

    await provider.send(make_event(), CUSTOMER)
    await provider.send(make_event(), CUSTOMER, from_="Sales <sales@example.org>")
    await provider.close()

    first, second = (mail.request for mail in fake.sent)
    assert (first.from_.name, second.from_.name) == ("Support", "Sales")
    assert second.from_.email == "sales@example.org"
    assert first.reply_to is not None
    assert first.reply_to.email == "reply@in.example.org"


async def test_rich_text_is_sent_in_both_forms(
    fake: FakeSendGrid, provider: SendGridProvider
) -> None:
    await provider.send(make_event(RichContent(body="**Hi** you")), CUSTOMER)

    assert [(part.type, part.value) for part in only_mail(fake).content] == [
        ("text/plain", "Hi you"),
        ("text/html", "<p><strong>Hi</strong> you</p>"),
    ]


async def test_files_are_attached_and_addresses_linked(
    fake: FakeSendGrid, provider: SendGridProvider
) -> None:
    parts: list[EventContent] = [
        TextContent(body="Here"),
        MediaContent(url=PNG, mime_type="image/png", filename="a.png"),
        MediaContent(url="https://files.example.org/b.pdf", mime_type="application/pdf"),
    ]

    await provider.send(make_event(CompositeContent(parts=parts)), CUSTOMER)

    mail = only_mail(fake)
    assert [(each.filename, each.type) for each in mail.attachments] == [("a.png", "image/png")]
    assert mail.content[0].value == "Here\n\nb.pdf: https://files.example.org/b.pdf"


async def test_a_file_alone_is_a_mail(fake: FakeSendGrid, provider: SendGridProvider) -> None:
    await provider.send(make_event(MediaContent(url=PNG, mime_type="image/png")), CUSTOMER)

    assert len(only_mail(fake).attachments) == 1


async def test_an_answer_carries_its_thread_and_says_that_a_machine_wrote_it(
    fake: FakeSendGrid, provider: SendGridProvider
) -> None:
    told = {"in_reply_to": "<m1@x>", "references": ["<m0@x>"], "subject": "Order"}
    event = make_event(by=ChannelType.AI, metadata={"email": told})

    await provider.send(event, CUSTOMER)

    mail = only_mail(fake)
    assert mail.subject == "Re: Order"
    assert mail.headers == {
        "Message-ID": our_message_id(),
        "X-RoomKit-Event": "e1",
        "In-Reply-To": "<m1@x>",
        "References": "<m0@x> <m1@x>",
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }


async def test_a_second_attempt_has_the_same_message_id(
    fake: FakeSendGrid, provider: SendGridProvider
) -> None:
    fake.fail_next(Fault(response=Response(503)))

    first = await provider.send(make_event(), CUSTOMER)
    second = await provider.send(make_event(), CUSTOMER)

    assert (first.outcome, second.outcome) == (SendOutcome.TRANSIENT, SendOutcome.ACCEPTED)
    sent_ids = [each.json()["headers"]["Message-ID"] for each in fake.requests]
    assert sent_ids == [our_message_id()] * 2


async def test_mails_are_not_watched_unless_asked(fake: FakeSendGrid) -> None:
    watching = make_provider(fake.url, track_opens=True)

    await watching.send(make_event(), CUSTOMER)
    await watching.close()

    tracking = only_mail(fake).tracking_settings
    assert tracking is not None
    assert tracking.model_dump(exclude_none=True) == {
        "click_tracking": {"enable": False, "enable_text": False},
        "open_tracking": {"enable": True},
    }


@pytest.mark.parametrize(
    ("response", "outcome", "code"),
    [
        (
            refusal(400, "Does not contain a valid address.", field="personalizations.0.to"),
            "rejected",
            "http_400",
        ),
        (refusal(401, "The provided authorization grant is invalid"), "auth", "http_401"),
        (refusal(403, "access forbidden"), "auth", "http_403"),
        # the sender is the problem, not the key
        (refusal(403, "not a verified Sender Identity", field="from"), "rejected", "http_403"),
        (refusal(404, "not found"), "rejected", "http_404"),
        (refusal(413, "Payload too large"), "rejected", "http_413"),
        (refusal(500, "unexpected error"), "unknown", "http_500"),
        (refusal(503, "unavailable"), "transient", "http_503"),
    ],
)
async def test_each_refusal_says_what_became_of_the_mail(
    fake: FakeSendGrid, provider: SendGridProvider, response: Any, outcome: str, code: str
) -> None:
    fake.fail_next(Fault(response=response.response))

    result = await provider.send(make_event(), CUSTOMER)

    assert (result.success, result.outcome, result.code) == (False, outcome, code)
    assert result.error == response.response.body["errors"][0]["message"]


@pytest.mark.parametrize("body", [None, "<html>", "[]", '{"errors": "x"}', '{"errors": [1]}'])
async def test_a_refusal_without_words_is_read(
    fake: FakeSendGrid, provider: SendGridProvider, body: str | None
) -> None:
    fake.fail_next(Fault(response=Response(400, body)))

    result = await provider.send(make_event(), CUSTOMER)

    assert (result.outcome, result.error) == (SendOutcome.REJECTED, "Bad Request")


async def test_the_rate_limit_says_when_it_ends(
    fake: FakeSendGrid, provider: SendGridProvider
) -> None:
    fake.fail_next(
        Fault(response=too_many_requests(int(time.time()) + 86_400)),
        Fault(response=Response(429, None, {"Retry-After": "7"})),
        Fault(response=too_many_requests(1)),
    )

    results = [await provider.send(make_event(), CUSTOMER) for _ in range(3)]

    assert {result.outcome for result in results} == {SendOutcome.THROTTLED}
    waits = [result.retry_after for result in results]
    assert waits == [pytest.approx(86_400, abs=3_600), 7.0, 0.0]


async def test_no_answer_in_time_leaves_open_what_became_of_it(fake: FakeSendGrid) -> None:
    hasty = make_provider(fake.url, timeout=0.2)
    fake.fail_next(Fault(wait_s=0.6))

    result = await hasty.send(make_event(), CUSTOMER)
    await hasty.close()

    assert (result.outcome, result.code) == (SendOutcome.UNKNOWN, "timeout")


@pytest.mark.parametrize(
    ("to", "subject", "code"),
    [
        (CUSTOMER, "Hi\r\nBcc: all@x.example", "invalid_header"),
        ("nobody", "Hi", "invalid_header"),
    ],
)
async def test_what_cannot_be_a_mail_is_not_sent(
    fake: FakeSendGrid, provider: SendGridProvider, to: str, subject: str, code: str
) -> None:
    result = await provider.send(make_event(), to, subject=subject)

    assert (result.outcome, result.code) == (SendOutcome.REJECTED, code)
    assert fake.requests == []


async def test_a_file_that_is_too_large_is_not_sent(
    fake: FakeSendGrid, provider: SendGridProvider
) -> None:
    content = base64.b64encode(b"x" * (MAX_FILE_BYTES + 1)).decode()
    media = MediaContent(url=f"data:image/png;base64,{content}", mime_type="image/png")

    result = await provider.send(make_event(media), CUSTOMER)

    assert (result.code, fake.requests) == ("too_large", [])


async def test_the_largest_file_is_taken(fake: FakeSendGrid, provider: SendGridProvider) -> None:
    content = base64.b64encode(b"x" * MAX_FILE_BYTES).decode()
    media = MediaContent(url=f"data:image/png;base64,{content}", mime_type="image/png")

    result = await provider.send(make_event(media), CUSTOMER)

    assert (result.success, fake.refusals) == (True, [])


async def test_the_channel_hands_over_sender_and_the_rooms_subject(
    fake: FakeSendGrid, provider: SendGridProvider
) -> None:
    channel = EmailChannel("mail", provider=provider, from_address="desk@example.org")
    binding = make_binding("mail", metadata={"email_address": CUSTOMER, "subject": "Order 42"})

    await channel.deliver(make_event(), binding, make_context(binding))

    mail = only_mail(fake)
    assert (mail.from_.email, mail.subject) == ("desk@example.org", "Order 42")


async def test_the_channel_says_what_is_not_to_be_tried_again(fake: FakeSendGrid) -> None:
    provider = make_provider(fake.url, api_key="SG.wrong")
    binding = make_binding("mail", metadata={"email_address": CUSTOMER})

    with pytest.raises(DeliveryFailedError) as failed:
        await EmailChannel("mail", provider=provider).deliver(
            make_event(), binding, make_context(binding)
        )
    await provider.close()

    assert failed.value.retryable is False
