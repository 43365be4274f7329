"""The fake takes what the Messenger Send API documents and refuses the rest."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from channels_app.testing.fakes.meta_messenger import PAGE_ID, FakeMessenger
from channels_app.testing.fakes.meta_messenger_webhooks import PSID

URL = "https://files.example.org/a.jpg"


@pytest.fixture
def page() -> Iterator[FakeMessenger]:
    with FakeMessenger().serving() as fake:
        yield fake


def post(
    page: FakeMessenger, body: dict[str, Any], path: str = "/v25.0/me/messages", token: str = ""
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token or page.token}"}
    return httpx.post(f"{page.url}{path}", json=body, headers=headers)


def send(message: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "recipient": {"id": PSID},
        "messaging_type": "RESPONSE",
        "message": message,
        **more,
    }


def file(kind: str = "image", **payload: Any) -> dict[str, Any]:
    return {"attachment": {"type": kind, "payload": payload or {"url": URL}}}


def reply(title: str = "Red", **more: Any) -> dict[str, Any]:
    return {"content_type": "text", "title": title, "payload": "RED", **more}


def postback(title: str = "Yes", payload: str = "YES") -> dict[str, Any]:
    return {"type": "postback", "title": title, "payload": payload}


def choose(*buttons: dict[str, Any], text: str = "Choose") -> dict[str, Any]:
    payload = {"template_type": "button", "text": text, "buttons": list(buttons)}
    return file("template", **payload)


def cards(count: int, **more: Any) -> dict[str, Any]:
    element = {"title": "Chair", "subtitle": "Oak", **more}
    return file("template", template_type="generic", elements=[element] * count)


def utility(**more: Any) -> dict[str, Any]:
    gap = {"type": "text", "text": "confirmed"}
    return {
        "template": {
            "name": "order_update",
            "language": {"code": "en"},
            "components": [{"type": "body", "parameters": [gap]}],
            **more,
        }
    }


GOOD: list[dict[str, Any]] = [
    send({"text": "Salut"}),
    send({"text": "x" * 2000}, messaging_type="UPDATE"),
    send({"text": "hi"}, messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT"),
    send({"text": "hi"}, reply_to={"mid": "m_IN1"}),
    send({"text": "hi", "metadata": "delivery-1"}),
    send({"text": "Which?", "quick_replies": [reply(f"Red {n}") for n in range(13)]}),
    send(file("image")),
    send(file("video", url=URL, is_reusable=True)),
    send(file("audio")),
    send(file("file")),
    send(choose(postback(), {"type": "web_url", "url": URL, "title": "See"})),
    send(choose({"type": "phone_number", "title": "Call", "payload": "+15145550199"})),
    send(cards(10, image_url=URL, buttons=[postback()])),
    send(utility(), messaging_type="UTILITY"),
]


@pytest.mark.parametrize("body", GOOD)
def test_takes_what_is_documented(page: FakeMessenger, body: dict[str, Any]) -> None:
    answer = post(page, body)

    assert answer.status_code == 200, answer.text
    assert answer.json() == {"recipient_id": PSID, "message_id": page.sent[0].id}


BAD: list[tuple[str, dict[str, Any]]] = [
    ("long text", send({"text": "x" * 2001})),
    ("empty text", send({"text": ""})),
    ("nothing", send({})),
    ("text with a file", send({"text": "hi", **file()})),
    ("unknown field", send({"text": "hi", "bold": True})),
    ("unknown field outside", send({"text": "hi"}, priority=1)),
    ("no type", {"recipient": {"id": PSID}, "message": {"text": "hi"}}),
    ("unknown type", send({"text": "hi"}, messaging_type="BROADCAST")),
    ("tag without its type", send({"text": "hi"}, tag="HUMAN_AGENT")),
    ("type without a tag", send({"text": "hi"}, messaging_type="MESSAGE_TAG")),
    ("unknown tag", send({"text": "hi"}, messaging_type="MESSAGE_TAG", tag="PROMO")),
    ("phone as id", send({"text": "hi"}, recipient={"id": "+15145550123"})),
    ("number as id", send({"text": "hi"}, recipient={"id": 5478211960032211})),
    ("two recipients", send({"text": "hi"}, recipient={"id": PSID, "user_ref": "r"})),
    ("fourteen replies", send({"text": "?", "quick_replies": [reply()] * 14})),
    ("long reply", send({"text": "?", "quick_replies": [reply("t" * 21)]})),
    ("long payload", send({"text": "?", "quick_replies": [reply(payload="p" * 1001)]})),
    ("reply without a payload", send({"text": "?", "quick_replies": [reply(payload="")]})),
    ("file without an address", send(file("image", is_reusable=True))),
    ("data address", send(file("image", url="data:image/png;base64,AA"))),
    ("caption", send(file("image", url=URL, caption="c"))),
    ("unknown file", send(file("sticker"))),
    ("long text above buttons", send(choose(postback(), text="x" * 641))),
    ("no button", send(choose())),
    ("four buttons", send(choose(*[postback()] * 4))),
    ("long button", send(choose(postback("t" * 21)))),
    ("button without a payload", send(choose({"type": "postback", "title": "Yes"}))),
    ("call without plus", send(choose({"type": "phone_number", "title": "C", "payload": "1514"}))),
    ("eleven cards", send(cards(11))),
    ("card with a title only", send(cards(1, subtitle=None))),
    ("long heading", send(cards(1, title="t" * 81))),
    ("template under another type", send(utility())),
    ("no template under its type", send({"text": "hi"}, messaging_type="UTILITY")),
    ("action with a message", send({"text": "hi"}, sender_action="typing_on")),
    ("unknown action", {"recipient": {"id": PSID}, "sender_action": "wave"}),
    ("reaction to nothing", {"recipient": {"id": PSID}, "sender_action": "react"}),
]


@pytest.mark.parametrize(("case", "body"), BAD, ids=[case for case, _ in BAD])
def test_refuses_what_is_not(page: FakeMessenger, case: str, body: dict[str, Any]) -> None:
    answer = post(page, body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100), case
    assert (page.sent, page.actions) == ([], [])


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("typing_on", None),
        ("typing_off", None),
        ("mark_seen", None),
        ("react", {"message_id": "m_IN1", "reaction": "😊"}),
        ("unreact", {"message_id": "m_IN1"}),
    ],
)
def test_takes_actions(page: FakeMessenger, action: str, payload: dict[str, str] | None) -> None:
    body: dict[str, Any] = {"recipient": {"id": PSID}, "sender_action": action}

    answer = post(page, {**body, "payload": payload} if payload else body)

    assert answer.json() == {"recipient_id": PSID}
    assert [taken.sender_action for taken in page.actions] == [action]


def test_refuses_other_tokens_and_pages(page: FakeMessenger) -> None:
    body = send({"text": "hi"})

    assert post(page, body, token="other").json()["error"]["code"] == 190
    assert post(page, body, "/v25.0/1/messages").json()["error"]["code"] == 100
    assert post(page, body, "/me/messages").json()["error"]["code"] == 2500
    assert post(page, body, f"/v25.0/{PAGE_ID}/messages").status_code == 200
    assert len(page.sent) == 1


def test_outside_the_window_only_tagged_messages_pass(page: FakeMessenger) -> None:
    page.closed = {PSID}

    error = post(page, GOOD[0]).json()["error"]
    assert (error["code"], error["error_subcode"]) == (10, 2018278)
    assert post(page, GOOD[2]).status_code == 200
    assert post(page, GOOD[-1]).status_code == 200


def test_some_people_cannot_be_reached(page: FakeMessenger) -> None:
    page.unknown, page.unavailable = {"11111"}, {"22222"}

    unknown = post(page, {**GOOD[0], "recipient": {"id": "11111"}}).json()["error"]
    away = post(page, {**GOOD[0], "recipient": {"id": "22222"}}).json()["error"]
    assert ((unknown["code"], unknown["error_subcode"]), away["code"]) == ((100, 2018001), 551)


def test_posts_several_entries_with_several_events() -> None:
    hooks = FakeMessenger().hooks
    _, body = hooks.post(batches=[[hooks.text("a"), hooks.delivery("m_1")], [hooks.read(7)]])

    entries = json.loads(body)["entry"]
    assert [list(event)[-1] for entry in entries for event in entry["messaging"]] == [
        "message",
        "delivery",
        "read",
    ]
    assert "timestamp" not in entries[0]["messaging"][1]
