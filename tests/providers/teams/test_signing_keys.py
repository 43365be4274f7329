"""The keys by which calls are believed: fetched seldom, and again when there may be new ones."""

import asyncio

import pytest

from channels_app.providers.base.http_client import SendProblem, VendorClient
from channels_app.providers.teams.bot_framework import BotFrameworkTeamsProvider
from channels_app.providers.teams.signing_keys import SigningKeys
from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.teams import FakeTeams
from channels_app.testing.fakes.teams_activities import inbound_text
from channels_app.testing.fakes.teams_identity import public_jwk
from tests.providers.teams.conftest import MakeConfig, Post
from tests.providers.teams.events import Clock


def fetches(fake: FakeTeams) -> int:
    return sum(request.path.endswith("/keys") for request in fake.requests)


async def test_keys_are_fetched_once_for_many_calls(
    teams: FakeTeams, make_config: MakeConfig, post: Post
) -> None:
    provider = BotFrameworkTeamsProvider(make_config())

    await asyncio.gather(*(provider.verify(post(inbound_text())) for _ in range(5)))
    await provider.close()

    assert fetches(teams) == 1


async def test_keys_are_fetched_anew_after_a_day(teams: FakeTeams) -> None:
    clock = Clock()
    async with VendorClient("Teams", timeout=5) as client:
        keys = SigningKeys(teams.openid_url, client, now=clock)
        for seconds, expected in [(0, 1), (24 * 3600 - 1, 1), (1, 2)]:
            clock.seconds += seconds
            assert await keys.find("key-1") is not None
            assert fetches(teams) == expected


async def test_an_unknown_key_is_looked_for_once_a_minute_at_most(teams: FakeTeams) -> None:
    clock = Clock()
    async with VendorClient("Teams", timeout=5) as client:
        keys = SigningKeys(teams.openid_url, client, now=clock)
        await keys.find("key-1")
        for _ in range(3):
            assert await keys.find("key-2") is None
        assert fetches(teams) == 1

        clock.seconds += 60
        for _ in range(3):
            assert await keys.find("key-2") is None
        assert fetches(teams) == 2

        clock.seconds += 60
        teams.keys["key-2"] = ("msteams",)
        found = await keys.find("key-2")
        assert found is not None
        assert found.endorsements == {"msteams"}


async def test_old_keys_do_while_no_new_ones_are_to_be_had(teams: FakeTeams) -> None:
    clock = Clock()
    async with VendorClient("Teams", timeout=5) as client:
        keys = SigningKeys(teams.openid_url, client, now=clock)
        await keys.find("key-1")
        clock.seconds += 24 * 3600
        teams.fail_next(Fault(response=Response(503)))

        assert await keys.find("key-1") is not None


@pytest.mark.parametrize(
    "fault",
    [Fault(response=Response(503)), Fault(response=Response(200, "x")), Fault(drops_after=True)],
)
async def test_without_any_keys_a_call_is_neither_believed_nor_refused(
    teams: FakeTeams, make_config: MakeConfig, post: Post, fault: Fault
) -> None:
    provider = BotFrameworkTeamsProvider(make_config())
    teams.fail_next(fault)

    with pytest.raises(SendProblem):
        await provider.verify(post(inbound_text()))
    await provider.verify(post(inbound_text()))
    await provider.close()


async def test_a_call_can_be_checked_before_any_other_came(
    teams: FakeTeams, make_config: MakeConfig, post: Post
) -> None:
    provider = BotFrameworkTeamsProvider(make_config())
    request = post(inbound_text())
    teams.fail_next(Fault(drops_after=True))

    def check() -> bool:
        return provider.verify_signature(request.body, request.header("authorization"))

    # in doubt counts as no
    assert [await asyncio.to_thread(check) for _ in range(2)] == [False, True]


async def test_keys_of_other_kinds_in_the_list_are_left_alone(teams: FakeTeams) -> None:
    odd = [{"kty": "EC", "kid": "key-2"}, {"kty": "RSA"}, {"kty": "RSA", "kid": "key-3", "n": "!"}]
    listed = Response(body={"keys": [*odd, public_jwk("key-1")]})
    teams.fail_next(Fault(), Fault(response=listed))
    async with VendorClient("Teams", timeout=5) as client:
        keys = SigningKeys(teams.openid_url, client)

        assert await keys.find("key-1") is not None
        assert await keys.find("key-3") is None
