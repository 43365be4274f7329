"""Each process has the agents that the database has, beside its channels."""

from typing import Any

import pytest

from channels_app.ai.channel import AIChannel
from channels_app.ai.memory.budget import BudgetAwareMemory
from channels_app.models import AgentConfig
from channels_app.testing.fakes.anthropic import FakeAnthropic
from rooms import RoomKit
from rooms.domain.policies import OnNewMessage, ReplyTiming
from tests.agents_admin.agents import AGENT, keep_agent, put_in_force
from tests.channel_configs.kits import keep, run

pytestmark = pytest.mark.database


async def look(kit: RoomKit) -> None:
    directory: Any = kit.pipeline.parts.channels.directory
    await directory.look()


def agent_of(kit: RoomKit) -> AIChannel:
    found = kit.get_channel(AGENT)
    assert isinstance(found, AIChannel)
    return found


async def test_agent_answers_as_soon_as_somebody_asks_for_it(
    kit: RoomKit, model: FakeAnthropic
) -> None:
    agent = await run(kit, keep_agent, model.url, organization_id="acme")
    assert await kit.pipeline.parts.channels.find(AGENT) is None
    await run(kit, put_in_force, agent)

    assert await kit.pipeline.parts.channels.find(AGENT) is not None
    assert kit.pipeline.parts.channels.organization_of(AGENT) == "acme"


async def test_agent_is_made_as_its_version_says(kit: RoomKit, model: FakeAnthropic) -> None:
    columns = {"reply_quiet_s": 1.0, "reply_cap_s": 5.0, "on_new_message": "supersede"}
    agent = await run(kit, keep_agent, model.url, **columns)
    memory = {"kind": "budget", "max_events": 7, "max_tokens": 900}
    await run(kit, put_in_force, agent, memory=memory)

    await look(kit)

    made = agent_of(kit)
    assert made.reply_timing == ReplyTiming(
        quiet_s=1.0, cap_s=5.0, on_new_message=OnNewMessage.SUPERSEDE
    )
    assert isinstance(made.memory, BudgetAwareMemory)
    assert made.recent_events_window == 7
    assert made.provider_name == "anthropic"


async def test_agent_that_is_switched_off_is_gone(kit: RoomKit, model: FakeAnthropic) -> None:
    agent = await run(kit, keep_agent, model.url)
    await run(kit, put_in_force, agent)
    await look(kit)

    await run(kit, AgentConfig.objects.update, is_enabled=False)
    await look(kit)

    assert kit.get_channel(AGENT) is None


async def test_broken_agent_leaves_channels_and_agents_alone(
    kit: RoomKit, model: FakeAnthropic, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ROOMKIT = {"PROVIDERS": ["tests.channel_configs.toys.ToyProvider"]}
    broken = await run(kit, keep_agent, model.url, channel_id="broken")
    await run(kit, put_in_force, broken, tools=[{"name": "teleport"}])
    await run(kit, put_in_force, await run(kit, keep_agent, model.url))
    await run(kit, keep, "toys")

    await look(kit)

    assert {"toys", AGENT} <= set(kit.channels)
    assert kit.get_channel("broken") is None
    assert "no tool 'teleport'" in caplog.text


async def test_channel_that_has_the_id_of_an_agent_stays(
    kit: RoomKit, model: FakeAnthropic, settings: Any
) -> None:
    settings.ROOMKIT = {"PROVIDERS": ["tests.channel_configs.toys.ToyProvider"]}
    await run(kit, keep, AGENT)
    await run(kit, put_in_force, await run(kit, keep_agent, model.url))

    await look(kit)
    await look(kit)

    assert not isinstance(kit.get_channel(AGENT), AIChannel)
