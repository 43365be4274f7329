from typing import Any

import pytest

from channels_app.providers.meta.markup import shorten_all, whatsapp_text
from channels_app.providers.meta.whatsapp import WhatsAppCloudProvider
from channels_app.testing.fakes.meta_whatsapp import FakeWhatsAppCloud
from rooms.domain.content import Button, Card, QuickReply, RichContent
from tests.providers.meta.said import TO, said


async def sent(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider, content: RichContent
) -> dict[str, Any]:
    result = await whatsapp.send(said(content), TO)
    assert (result.success, len(cloud.requests)) == (True, 1), result.error
    body = cloud.requests[0].json()
    message: dict[str, Any] = body[body["type"]]
    return message


def same(label: str) -> QuickReply:
    return QuickReply(label=label, value=label)


def answers(count: int, label: str = "Answer") -> list[QuickReply]:
    return [QuickReply(label=f"{label} {n}", value=f"v{n}") for n in range(count)]


async def test_three_answers_are_buttons(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    content = RichContent(
        body="Which **size**?",
        buttons=[Button(label="Small", value="S")],
        quick_replies=[same("Large"), same("Neither of the two sizes")],
    )

    message = await sent(cloud, whatsapp, content)
    assert (message["type"], message["body"]["text"]) == ("button", "Which *size*?")
    assert [each["reply"] for each in message["action"]["buttons"]] == [
        {"id": "S", "title": "Small"},
        {"id": "Large", "title": "Large"},
        {"id": "Neither of the two sizes", "title": "Neither of the two…"},
    ]


async def test_more_answers_are_a_list_that_tells_long_ones_in_full(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    long = QuickReply(label="An answer that takes more than a row", value="long")
    content = RichContent(body="Which?", quick_replies=[*answers(9), long])

    message = await sent(cloud, whatsapp, content)
    rows = message["action"]["sections"][0]["rows"]
    assert (message["type"], message["action"]["button"], len(rows)) == ("list", "Options", 10)
    assert rows[0] == {"id": "v0", "title": "Answer 0"}
    assert rows[9] == {
        "id": "long",
        "title": "An answer that takes mo…",
        "description": "An answer that takes more than a row",
    }


async def test_words_too_long_for_buttons_stand_above_a_list(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    message = await sent(cloud, whatsapp, RichContent(body="x" * 1025, quick_replies=answers(2)))

    assert (message["type"], message["body"]["text"]) == ("list", "x" * 1025)


async def test_too_many_answers_are_numbered_lines(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    message = await sent(cloud, whatsapp, RichContent(body="Which?", quick_replies=answers(11)))

    lines = message["body"].split("\n")
    assert (lines[0], lines[1], lines[-1]) == ("Which?", "1. Answer 0", "11. Answer 10")


async def test_a_lone_address_is_a_button_and_others_are_lines(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    shop = Button(label="Shop", action="url", value="https://shop.example.org")
    phone = Button(label="Call", action="call", value="+15145550199")

    message = await sent(cloud, whatsapp, RichContent(body="See", buttons=[shop]))
    assert message["action"]["parameters"] == {"display_text": "Shop", "url": shop.value}
    cloud.requests.clear()
    message = await sent(cloud, whatsapp, RichContent(body="See", buttons=[shop, phone]))
    assert message["body"] == "See\nShop: https://shop.example.org\nCall: +15145550199"


async def test_cards_are_words(cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider) -> None:
    card = Card(title="Chair", subtitle="Oak", buttons=(Button(label="Buy"),))

    message = await sent(cloud, whatsapp, RichContent(body="Two:", cards=[card, card]))
    assert message["body"] == "Two:\nChair\nOak\nBuy\nChair\nOak\nBuy"


async def test_the_same_answer_is_offered_once(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    content = RichContent(body="?", quick_replies=[same("Yes"), same("Yes"), same("Oh yes")])

    message = await sent(cloud, whatsapp, content)
    assert [each["reply"]["title"] for each in message["action"]["buttons"]] == ["Yes", "Oh yes"]


async def test_different_answers_that_look_the_same_are_told_apart(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    replies = [QuickReply(label="Yes", value="1"), QuickReply(label="Yes", value="2")]

    message = await sent(cloud, whatsapp, RichContent(body="?", quick_replies=replies))
    assert [each["reply"]["title"] for each in message["action"]["buttons"]] == ["Yes", "Yes 2"]


async def test_answers_without_words_have_some(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    message = await sent(cloud, whatsapp, RichContent(body="", quick_replies=[same("Yes")]))

    assert message["body"]["text"] == "Options"


@pytest.mark.parametrize(
    ("labels", "titles"),
    [
        (["short"], ["short"]),
        (["x" * 20], ["x" * 20]),
        (["x" * 21], ["x" * 19 + "…"]),
        (["x" * 21, "x" * 22], ["x" * 19 + "…", "x" * 17 + "… 2"]),
        (["a", "a", "a"], ["a", "a 2", "a 3"]),
        (["a 2", "a", "a"], ["a 2", "a", "a 3"]),
        (["x" * 18 + "👨‍👩‍👧"], ["x" * 18 + "…"]),  # a family is not taken apart
    ],
)
def test_titles_fit_and_differ(labels: list[str], titles: list[str]) -> None:
    assert shorten_all(labels, 20) == titles
    assert all(len(title) <= 20 for title in titles)


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**bold** and *italic* and ~~gone~~", "*bold* and _italic_ and ~gone~"),
        ("__bold__, 2 * 3 * 4, snake_case_name", "*bold*, 2 * 3 * 4, snake_case_name"),
        ("# Title\ntext", "*Title*\ntext"),
        ("[shop](https://shop.example.org)", "shop (https://shop.example.org)"),
        ("- one\n- two", "- one\n- two"),
        ("`**code**` **bold** ```# also```", "`**code**` *bold* ```# also```"),
    ],
)
def test_markdown_becomes_whatsapps_markup(markdown: str, text: str) -> None:
    assert whatsapp_text(RichContent(body=markdown)) == text


def test_html_becomes_words() -> None:
    content = RichContent(body="<p>Hi <b>Ana</b></p><script>x()</script>", format="html")

    assert whatsapp_text(content) == "Hi Ana"
    assert whatsapp_text(content.model_copy(update={"plain_text": "Hello"})) == "Hello"
