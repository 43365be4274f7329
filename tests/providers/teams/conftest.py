"""A fake Teams on loopback, and a bot that is registered there and in Ana's chat."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, TypeAlias

import pytest

from channels_app.providers.base.webhook import WebhookRequest
from channels_app.providers.teams.bot_framework import BotFrameworkTeamsProvider
from channels_app.providers.teams.config import TeamsConfig
from channels_app.testing.fakes.teams import FakeTeams
from channels_app.testing.fakes.teams_activities import inbound_text
from channels_app.testing.fakes.teams_tokens import APP_ID, PASSWORD
from rooms.domain.json import JsonObject

MakeConfig: TypeAlias = Callable[..., TeamsConfig]
Post: TypeAlias = Callable[..., WebhookRequest]


@pytest.fixture
def teams() -> Iterator[FakeTeams]:
    with FakeTeams().serving() as fake:
        yield fake


@pytest.fixture
def make_config(teams: FakeTeams) -> MakeConfig:
    def make(**changes: Any) -> TeamsConfig:
        known: JsonObject = {
            "app_id": APP_ID,
            "app_password": PASSWORD,
            "tenant_id": teams.tokens.tenant_id,
            "service_hosts": (teams.url,),
            "login_url": teams.url,
            "openid_url": teams.openid_url,
            "timeout": 5.0,
        }
        return TeamsConfig.model_validate({**known, **changes})

    return make


@pytest.fixture
def post(teams: FakeTeams) -> Post:
    """Return a function that makes the request by which Teams posts an activity."""

    def make(activity: JsonObject, **changes: Any) -> WebhookRequest:
        headers, body = teams.post(activity, **changes)
        url = "https://site.example/webhooks/teams/botframework/teams"
        return WebhookRequest("POST", url, headers, body)

    return make


@pytest.fixture
async def bot(make_config: MakeConfig, post: Post) -> AsyncIterator[BotFrameworkTeamsProvider]:
    """Return a bot that Ana has written to."""
    provider = BotFrameworkTeamsProvider(make_config())
    await provider.verify(post(inbound_text()))
    yield provider
    await provider.close()
