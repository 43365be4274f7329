"""Whose webhook it is: the vector of a known key, and everything that must not pass for it."""

import base64
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from channels_app.providers.base.webhook import WebhookRefused, WebhookRequest
from channels_app.testing.fakes.telnyx_webhooks import PUBLIC_KEY, inbound_sms
from tests.providers.telnyx.account import make_rcs, make_sms, received

SENT_AT = 1767225600
BODY = b'{"data":{"event_type":"message.received"}}'
SIGNATURE = (
    "w9TRWL8lGhA1V+KmZC5wbt48fq+X2Dql5Eh4MLmoxZhFizn++kr7ZP31IUpUX9OJyWpoH8Ko7joZ92GsfajmCg=="
)


def vector(*, after_s: int = 0, body: bytes = BODY, **headers: str) -> WebhookRequest:
    """The known webhook, `after_s` seconds after it was sent."""
    given = {"telnyx-timestamp": str(SENT_AT), "telnyx-signature-ed25519": SIGNATURE}
    changes = {name.replace("_", "-"): value for name, value in headers.items()}
    return WebhookRequest(
        method="POST",
        url="https://chat.example.org/webhooks/sms/telnyx/sms-main",
        headers=given | changes,
        body=body,
        received_at=datetime.fromtimestamp(SENT_AT + after_s, UTC),
    )


def test_the_key_of_the_vector_is_the_one_of_its_seed() -> None:
    assert PUBLIC_KEY == "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="


@pytest.mark.parametrize("after_s", [0, 300, -300])
async def test_the_vector_is_proved(after_s: int) -> None:
    await make_sms().verify(vector(after_s=after_s))
    await make_rcs().verify(vector(after_s=after_s))


@pytest.mark.parametrize(
    "request_",
    [
        # too old, too new
        vector(after_s=301),
        vector(after_s=-301),
        # the same JSON in other bytes
        vector(body=BODY + b"\n"),
        vector(body=BODY.replace(b":", b": ", 1)),
        vector(body=b""),
        # another timestamp, and none
        vector(telnyx_timestamp=str(SENT_AT + 1)),
        vector(telnyx_timestamp="2026-01-01T00:00:00Z"),
        vector(telnyx_timestamp=f" {SENT_AT}"),
        vector(telnyx_timestamp="-1"),
        vector(telnyx_timestamp="١٧٦٧٢٢٥٦٠٠"),
        vector(telnyx_timestamp=""),
        vector(telnyx_timestamp="1" * 5000),
        # another signature, and none
        vector(telnyx_signature_ed25519=""),
        vector(telnyx_signature_ed25519="no base64!"),
        vector(telnyx_signature_ed25519=base64.b64encode(bytes(63)).decode()),
        vector(telnyx_signature_ed25519=base64.b64encode(bytes(64)).decode()),
        vector(telnyx_signature_ed25519="é" * 8),
    ],
)
async def test_what_is_not_telnyxs_is_refused(request_: WebhookRequest) -> None:
    with pytest.raises(WebhookRefused):
        await make_sms().verify(request_)


@pytest.mark.parametrize("missing", ["telnyx-timestamp", "telnyx-signature-ed25519"])
async def test_a_missing_header_is_refused(missing: str) -> None:
    request = vector()
    headers = {name: value for name, value in request.headers.items() if name != missing}

    with pytest.raises(WebhookRefused):
        await make_sms().verify(replace(request, headers=headers))


async def test_without_a_key_everything_is_refused() -> None:
    for provider in (make_sms(public_key=None), make_rcs(public_key=None)):
        with pytest.raises(WebhookRefused, match="no public_key"):
            await provider.verify(received(inbound_sms()))


async def test_another_accounts_key_proves_nothing() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()

    with pytest.raises(WebhookRefused, match="wrong"):
        await make_sms(public_key=base64.b64encode(other).decode()).verify(vector())


@pytest.mark.parametrize("key", ["", "no base64!", "QUJD"])
def test_what_is_no_key_is_told_at_once(key: str) -> None:
    with pytest.raises(ValueError, match="public_key must"):
        make_sms(public_key=key)


def test_the_short_form_tells_yes_or_no() -> None:
    webhook = inbound_sms()
    signature = webhook.headers["telnyx-signature-ed25519"]
    timestamp = webhook.headers["telnyx-timestamp"]

    for provider in (make_sms(), make_rcs()):
        assert provider.verify_signature(webhook.body, signature, timestamp)
        assert not provider.verify_signature(webhook.body, signature)
        assert not provider.verify_signature(webhook.body + b" ", signature, timestamp)
        assert not provider.verify_signature(BODY, SIGNATURE, str(SENT_AT))
