"""The fake of VoiceMeUp takes the fields that are known, and nothing else."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from channels_app.testing.fakes import voicemeup as vendor
from channels_app.testing.fakes.voicemeup import AUTH_TOKEN, USERNAME, FakeVoiceMeUp

FILE = "https://files.example.org/a.jpg"
SMS = {
    "username": USERNAME,
    "auth_token": AUTH_TOKEN,
    "source_number": "14185550199",
    "destination_number": "14185550123",
    "message": "Salut",
}


@pytest.fixture
def voicemeup() -> Iterator[FakeVoiceMeUp]:
    with FakeVoiceMeUp().serving() as fake:
        yield fake


def post(fake: FakeVoiceMeUp, fields: dict[str, str]) -> httpx.Response:
    return httpx.post(f"{fake.api}queue_sms", data=fields)


def said(answer: httpx.Response) -> tuple[str, Any]:
    body = answer.json()
    return body["response_details"]["response_status"], body["response_messages"]["message"]


@pytest.mark.parametrize(
    "change",
    [{}, {"message": "ç" * 1000}, {"attachment": FILE}, {"attachment": FILE, "message": ""}],
)
def test_right_messages_are_taken(voicemeup: FakeVoiceMeUp, change: dict[str, str]) -> None:
    answer = post(voicemeup, SMS | change)

    queued = {"code": "queued_sms_hash", "_content": voicemeup.sent[0].hash}
    assert (answer.status_code, *said(answer)) == (200, "success", queued)
    assert voicemeup.refusals == []


def test_several_messages_are_a_list(voicemeup: FakeVoiceMeUp) -> None:
    voicemeup.talks = True

    status, messages = said(post(voicemeup, SMS))

    assert (status, [each["code"] for each in messages]) == (
        "success",
        ["queued_sms", "queued_sms_hash"],
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"auth_token": "wrong"}, "invalid_credentials"),
        ({"username": "wrong"}, "invalid_credentials"),
        ({"source_number": "+14185550199"}, "invalid_parameter"),
        ({"destination_number": "+14185550123"}, "invalid_parameter"),
        ({"destination_number": "(418) 555-0123"}, "invalid_parameter"),
        ({"message": "x" * 1001}, "invalid_parameter"),
        ({"message": ""}, "invalid_parameter"),
        ({"attachment": "data:image/png;base64,AA=="}, "invalid_parameter"),
        ({"attachment": ""}, "invalid_parameter"),
        ({"to": "14185550123"}, "invalid_parameter"),
    ],
)
def test_wrong_messages_are_refused_with_http_success(
    voicemeup: FakeVoiceMeUp, change: dict[str, str], code: str
) -> None:
    answer = post(voicemeup, SMS | change)

    status, message = said(answer)
    assert (answer.status_code, status, message["code"]) == (200, "error", code)
    assert message["_content"]
    assert voicemeup.sent == []


@pytest.mark.parametrize("missing", sorted(SMS))
def test_each_field_is_needed(voicemeup: FakeVoiceMeUp, missing: str) -> None:
    fields = {name: value for name, value in SMS.items() if name != missing}

    assert said(post(voicemeup, fields))[0] == "error"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded", b"message"),
        ("application/x-www-form-urlencoded", urlencode(SMS).encode() + b"&message=Twice"),
    ],
)
def test_only_a_form_is_read(voicemeup: FakeVoiceMeUp, content_type: str, body: bytes) -> None:
    headers = {"Content-Type": content_type}

    answer = httpx.post(f"{voicemeup.api}queue_sms", content=body, headers=headers)

    assert said(answer)[0] == "error"


def test_the_token_is_not_read_from_the_address(voicemeup: FakeVoiceMeUp) -> None:
    answer = httpx.post(f"{voicemeup.api}queue_sms?auth_token={AUTH_TOKEN}", data=SMS)

    assert said(answer)[0] == "error"


@pytest.mark.parametrize(("method", "path"), [("GET", "queue_sms"), ("POST", "send_sms")])
def test_there_is_nothing_else(voicemeup: FakeVoiceMeUp, method: str, path: str) -> None:
    answer = httpx.request(method, f"{voicemeup.api}{path}")

    assert answer.status_code == 404


@pytest.mark.parametrize("form", [False, True])
def test_an_mms_comes_in_two_parts(form: bool) -> None:
    words, file = vendor.inbound_mms("Look", FILE, "image/jpeg", form=form)

    assert b".mms.html" in words.body
    assert b"image" in file.body
    assert words.headers == file.headers
