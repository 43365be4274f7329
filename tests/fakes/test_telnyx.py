"""The fake of Telnyx takes what the vendor's documents show, and nothing else.

Requests are written by hand after "Send a message", "Send an RCS message" and "Idempotency" of the
vendor's API reference. The SDK telnyx 4.189.0 for Python was answered by this fake and has verified
its webhooks.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from channels_app.testing.fakes import telnyx_webhooks as webhooks
from channels_app.testing.fakes.telnyx import API_KEY, FakeTelnyx, too_many_requests
from channels_app.testing.fakes.telnyx_desk import PROFILE_ID
from tests.fakes.telnyx_calls import IMAGE, RCS, SMS, codes, post


@pytest.fixture
def telnyx() -> Iterator[FakeTelnyx]:
    with FakeTelnyx().serving() as fake:
        yield fake


@pytest.mark.parametrize(
    "body",
    [
        SMS,
        # from a short code, to a short code
        SMS | {"from": "55555", "to": "12345"},
        # from the numbers of a profile, from a name
        {"to": "+15145550123", "text": "Hi", "messaging_profile_id": PROFILE_ID},
        SMS | {"from": "RoomKit", "messaging_profile_id": PROFILE_ID},
        # pictures, with words and without
        SMS | {"media_urls": [IMAGE, IMAGE], "type": "MMS", "subject": "Two"},
        {"from": "+15145550199", "to": "+15145550123", "media_urls": [IMAGE]},
        # ten parts
        SMS | {"text": "a" * 1530},
        SMS | {"text": "ç" * 670, "encoding": "auto"},
        # all the rest
        SMS
        | {
            "webhook_url": "https://example.org/a?d=1",
            "webhook_failover_url": "https://example.org/b",
            "use_profile_webhooks": False,
            "auto_detect": True,
            "send_at": "2026-01-01T00:00:00Z",
        },
    ],
)
def test_right_messages_are_taken(telnyx: FakeTelnyx, body: dict[str, Any]) -> None:
    answer = post(telnyx, "/messages", body)

    assert answer.status_code == 200
    data = answer.json()["data"]
    assert (data["id"], data["to"][0]["status"]) == (telnyx.sent[0].id, "queued")
    assert telnyx.refusals == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to": None}, "10015"),
        ({"to": "15145550123"}, "10016"),
        ({"to": "whatsapp:+15145550123"}, "10016"),
        ({"from": "A sender name"}, "10016"),
        ({"from": "RoomKit"}, "10015"),
        ({"text": ""}, "10015"),
        ({"text": 7}, "10015"),
        ({"body": "Hello"}, "10015"),
        ({"media_url": [IMAGE]}, "10015"),
        ({"media_urls": IMAGE}, "10015"),
        ({"media_urls": ["data:image/png;base64,AA=="]}, "10015"),
        ({"media_urls": [IMAGE], "type": "SMS"}, "10015"),
        ({"type": "MMS"}, "10015"),
        ({"type": "RCS"}, "10015"),
        ({"encoding": "utf-8"}, "10015"),
        ({"auto_detect": "false"}, "10015"),
        ({"webhook_url": "example.org"}, "10015"),
        ({"messaging_profile_id": "unknown"}, "10005"),
        # eleven parts
        ({"text": "a" * 1531}, "40302"),
        ({"text": "ç" * 671}, "40302"),
        ({"text": "€" * 766}, "40302"),
    ],
)
def test_wrong_messages_are_refused(telnyx: FakeTelnyx, change: dict[str, Any], code: str) -> None:
    answer = post(telnyx, "/messages", SMS | change)

    assert answer.status_code >= 400
    assert codes(answer) == [code]
    assert telnyx.sent == []


@pytest.mark.parametrize("missing", ["to", "text", "from"])
def test_each_field_is_needed(telnyx: FakeTelnyx, missing: str) -> None:
    body = {name: value for name, value in SMS.items() if name != missing}

    assert post(telnyx, "/messages", body).status_code == 422


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("POST", "/messages", {"Authorization": API_KEY}, 401, "10009"),
        ("POST", "/messages", {"Authorization": "Bearer KEYwrong"}, 401, "10009"),
        ("POST", "/messages", {}, 401, "10009"),
        ("POST", "/message", {"Authorization": f"Bearer {API_KEY}"}, 404, "10005"),
        ("PUT", "/messages", {"Authorization": f"Bearer {API_KEY}"}, 404, "10005"),
        ("POST", "/messages?to=1", {"Authorization": f"Bearer {API_KEY}"}, 400, "10015"),
    ],
)
def test_calls_that_are_no_call_are_refused(
    telnyx: FakeTelnyx, method: str, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    answer = httpx.request(method, f"{telnyx.api}{path}", json=SMS, headers=headers)

    assert (answer.status_code, codes(answer)) == (status, [code])


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        ("application/x-www-form-urlencoded", b"to=1", "10014"),
        ("application/json", b"{to: 1}", "10023"),
        ("application/json", b"[]", "10015"),
    ],
)
def test_only_json_objects_are_read(
    telnyx: FakeTelnyx, content_type: str, body: bytes, code: str
) -> None:
    headers = {"Authorization": f"Bearer {API_KEY}", "Content-Type": content_type}

    answer = httpx.post(f"{telnyx.api}/messages", content=body, headers=headers)

    assert codes(answer) == [code]


def test_a_key_that_was_used_makes_no_second_message(telnyx: FakeTelnyx) -> None:
    first, second = (post(telnyx, "/messages", SMS, Idempotency_Key="a:1-b_2") for _ in range(2))

    assert first.json() == second.json()
    assert [message.idempotency_key for message in telnyx.sent] == ["a:1-b_2"]


def test_a_key_with_another_body_is_refused(telnyx: FakeTelnyx) -> None:
    post(telnyx, "/messages", SMS, Idempotency_Key="a")

    answer = post(telnyx, "/messages", SMS | {"text": "Other"}, Idempotency_Key="a")

    assert (answer.status_code, len(telnyx.sent)) == (422, 1)


def test_a_refused_message_does_not_use_its_key_up(telnyx: FakeTelnyx) -> None:
    telnyx.blocked.add(SMS["to"])
    refused = post(telnyx, "/messages", SMS, Idempotency_Key="a")
    telnyx.blocked.clear()

    taken = post(telnyx, "/messages", SMS, Idempotency_Key="a")

    assert (refused.status_code, taken.status_code) == (409, 200)


@pytest.mark.parametrize("key", ["", "with space", '"quoted"', "k" * 256])
def test_keys_have_a_form(telnyx: FakeTelnyx, key: str) -> None:
    assert post(telnyx, "/messages", SMS, Idempotency_Key=key).status_code == 400


def test_who_sent_stop_gets_nothing(telnyx: FakeTelnyx) -> None:
    telnyx.blocked.add(SMS["to"])

    assert codes(post(telnyx, "/messages", SMS)) == ["40300"]
    assert codes(post(telnyx, "/messages/rcs", RCS)) == ["40300"]


def test_the_rate_limit_tells_when_it_ends() -> None:
    answer = too_many_requests(7)

    assert (answer.status, answer.headers["x-ratelimit-reset"]) == (429, "7")


@pytest.mark.parametrize(
    "webhook",
    [
        webhooks.inbound_sms(),
        webhooks.inbound_rcs({"text": "Oui"}),
        webhooks.status("message.sent", "m-1", {"+15145550123": "sent"}),
    ],
)
def test_webhooks_are_signed(webhook: webhooks.Webhook) -> None:
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(webhooks.PUBLIC_KEY))
    signature = base64.b64decode(webhook.headers["telnyx-signature-ed25519"])
    sent_at = webhook.headers["telnyx-timestamp"].encode()

    key.verify(signature, sent_at + b"|" + webhook.body)
    with pytest.raises(InvalidSignature):
        key.verify(signature, sent_at + b"|" + webhook.body + b" ")


def test_an_mms_has_its_pictures_beside_its_words() -> None:
    picture = {"url": IMAGE, "content_type": "image/jpeg", "hash_sha256": "ab", "size": 3}

    payload = json.loads(webhooks.inbound_sms(None, media=[picture]).body)["data"]["payload"]

    assert (payload["type"], payload["text"], payload["media"]) == ("MMS", None, [picture])
