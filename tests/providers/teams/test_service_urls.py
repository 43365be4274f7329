"""Who may be shown the bot's token."""

import pytest

from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.teams.bot_framework import BotFrameworkTeamsProvider
from channels_app.providers.teams.config import SERVICE_HOSTS
from channels_app.providers.teams.service_urls import check_service_url
from channels_app.testing.fakes.teams import FakeTeams
from channels_app.testing.fakes.teams_activities import PERSONAL, inbound_text
from rooms.domain.delivery import SendOutcome
from tests.providers.teams.conftest import MakeConfig
from tests.providers.teams.events import said


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/amer/72f988bf/",
        "https://SMBA.trafficmanager.net/emea",
        "https://smba.trafficmanager.net:443/emea",
        "https://canary.botapi.skype.com/amer/",
        "https://smba.infra.gcc.teams.microsoft.com/teams",
        "https://smba.infra.gov.teams.microsoft.us/teams/",
        "https://europe.webchat.botframework.com/",
    ],
)
def test_the_vendors_hosts_may_see_it(url: str) -> None:
    assert check_service_url(url, SERVICE_HOSTS) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "https://attacker.example/",
        "https://attacker.trafficmanager.net/",
        "https://smba.trafficmanager.net.attacker.example/",
        "https://botframework.com.attacker.example/",
        "https://notbotframework.com/",
        "http://smba.trafficmanager.net/amer/",
        "https://smba.trafficmanager.net:8443/",
        "https://smba.trafficmanager.net@attacker.example/",
        "https://attacker.example\\@smba.trafficmanager.net/",
        "https://smba.trafficmanager.net /",
        "https://smba.trafficmanager.net/?next=https://attacker.example",
        "https://smba.trafficmanager.net/#",
        "https://smba.trafficmanager.net:http/",
        "https://[::1",
        "https://127.0.0.1/",
        "smba.trafficmanager.net",
        "",
    ],
)
def test_nobody_else_may(url: str) -> None:
    with pytest.raises(SendProblem) as problem:
        check_service_url(url, SERVICE_HOSTS)

    assert problem.value.result.outcome is SendOutcome.REJECTED


def test_a_whole_origin_can_be_allowed_for_a_gateway() -> None:
    allowed = ("http://127.0.0.1:3978/",)

    assert check_service_url("http://127.0.0.1:3978/amer/", allowed)
    for other in ("http://127.0.0.1:3979/", "https://127.0.0.1:3978/", "http://127.0.0.1/"):
        with pytest.raises(SendProblem):
            check_service_url(other, allowed)


async def test_a_reference_that_was_tampered_with_gets_no_token(
    teams: FakeTeams, make_config: MakeConfig
) -> None:
    provider = BotFrameworkTeamsProvider(make_config(service_hosts=SERVICE_HOSTS))
    await provider.save_conversation_reference(
        {**inbound_text(), "serviceUrl": teams.service_url, "recipient": teams.bot}
    )

    result = await provider.send(said("a"), PERSONAL["id"])
    await provider.close()

    assert (result.outcome, result.code) == (SendOutcome.REJECTED, "forbidden_service_url")
    assert teams.requests == []
