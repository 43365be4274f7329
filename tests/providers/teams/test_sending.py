"""What an event of a room becomes in Teams."""

from typing import Any

import pytest

from channels_app.providers.teams.bot_framework import BotFrameworkTeamsProvider
from channels_app.testing.fakes.teams import FakeTeams
from channels_app.testing.fakes.teams_activities import (
    PERSONAL,
)
from channels_app.testing.fakes.teams_schema import Activity
from rooms.domain.content import (
    Button,
    Card,
    CompositeContent,
    EventContent,
    LocationContent,
    MediaContent,
    QuickReply,
    ReactionContent,
    RichContent,
    SystemContent,
    TextContent,
)
from rooms.domain.delivery import SendOutcome
from tests.providers.teams.events import said

ANA = PERSONAL["id"]
PHOTO = MediaContent(url="https://x.example/a.png", mime_type="image/png", caption="A view")
PAPER = MediaContent(url="https://x.example/a.pdf", mime_type="application/pdf", filename="a.pdf")


async def carry(
    fake: FakeTeams, bot: BotFrameworkTeamsProvider, content: EventContent | str
) -> Activity:
    """Send content to Ana and return what she gets."""
    result = await bot.send(said(content), ANA)

    assert result.outcome is SendOutcome.ACCEPTED, result
    assert fake.refusals == []
    return fake.sent[-1].activity


def elements(activity: Activity, at: int = 0) -> list[dict[str, Any]]:
    card = activity.attachments[at].content
    assert card is not None
    return [
        element.model_dump(by_alias=True, exclude_none=True, mode="json") for element in card.body
    ]


async def test_words_arrive_as_they_were_written(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider
) -> None:
    result = await bot.send(said("2 * 3 * 4 <b>"), ANA)

    [sent] = teams.sent
    assert (sent.activity.text, sent.activity.text_format) == ("2 * 3 * 4 <b>", "plain")
    assert result.provider_message_ids == [f"{ANA}|{sent.id}"]
    assert (result.success, result.outcome) == (True, SendOutcome.ACCEPTED)


@pytest.mark.parametrize(
    ("content", "text", "text_format"),
    [
        (RichContent(body="**now**"), "**now**", "markdown"),
        (RichContent(body="<b>now</b>", format="html"), "<b>now</b>", "xml"),
        # markup cannot be cut, so there is none when it is too long
        (
            RichContent(body=f"<b>{'a' * 28000}</b>", format="html"),
            "a" * 28000,
            "plain",
        ),
    ],
)
async def test_formatted_words_keep_their_format(
    teams: FakeTeams,
    bot: BotFrameworkTeamsProvider,
    content: RichContent,
    text: str,
    text_format: str,
) -> None:
    activity = await carry(teams, bot, content)

    assert (activity.text, activity.text_format) == (text, text_format)


@pytest.mark.parametrize(("character", "units"), [("a", 1), ("😀", 2), ("👩‍👩‍👧‍👦", 11)])
async def test_words_that_are_too_long_are_cut_between_characters(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider, character: str, units: int
) -> None:
    activity = await carry(teams, bot, character * 30000)

    kept = (28000 - 3) // units
    assert activity.text == character * kept + "..."


async def test_words_of_just_the_right_length_stay_whole(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider
) -> None:
    assert (await carry(teams, bot, "😀" * 14000)).text == "😀" * 14000


async def test_choices_are_buttons_under_the_words_in_one_card(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider
) -> None:
    buttons = [
        Button(label="Yes", value="yes"),
        Button(label="Site", action="url", value="https://x.example"),
        Button(label="Call", action="call", value="+15145550123"),
    ]
    content = RichContent(
        body="**Go?**", buttons=buttons, quick_replies=[QuickReply(label="Later")]
    )

    activity = await carry(teams, bot, content)

    words, call, row, replies = elements(activity)
    assert (words["type"], words["text"]) == ("TextBlock", "**Go?**")
    assert call["inlines"][0]["text"] == "Call: +15145550123"
    assert [action["title"] for action in row["actions"]] == ["Yes", "Site"]
    assert row["actions"][0]["data"] == {"msteams": {"type": "imBack", "value": "yes"}}
    assert replies["actions"][0]["data"]["msteams"]["value"] == "Later"
    assert (activity.text, activity.summary) == (None, "**Go?**")


async def test_more_than_six_buttons_fill_several_rows(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider
) -> None:
    buttons = [Button(label=str(number)) for number in range(8)]

    _, *rows = elements(await carry(teams, bot, RichContent(body="Pick", buttons=buttons)))

    assert [len(row["actions"]) for row in rows] == [6, 2]


async def test_cards_stand_side_by_side(teams: FakeTeams, bot: BotFrameworkTeamsProvider) -> None:
    cards = [
        Card(title="One", subtitle="first", image_url="https://x.example/1.png"),
        Card(title="Two", buttons=(Button(label="Take"),)),
    ]

    activity = await carry(teams, bot, RichContent(body="Pick", cards=cards))

    assert activity.attachment_layout == "carousel"
    assert [element["type"] for element in elements(activity, 1)] == [
        "Image",
        "RichTextBlock",
        "RichTextBlock",
    ]
    assert elements(activity, 2)[0]["inlines"] == [
        {"type": "TextRun", "text": "Two", "weight": "bolder"}
    ]


async def test_several_parts_are_one_message(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider
) -> None:
    ending = RichContent(body="<i>end</i>", format="html")
    parts: list[EventContent] = [TextContent(body="*look*"), PHOTO, ending, PAPER]

    result = await bot.send(said(CompositeContent(parts=parts)), ANA)

    assert [element["type"] for element in elements(teams.sent[0].activity)] == [
        "RichTextBlock",
        "Image",
        "RichTextBlock",
        "RichTextBlock",
        "RichTextBlock",
    ]
    assert len(result.provider_message_ids) == len(teams.sent) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (PAPER, "a.pdf"),
        (LocationContent(latitude=45.5, longitude=-73.6), "[Location] 45.5, -73.6"),
        (SystemContent(body="Closed"), "Closed"),
    ],
)
async def test_what_teams_cannot_show_is_told_in_words(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider, content: EventContent, words: str
) -> None:
    assert (await carry(teams, bot, content)).text == words


@pytest.mark.parametrize(
    "content", [TextContent(body=""), ReactionContent(target_event_id="e", emoji="👍")]
)
async def test_what_holds_nothing_to_show_is_refused_without_a_call(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider, content: EventContent
) -> None:
    asked = len(teams.requests)

    result = await bot.send(said(content), ANA)

    assert (result.outcome, result.code) == (SendOutcome.REJECTED, "unsupported_content")
    assert len(teams.requests) == asked
