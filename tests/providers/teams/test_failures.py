"""What a failed send says about its message."""

import pytest

from channels_app.providers.teams.bot_framework import BotFrameworkTeamsProvider
from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.teams import FakeTeams
from channels_app.testing.fakes.teams_activities import PERSONAL, inbound_text
from channels_app.testing.fakes.teams_connector import refusal
from rooms.domain.content import DeleteContent, EditContent, EventContent, TextContent
from rooms.domain.delivery import SendOutcome
from tests.providers.teams.conftest import MakeConfig, Post
from tests.providers.teams.events import said

ANA = PERSONAL["id"]


@pytest.mark.parametrize(
    ("response", "outcome", "code"),
    [
        (refusal(400, "Bad Argument", "m"), SendOutcome.REJECTED, "Bad Argument"),
        (refusal(403, "NotEnoughPermissions", "m"), SendOutcome.REJECTED, "NotEnoughPermissions"),
        (refusal(403, "BotDisabledByAdmin", "m"), SendOutcome.REJECTED, "BotDisabledByAdmin"),
        # about one conversation, whatever it is: the others go on
        (refusal(403, "SomethingNew", "m"), SendOutcome.REJECTED, "SomethingNew"),
        (Response(403, "no"), SendOutcome.AUTH, "http_403"),
        (refusal(412, "PreconditionFailed", "m"), SendOutcome.TRANSIENT, "PreconditionFailed"),
        (refusal(413, "MessageSizeTooBig", "m"), SendOutcome.REJECTED, "MessageSizeTooBig"),
        (Response(412), SendOutcome.TRANSIENT, "http_412"),
        (refusal(502, "ServiceError", "m"), SendOutcome.TRANSIENT, "ServiceError"),
        (Response(503), SendOutcome.TRANSIENT, "http_503"),
        (Response(504), SendOutcome.TRANSIENT, "http_504"),
        # the vendor: do not try again
        (refusal(500, "ServiceError", "m"), SendOutcome.UNKNOWN, "ServiceError"),
        (
            Response(307, None, {"Location": "http://127.0.0.1:9/"}),
            SendOutcome.REJECTED,
            "http_307",
        ),
        (
            Response(403, {"error": {"code": "Forbidden"}, "subCode": "MessageWritesBlocked"}),
            SendOutcome.OPTED_OUT,
            "MessageWritesBlocked",
        ),
        (Response(400, {"error": "words"}), SendOutcome.REJECTED, "http_400"),
        (Response(400, ["a list"]), SendOutcome.REJECTED, "http_400"),
    ],
)
async def test_each_refusal_has_its_meaning(
    teams: FakeTeams,
    bot: BotFrameworkTeamsProvider,
    response: Response,
    outcome: SendOutcome,
    code: str,
) -> None:
    teams.fail_next(Fault(), Fault(response=response))

    result = await bot.send(said("a"), ANA)

    assert (result.success, result.outcome, result.code) == (False, outcome, code)
    assert teams.sent == []


@pytest.mark.parametrize(("header", "wait"), [("7", 7.0), ("", None)])
async def test_too_many_requests_wait_as_long_as_teams_says(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider, header: str, wait: float | None
) -> None:
    headers = {"Retry-After": header} if header else {}
    teams.fail_next(Fault(), Fault(response=refusal(429, "Throttled", "m", **headers)))

    result = await bot.send(said("a"), ANA)

    assert (result.outcome, result.retry_after) == (SendOutcome.THROTTLED, wait)


async def test_a_message_whose_answer_takes_too_long_is_in_doubt(
    teams: FakeTeams, make_config: MakeConfig, post: Post
) -> None:
    provider = BotFrameworkTeamsProvider(make_config(timeout=0.3))
    await provider.verify(post(inbound_text()))
    teams.fail_next(Fault(), Fault(wait_s=1.0))

    result = await provider.send(said("a"), ANA)
    await provider.close()

    assert (result.outcome, result.code) == (SendOutcome.UNKNOWN, "timeout")


@pytest.mark.parametrize(
    "content",
    [
        EditContent(target_event_id="e", new_content=TextContent(body="b")),
        DeleteContent(target_event_id="e"),
    ],
)
async def test_a_change_whose_answer_is_lost_may_be_made_again(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider, content: EventContent
) -> None:
    first = await bot.send(said("a"), ANA)
    change = said(content, target_provider_message_id=first.provider_message_id)
    teams.fail_next(Fault(drops_after=True))

    lost = await bot.send(change, ANA)

    assert lost.outcome is SendOutcome.TRANSIENT
    assert (await bot.send(change, ANA)).success


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("left", SendOutcome.REJECTED),
        ("blocked", SendOutcome.OPTED_OUT),
        ("gone", SendOutcome.REJECTED),
    ],
)
async def test_a_conversation_that_the_bot_lost_is_forgotten_until_somebody_writes(
    teams: FakeTeams,
    bot: BotFrameworkTeamsProvider,
    post: Post,
    state: str,
    outcome: SendOutcome,
) -> None:
    teams.personal.state = state
    assert (await bot.send(said("a"), ANA)).outcome is outcome
    assert await bot.conversation_store.get(ANA) is None

    teams.personal.state = "open"
    assert (await bot.send(said("a"), ANA)).code == "no_conversation_reference"
    await bot.verify(post(inbound_text("I am back")))
    assert (await bot.send(said("a"), ANA)).success


async def test_a_bot_that_an_admin_disabled_keeps_its_conversations(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider
) -> None:
    teams.personal.state = "disabled"

    await bot.send(said("a"), ANA)

    assert await bot.conversation_store.get(ANA) is not None
