"""The fake takes what the WhatsApp Cloud API documents and refuses the rest."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from channels_app.testing.fakes.meta_whatsapp import (
    PHONE_NUMBER_ID,
    FakeWhatsAppCloud,
)
from channels_app.testing.fakes.server import Fault, Response

BASE: dict[str, Any] = {"messaging_product": "whatsapp", "to": "15145550123"}
LINK = {"link": "https://files.example.org/a.jpg"}


def button(title: str = "Yes", id: str = "yes") -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": id, "title": title}}


def buttons(*given: dict[str, Any], text: str = "Choose") -> dict[str, Any]:
    action = {"buttons": list(given)}
    return {"type": "button", "body": {"text": text}, "action": action}


def rows(count: int, **first: Any) -> list[dict[str, Any]]:
    made = [{"id": f"r{n}", "title": f"Row {n}"} for n in range(count)]
    return [{**made[0], **first}, *made[1:]]


def menu(sections: list[dict[str, Any]], open_with: str = "Menu") -> dict[str, Any]:
    action = {"button": open_with, "sections": sections}
    return {"type": "list", "body": {"text": "Choose"}, "action": action}


def template(*texts: str, name: str = "hello", **parameter: Any) -> dict[str, Any]:
    parameters = [{"type": "text", "text": text, **parameter} for text in texts]
    body = [{"type": "body", "parameters": parameters}] if texts else []
    return {"name": name, "language": {"code": "fr_CA"}, "components": body}


@pytest.fixture
def cloud() -> Iterator[FakeWhatsAppCloud]:
    fake = FakeWhatsAppCloud()
    fake.templates = {("hello", "fr_CA"): 1, ("bye", "fr_CA"): 0}
    with fake.serving():
        yield fake


def post(
    cloud: FakeWhatsAppCloud,
    body: dict[str, Any],
    *,
    path: str = f"/v25.0/{PHONE_NUMBER_ID}/messages",
    **headers: str,
) -> httpx.Response:
    sent = {"Authorization": f"Bearer {cloud.token}", "Content-Type": "application/json"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(f"{cloud.url}{path}", content=json.dumps(body), headers=sent)


GOOD: list[dict[str, Any]] = [
    {"type": "text", "text": {"body": "Salut"}},
    {"type": "text", "text": {"body": "x" * 4096, "preview_url": True}},
    {
        "type": "text",
        "recipient_type": "individual",
        "text": {"body": "hi"},
        "to": "+1 514-555-0123",
    },
    {"type": "text", "text": {"body": "hi"}, "biz_opaque_callback_data": "d" * 512},
    {"type": "text", "text": {"body": "hi"}, "context": {"message_id": "wamid.A"}},
    {"type": "image", "image": {**LINK, "caption": "c" * 1024}},
    {"type": "image", "image": {"id": "1013859600285441"}},
    {"type": "document", "document": {**LINK, "caption": "Bill", "filename": "a.pdf"}},
    {"type": "audio", "audio": {**LINK, "voice": True}},
    {"type": "video", "video": LINK},
    {"type": "sticker", "sticker": LINK},
    {"type": "location", "location": {"latitude": 45.5, "longitude": -73, "name": "Montréal"}},
    {"type": "reaction", "reaction": {"message_id": "wamid.A", "emoji": "👍"}},
    {"type": "reaction", "reaction": {"message_id": "wamid.A", "emoji": ""}},
    {"type": "interactive", "interactive": buttons(button(), button("No", "no"))},
    {"type": "interactive", "interactive": menu([{"rows": rows(10)}])},
    {
        "type": "interactive",
        "interactive": {
            "type": "cta_url",
            "body": {"text": "See"},
            "action": {
                "name": "cta_url",
                "parameters": {"display_text": "Open", "url": "https://example.org"},
            },
        },
    },
    {"type": "template", "template": template("Ana")},
    {"type": "template", "template": template("Ana", parameter_name="name")},
    {"type": "template", "template": template(name="bye")},
]


@pytest.mark.parametrize("body", GOOD, ids=lambda body: body["type"])
def test_takes_what_is_documented(cloud: FakeWhatsAppCloud, body: dict[str, Any]) -> None:
    answer = post(cloud, {**BASE, **body})

    assert answer.status_code == 200, answer.text
    assert [sent.id for sent in cloud.sent] == [answer.json()["messages"][0]["id"]]
    assert cloud.sent[0].message.type == body["type"]


BAD: list[tuple[str, dict[str, Any]]] = [
    ("no content", {"type": "text"}),
    ("content of another type", {"type": "text", "image": LINK}),
    ("two contents", {"type": "text", "text": {"body": "a"}, "image": LINK}),
    ("unknown type", {"type": "fax", "fax": {"body": "a"}}),
    ("unknown field", {"type": "text", "text": {"body": "a", "bold": True}}),
    ("empty text", {"type": "text", "text": {"body": ""}}),
    ("long text", {"type": "text", "text": {"body": "x" * 4097}}),
    ("text that is a number", {"type": "text", "text": {"body": 7}}),
    ("nobody", {"to": None, "type": "text", "text": {"body": "a"}}),
    ("a name as number", {"to": "Ana", "type": "text", "text": {"body": "a"}}),
    ("an id as number", {"to": "CA.134900000", "type": "text", "text": {"body": "a"}}),
    ("another product", {"messaging_product": "sms", "type": "text", "text": {"body": "a"}}),
    (
        "long tracker",
        {"type": "text", "text": {"body": "a"}, "biz_opaque_callback_data": "d" * 513},
    ),
    ("no source", {"type": "image", "image": {"caption": "c"}}),
    ("two sources", {"type": "image", "image": {**LINK, "id": "1"}}),
    ("data address", {"type": "image", "image": {"link": "data:image/png;base64,AA"}}),
    ("long caption", {"type": "image", "image": {**LINK, "caption": "c" * 1025}}),
    ("caption on a recording", {"type": "audio", "audio": {**LINK, "caption": "c"}}),
    ("caption on a sticker", {"type": "sticker", "sticker": {**LINK, "caption": "c"}}),
    ("file name on a picture", {"type": "image", "image": {**LINK, "filename": "a.jpg"}}),
    ("place off the globe", {"type": "location", "location": {"latitude": 91, "longitude": 0}}),
    ("half a place", {"type": "location", "location": {"latitude": 9}}),
    ("reaction to nothing", {"type": "reaction", "reaction": {"emoji": "👍"}}),
    (
        "reaction to a foreign id",
        {"type": "reaction", "reaction": {"message_id": "A", "emoji": "👍"}},
    ),
    ("long button", {"type": "interactive", "interactive": buttons(button("t" * 21))}),
    ("long id", {"type": "interactive", "interactive": buttons(button(id="i" * 257))}),
    ("no button", {"type": "interactive", "interactive": buttons()}),
    (
        "four buttons",
        {"type": "interactive", "interactive": buttons(*(button(t, t) for t in "abcd"))},
    ),
    ("same title", {"type": "interactive", "interactive": buttons(button(), button(id="n"))}),
    ("same id", {"type": "interactive", "interactive": buttons(button(), button("No"))}),
    (
        "long text above buttons",
        {"type": "interactive", "interactive": buttons(button(), text="x" * 1025)},
    ),
    ("eleven rows", {"type": "interactive", "interactive": menu([{"rows": rows(11)}])}),
    (
        "untitled sections",
        {
            "type": "interactive",
            "interactive": menu([{"rows": rows(1)}, {"rows": rows(1, id="z")}]),
        },
    ),
    ("long row", {"type": "interactive", "interactive": menu([{"rows": rows(1, title="t" * 25)}])}),
    (
        "long description",
        {"type": "interactive", "interactive": menu([{"rows": rows(1, description="d" * 73)}])},
    ),
    ("long opener", {"type": "interactive", "interactive": menu([{"rows": rows(1)}], "m" * 21)}),
    ("template in capitals", {"type": "template", "template": template("Ana", name="Hello")}),
    ("no language", {"type": "template", "template": {"name": "hello"}}),
    (
        "language with a dash",
        {"type": "template", "template": {**template("Ana"), "language": {"code": "fr-CA"}}},
    ),
]


@pytest.mark.parametrize(("case", "body"), BAD, ids=[case for case, _ in BAD])
def test_refuses_what_is_not(cloud: FakeWhatsAppCloud, case: str, body: dict[str, Any]) -> None:
    answer = post(cloud, {**BASE, **body})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100), case
    assert answer.json()["error"]["fbtrace_id"]
    assert cloud.sent == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"type": "template", "template": template(name="other")}, 132001),
        ({"type": "template", "template": template("Ana", "Bob")}, 132000),
        ({"type": "template", "template": template("Ana", name="bye")}, 132000),
    ],
)
def test_knows_the_templates(cloud: FakeWhatsAppCloud, body: dict[str, Any], code: int) -> None:
    error = post(cloud, {**BASE, **body}).json()["error"]

    assert error["code"] == code
    assert error["error_data"]["details"]


def test_refuses_other_tokens_numbers_versions_and_content_types(cloud: FakeWhatsAppCloud) -> None:
    body = {**BASE, **GOOD[0]}

    assert post(cloud, body, Authorization="Bearer other").status_code == 401
    assert post(cloud, body, Authorization="other").json()["error"]["code"] == 190
    assert post(cloud, body, path="/v25.0/99/messages").json()["error"]["error_subcode"] == 33
    assert post(cloud, body, path=f"/{PHONE_NUMBER_ID}/messages").json()["error"]["code"] == 2500
    assert post(cloud, body, Content_Type="text/plain").json()["error"]["code"] == 100
    assert (cloud.sent, len(cloud.refusals)) == ([], 5)


def test_writes_to_people_without_a_number(cloud: FakeWhatsAppCloud) -> None:
    body = {"messaging_product": "whatsapp", "recipient": "CA.1349000000000000001", **GOOD[0]}

    contact = post(cloud, body).json()["contacts"][0]

    assert contact == {"input": body["recipient"], "user_id": body["recipient"]}
    assert cloud.sent[0].to == body["recipient"]


def test_outside_the_window_only_templates_pass(cloud: FakeWhatsAppCloud) -> None:
    cloud.closed = {"15145550123"}

    assert post(cloud, {**BASE, **GOOD[0]}).json()["error"]["code"] == 131047
    accepted = post(cloud, {**BASE, "type": "template", "template": template("Ana")})
    assert accepted.json()["messages"][0]["message_status"] == "accepted"


def test_marks_as_read_with_and_without_typing(cloud: FakeWhatsAppCloud) -> None:
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.IN1"}

    assert post(cloud, mark).json() == {"success": True}
    assert post(cloud, {**mark, "typing_indicator": {"type": "text"}}).status_code == 200
    assert post(cloud, {**mark, "typing_indicator": {"type": "audio"}}).status_code == 400
    assert post(cloud, {**mark, "status": "delivered"}).status_code == 400
    assert [bool(mark.typing_indicator) for mark in cloud.read_marks] == [False, True]


def test_faults_come_before_the_message_or_after_it(cloud: FakeWhatsAppCloud) -> None:
    cloud.fail_next(Fault(Response(503)), Fault(drops_after=True))

    assert post(cloud, {**BASE, **GOOD[0]}).status_code == 503
    with pytest.raises(httpx.RemoteProtocolError):
        post(cloud, {**BASE, **GOOD[0]})
    assert len(cloud.sent) == 1


def test_a_message_id_looks_like_metas(cloud: FakeWhatsAppCloud) -> None:
    message_id = post(cloud, {**BASE, **GOOD[0]}).json()["messages"][0]["id"]

    assert message_id.startswith("wamid.")
    assert base64.b64decode(message_id.removeprefix("wamid."))
