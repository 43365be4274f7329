"""What Microsoft says of a bot's credentials, before it writes anything."""

from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from channels_app.providers.teams.bot_framework import BotFrameworkTeamsProvider
from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.teams import FakeTeams
from tests.providers.checking import failure_of, field_of, words_of
from tests.providers.teams.conftest import MakeConfig


async def test_good_credentials_pass(teams: FakeTeams, make_config: MakeConfig) -> None:
    assert await failure_of(BotFrameworkTeamsProvider(make_config())) is None
    assert (len(teams.tokens.issued), teams.sent) == (1, [])


async def test_a_token_is_asked_for_each_time(teams: FakeTeams, make_config: MakeConfig) -> None:
    bot = BotFrameworkTeamsProvider(make_config())
    await bot.check()
    teams.tokens.password = "changed"

    assert await field_of(bot) == "app_password"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"app_password": "made-up"}, "app_password"),
        ({"app_password": None}, "app_password"),
        ({"app_id": "00000000-0000-0000-0000-000000000000"}, "app_id"),
        ({"tenant_id": "nowhere"}, "tenant_id"),
    ],
)
async def test_what_is_wrong_is_named(
    make_config: MakeConfig, changes: dict[str, Any], field: str
) -> None:
    assert await field_of(BotFrameworkTeamsProvider(make_config(**changes))) == field


async def test_a_key_that_is_none_is_named(make_config: MakeConfig) -> None:
    config = make_config(
        app_password=None, certificate_private_key="made-up", certificate_thumbprint="a" * 40
    )

    assert await field_of(BotFrameworkTeamsProvider(config)) == "certificate_private_key"


async def test_a_certificate_of_another_app_is_named(
    teams: FakeTeams, make_config: MakeConfig
) -> None:
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    config = make_config(
        app_password=None, certificate_private_key=key.decode(), certificate_thumbprint="a" * 40
    )
    teams.fail_next(Fault(Response(401, {"error": "invalid_client", "error_codes": [700027]})))

    assert await field_of(BotFrameworkTeamsProvider(config)) == "certificate_private_key"


@pytest.mark.parametrize(
    "fault", [Fault(Response(503, "")), Fault(Response(429, "")), Fault(drops_after=True)]
)
async def test_a_vendor_that_is_away_says_nothing_of_the_credentials(
    teams: FakeTeams, make_config: MakeConfig, fault: Fault
) -> None:
    teams.fail_next(fault)

    assert "try again later" in await words_of(BotFrameworkTeamsProvider(make_config()))
