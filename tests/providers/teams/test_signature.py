"""Whose calls are believed."""

import asyncio
import time
from typing import Any

import pytest

from channels_app.providers.base.webhook import WebhookRefused, WebhookRequest
from channels_app.providers.teams.bot_framework import BotFrameworkTeamsProvider
from channels_app.testing.fakes.teams import FakeTeams
from channels_app.testing.fakes.teams_activities import PERSONAL, TENANT_ID, inbound_text
from rooms.domain.json import JsonObject
from tests.providers.teams.conftest import MakeConfig, Post


class In(int):
    """So many seconds from now on; the tests may begin long after they were collected."""


def at_last(changes: dict[str, Any]) -> dict[str, Any]:
    """Return what a token says, with moments in the place of waits."""
    now = int(time.time())
    return {k: now + each if isinstance(each, In) else each for k, each in changes.items()}


async def is_believed(bot: BotFrameworkTeamsProvider, request: WebhookRequest) -> bool:
    """Return what `verify` says, once `verify_signature` has agreed."""
    try:
        await bot.verify(request)
    except WebhookRefused:
        believed = False
    else:
        believed = True
    by_hand = await asyncio.to_thread(
        bot.verify_signature, request.body, request.header("authorization")
    )
    assert by_hand is believed
    return believed


async def test_a_call_of_the_connector_is_believed(
    bot: BotFrameworkTeamsProvider, post: Post
) -> None:
    assert await is_believed(bot, post(inbound_text()))


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": In(-200)},  # clocks may be five minutes apart
        {"nbf": In(200)},
    ],
)
async def test_clocks_may_differ(
    bot: BotFrameworkTeamsProvider, post: Post, changes: dict[str, Any]
) -> None:
    assert await is_believed(bot, post(inbound_text(), **at_last(changes)))


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another-bot"},
        {"aud": None},
        {"iss": "https://sts.windows.net/72f988bf/"},
        {"iss": None},
        {"exp": In(-400)},
        {"exp": None},
        {"nbf": In(400)},
        {"serviceurl": "https://attacker.example/"},
        {"serviceurl": None},
        {"alg": "none"},
        {"alg": "HS256"},
        {"key": "a-key-that-is-not-listed"},
    ],
)
async def test_a_call_that_does_not_hold_is_refused(
    bot: BotFrameworkTeamsProvider, post: Post, changes: dict[str, Any]
) -> None:
    assert not await is_believed(bot, post(inbound_text(), **at_last(changes)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"serviceUrl": "https://attacker.example/"},
        {"serviceUrl": None},
        {"channelId": "webchat"},
        {"channelId": None},
    ],
)
async def test_a_token_does_for_its_own_activities_only(
    bot: BotFrameworkTeamsProvider, post: Post, wrong: JsonObject
) -> None:
    assert not await is_believed(bot, post({**inbound_text(), **wrong}))


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer a.b.c", "Bearer é", "Basic dGVzdA==", "bearer {token}"],
)
async def test_without_a_bearer_token_nothing_is_believed(
    bot: BotFrameworkTeamsProvider, post: Post, header: str
) -> None:
    good = post(inbound_text())
    token = good.header("authorization").removeprefix("Bearer ")
    headers = {"authorization": header.format(token=token)} if header else {}

    assert not await is_believed(bot, WebhookRequest("POST", good.url, headers, good.body))


@pytest.mark.parametrize("part", [0, 1, 2])
async def test_a_token_with_one_bit_turned_is_refused(
    bot: BotFrameworkTeamsProvider, post: Post, part: int
) -> None:
    good = post(inbound_text())
    parts = good.header("authorization").split(".")
    middle = len(parts[part]) // 2
    turned = "A" if parts[part][middle] != "A" else "B"
    parts[part] = parts[part][:middle] + turned + parts[part][middle + 1 :]
    headers = {"authorization": ".".join(parts)}

    assert not await is_believed(bot, WebhookRequest("POST", good.url, headers, good.body))


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
async def test_a_body_that_is_no_activity_is_refused(
    bot: BotFrameworkTeamsProvider, post: Post, body: bytes
) -> None:
    good = post(inbound_text())

    assert not await is_believed(bot, WebhookRequest("POST", good.url, good.headers, body))


@pytest.mark.parametrize("endorsements", [(), ("webchat", "msteams2")])
async def test_a_key_must_be_endorsed_for_teams(
    teams: FakeTeams, make_config: MakeConfig, post: Post, endorsements: tuple[str, ...]
) -> None:
    teams.keys["key-1"] = endorsements
    provider = BotFrameworkTeamsProvider(make_config())

    assert not await is_believed(provider, post(inbound_text()))
    await provider.close()


@pytest.mark.parametrize(("allowed", "believed"), [(TENANT_ID, True), ("another", False)])
async def test_only_people_of_allowed_tenants_are_heard(
    make_config: MakeConfig, post: Post, allowed: str, believed: bool
) -> None:
    provider = BotFrameworkTeamsProvider(make_config(allowed_tenants=(allowed,)))
    elsewhere = inbound_text(channelData=None, conversation={"id": PERSONAL["id"]})

    assert await is_believed(provider, post(inbound_text())) is believed
    assert await is_believed(provider, post(inbound_text(channelData=None))) is believed
    assert not await is_believed(provider, post(elsewhere))
    await provider.close()


async def test_a_call_that_comes_twice_is_the_same_message_twice(
    bot: BotFrameworkTeamsProvider, post: Post
) -> None:
    request = post(inbound_text())
    again = [await is_believed(bot, request), await is_believed(bot, request)]
    messages = [bot.parse(request, "teams") for _ in again]

    assert again == [True, True]
    assert messages[0] == messages[1]


async def test_what_refuses_a_call_never_repeats_its_token(
    bot: BotFrameworkTeamsProvider, post: Post
) -> None:
    request = post(inbound_text(), aud="another-bot")

    with pytest.raises(WebhookRefused) as refusal:
        await bot.verify(request)

    assert request.header("authorization").split(".")[1] not in str(refusal.value)
