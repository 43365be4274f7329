"""Whose callback it is: the vector of a known secret, and everything that must not pass for it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from channels_app.providers.base.webhook import WebhookRefused, WebhookRequest
from channels_app.testing.fakes.sinch_webhooks import inbound_text
from tests.providers.sinch.account import make_sms, received

SENT_AT = 1767225600
BODY = b'{"type":"mo_text"}'
SIGNATURE = "Tl2NLq9swAnWAteI3yw6LbzmK6RUlauVli3u7bkKAyw="
HEADER = "x-sinch-webhook-signature"


def vector(*, after_s: float = 0, body: bytes = BODY, **headers: str) -> WebhookRequest:
    """The known callback, `after_s` seconds after it was sent; headers by the end of their name."""
    given = {
        HEADER: SIGNATURE,
        f"{HEADER}-nonce": "NONCE1",
        f"{HEADER}-timestamp": str(SENT_AT),
        f"{HEADER}-algorithm": "HmacSHA256",
    }
    changes = {f"{HEADER}-{name}".removesuffix("-signature"): v for name, v in headers.items()}
    return WebhookRequest(
        method="POST",
        url="https://chat.example.org/webhooks/sms/sinch/sms-main",
        headers=given | changes,
        body=body,
        received_at=datetime.fromtimestamp(SENT_AT + after_s, UTC),
    )


@pytest.mark.parametrize("after_s", [0, 300, -300])
async def test_the_vector_is_proved(after_s: float) -> None:
    await make_sms().verify(vector(after_s=after_s))


async def test_the_algorithm_need_not_be_named() -> None:
    await make_sms().verify(vector(algorithm=""))


@pytest.mark.parametrize(
    "request_",
    [
        # too old, too new
        vector(after_s=301),
        vector(after_s=-301),
        # the same JSON in other bytes
        vector(body=BODY + b"\n"),
        vector(body=b""),
        # another nonce, timestamp, signature, and none
        vector(nonce="NONCE2"),
        vector(nonce=""),
        vector(timestamp=str(SENT_AT + 1)),
        vector(timestamp=""),
        vector(timestamp="1" * 5000),
        vector(timestamp="2026-01-01T00:00:00Z"),
        vector(signature=SIGNATURE.lower()),
        vector(signature=""),
        vector(signature="é"),
        # a weaker algorithm
        vector(algorithm="HmacSHA1"),
    ],
)
async def test_what_is_not_sinchs_is_refused(request_: WebhookRequest) -> None:
    with pytest.raises(WebhookRefused):
        await make_sms().verify(request_)


@pytest.mark.parametrize("name", ["", "-nonce", "-timestamp"])
async def test_a_missing_header_is_refused(name: str) -> None:
    request = vector()
    headers = {key: value for key, value in request.headers.items() if key != f"{HEADER}{name}"}

    with pytest.raises(WebhookRefused):
        await make_sms().verify(replace(request, headers=headers))


async def test_without_a_secret_everything_is_refused() -> None:
    sms = make_sms(webhook_secret=None)

    with pytest.raises(WebhookRefused, match="configured"):
        await sms.verify(received(inbound_text()))


async def test_another_secret_proves_nothing() -> None:
    with pytest.raises(WebhookRefused, match="wrong"):
        await make_sms(webhook_secret="other").verify(vector())


async def test_a_nonce_counts_once() -> None:
    sms, request = make_sms(), received(inbound_text())
    await sms.verify(request)

    assert sms.once_id(request) == request.header(f"{HEADER}-nonce")
    with pytest.raises(WebhookRefused, match="used before"):
        sms.reply_again(request)


async def test_a_user_name_and_a_password_may_stand_for_a_signature() -> None:
    sms = make_sms(webhook_secret=None, webhook_username="sinch", webhook_password="pässword")
    right = {"authorization": "Basic c2luY2g6cMOkc3N3b3Jk"}

    await sms.verify(WebhookRequest("POST", "https://chat.example.org", right, BODY))
    for wrong in ({}, {"authorization": "Basic c2luY2g6"}, {"authorization": "é"}):
        with pytest.raises(WebhookRefused):
            await sms.verify(WebhookRequest("POST", "https://chat.example.org", wrong, BODY))


async def test_a_password_does_not_stand_for_a_signature_that_is_configured() -> None:
    sms = make_sms(webhook_username="sinch", webhook_password="password")
    headers = {"authorization": "Basic c2luY2g6cGFzc3dvcmQ="}

    with pytest.raises(WebhookRefused):
        await sms.verify(WebhookRequest("POST", "https://chat.example.org", headers, BODY))


def test_the_short_form_tells_yes_or_no() -> None:
    webhook, sms = inbound_text(), make_sms()
    signature, nonce, timestamp = (
        webhook.headers[f"{HEADER}{name}"] for name in ("", "-nonce", "-timestamp")
    )

    assert sms.verify_signature(webhook.body, signature, timestamp, nonce)
    assert not sms.verify_signature(webhook.body, signature, timestamp)
    assert not sms.verify_signature(webhook.body + b" ", signature, timestamp, nonce)
    assert not sms.verify_signature(BODY, SIGNATURE, str(SENT_AT), "NONCE1")
