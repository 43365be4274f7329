"""Signing and verifying as Standard Webhooks says."""

from datetime import UTC, datetime, timedelta

import pytest

from channels_app.providers.base.standard_webhooks import key_of, sign, sign_headers, verify
from channels_app.providers.base.webhook import WebhookRefused, WebhookRequest

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
OTHER = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime.fromtimestamp(1767225600, tz=UTC)
BODY = b'{"a":1}'


def request(
    *, late_s: float = 0, body: bytes = BODY, secrets: tuple[str, ...] = (SECRET,), **headers: str
) -> WebhookRequest:
    signed = sign_headers(secrets, webhook_id="msg_1", at=NOW, body=BODY)
    changed = {name.replace("_", "-"): value for name, value in headers.items()}
    return WebhookRequest(
        method="POST",
        url="https://x.example/webhooks/webhook/http/hook",
        headers={**signed, **changed},
        body=body,
        received_at=NOW + timedelta(seconds=late_s),
    )


@pytest.mark.parametrize(
    ("secret", "name", "at", "body", "signature"),
    [
        # from the reference implementation's own tests
        (
            OTHER,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            b'{"test": 2432232314}',
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        (SECRET, "msg_1", 1767225600, BODY, "v1,0Ud8OcCNFjx1ntpzsrZcFsX85Gq5zrTv2y1pQkuKzNI="),
    ],
)
def test_a_known_message_gets_its_known_signature(
    secret: str, name: str, at: int, body: bytes, signature: str
) -> None:
    assert sign(secret, webhook_id=name, timestamp=at, body=body) == signature


def test_what_was_signed_verifies() -> None:
    assert verify(request(), [SECRET]) == "msg_1"


@pytest.mark.parametrize("late_s", [-300, 300])
def test_five_minutes_of_clock_difference_are_borne(late_s: int) -> None:
    assert verify(request(late_s=late_s), [SECRET]) == "msg_1"


@pytest.mark.parametrize("late_s", [-301, 301])
def test_a_replay_after_five_minutes_is_refused(late_s: int) -> None:
    with pytest.raises(WebhookRefused, match="300 s"):
        verify(request(late_s=late_s), [SECRET])


@pytest.mark.parametrize(
    "changed",
    [
        request(body=BODY + b" "),
        request(body=b'{"a": 1}'),
        request(webhook_id="msg_2"),
        request(webhook_id=""),
        request(webhook_timestamp="1767225599"),
        request(webhook_timestamp=""),
        request(webhook_timestamp="1767225600.0"),
        request(webhook_timestamp="-1"),
        request(webhook_timestamp="٣"),
        request(webhook_signature=""),
        request(webhook_signature="v1,"),
        request(webhook_signature="v1,not base64"),
        request(webhook_signature="v1,ÿ"),
        request(webhook_signature="0Ud8OcCNFjx1ntpzsrZcFsX85Gq5zrTv2y1pQkuKzNI="),
        request(webhook_signature="v2,0Ud8OcCNFjx1ntpzsrZcFsX85Gq5zrTv2y1pQkuKzNI="),
        request(webhook_signature="v1,0Ud8OcCNFjx1ntpzsrZcFsX85Gq5zrTv2y1pQkuKzNA="),
        request(secrets=(OTHER,)),
        request(secrets=()),
    ],
)
def test_what_was_changed_or_left_out_is_refused(changed: WebhookRequest) -> None:
    with pytest.raises(WebhookRefused):
        verify(changed, [SECRET])


def test_without_a_secret_nothing_is_accepted() -> None:
    with pytest.raises(WebhookRefused, match="no secret"):
        verify(request(), [])


@pytest.mark.parametrize(
    ("signs", "verifies"),
    [((SECRET, OTHER), [OTHER]), ((OTHER, SECRET), [OTHER]), ((OTHER,), [SECRET, OTHER])],
)
def test_a_secret_can_be_changed_while_both_are_good(
    signs: tuple[str, ...], verifies: list[str]
) -> None:
    assert verify(request(secrets=signs), verifies) == "msg_1"


def test_without_a_secret_a_webhook_still_carries_its_id() -> None:
    assert sign_headers((), webhook_id="msg_1", at=NOW, body=BODY) == {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1767225600",
    }


def test_a_secret_of_free_choice_is_its_own_key() -> None:
    assert key_of("s3cr3t") == b"s3cr3t"
    assert key_of("whsec_czNjcjN0") == b"s3cr3t"
    assert key_of("whsec_YQ") == key_of("whsec_YQ==") == b"a"


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_not base64!"])
def test_a_secret_without_a_key_is_refused_without_showing_it(secret: str) -> None:
    with pytest.raises(ValueError, match=r"secret|base64") as refusal:
        key_of(secret)

    assert "not base64!" not in str(refusal.value)
