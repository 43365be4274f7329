"""The fake of Microsoft Teams, driven by requests written by hand from the vendor's pages."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.teams import FakeTeams
from channels_app.testing.fakes.teams_activities import (
    CHANNEL_ID,
    PERSONAL,
    TENANT_ID,
    inbound_text,
)
from channels_app.testing.fakes.teams_connector import REFUSALS, refusal
from channels_app.testing.fakes.teams_identity import (
    from_base64url,
    public_jwk,
    rsa_key,
    signed_token,
)
from channels_app.testing.fakes.teams_tokens import (
    APP_ID,
)
from tests.fakes.teams_calls import GRANT, ask_token, call, client

CARD_BODY = [{"type": "TextBlock", "text": "Pick", "wrap": True}]
CARD = {"type": "AdaptiveCard", "version": "1.5", "body": CARD_BODY}
CARD_TYPE = "application/vnd.microsoft.card.adaptive"
YES = {
    "type": "Action.Submit",
    "title": "Yes",
    "data": {"msteams": {"type": "imBack", "value": "yes"}},
}


@pytest.fixture
def teams() -> Iterator[FakeTeams]:
    with FakeTeams().serving() as fake:
        yield fake


def say(fake: FakeTeams, activity: Any, to: str = PERSONAL["id"]) -> httpx.Response:
    return call(fake, "POST", to, "activities", json=activity)


def card(**changes: Any) -> dict[str, Any]:
    attachment = {"contentType": CARD_TYPE, "content": {**CARD, **changes}}
    return {"type": "message", "attachments": [attachment]}


# -- messages


def test_a_message_is_kept_and_answered_with_its_id(teams: FakeTeams) -> None:
    answer = say(teams, {"type": "message", "text": "Hello", "textFormat": "plain"})

    assert (answer.status_code, answer.json()) == (201, {"id": teams.sent[0].id})
    assert teams.sent[0].conversation_id == PERSONAL["id"]
    assert teams.sent[0].activity.text == "Hello"


@pytest.mark.parametrize(
    "activity",
    [
        {"type": "message", "text": "a" * 28000},
        {"type": "message", "text": "**a**", "textFormat": "markdown", "summary": "a"},
        {"type": "message", "text": "<b>a</b>", "textFormat": "xml", "replyToId": "17672256"},
        {"type": "message", "text": "a", "from": {"id": "28:1"}, "recipient": {"id": "29:1"}},
        {"type": "message", "text": "a", "channelData": {"notification": {"alert": True}}},
        {
            "type": "message",
            "text": "<at>Ana</at> hi",
            "entities": [
                {"type": "mention", "text": "<at>Ana</at>", "mentioned": {"id": "29:1-ana"}}
            ],
        },
        {
            "type": "message",
            "attachments": [{"contentType": "image/png", "contentUrl": "https://x.example/a.png"}],
        },
        card(),
        card(actions=[YES]),
        card(body=[*CARD_BODY, {"type": "ActionSet", "actions": [YES] * 6}]),
        card(body=[{"type": "Image", "url": "https://x.example/a.png", "altText": "a"}]),
        card(actions=[{"type": "Action.OpenUrl", "title": "a", "url": "https://x.example"}]),
        card(body=[{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "*a*"}]}]),
    ],
)
def test_what_is_documented_is_taken(teams: FakeTeams, activity: dict[str, Any]) -> None:
    assert "id" in say(teams, activity).json()
    assert teams.refusals == []


@pytest.mark.parametrize(
    "activity",
    [
        {"text": "no type"},
        {"type": "shout", "text": "a"},
        {"type": "message"},
        {"type": "message", "text": ""},
        {"type": "message", "text": 7},
        {"type": "message", "text": "a", "text_format": "plain"},
        {"type": "message", "text": "a", "textFormat": "html"},
        {"type": "message", "text": "a", "colour": "red"},
        {"type": "message", "text": "a", "from": {"name": "nobody"}},
        {"type": "message", "text": "a", "replyToId": ""},
        {
            "type": "message",
            "text": "hi",
            "entities": [
                {"type": "mention", "text": "<at>Ana</at>", "mentioned": {"id": "29:1-ana"}}
            ],
        },
        {"type": "message", "attachments": [{"contentType": CARD_TYPE}]},
        {"type": "message", "attachments": [{"contentType": "application/pdf"}]},
        {
            "type": "message",
            "attachments": [{"contentType": "image/svg+xml", "contentUrl": "https://x.example/a"}],
        },
        card(body=[]),
        card(version="1.6"),
        card(body=[{"type": "TextBlock", "text": ""}]),
        card(body=[{"type": "RichTextBlock", "inlines": []}]),
        card(body=[{"type": "Input.Text", "id": "a"}]),
        card(actions=[YES] * 7),
        card(actions=[{**YES, "data": {}}]),
        card(actions=[{"type": "Action.OpenUrl", "title": "a", "url": "tel:+15145550123"}]),
        ["not", "an", "object"],
    ],
)
def test_what_is_wrong_is_refused(teams: FakeTeams, activity: Any) -> None:
    answer = say(teams, activity)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "Bad Argument")
    assert teams.sent == []


def test_a_message_of_more_than_100_kb_of_utf16_is_too_big(teams: FakeTeams) -> None:
    answer = say(teams, {"type": "message", "text": "a" * 51200})

    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "MessageSizeTooBig")


def test_words_and_a_card_in_one_are_split_and_leave_no_id(teams: FakeTeams) -> None:
    assert say(teams, {**card(), "text": "Pick"}).json() == {}


def test_a_typing_sign_is_answered_with_nothing(teams: FakeTeams) -> None:
    assert say(teams, {"type": "typing"}).content == b""
    assert teams.connector.typing == [PERSONAL["id"]]
    assert teams.sent == []


def test_a_reply_goes_to_the_activity_of_the_path(teams: FakeTeams) -> None:
    words = {"type": "message", "text": "a", "replyToId": "17"}

    assert call(teams, "POST", PERSONAL["id"], "activities", "17", json=words).status_code == 201
    assert call(teams, "POST", PERSONAL["id"], "activities", "18", json=words).status_code == 400


def test_a_message_can_be_changed_and_taken_back_once(teams: FakeTeams) -> None:
    message_id = say(teams, {"type": "message", "text": "a"}).json()["id"]
    where = (PERSONAL["id"], "activities", message_id)

    changed = call(teams, "PUT", *where, json={"type": "message", "text": "b"})
    assert (changed.status_code, changed.json()) == (200, {"id": message_id})
    assert call(teams, "DELETE", *where).status_code == 200
    assert call(teams, "DELETE", *where).json()["error"]["code"] == "ActivityNotFoundInConversation"
    assert call(teams, "PUT", *where, json={"type": "message", "text": "c"}).status_code == 404

    [message] = teams.sent
    assert (message.activity.text, message.versions[0].text) == ("b", "a")
    assert message.is_deleted


@pytest.mark.parametrize("state", list(REFUSALS))
def test_a_closed_conversation_is_refused_in_the_vendors_words(
    teams: FakeTeams, state: str
) -> None:
    teams.personal.state = state
    status, code, message = REFUSALS[state]

    answer = say(teams, {"type": "message", "text": "a"})

    assert answer.status_code == status
    assert answer.json() == {"error": {"code": code, "message": message}}


def test_nothing_is_taken_without_a_good_token(teams: FakeTeams) -> None:
    url = f"{teams.service_url}v3/conversations/{quote(PERSONAL['id'], safe='')}/activities"
    words = {"type": "message", "text": "a"}
    good = ask_token(teams, GRANT).json()["access_token"]
    teams.tokens.revoke()

    for header in ({}, {"Authorization": good}, {"Authorization": f"Bearer {good}"}):
        assert client().post(url, json=words, headers=header).status_code == 401
    assert teams.sent == []


def test_paths_and_media_types_must_be_the_documented_ones(teams: FakeTeams) -> None:
    where = (CHANNEL_ID, "activities")
    words = json.dumps({"type": "message", "text": "a"})

    plain = {"Content-Type": "text/plain"}
    assert call(teams, "POST", *where, content=words, headers=plain).status_code == 415
    assert call(teams, "GET", *where).status_code == 405
    assert call(teams, "POST", "19:elsewhere@thread.tacv2", "activities").status_code == 404
    token = {"Authorization": f"Bearer {teams.tokens.issued[-1]}"}
    assert client().get(f"{teams.url}/v3/conversations", headers=token).status_code == 404


# -- conversations and members


def new_chat(**changes: Any) -> dict[str, Any]:
    chat = {"bot": {"id": f"28:{APP_ID}"}, "isGroup": False, "tenantId": TENANT_ID}
    return {**chat, "members": [{"id": "29:1-ana"}], **changes}


def test_a_chat_with_a_person_is_opened(teams: FakeTeams) -> None:
    opened = call(teams, "POST", json=new_chat())

    assert opened.status_code == 201
    assert say(teams, {"type": "message", "text": "a"}, to=opened.json()["id"]).status_code == 201


def test_a_thread_in_a_channel_is_opened_with_its_first_words(teams: FakeTeams) -> None:
    words = {"type": "message", "text": "Hello, all"}
    where = {"channel": {"id": CHANNEL_ID}, "tenant": {"id": TENANT_ID}}
    thread = new_chat(isGroup=True, members=[], channelData=where, activity=words)

    opened = call(teams, "POST", json=thread).json()

    assert opened["id"] == f"{CHANNEL_ID};messageid={opened['activityId']}"
    assert say(teams, words, to=opened["id"]).status_code == 201
    assert [sent.conversation_id for sent in teams.sent] == [opened["id"]] * 2


@pytest.mark.parametrize(
    "changes",
    [
        {"bot": {"id": "28:somebody"}},
        {"tenantId": None},
        {"tenantId": "elsewhere"},
        {"members": []},
        {"members": [{"id": "29:1"}, {"id": "29:2"}]},
        {"isGroup": True},
        {"is_group": False},
        {"isGroup": True, "members": [], "channelData": {"channel": {"id": CHANNEL_ID}}},
    ],
)
def test_a_wrong_conversation_is_not_opened(teams: FakeTeams, changes: dict[str, Any]) -> None:
    assert call(teams, "POST", json=new_chat(**changes)).status_code == 400


def test_members_come_in_pages(teams: FakeTeams) -> None:
    members = [{"id": f"29:{number}", "email": f"{number}@x.example"} for number in range(60)]
    teams.connector.add_conversation(CHANNEL_ID, members)

    first = call(teams, "GET", CHANNEL_ID, "pagedmembers").json()
    rest = {"continuationToken": first["continuationToken"], "pageSize": "500"}
    second = call(teams, "GET", CHANNEL_ID, "pagedmembers", params=rest).json()

    assert [*first["members"], *second["members"]] == members
    assert "continuationToken" not in second
    assert call(teams, "GET", CHANNEL_ID, "members", "29:7").json() == members[7]
    assert call(teams, "GET", CHANNEL_ID, "members", "29:99").status_code == 404
    assert call(teams, "GET", CHANNEL_ID, "pagedmembers", params={"top": "1"}).status_code == 400


# -- what it signs


def test_an_activity_is_signed_with_a_key_of_the_list(teams: FakeTeams) -> None:
    headers, body = teams.post(inbound_text("Hello"))
    token = headers["authorization"].removeprefix("Bearer ")
    head, claims, signature = token.split(".")
    openid = client().get(teams.openid_url).json()
    [key] = client().get(openid["jwks_uri"]).json()["keys"]

    rsa_key(key["kid"]).public_key().verify(
        from_base64url(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    assert json.loads(from_base64url(head))["kid"] == "key-1"
    assert json.loads(from_base64url(claims))["aud"] == APP_ID
    assert json.loads(from_base64url(claims))["iss"] == openid["issuer"]
    assert json.loads(from_base64url(claims))["serviceurl"] == json.loads(body)["serviceUrl"]
    assert key["endorsements"] == ["msteams"]


def test_a_list_can_hold_a_key_that_is_not_endorsed_for_teams() -> None:
    assert "endorsements" not in public_jwk("key-1", ())
    assert public_jwk("key-1", ("webchat",))["endorsements"] == ["webchat"]


def test_bad_signatures_can_be_made_too() -> None:
    unsigned = signed_token({"a": 1}, key="key-1", alg="none")
    shared = signed_token({"a": 1}, key="key-1", alg="HS256")

    assert unsigned.endswith(".")
    assert len(from_base64url(shared.rpartition(".")[2])) == 32


def test_faults_come_before_the_connector(teams: FakeTeams) -> None:
    ask_token(teams, GRANT)
    throttled = refusal(429, "Throttled", "Too many requests.", **{"Retry-After": "3"})
    teams.fail_next(Fault(), Fault(response=throttled), Fault(), Fault(response=Response(502)))

    answer = say(teams, {"type": "message", "text": "a"})

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
    assert say(teams, {"type": "message", "text": "a"}).status_code == 502
    assert teams.sent == []
