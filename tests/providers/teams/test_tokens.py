"""The bot's access token."""

import asyncio
import logging

import pytest
from cryptography.hazmat.primitives import serialization

from channels_app.providers.base.http_client import VendorClient
from channels_app.providers.teams.bot_framework import BotFrameworkTeamsProvider
from channels_app.providers.teams.tokens import AccessTokens
from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.teams import FakeTeams
from channels_app.testing.fakes.teams_activities import PERSONAL, inbound_text
from channels_app.testing.fakes.teams_identity import rsa_key
from channels_app.testing.fakes.teams_tokens import PASSWORD, Certificate
from rooms.domain.delivery import SendOutcome
from tests.providers.teams.conftest import MakeConfig, Post
from tests.providers.teams.events import Clock, said

ANA = PERSONAL["id"]


async def test_one_token_is_enough_for_many_sends(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider
) -> None:
    await asyncio.gather(*(bot.send(said(str(number)), ANA) for number in range(5)))

    assert len(teams.sent) == 5
    assert len(teams.tokens.issued) == 1


async def test_a_token_is_replaced_five_minutes_before_its_end(
    teams: FakeTeams, make_config: MakeConfig
) -> None:
    clock = Clock()
    async with VendorClient("Teams", timeout=5) as client:
        tokens = AccessTokens(make_config(), client, now=clock)
        first = await tokens.get()
        clock.seconds += 3298.0
        assert await tokens.get() == first
        clock.seconds += 1.0
        assert await tokens.get() != first


async def test_a_token_that_is_refused_is_replaced_once(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider
) -> None:
    await bot.send(said("one"), ANA)
    teams.tokens.revoke()

    result = await bot.send(said("two"), ANA)

    assert result.outcome is SendOutcome.ACCEPTED
    assert [sent.activity.text for sent in teams.sent] == ["one", "two"]
    assert len(teams.tokens.issued) == 2


async def test_a_bot_whose_new_token_is_refused_too_has_wrong_credentials(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider
) -> None:
    denied = Fault(response=Response(401, {"message": "Authorization has been denied."}))
    teams.fail_next(Fault(), denied, Fault(), denied)

    result = await bot.send(said("one"), ANA)

    assert (result.outcome, result.code) == (SendOutcome.AUTH, "http_401")
    assert teams.sent == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"app_password": "wrong"}, "AADSTS7000215"),
        ({"scope": "https://graph.microsoft.com/.default"}, "AADSTS70011"),
        ({"tenant_id": "elsewhere"}, "AADSTS90002"),
        ({"app_password": None}, "missing_credentials"),
    ],
)
async def test_what_the_login_service_refuses_is_a_matter_of_credentials(
    make_config: MakeConfig, post: Post, changes: dict[str, str | None], code: str
) -> None:
    provider = BotFrameworkTeamsProvider(make_config(**changes))
    await provider.verify(post(inbound_text()))

    result = await provider.send(said("one"), ANA)
    await provider.close()

    assert (result.outcome, result.code) == (SendOutcome.AUTH, code)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault(response=Response(503)), SendOutcome.TRANSIENT),
        (Fault(response=Response(500, {"error": "server_error"})), SendOutcome.TRANSIENT),
        (Fault(response=Response(200, "no token")), SendOutcome.TRANSIENT),
        (Fault(response=Response(429, None, {"Retry-After": "7"})), SendOutcome.THROTTLED),
        # the line is cut, yet no message is under way
        (Fault(drops_after=True), SendOutcome.TRANSIENT),
    ],
)
async def test_no_failure_to_get_a_token_leaves_a_message_in_doubt(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider, fault: Fault, outcome: SendOutcome
) -> None:
    teams.fail_next(fault)

    result = await bot.send(said("one"), ANA)

    assert result.outcome is outcome
    assert result.retry_after == (7.0 if outcome is SendOutcome.THROTTLED else None)
    assert teams.sent == []


@pytest.mark.parametrize("thumbprint", ["ab" * 20, "cd" * 32])
async def test_a_certificate_does_instead_of_a_password(
    teams: FakeTeams, make_config: MakeConfig, post: Post, thumbprint: str
) -> None:
    key = rsa_key("certificate")
    teams.tokens.certificate = Certificate(key.public_key(), thumbprint)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    certificate = {"certificate_thumbprint": thumbprint, "certificate_private_key": pem}
    provider = BotFrameworkTeamsProvider(make_config(app_password=None, **certificate))
    await provider.verify(post(inbound_text()))

    result = await provider.send(said("one"), ANA)
    await provider.close()

    assert result.outcome is SendOutcome.ACCEPTED
    assert b"client_secret" not in teams.requests[-2].body


async def test_neither_password_nor_token_is_ever_written_down(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fault = Fault(response=Response(500, {"error": {"code": "ServiceError"}}))
    teams.fail_next(Fault(), fault, Fault(drops_after=True))

    results = [await bot.send(said("one"), ANA), await bot.send(said("two"), ANA)]

    written = f"{caplog.text} {results!r} {bot!r} {vars(bot)!r}"
    assert PASSWORD not in written
    assert teams.tokens.issued[0] not in written
