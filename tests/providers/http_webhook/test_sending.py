"""Webhooks out, as a receiver sees them."""

import logging

import pytest
from pydantic import SecretStr, ValidationError

from channels_app.providers.http_webhook.config import HTTPProviderConfig
from channels_app.providers.http_webhook.provider import WebhookHTTPProvider
from channels_app.testing.fakes.http_webhook import SECRET, FakeReceiver
from channels_app.testing.fakes.server import Fault, Response
from rooms.domain.content import (
    CompositeContent,
    EventContent,
    LocationContent,
    MediaContent,
    RichContent,
    TextContent,
)
from rooms.domain.delivery import SendOutcome
from tests.channels_app.values import ROOM, make_event
from tests.providers.http_webhook.hooks import OTHER, make_provider

Provider = WebhookHTTPProvider
UNANSWERED = Fault(drops_after=True)


async def test_an_event_arrives_as_it_is(receiver: FakeReceiver, provider: Provider) -> None:
    event = make_event("Ça va ? 😀", metadata={"lang": "fr"})

    result = await provider.send(event, "u1")

    assert receiver.refusals == []
    assert receiver.sent[0].model_dump() == {
        "recipient_id": "u1",
        "channel_id": "chat",
        "room_id": ROOM,
        "event_id": event.id,
        "type": "message",
        "content": {"type": "text", "body": "Ça va ? 😀", "language": None},
        "metadata": {"lang": "fr"},
    }
    assert result.outcome is SendOutcome.ACCEPTED
    assert result.provider_message_id == receiver.ids[0]


@pytest.mark.parametrize(
    "content",
    [
        RichContent(body="**gras**"),
        MediaContent(url="https://x.example/a.png", mime_type="image/png"),
        LocationContent(latitude=45.5, longitude=-73.6),
        TextContent(body="a" * 100_000),
        CompositeContent(parts=[TextContent(body="a"), TextContent(body="b")]),
    ],
)
async def test_any_content_goes_whole(
    receiver: FakeReceiver, provider: Provider, content: EventContent
) -> None:
    await provider.send(make_event(content), "u1")

    assert receiver.refusals == []
    assert receiver.requests[0].json()["content"] == content.model_dump(mode="json")


async def test_a_repeated_event_has_the_same_id_and_is_taken_once(
    receiver: FakeReceiver, provider: Provider
) -> None:
    event = make_event("Salut")

    results = [await provider.send(event, "u1") for _ in range(2)]

    assert len(receiver.requests) == 2
    assert len(receiver.sent) == 1
    assert results[0] == results[1]


async def test_two_recipients_of_an_event_get_two_webhooks(
    receiver: FakeReceiver, provider: Provider
) -> None:
    event = make_event("Salut")

    for recipient in ("u1", "u2"):
        await provider.send(event, recipient)

    assert [body.recipient_id for body in receiver.sent] == ["u1", "u2"]


async def test_while_a_secret_is_changed_both_sign(receiver: FakeReceiver) -> None:
    receiver.secrets = (OTHER,)
    provider = make_provider(
        receiver.hook, secret=SecretStr(OTHER), previous_secrets=[SecretStr(SECRET)]
    )

    await provider.send(make_event("Salut"), "u1")
    await provider.close()

    assert receiver.refusals == []
    assert receiver.requests[0].headers["webhook-signature"].count("v1,") == 2


async def test_without_a_secret_nothing_is_signed(receiver: FakeReceiver) -> None:
    receiver.secrets = ()
    provider = make_provider(receiver.hook, secret=None)

    result = await provider.send(make_event("Salut"), "u1")
    await provider.close()

    assert result.success
    assert not {"webhook-signature", "x-roomkit-signature"} & set(receiver.requests[0].headers)


async def test_headers_of_ones_own_are_sent(receiver: FakeReceiver) -> None:
    provider = make_provider(receiver.hook, headers={"Authorization": "Bearer b"})

    await provider.send(make_event("Salut"), "u1")
    await provider.close()

    assert receiver.requests[0].headers["authorization"] == "Bearer b"


@pytest.mark.parametrize(
    ("answer", "message_id"),
    [
        (Response(200, {"message_id": "m-9"}), "m-9"),
        (Response(201, {"message_id": 9}), "9"),
        (Response(202, "ok"), None),
        (Response(204), None),
        (Response(200, {}), None),
        (Response(200, ["m-9"]), None),
        (Response(200, {"message_id": {"a": 1}}), None),
    ],
)
async def test_any_success_is_one_whatever_is_said(
    receiver: FakeReceiver, provider: Provider, answer: Response, message_id: str | None
) -> None:
    receiver.reply = lambda name: answer

    result = await provider.send(make_event("Salut"), "u1")

    assert result.success
    assert result.provider_message_id == (message_id or receiver.ids[0])


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (301, SendOutcome.REJECTED),
        (302, SendOutcome.REJECTED),
        (307, SendOutcome.REJECTED),
        (400, SendOutcome.REJECTED),
        (401, SendOutcome.AUTH),
        (403, SendOutcome.AUTH),
        (404, SendOutcome.REJECTED),
        (408, SendOutcome.TRANSIENT),
        (422, SendOutcome.REJECTED),
        (425, SendOutcome.TRANSIENT),
        (429, SendOutcome.THROTTLED),
        (500, SendOutcome.UNKNOWN),
        (503, SendOutcome.TRANSIENT),
        (504, SendOutcome.UNKNOWN),
    ],
)
async def test_each_status_has_its_meaning(
    receiver: FakeReceiver, provider: Provider, status: int, outcome: SendOutcome
) -> None:
    elsewhere = {"Location": f"{receiver.url}/elsewhere", "Retry-After": "7"}
    receiver.fail_next(Fault(response=Response(status, headers=elsewhere)))

    result = await provider.send(make_event("Salut"), "u1")

    assert (result.outcome, result.code) == (outcome, f"http_{status}")
    assert result.retry_after == 7.0
    # no redirect is followed
    assert [request.path for request in receiver.requests] == ["/hook"]


async def test_a_receiver_that_is_gone_is_left_alone(
    receiver: FakeReceiver, provider: Provider
) -> None:
    receiver.fail_next(Fault(response=Response(410)))

    results = [await provider.send(make_event("Salut"), "u1") for _ in range(2)]

    assert [(each.outcome, each.code) for each in results] == [
        (SendOutcome.REJECTED, "endpoint_gone")
    ] * 2
    assert len(receiver.requests) == 1


async def test_a_line_that_is_cut_is_unknown_and_may_be_repeated(
    receiver: FakeReceiver, provider: Provider
) -> None:
    receiver.fail_next(UNANSWERED)
    event = make_event("Salut")

    results = [await provider.send(event, "u1") for _ in range(2)]

    assert [each.outcome for each in results] == [SendOutcome.UNKNOWN, SendOutcome.ACCEPTED]
    assert len(receiver.sent) == 1
    assert provider.takes_idempotency_key


async def test_no_answer_in_time_is_unknown(receiver: FakeReceiver) -> None:
    receiver.fail_next(Fault(wait_s=0.5))
    provider = make_provider(receiver.hook, timeout=0.1)

    result = await provider.send(make_event("Salut"), "u1")
    await provider.close()

    assert (result.outcome, result.code) == (SendOutcome.UNKNOWN, "timeout")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "[::1]", "localhost"])
async def test_our_own_network_is_not_posted_to(receiver: FakeReceiver, host: str) -> None:
    port = receiver.url.rpartition(":")[2]
    provider = make_provider(f"http://{host}:{port}/hook", allow_private_hosts=False)

    result = await provider.send(make_event("Salut"), "u1")
    await provider.close()

    assert (result.success, result.outcome) == (False, SendOutcome.REJECTED)
    assert receiver.requests == []


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "ftp://x.example/", "x.example", "https://"])
async def test_only_an_https_address_is_posted_to(url: str) -> None:
    provider = make_provider(url, allow_http=False)

    result = await provider.send(make_event("Salut"), "u1")
    await provider.close()

    assert result.outcome is SendOutcome.REJECTED


async def test_secrets_are_in_no_log_and_no_error(
    receiver: FakeReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    config = HTTPProviderConfig(
        webhook_url=receiver.hook,
        secret=SecretStr(SECRET),
        headers={"Authorization": "Bearer hidden-one"},
        allow_private_hosts=True,
        allow_http=True,
    )
    provider = WebhookHTTPProvider(config)
    receiver.fail_next(Fault(response=Response(401)), UNANSWERED)

    results = [await provider.send(make_event("Salut"), "u1") for _ in range(2)]
    await provider.close()

    told = caplog.text + repr(results) + repr(config) + str(config)
    assert SECRET.removeprefix("whsec_") not in told
    assert "hidden-one" not in told


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_%%%%"])
def test_a_secret_without_a_key_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError) as problem:
        HTTPProviderConfig(webhook_url="https://x.example", secret=SecretStr(secret))

    assert "%%%%" not in str(problem.value)
