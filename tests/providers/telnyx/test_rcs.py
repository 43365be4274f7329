"""What goes out as RCS, and by SMS where a phone cannot do it."""

import base64
from typing import Any

import pytest

from channels_app.providers.base.rcs import RCSDeliveryResult
from channels_app.providers.telnyx.rcs import TelnyxRCSProvider
from channels_app.testing.fakes.server import Fault
from channels_app.testing.fakes.telnyx import FakeTelnyx
from channels_app.testing.fakes.telnyx_desk import AGENT_ID, NUMBER
from channels_app.testing.fakes.telnyx_rcs_requests import RcsRequest
from channels_app.testing.fakes.telnyx_webhooks import CUSTOMER
from rooms.domain.content import (
    Button,
    Card,
    CompositeContent,
    EventContent,
    MediaContent,
    QuickReply,
    RichContent,
    TextContent,
)
from rooms.domain.delivery import SendOutcome
from tests.providers.telnyx.account import IMAGE, make_event, make_rcs

PICTURE = MediaContent(url=IMAGE, mime_type="image/jpeg", caption="Look")
BUTTONS = [
    Button(label="Yes, please, and right now if you can", value="yes"),
    Button(label="Shop", action="url", value="https://shop.example.org"),
    Button(label="Call", action="call", value=NUMBER),
]
ONE, TWO = (
    Card(title="One", subtitle="First", image_url=IMAGE, buttons=(BUTTONS[0],)),
    Card(title="T" * 300),
)


def encoded(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def wire(fake: FakeTelnyx) -> list[dict[str, Any]]:
    requests = [message.request for message in fake.sent]
    assert all(isinstance(request, RcsRequest) for request in requests)
    return [request.model_dump(by_alias=True, exclude_unset=True) for request in requests]


def contents(fake: FakeTelnyx) -> list[dict[str, Any]]:
    return [each["agent_message"]["content_message"] for each in wire(fake)]


async def test_a_text_goes_out_with_its_sms(telnyx: FakeTelnyx, rcs: TelnyxRCSProvider) -> None:
    result = await rcs.send(make_event("Bonjour"), CUSTOMER)

    sent = wire(telnyx)[0]
    assert (sent["to"], sent["agent_id"], sent["type"]) == (CUSTOMER, AGENT_ID, "RCS")
    assert sent["agent_message"] == {"content_message": {"text": "Bonjour"}}
    assert sent["sms_fallback"] == {"text": "Bonjour"}
    assert telnyx.requests[0].path == "/v2/messages/rcs"
    assert isinstance(result, RCSDeliveryResult)
    assert (result.success, result.provider_message_id) == (True, telnyx.sent[0].id)
    assert (result.channel_used, result.fallback) == ("rcs", False)


async def test_without_fallback_nothing_speaks_of_one(
    telnyx: FakeTelnyx, rcs: TelnyxRCSProvider
) -> None:
    both = CompositeContent(parts=[TextContent(body="Hi"), PICTURE])

    await rcs.send(make_event(both), CUSTOMER, fallback=False)

    keys = {key for each in wire(telnyx) for key in each}
    assert keys == {"type", "agent_id", "messaging_profile_id", "to", "agent_message"}


async def test_the_account_names_who_falls_back_and_who_is_told(telnyx: FakeTelnyx) -> None:
    hook = "https://chat.example.org/hook"
    rcs = make_rcs(telnyx.api, fallback_from=NUMBER, webhook_url=hook)

    event = make_event("Hi")
    await rcs.send(event, CUSTOMER)
    await rcs.send(make_event("Hi", id=event.id), "+15145550124", fallback=False)

    assert wire(telnyx)[0]["sms_fallback"] == {"from": NUMBER, "text": "Hi"}
    assert "sms_fallback" not in wire(telnyx)[1]
    assert [each["webhook_url"] for each in wire(telnyx)] == [f"{hook}?event_id={event.id}"] * 2
    await rcs.close()


async def test_a_file_goes_out_before_its_caption(
    telnyx: FakeTelnyx, rcs: TelnyxRCSProvider
) -> None:
    result = await rcs.send(make_event(PICTURE), CUSTOMER)

    assert contents(telnyx) == [{"content_info": {"file_url": IMAGE}}, {"text": "Look"}]
    assert wire(telnyx)[0]["mms_fallback"] == {"media_urls": [IMAGE]}
    assert "sms_fallback" not in wire(telnyx)[0]
    assert wire(telnyx)[1]["sms_fallback"] == {"text": "Look"}
    assert result.provider_message_ids == [message.id for message in telnyx.sent]


async def test_a_long_text_goes_out_in_pieces(telnyx: FakeTelnyx, rcs: TelnyxRCSProvider) -> None:
    text = "word " * 1300

    await rcs.send(make_event(text), CUSTOMER)

    texts = [content["text"] for content in contents(telnyx)]
    assert ("".join(texts), len(texts)) == (text, 3)


async def test_choices_become_suggestions(telnyx: FakeTelnyx, rcs: TelnyxRCSProvider) -> None:
    rich = RichContent(
        body="**Want** it?", buttons=BUTTONS, quick_replies=[QuickReply(label="Later")]
    )

    await rcs.send(make_event(rich), CUSTOMER)

    opens = {
        "url": "https://shop.example.org",
        "application": "BROWSER",
        "webview_view_mode": "FULL",
    }
    shop = {"text": "Shop", "postback_data": encoded("https://shop.example.org")}
    call = {"text": "Call", "postback_data": encoded(NUMBER)}
    assert contents(telnyx) == [
        {
            "text": "Want it?",
            "suggestions": [
                {"reply": {"text": "Yes, please, and right...", "postback_data": encoded("yes")}},
                {"action": shop | {"open_url_action": opens}},
                {"action": call | {"dial_action": {"phone_number": NUMBER}}},
                {"reply": {"text": "Later", "postback_data": encoded("Later")}},
            ],
        }
    ]


async def test_an_sms_lists_the_choices(telnyx: FakeTelnyx, rcs: TelnyxRCSProvider) -> None:
    rich = RichContent(body="Want it?", buttons=[Button(label="Yes"), Button(label="No")])

    await rcs.send(make_event(rich), CUSTOMER)

    assert wire(telnyx)[0]["sms_fallback"] == {"text": "Want it?\n1. Yes\n2. No"}


async def test_no_more_than_eleven_choices_are_shown(
    telnyx: FakeTelnyx, rcs: TelnyxRCSProvider
) -> None:
    replies = [QuickReply(label=f"{number}") for number in range(20)]

    await rcs.send(make_event(RichContent(body="Which?", quick_replies=replies)), CUSTOMER)

    assert len(contents(telnyx)[0]["suggestions"]) == 11


async def test_one_card_stands_alone(telnyx: FakeTelnyx, rcs: TelnyxRCSProvider) -> None:
    await rcs.send(make_event(RichContent(body="", cards=[ONE])), CUSTOMER)

    card = contents(telnyx)[0]["rich_card"]["standalone_card"]["card_content"]
    assert (card["title"], card["description"]) == ("One", "First")
    assert card["media"]["content_info"] == {"file_url": IMAGE}
    assert card["suggestions"][0]["reply"]["postback_data"] == encoded("yes")
    assert wire(telnyx)[0]["sms_fallback"]["text"].startswith("One\nFirst\n")


async def test_several_cards_make_a_carousel_under_the_words(
    telnyx: FakeTelnyx, rcs: TelnyxRCSProvider
) -> None:
    rich = RichContent(body="Choose", cards=[ONE, TWO], quick_replies=[QuickReply(label="None")])

    await rcs.send(make_event(rich), CUSTOMER)

    words, carousel = contents(telnyx)
    assert words == {"text": "Choose"}
    titles = [card["title"] for card in carousel["rich_card"]["carousel_card"]["card_contents"]]
    assert titles == ["One", "T" * 197 + "..."]
    assert carousel["suggestions"][0]["reply"]["text"] == "None"
    assert wire(telnyx)[1]["sms_fallback"]["text"].endswith("1. None")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (TextContent(body=""), "empty_message"),
        (RichContent(body="", quick_replies=[QuickReply(label="Yes")]), "empty_message"),
        (RichContent(body="a", buttons=[Button(label="b", value="v" * 2000)]), "postback_too_long"),
        (
            MediaContent(url="data:image/png;base64,AA==", mime_type="image/png"),
            "unsupported_media_url",
        ),
    ],
)
async def test_what_cannot_be_sent_is_refused_without_a_call(
    telnyx: FakeTelnyx, rcs: TelnyxRCSProvider, content: EventContent, code: str
) -> None:
    result = await rcs.send(make_event(content), CUSTOMER)

    assert (result.success, result.outcome, result.code) == (False, SendOutcome.REJECTED, code)
    assert telnyx.requests == []


async def test_a_profile_is_needed(telnyx: FakeTelnyx) -> None:
    rcs = make_rcs(telnyx.api, messaging_profile_id=None)

    result = await rcs.send(make_event(), CUSTOMER)

    assert (result.outcome, result.code) == (SendOutcome.REJECTED, "missing_messaging_profile")
    await rcs.close()


async def test_a_message_whose_answer_was_lost_is_sent_once(
    telnyx: FakeTelnyx, rcs: TelnyxRCSProvider
) -> None:
    event = make_event(PICTURE)
    telnyx.fail_next(Fault(), Fault(drops_after=True))

    first, second = [await rcs.send(event, CUSTOMER) for _ in range(2)]

    assert first.outcome is SendOutcome.UNKNOWN
    assert first.provider_message_ids == [telnyx.sent[0].id]
    assert second.provider_message_ids == [message.id for message in telnyx.sent]
    assert len(telnyx.sent) == 2
