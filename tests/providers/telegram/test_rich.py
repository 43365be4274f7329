"""Formatted texts, buttons and cards."""

from typing import Any

import pytest

from channels_app.providers.telegram.bot import TelegramBotProvider
from channels_app.testing.fakes.telegram import FakeTelegram
from rooms.domain.content import Button, Card, QuickReply, RichContent
from tests.channels_app.values import make_event
from tests.providers.telegram.bots import CHAT

Bot = TelegramBotProvider


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("**gras** et *fin*", "<b>gras</b> et <i>fin</i>"),
        ("__gras__ et _fin_", "<b>gras</b> et <i>fin</i>"),
        ("~~non~~", "<s>non</s>"),
        ("# Titre\ntexte", "<b>Titre</b>\ntexte"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("snake_case_name 2*3*4", "snake_case_name 2*3*4"),
        ("`a*b*`", "<code>a*b*</code>"),
        ("```py\nx = 1 < 2\n```", "<pre>x = 1 &lt; 2\n</pre>"),
        ('[ici](https://x.example/a_b_?c=1&d="2)', '<a href="https://x.example/a_b_?c=1&amp;d=&quot;2">ici</a>'),
        ("https://x.example/_a_b_", "https://x.example/_a_b_"),
        ("[x](javascript:alert)", "[x](javascript:alert)"),
    ],
)  # fmt: skip
async def test_markdown_becomes_telegrams_html(
    telegram: FakeTelegram, bot: Bot, markdown: str, html: str
) -> None:
    await bot.send(make_event(RichContent(body=markdown)), CHAT)

    assert telegram.refusals == []
    assert telegram.sent[0].fields == {"chat_id": 42, "text": html, "parse_mode": "HTML"}


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>Un <b>chat</b></p><p>deux</p>", "Un <b>chat</b>\ndeux"),
        ("<h2>Titre</h2>\n<ul><li>a</li><li>b</li></ul>", "<b>Titre</b>\n\n• a\n• b"),
        ("a<br/>b&nbsp;c", "a\nb\u00a0c"),
        ("<script>alert(1)</script>ok<img src=x onerror=y>", "ok"),
        ('<a href="javascript:x" onclick="y">z</a>', "<a>z</a>"),
        ("<b>ouvert", "<b>ouvert</b>"),
        ("1 &lt; 2", "1 &lt; 2"),
    ],
)
async def test_html_is_cut_down_to_what_telegram_knows(
    telegram: FakeTelegram, bot: Bot, html: str, shown: str
) -> None:
    await bot.send(make_event(RichContent(body=html, format="html")), CHAT)

    assert telegram.refusals == []
    assert telegram.sent[0].fields["text"] == shown


async def test_markup_that_cannot_be_read_is_sent_as_words(
    telegram: FakeTelegram, bot: Bot
) -> None:
    """The marks overlap, so that the tags do."""
    result = await bot.send(make_event(RichContent(body="**a _b** c_")), CHAT)

    assert result.success
    assert [str(refusal) for refusal in telegram.refusals] != []
    assert "parse_mode" not in telegram.sent[0].fields
    assert len(telegram.sent) == 1


async def test_a_long_formatted_text_is_sent_as_words(telegram: FakeTelegram, bot: Bot) -> None:
    buttons = [Button(label="Oui")]

    await bot.send(make_event(RichContent(body="**chat** " * 1100, buttons=buttons)), CHAT)

    assert telegram.refusals == []
    assert [set(each.fields) for each in telegram.sent] == [
        {"chat_id", "text"},
        {"chat_id", "text", "reply_markup"},
    ]
    assert "*" not in telegram.sent[0].fields["text"]


def keyboard(fields: dict[str, Any]) -> list[list[dict[str, str]]]:
    rows: list[list[dict[str, str]]] = fields["reply_markup"]["inline_keyboard"]
    return rows


async def test_buttons_and_quick_replies_are_under_the_text(
    telegram: FakeTelegram, bot: Bot
) -> None:
    content = RichContent(
        body="Alors ?",
        buttons=[
            Button(label="Oui", value="yes"),
            Button(label="Site", action="url", value="https://x.example"),
        ],
        quick_replies=[QuickReply(label="Non")],
    )

    await bot.send(make_event(content), CHAT)

    assert keyboard(telegram.sent[0].fields) == [
        [{"text": "Oui", "callback_data": "yes"}],
        [{"text": "Site", "url": "https://x.example"}],
        [{"text": "Non", "callback_data": "Non"}],
    ]


@pytest.mark.parametrize(
    ("button", "line"),
    [
        (Button(label="Appeler", action="call", value="+15145550123"), "Appeler: +15145550123"),
        (Button(label="Lien", action="url", value="pas une adresse"), "Lien: pas une adresse"),
        (Button(label="Lien", action="url", value="https://"), "Lien: https://"),
        (Button(label="Lien", action="url", value="https://[x"), "Lien: https://[x"),
        # 64 bytes, not characters
        (Button(label="Long", value="é" * 33), "Long"),
    ],
)
async def test_a_button_that_telegram_would_refuse_is_a_line(
    telegram: FakeTelegram, bot: Bot, button: Button, line: str
) -> None:
    await bot.send(make_event(RichContent(body="?", buttons=[button])), CHAT)

    assert telegram.refusals == []
    assert telegram.sent[0].fields["text"] == f"?\n{line}"
    assert "reply_markup" not in telegram.sent[0].fields


async def test_cards_follow_one_by_one(telegram: FakeTelegram, bot: Bot) -> None:
    cards = [
        Card(title="Un", subtitle="1 $", image_url="https://x.example/1.jpg"),
        Card(title="Deux", buttons=(Button(label="Voir", value="2"),)),
    ]

    result = await bot.send(make_event(RichContent(body="Choix", cards=cards)), CHAT)

    assert [each.method for each in telegram.sent] == ["sendMessage", "sendPhoto", "sendMessage"]
    assert telegram.sent[1].fields["caption"] == "Un\n1 $"
    assert keyboard(telegram.sent[2].fields) == [[{"text": "Voir", "callback_data": "2"}]]
    assert len(result.provider_message_ids) == 3
