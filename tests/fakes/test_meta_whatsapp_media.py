"""The fake hands out files, and signs what it posts."""

import hashlib
import hmac
import json
from collections.abc import Iterator

import httpx
import pytest

from channels_app.testing.fakes import meta_whatsapp_webhooks as hooks
from channels_app.testing.fakes.meta_whatsapp import (
    PHONE_NUMBER_ID,
    FakeWhatsAppCloud,
    MediaFile,
)


@pytest.fixture
def cloud() -> Iterator[FakeWhatsAppCloud]:
    with FakeWhatsAppCloud().serving() as fake:
        yield fake


def get(cloud: FakeWhatsAppCloud, url: str, token: str | None = None) -> httpx.Response:
    return httpx.get(url, headers={"Authorization": f"Bearer {token or cloud.token}"})


def test_hands_out_media_to_the_token_until_the_address_expires(cloud: FakeWhatsAppCloud) -> None:
    cloud.media["65463453"] = MediaFile(b"\xff\xd8picture", "image/jpeg")
    place = f"{cloud.url}/v25.0/65463453"
    told = get(cloud, f"{place}?phone_number_id={PHONE_NUMBER_ID}").json()

    assert told["sha256"] == hashlib.sha256(b"\xff\xd8picture").hexdigest()
    assert get(cloud, told["url"]).content == b"\xff\xd8picture"
    assert get(cloud, told["url"], "other").status_code == 401
    cloud.media["65463453"].version += 1
    assert get(cloud, told["url"]).status_code == 404
    assert get(cloud, get(cloud, place).json()["url"]).status_code == 200
    assert get(cloud, f"{place}?phone_number_id=7").status_code == 400
    assert get(cloud, f"{cloud.url}/v25.0/1").json()["error"]["error_subcode"] == 33


def test_signs_the_bytes_it_posts() -> None:
    fake = FakeWhatsAppCloud()
    headers, body = fake.hooks.inbound_text("Ça va? 😀 a/b")

    digest = hmac.new(fake.app_secret.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == f"sha256={digest}"
    assert b"\\u00c7a va? \\ud83d\\ude00 a\\/b" in body
    message = json.loads(body)["entry"][0]["changes"][0]["value"]["messages"][0]
    assert (message["text"]["body"], message["from"]) == ("Ça va? 😀 a/b", "15145550123")


def test_people_with_a_username_have_no_number() -> None:
    person = hooks.Person(wa_id=None, username="@ana")
    _, body = FakeWhatsAppCloud().hooks.inbound_text("hi", person=person)

    value = json.loads(body)["entry"][0]["changes"][0]["value"]
    assert "from" not in value["messages"][0]
    assert value["messages"][0]["from_user_id"] == value["contacts"][0]["user_id"]
    assert value["contacts"][0]["profile"]["username"] == "@ana"
