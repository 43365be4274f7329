"""The fake of Telegram, driven by requests written by hand from the Bot API's documentation."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from channels_app.testing.fakes.server import Fault
from channels_app.testing.fakes.telegram import NOT_MODIFIED, TOKEN, FakeTelegram, flood

BUTTON = {"text": "Oui", "callback_data": "yes"}


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram().serving() as fake:
        yield fake


def call(fake: FakeTelegram, method: str, token: str = TOKEN, **fields: Any) -> httpx.Response:
    return httpx.post(f"{fake.url}/bot{token}/{method}", json=fields)


def test_a_text_is_taken_and_answered_with_its_message(telegram: FakeTelegram) -> None:
    answer = call(telegram, "sendMessage", chat_id=42, text="Salut")

    assert (answer.status_code, answer.json()["ok"]) == (200, True)
    assert answer.json()["result"] | {"from": ..., "date": ...} == {
        "message_id": 1,
        "from": ...,
        "chat": {"id": 42, "type": "private"},
        "date": ...,
        "text": "Salut",
    }
    assert [(sent.method, sent.fields["text"]) for sent in telegram.sent] == [
        ("sendMessage", "Salut")
    ]


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("sendMessage", {"text": "<b>a</b> &lt; b", "parse_mode": "HTML"}),
        ("sendMessage", {"text": "a" * 4096}),
        # markup does not count
        ("sendMessage", {"text": f"<b>{'a' * 4096}</b>", "parse_mode": "HTML"}),
        ("sendMessage", {"text": "?", "reply_markup": {"inline_keyboard": [[BUTTON]]}}),
        ("sendPhoto", {"photo": "https://x.example/a.jpg", "caption": "c" * 1024}),
        ("sendDocument", {"document": "BQACAgIAAxkBAAE"}),
        ("sendVoice", {"voice": "https://x.example/a.ogg", "duration": 4}),
        ("sendLocation", {"latitude": 45.5, "longitude": -73.6}),
        ("sendVenue", {"latitude": 45.5, "longitude": -73, "title": "T", "address": "1 rue A"}),
        ("sendChatAction", {"action": "typing"}),
    ],
)
def test_what_is_documented_is_taken(
    telegram: FakeTelegram, method: str, fields: dict[str, Any]
) -> None:
    answer = call(telegram, method, chat_id=42, **fields)

    assert answer.json()["ok"] is True
    assert telegram.refusals == []


@pytest.mark.parametrize(
    ("method", "fields", "said"),
    [
        ("sendMessage", {"chat_id": 42}, "message text is empty"),
        ("sendMessage", {"chat_id": 42, "text": " \n"}, "message text is empty"),
        ("sendMessage", {"text": "a"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": 7, "text": "a"}, "chat not found"),
        ("sendMessage", {"chat_id": 42, "text": "a" * 4097}, "message is too long"),
        # counted in UTF-16 units: an emoji is two
        ("sendMessage", {"chat_id": 42, "text": "😀" * 2049}, "message is too long"),
        (
            "sendMessage",
            {"chat_id": 42, "text": "a", "colour": "red"},
            "can't parse field 'colour'",
        ),
        ("sendMessage", {"chat_id": "42", "text": "a"}, "can't parse field 'chat_id"),
        ("sendMessage", {"chat_id": 42, "text": "a", "parse_mode": "Html"}, "'parse_mode'"),
        (
            "sendMessage",
            {"chat_id": 42, "text": "<p>a</p>", "parse_mode": "HTML"},
            "can't parse entities: Unsupported start tag",
        ),
        (
            "sendMessage",
            {"chat_id": 42, "text": "<b>a", "parse_mode": "HTML"},
            "can't parse entities: Can't find end tag",
        ),
        (
            "sendMessage",
            {"chat_id": 42, "text": "a</i>", "parse_mode": "HTML"},
            "can't parse entities: Unmatched end tag",
        ),
        (
            "sendMessage",
            {"chat_id": 42, "text": "a", "reply_parameters": {"message_id": 9}},
            "message to be replied not found",
        ),
        (
            "sendPhoto",
            {"chat_id": 42, "photo": "https://x.example/a", "caption": "c" * 1025},
            "message caption is too long",
        ),
        ("sendPhoto", {"chat_id": 42}, 'parameter "photo" is required'),
        ("sendPhoto", {"chat_id": 42, "photo": "data:image/png;base64,aaaa"}, "remote file"),
        ("sendLocation", {"chat_id": 42, "latitude": 91, "longitude": 0}, "'latitude'"),
        ("sendMediaGroup", {"chat_id": 42, "media": []}, "'media'"),
        ("editMessageText", {"chat_id": 42, "message_id": 5, "text": "a"}, "edit not found"),
        ("deleteMessage", {"chat_id": 42, "message_id": 5}, "message to delete not found"),
        ("deleteMessage", {"chat_id": 42, "message_id": "5"}, "'message_id'"),
        (
            "setMessageReaction",
            {"chat_id": 42, "message_id": 1, "reaction": [{"type": "emoji", "emoji": "🦖"}]},
            "REACTION_INVALID",
        ),
        ("getFile", {"file_id": "nope"}, "invalid file_id"),
        ("setWebhook", {"url": "http://x.example/"}, "HTTPS URL must be provided"),
        ("setWebhook", {"url": "https://x.example:8080/"}, "only on ports"),
        ("setWebhook", {"url": "https://x.example/", "secret_token": "a b"}, "'secret_token'"),
    ],
)
def test_what_is_wrong_is_refused_in_telegrams_words(
    telegram: FakeTelegram, method: str, fields: dict[str, Any], said: str
) -> None:
    answer = call(telegram, method, **fields)

    assert answer.status_code == 400
    assert answer.json()["ok"] is False
    assert answer.json()["error_code"] == 400
    assert said in answer.json()["description"]
    assert telegram.sent == []


@pytest.mark.parametrize(
    ("button", "said"),
    [
        ({"text": "a"}, "exactly one kind"),
        ({"text": "a", "callback_data": "a", "url": "https://x.example"}, "exactly one kind"),
        ({"text": "a", "callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "url": "tel:+15145550123"}, "BUTTON_URL_INVALID"),
        ({"text": "", "callback_data": "a"}, "text"),
    ],
)
def test_one_bad_button_refuses_the_whole_message(
    telegram: FakeTelegram, button: dict[str, str], said: str
) -> None:
    markup = {"inline_keyboard": [[button]]}

    answer = call(telegram, "sendMessage", chat_id=42, text="?", reply_markup=markup)

    assert answer.status_code == 400
    assert said in answer.json()["description"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/bot123456:wrong_token/sendMessage", 401),
        ("/botnotatoken/sendMessage", 404),
        (f"/bot{TOKEN}/sendNothing", 404),
        ("/sendMessage", 404),
        (f"/file/bot{TOKEN}/documents/nope", 404),
    ],
)
def test_a_wrong_address_or_token_is_refused(
    telegram: FakeTelegram, path: str, status: int
) -> None:
    answer = httpx.post(telegram.url + path, json={"chat_id": 42, "text": "a"})

    assert (answer.status_code, answer.json()["error_code"]) == (status, status)


@pytest.mark.parametrize(
    "options",
    [
        {"data": {"chat_id": "42", "text": "a"}},
        {"content": b"{", "headers": {"Content-Type": "application/json"}},
        {"json": {"chat_id": 42, "text": "a"}, "params": {"text": "b"}},
    ],
)
def test_a_body_of_another_form_is_refused(telegram: FakeTelegram, options: dict[str, Any]) -> None:
    answer = httpx.post(f"{telegram.url}/bot{TOKEN}/sendMessage", **options)

    assert answer.status_code == 400
    assert telegram.sent == []


def test_message_ids_count_in_each_chat_of_its_own(telegram: FakeTelegram) -> None:
    for chat in (42, -100123, 42):
        call(telegram, "sendMessage", chat_id=chat, text="a")

    assert [(sent.chat_id, sent.message_id) for sent in telegram.sent] == [
        (42, 1),
        (-100123, 1),
        (42, 2),
    ]


def test_an_album_makes_a_message_of_each_file(telegram: FakeTelegram) -> None:
    media = [{"type": "photo", "media": f"https://x.example/{n}.jpg"} for n in range(2)]

    answer = call(telegram, "sendMediaGroup", chat_id=42, media=media)

    assert [message["message_id"] for message in answer.json()["result"]] == [1, 2]


def test_an_edit_without_a_change_is_refused(telegram: FakeTelegram) -> None:
    call(telegram, "sendMessage", chat_id=42, text="a")
    edit: dict[str, Any] = {"chat_id": 42, "message_id": 1, "text": "b"}

    answers = [call(telegram, "editMessageText", **edit) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 400]
    assert answers[0].json()["result"]["text"] == "b"
    assert answers[1].json()["description"] == f"Bad Request: {NOT_MODIFIED}"


def test_a_deleted_message_is_gone(telegram: FakeTelegram) -> None:
    call(telegram, "sendMessage", chat_id=42, text="a")

    answers = [call(telegram, "deleteMessage", chat_id=42, message_id=1) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 400]


def test_a_blocked_bot_and_a_moved_group_are_told(telegram: FakeTelegram) -> None:
    telegram.forbidden[42] = "bot was blocked by the user"
    telegram.migrated[-5] = -100123

    blocked = call(telegram, "sendMessage", chat_id=42, text="a").json()
    moved = call(telegram, "sendMessage", chat_id=-5, text="a").json()

    assert blocked == {
        "ok": False,
        "error_code": 403,
        "description": "Forbidden: bot was blocked by the user",
    }
    assert moved["parameters"] == {"migrate_to_chat_id": -100123}


def test_too_many_requests_name_the_seconds_to_wait(telegram: FakeTelegram) -> None:
    telegram.fail_next(Fault(response=flood(7)))

    answer = call(telegram, "sendMessage", chat_id=42, text="a")

    assert answer.status_code == 429
    assert answer.json()["parameters"] == {"retry_after": 7}


def test_a_file_is_served_at_the_path_it_is_described_with(telegram: FakeTelegram) -> None:
    telegram.files["BQAC_pdf"] = b"%PDF"

    path = call(telegram, "getFile", file_id="BQAC_pdf").json()["result"]["file_path"]

    assert httpx.get(f"{telegram.url}/file/bot{TOKEN}/{path}").content == b"%PDF"


def test_updates_carry_the_secret_and_count_up(telegram: FakeTelegram) -> None:
    posts = [telegram.updates.inbound_text(text) for text in ("a", "b")]

    assert [json.loads(body)["update_id"] for _, body in posts] == [900001, 900002]
    assert {headers["X-Telegram-Bot-Api-Secret-Token"] for headers, _ in posts} == {
        "a-fixed_webhook-secret"
    }
