import json

import pytest
from pydantic import SecretStr

from channels_app.providers.base.webhook import WebhookRefused, WebhookRequest
from channels_app.providers.meta.config import MessengerConfig, WhatsAppCloudConfig
from channels_app.providers.meta.messenger import FacebookMessengerProvider
from channels_app.providers.meta.signature import is_signed, sign
from channels_app.providers.meta.whatsapp import WhatsAppCloudProvider
from channels_app.testing.fakes.meta_whatsapp import FakeWhatsAppCloud
from tests.providers.meta.said import webhook

SECRET = SecretStr("s3cr3t")
BODY = (
    rb'{"object":"page","entry":[{"id":"1","time":1767225600000,'
    rb'"messaging":[{"message":{"text":"caf\u00e9"}}]}]}'  # codespell:ignore caf
)
SIGNATURE = "sha256=7203f2a898b9544af191659d14a181c0efe5df9727939f9351c2f308b3c03b23"


def request(body: bytes = BODY, signature: str | None = SIGNATURE) -> WebhookRequest:
    headers = {} if signature is None else {"x-hub-signature-256": signature}
    return WebhookRequest("POST", "https://r.example.org/w", headers=headers, body=body)


def provider(secret: str | None = SECRET.get_secret_value()) -> FacebookMessengerProvider:
    config = MessengerConfig(
        page_access_token=SecretStr("t"),
        app_secret=SecretStr(secret) if secret is not None else None,
        verify_token=SecretStr("tok"),
    )
    return FacebookMessengerProvider(config)


def test_known_vector() -> None:
    assert sign(BODY, SECRET) == SIGNATURE
    assert len(SIGNATURE) == 71


async def test_takes_what_the_app_signed() -> None:
    await provider().verify(request())
    assert provider().verify_signature(BODY, SIGNATURE)


async def test_a_replay_is_proved_too_and_has_the_same_ids(whatsapp: WhatsAppCloudProvider) -> None:
    posted = webhook(FakeWhatsAppCloud().hooks.inbound_text("hi"))

    await whatsapp.verify(posted)
    await whatsapp.verify(posted)
    assert whatsapp.parse(posted, "wa") == whatsapp.parse(posted, "wa")


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (BODY, None),  # missing
        (BODY, ""),
        (BODY, SIGNATURE.removeprefix("sha256=")),  # without its prefix
        (BODY, SIGNATURE[:-1] + "4"),  # one digit off
        (BODY, "sha256="),
        (BODY, "sha256=é"),  # no ASCII
        (BODY + b" ", SIGNATURE),  # one byte more
        (json.dumps(json.loads(BODY)).encode(), SIGNATURE),  # read and written again
        (BODY.replace(rb"\u00e9", "é".encode()), SIGNATURE),  # not escaped any more
        (b"", SIGNATURE),
    ],
)
async def test_refuses_everything_else(body: bytes, signature: str | None) -> None:
    with pytest.raises(WebhookRefused):
        await provider().verify(request(body, signature))
    assert not is_signed(body, signature or "", SECRET)


@pytest.mark.parametrize("secret", [None, ""])
async def test_without_a_secret_nothing_is_taken(secret: str | None) -> None:
    with pytest.raises(WebhookRefused, match="app_secret"):
        await provider(secret).verify(request(signature=sign(BODY, SecretStr(""))))
    assert not provider(secret).verify_signature(BODY, sign(BODY, SecretStr("")))


# -- the handshake


def asked(query: str, method: str = "GET") -> WebhookRequest:
    return WebhookRequest(method, f"https://r.example.org/w?{query}")


def test_echoes_the_challenge_as_plain_text(whatsapp: WhatsAppCloudProvider) -> None:
    reply = whatsapp.handshake(asked(FakeWhatsAppCloud().handshake_query("1158201444")))

    assert reply is not None
    assert (reply.status, reply.body, reply.content_type) == (200, "1158201444", "text/plain")


@pytest.mark.parametrize(
    "query",
    [
        "hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1",
        "hub.mode=unsubscribe&hub.verify_token=tok&hub.challenge=1",
        "hub.mode=subscribe&hub.challenge=1",
        "hub_mode=subscribe&hub_verify_token=tok&hub_challenge=1",
        "",
    ],
)
def test_refuses_other_handshakes(query: str) -> None:
    with pytest.raises(WebhookRefused):
        provider().handshake(asked(query))


def test_without_a_token_there_is_no_handshake() -> None:
    config = WhatsAppCloudConfig(access_token=SecretStr("t"), phone_number_id="1")

    with pytest.raises(WebhookRefused, match="verify_token"):
        WhatsAppCloudProvider(config).handshake(
            asked("hub.mode=subscribe&hub.verify_token=&hub.challenge=1")
        )


def test_a_post_is_no_handshake() -> None:
    assert provider().handshake(asked("", "POST")) is None


def test_secrets_are_shown_nowhere(whatsapp_config: WhatsAppCloudConfig) -> None:
    shown = repr(whatsapp_config) + str(whatsapp_config) + repr(whatsapp_config.model_dump())
    shown += repr(WhatsAppCloudProvider(whatsapp_config).__dict__)

    assert not [
        secret for secret in ("EAAtest", "fake-app-secret", "fake-verify-token") if secret in shown
    ]
