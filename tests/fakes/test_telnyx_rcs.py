"""The fake of Telnyx takes RCS messages as the vendor's documents show them, and nothing else."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from channels_app.testing.fakes.telnyx import API_KEY, FEATURES, FakeTelnyx
from channels_app.testing.fakes.telnyx_desk import AGENT_ID
from tests.fakes.telnyx_calls import IMAGE, RCS, SMS, codes, post

YES = {"reply": {"text": "Yes", "postback_data": "eWVz"}}
OPEN = {"url": "https://example.org", "application": "BROWSER", "webview_view_mode": "FULL"}
CARD = {"title": "One", "media": {"content_info": {"file_url": IMAGE}, "height": "MEDIUM"}}
STANDALONE = {
    "card_content": CARD,
    "card_orientation": "VERTICAL",
    "thumbnail_image_alignment": "LEFT",
}


@pytest.fixture
def telnyx() -> Iterator[FakeTelnyx]:
    with FakeTelnyx().serving() as fake:
        yield fake


def rcs(**content: Any) -> dict[str, Any]:
    return RCS | {"agent_message": {"content_message": content}}


@pytest.mark.parametrize(
    "body",
    [
        RCS,
        rcs(text="x" * 3072, suggestions=[YES] * 11),
        rcs(text="Go", suggestions=[{"action": {"text": "Open", "open_url_action": OPEN}}]),
        rcs(
            text="Call",
            suggestions=[
                {"action": {"text": "Us", "dial_action": {"phone_number": "+15145550199"}}}
            ],
        ),
        rcs(content_info={"file_url": IMAGE, "force_refresh": True}),
        rcs(rich_card={"standalone_card": STANDALONE}),
        rcs(rich_card={"carousel_card": {"card_contents": [CARD, CARD], "card_width": "MEDIUM"}}),
        RCS | {"sms_fallback": {"from": "+15145550199", "text": "Hello"}},
        RCS | {"mms_fallback": {"media_urls": [IMAGE], "text": "Hello"}},
        RCS | {"agent_message": RCS["agent_message"] | {"ttl": "86400s"}},
    ],
)
def test_right_rcs_messages_are_taken(telnyx: FakeTelnyx, body: dict[str, Any]) -> None:
    answer = post(telnyx, "/messages/rcs", body)

    assert answer.status_code == 200
    assert answer.json()["data"]["body"] == body["agent_message"]
    assert telnyx.refusals == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        # what SMS takes
        (SMS | {"type": "RCS", "auto_detect": False}, "10004"),
        (RCS | {"text": "Hello"}, "10015"),
        (RCS | {"to": "5145550123"}, "10016"),
        (RCS | {"agent_id": "somebody"}, "10005"),
        (RCS | {"type": "SMS"}, "10015"),
        (RCS | {"sms_fallback": True}, "10015"),
        (RCS | {"sms_fallback": {"text": ""}}, "10015"),
        (RCS | {"mms_fallback": {"text": "Hello"}}, "10004"),
        (RCS | {"agent_message": {"text": "Hello"}}, "10004"),
        (rcs(), "10015"),
        (rcs(text="x" * 3073), "10015"),
        (rcs(text="Hello", content_info={"file_url": IMAGE}), "10015"),
        (rcs(text="Hello", suggestions=[YES] * 12), "10015"),
        (
            rcs(text="Hello", suggestions=[{"reply": {"text": "y" * 26, "postback_data": ""}}]),
            "10015",
        ),
        (rcs(text="Hello", suggestions=[{"reply": {"text": "y", "postback_data": "{}"}}]), "10015"),
        (rcs(text="Hello", suggestions=[{}]), "10015"),
        (rcs(text="Hello", suggestions=[{"reply": {"text": "y"}}]), "10004"),
        (
            rcs(rich_card={"carousel_card": {"card_contents": [CARD], "card_width": "MEDIUM"}}),
            "10015",
        ),
        (rcs(rich_card={"standalone_card": {"card_content": CARD}}), "10004"),
        (RCS | {"agent_message": RCS["agent_message"] | {"ttl": "1h"}}, "10015"),
    ],
)
def test_wrong_rcs_messages_are_refused(
    telnyx: FakeTelnyx, body: dict[str, Any], code: str
) -> None:
    answer = post(telnyx, "/messages/rcs", body)

    assert codes(answer) == [code]
    assert telnyx.sent == []


def test_capabilities_are_told_of_known_phones(telnyx: FakeTelnyx) -> None:
    telnyx.features["+15145550123"] = FEATURES
    url = f"{telnyx.api}/messaging/rcs/capabilities/{AGENT_ID}"
    headers = {"Authorization": f"Bearer {API_KEY}"}

    known, unknown = (httpx.get(f"{url}/%2B1514555{n}", headers=headers) for n in ("0123", "0124"))

    assert known.json()["data"]["features"] == FEATURES
    assert unknown.status_code == 404
