"""The fake of Sinch takes what the vendor's documents show, and nothing else.

Requests are written by hand after "Send a batch" of the vendor's API reference. The SDK sinch 2.1.0
for Python was answered by this fake and has verified its callbacks.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from channels_app.testing.fakes import sinch_webhooks as webhooks
from channels_app.testing.fakes.sinch import API_TOKEN, FakeSinch

FILE = {"url": "https://files.example.org/a.jpg"}
TEXT: dict[str, Any] = {
    "from": "15145550199",
    "to": ["15145550123"],
    "body": "Hi",
    "type": "mt_text",
    "delivery_report": "per_recipient",
}
MEDIA: dict[str, Any] = {
    "from": "15145550199",
    "to": ["+15145550123"],
    "body": FILE | {"message": "Look", "subject": "Photo"},
    "type": "mt_media",
}


@pytest.fixture
def sinch() -> Iterator[FakeSinch]:
    with FakeSinch().serving() as fake:
        yield fake


def post(fake: FakeSinch, body: Any, *, token: str = API_TOKEN) -> httpx.Response:
    return httpx.post(fake.batches, json=body, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize(
    "body",
    [
        TEXT,
        MEDIA,
        # the type may be left out, and so may the sender
        {"to": ["15145550123"], "body": "Hi"},
        TEXT | {"from": "RoomKit", "to": ["15145550123", "15145550124"]},
        TEXT | {"from": "55555"},
        TEXT | {"body": "ç" * 2000, "max_number_of_message_parts": 30},
        TEXT | {"client_reference": "a-1", "callback_url": "https://example.org/s"},
        TEXT | {"delivery_report": "full", "feedback_enabled": False, "truncate_concat": True},
        TEXT | {"send_at": "2026-01-01T00:00:00.000Z", "expire_at": "2026-01-02T00:00:00.000Z"},
        MEDIA | {"body": FILE, "strict_validation": True},
    ],
)
def test_right_batches_are_taken(sinch: FakeSinch, body: dict[str, Any]) -> None:
    answer = post(sinch, body)

    assert answer.status_code == 201
    assert answer.json()["id"] == sinch.sent[0].id
    assert answer.json()["canceled"] is False
    assert sinch.refusals == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (TEXT | {"to": "15145550123"}, "syntax_invalid_parameter_format"),
        (TEXT | {"to": []}, "syntax_constraint_violation"),
        (TEXT | {"to": ["whatsapp:15145550123"]}, "syntax_invalid_parameter_format"),
        (TEXT | {"to": ["5550"]}, "syntax_invalid_parameter_format"),
        (TEXT | {"from": "A long sender"}, "syntax_invalid_parameter_format"),
        (TEXT | {"from": "1" * 16}, "syntax_invalid_parameter_format"),
        (TEXT | {"body": ""}, "syntax_constraint_violation"),
        (TEXT | {"body": "x" * 2001}, "syntax_constraint_violation"),
        (TEXT | {"body": FILE}, "syntax_invalid_parameter_format"),
        (TEXT | {"text": "Hi"}, "syntax_invalid_parameter_format"),
        (TEXT | {"media": [FILE]}, "syntax_invalid_parameter_format"),
        (TEXT | {"type": "mt_mms"}, "syntax_invalid_parameter_format"),
        (TEXT | {"delivery_report": "always"}, "syntax_invalid_parameter_format"),
        (TEXT | {"callback_url": "example.org"}, "syntax_invalid_parameter_format"),
        (TEXT | {"client_reference": 7}, "syntax_invalid_parameter_format"),
        (TEXT | {"max_number_of_message_parts": "10"}, "syntax_invalid_parameter_format"),
        (TEXT | {"feedback_enabled": "no"}, "syntax_invalid_parameter_format"),
        ({"body": "Hi"}, "missing_parameter"),
        ({"to": ["15145550123"]}, "missing_parameter"),
        # words alone are no media message
        (MEDIA | {"body": {"message": "Look"}}, "missing_parameter"),
        (MEDIA | {"body": "Look"}, "syntax_invalid_parameter_format"),
        (MEDIA | {"body": FILE | {"text": "Look"}}, "syntax_invalid_parameter_format"),
        (
            MEDIA | {"body": {"url": "data:image/png;base64,AA=="}},
            "syntax_invalid_parameter_format",
        ),
        (MEDIA | {"flash_message": True}, "syntax_invalid_parameter_format"),
        ([TEXT], "syntax_invalid_json"),
    ],
)
def test_wrong_batches_are_refused(sinch: FakeSinch, body: Any, code: str) -> None:
    answer = post(sinch, body)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["text"]
    assert sinch.sent == []


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "", {}, 401),
        ("POST", "", {"Authorization": API_TOKEN}, 401),
        ("POST", "", {"Authorization": "Bearer wrong"}, 401),
        ("PUT", "", {"Authorization": f"Bearer {API_TOKEN}"}, 405),
        ("POST", "/dry_run", {"Authorization": f"Bearer {API_TOKEN}"}, 404),
        ("POST", "?page=1", {"Authorization": f"Bearer {API_TOKEN}"}, 404),
        ("GET", "?size=1", {"Authorization": f"Bearer {API_TOKEN}"}, 400),
    ],
)
def test_calls_that_are_no_call_are_refused(
    sinch: FakeSinch, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    answer = httpx.request(method, f"{sinch.batches}{path}", json=TEXT, headers=headers)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/x-www-form-urlencoded", b"to=1", 415),
        ("application/json", b"{to: 1}", 400),
        ("application/json", b"", 400),
    ],
)
def test_only_json_is_read(sinch: FakeSinch, content_type: str, body: bytes, status: int) -> None:
    headers = {"Authorization": f"Bearer {API_TOKEN}", "Content-Type": content_type}

    assert httpx.post(sinch.batches, content=body, headers=headers).status_code == status


def test_a_batch_that_is_posted_twice_is_taken_twice(sinch: FakeSinch) -> None:
    ids = {post(sinch, TEXT).json()["id"] for _ in range(2)}

    assert ids == {batch.id for batch in sinch.sent}
    assert len(ids) == 2


def test_others_numbers_may_not_send(sinch: FakeSinch) -> None:
    sinch.senders.add("15145550188")

    assert post(sinch, TEXT).status_code == 403
    assert post(sinch, TEXT | {"from": "15145550188"}).status_code == 201


@pytest.mark.parametrize(
    "webhook",
    [
        webhooks.inbound_text("Ça va?"),
        webhooks.inbound_media([FILE | {"content_type": "image/jpeg", "status": "Uploaded"}]),
        webhooks.inbound_binary(b"\x01"),
        webhooks.recipient_report("01FC", "Delivered"),
        webhooks.batch_report("01FC", [{"code": 0, "status": "Delivered", "count": 1}]),
    ],
)
def test_callbacks_are_signed(webhook: webhooks.Webhook) -> None:
    header = "x-sinch-webhook-signature"
    nonce, sent_at = (webhook.headers[f"{header}-{name}"] for name in ("nonce", "timestamp"))
    covered = b".".join((webhook.body, nonce.encode(), sent_at.encode()))
    digest = hmac.digest(webhooks.WEBHOOK_SECRET.encode(), covered, hashlib.sha256)

    assert webhook.headers[header] == base64.b64encode(digest).decode()


def test_no_two_callbacks_have_the_same_nonce() -> None:
    header = "x-sinch-webhook-signature-nonce"

    assert webhooks.inbound_text().headers[header] != webhooks.inbound_text().headers[header]
