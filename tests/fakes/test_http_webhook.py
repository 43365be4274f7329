"""The fake receiver of webhooks, driven by requests signed by hand as Standard Webhooks says."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from channels_app.testing.fakes.http_webhook import SECRET, FakeReceiver, sign
from channels_app.testing.fakes.server import Response

NOW = 1767225600
OTHER = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
BODY: dict[str, Any] = {
    "recipient_id": "u1",
    "channel_id": "hook",
    "room_id": "r1",
    "event_id": "e1",
    "type": "message",
    "content": {"type": "text", "body": "Salut"},
    "metadata": {},
}


@pytest.fixture
def receiver() -> Iterator[FakeReceiver]:
    with FakeReceiver(SECRET, clock=lambda: NOW).serving() as fake:
        yield fake


def headers_of(
    body: bytes, *, secret: str = SECRET, name: str = "e1", at: int = NOW
) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(at),
        "webhook-signature": sign(secret, name, at, body),
        "X-RoomKit-Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
    }


def post(receiver: FakeReceiver, body: bytes, headers: dict[str, str]) -> httpx.Response:
    return httpx.post(receiver.hook, content=body, headers=headers)


@pytest.mark.parametrize(
    ("secret", "name", "at", "body", "signature"),
    [
        # the vector of the reference implementation's own tests
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            b'{"test": 2432232314}',
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        (SECRET, "msg_1", NOW, b'{"a":1}', "v1,0Ud8OcCNFjx1ntpzsrZcFsX85Gq5zrTv2y1pQkuKzNI="),
    ],
)
def test_it_signs_as_the_reference_does(
    secret: str, name: str, at: int, body: bytes, signature: str
) -> None:
    assert sign(secret, name, at, body) == signature


def test_a_signed_webhook_is_taken_once(receiver: FakeReceiver) -> None:
    body = json.dumps(BODY).encode()

    answers = [post(receiver, body, headers_of(body)) for _ in range(2)]

    assert [answer.json() for answer in answers] == [{"message_id": "e1"}] * 2
    assert [taken.event_id for taken in receiver.sent] == ["e1"]


def test_any_signature_of_a_list_counts(receiver: FakeReceiver) -> None:
    body = json.dumps(BODY).encode()
    headers = headers_of(body)
    headers["webhook-signature"] = f"{sign(OTHER, 'e1', NOW, body)} {headers['webhook-signature']}"

    assert post(receiver, body, headers).status_code == 200


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"webhook-id": ""}, 400),
        ({"webhook-id": "e2"}, 401),
        ({"webhook-timestamp": "soon"}, 400),
        ({"webhook-timestamp": str(NOW - 301)}, 400),
        ({"webhook-timestamp": str(NOW + 301)}, 400),
        ({"webhook-timestamp": str(NOW - 1)}, 401),
        ({"webhook-signature": ""}, 401),
        ({"webhook-signature": "v1,AAAA"}, 401),
        ({"X-RoomKit-Signature": "00"}, 401),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
def test_a_wrong_header_is_refused(
    receiver: FakeReceiver, change: dict[str, str], status: int
) -> None:
    body = json.dumps(BODY).encode()

    answer = post(receiver, body, headers_of(body) | change)

    assert answer.status_code == status
    assert receiver.sent == []


@pytest.mark.parametrize(
    "body",
    [
        {**BODY, "colour": "red"},
        {**BODY, "recipient_id": ""},
        {**BODY, "recipient_id": 7},
        {**BODY, "content": "Salut"},
        {**BODY, "content": {"type": "song"}},
        {key: value for key, value in BODY.items() if key != "event_id"},
        {key: value for key, value in BODY.items() if key != "content"},
        [BODY],
    ],
)
def test_a_body_of_another_shape_is_refused(receiver: FakeReceiver, body: Any) -> None:
    raw = json.dumps(body).encode()

    answer = post(receiver, raw, headers_of(raw))

    assert answer.status_code == 422
    assert receiver.sent == []


def test_a_tampered_body_is_refused(receiver: FakeReceiver) -> None:
    body = json.dumps(BODY).encode()

    assert post(receiver, body.replace(b"u1", b"u2"), headers_of(body)).status_code == 401


def test_only_a_post_to_the_hook_is_taken(receiver: FakeReceiver) -> None:
    assert httpx.get(receiver.hook).status_code == 404
    assert httpx.post(f"{receiver.url}/else").status_code == 404


def test_the_answer_can_be_anything(receiver: FakeReceiver) -> None:
    body = json.dumps(BODY).encode()
    receiver.reply = lambda name: Response(202, f"took {name}")

    answer = post(receiver, body, headers_of(body))

    assert (answer.status_code, answer.text) == (202, "took e1")


def test_what_it_posts_is_signed(receiver: FakeReceiver) -> None:
    headers, body = receiver.inbound_text("Hi")

    assert headers["webhook-signature"] == sign(SECRET, "msg_1", NOW, body)
    assert json.loads(body) == {"sender_id": "u1", "body": "Hi", "external_id": "m-1"}
