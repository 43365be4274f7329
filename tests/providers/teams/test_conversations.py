"""Opening conversations, and who is in them."""

import pytest

from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.teams.bot_framework import BotFrameworkTeamsProvider
from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.teams import FakeTeams
from channels_app.testing.fakes.teams_activities import CHANNEL_ID, PERSONAL, TENANT_ID
from rooms.domain.delivery import SendOutcome
from tests.providers.teams.conftest import MakeConfig
from tests.providers.teams.events import said


async def test_a_chat_that_the_bot_opens_can_be_written_in(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider
) -> None:
    opened = await bot.create_personal_conversation(teams.service_url, "29:1-bea")
    result = await bot.send(said("Hello"), opened)

    assert result.success
    assert teams.sent[0].conversation_id == opened
    reference = await bot.conversation_store.get(opened)
    assert reference is not None
    assert (reference["user"], reference["bot"]["id"]) == ({"id": "29:1-bea"}, teams.tokens.bot_id)


async def test_a_thread_that_the_bot_begins_can_be_written_in(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider
) -> None:
    opened = await bot.create_channel_conversation(
        teams.service_url, CHANNEL_ID, tenant_id=TENANT_ID, text="News"
    )
    await bot.send(said("More"), opened)

    assert [sent.activity.text for sent in teams.sent] == ["News", "More"]
    assert {sent.conversation_id for sent in teams.sent} == {opened}
    assert teams.refusals == []


async def test_a_bot_of_many_tenants_must_be_told_which(
    teams: FakeTeams, make_config: MakeConfig
) -> None:
    provider = BotFrameworkTeamsProvider(make_config(tenant_id="common"))

    with pytest.raises(ValueError, match="tenant_id"):
        await provider.create_personal_conversation(teams.service_url, "29:1-bea")
    opened = await provider.create_personal_conversation(
        teams.service_url, "29:1-bea", tenant_id=TENANT_ID
    )
    await provider.close()

    assert opened in teams.connector.conversations


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (Response(201, {}), SendOutcome.UNKNOWN),
        (Response(201, "no JSON"), SendOutcome.UNKNOWN),
        (Response(400, {"error": {"code": "Bad Argument"}}), SendOutcome.REJECTED),
    ],
)
async def test_a_conversation_that_is_not_opened_is_not_remembered(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider, response: Response, outcome: SendOutcome
) -> None:
    teams.fail_next(Fault(), Fault(response=response))

    with pytest.raises(SendProblem) as problem:
        await bot.create_personal_conversation(teams.service_url, "29:1-bea")

    assert problem.value.result.outcome is outcome
    assert list(await bot.conversation_store.list_all()) == [PERSONAL["id"]]


async def test_no_conversation_is_opened_at_an_address_of_somebody_else(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider
) -> None:
    asked = len(teams.requests)

    with pytest.raises(SendProblem, match="attacker"):
        await bot.create_personal_conversation("https://attacker.example/", "29:1-bea")

    assert len(teams.requests) == asked


async def test_members_are_listed_over_pages_and_found_by_address(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider
) -> None:
    members = [
        {"id": f"29:{number}", "aadObjectId": f"aad-{number}", "email": f"{number}@x.example"}
        for number in range(501)
    ]
    teams.personal.members.extend(members)

    assert await bot.list_members(PERSONAL["id"]) == members

    store = bot.conversation_store
    assert await store.get_email_by_sender(PERSONAL["id"], "aad-500") == "500@x.example"
    assert (await store.get_by_email("500@x.example") or {})["serviceUrl"] == teams.service_url


async def test_members_of_an_unknown_conversation_are_not_asked_for(
    bot: BotFrameworkTeamsProvider,
) -> None:
    with pytest.raises(LookupError, match="a:elsewhere"):
        await bot.list_members("a:elsewhere")
