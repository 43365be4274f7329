"""Agents of the admin answer in every process, by the version that is in force."""

import asyncio
import threading
from decimal import Decimal
from typing import Any

import pytest

from channels_app.models import AgentRun, UsageRecord
from channels_app.testing.fakes.anthropic import FakeAnthropic
from channels_app.testing.fakes.anthropic_script import Hold, Reply, Text
from rooms import ChannelCategory, RoomEvent, RoomKit, TextContent
from rooms.domain.message import InboundMessage
from tests.agents_admin.agents import AGENT, keep_agent, put_in_force
from tests.channel_configs.kits import run

pytestmark = pytest.mark.database


class Gate(threading.Event):
    """Where the model waits; `reached` is set once it does."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.reached.set()
        return super().wait(timeout)


async def open_room(kit: RoomKit, room_id: str = "room") -> None:
    await kit.create_room(room_id)
    await kit.attach_channel(room_id, "line")
    await kit.attach_channel(room_id, AGENT, category=ChannelCategory.INTELLIGENCE)


async def ask(kit: RoomKit, words: str, room_id: str = "room") -> None:
    await kit.process_inbound(
        InboundMessage(
            channel_id="line",
            sender_id="ann",
            content=TextContent(body=words),
            room_id=room_id,
        )
    )


async def settled(kit: RoomKit) -> None:
    await kit.pipeline.parts.tasks.close(timeout=10)


async def answers(kit: RoomKit, room_id: str = "room") -> list[RoomEvent]:
    events = await kit.store.list_events(room_id)
    return [each for each in events if each.source.channel_id == AGENT and each.type == "message"]


async def test_answer_and_run_name_the_version(kit: RoomKit, model: FakeAnthropic) -> None:
    agent = await run(kit, keep_agent, model.url)
    await run(kit, put_in_force, agent, prompt="Be brief.")
    await open_room(kit)

    await ask(kit, "Hello?")
    await settled(kit)

    [answer] = await answers(kit)
    [version] = await run(kit, lambda: list(AgentRun.objects.values_list("version_id", flat=True)))
    assert answer.metadata["ai_version"] == version == f"{AGENT}-1"
    assert "Be brief." in str(model.bodies[0].system)


async def test_version_published_meanwhile_answers_the_next_question(
    kit: RoomKit, model: FakeAnthropic
) -> None:
    agent = await run(kit, keep_agent, model.url)
    await run(kit, put_in_force, agent, prompt="One")
    await open_room(kit)
    gate = Gate()
    model.reply_with(Reply(Text("Slow", Hold(gate), "ly.")))
    asking = asyncio.create_task(ask(kit, "First"))
    assert await asyncio.to_thread(gate.reached.wait, 10)

    await run(kit, put_in_force, agent, prompt="Two")
    await look(kit)
    gate.set()
    await asking
    await settled(kit)
    await ask(kit, "Second")
    await settled(kit)

    said = [(each.content.body, each.metadata["ai_version"]) for each in await answers(kit)]  # type: ignore[union-attr]
    assert said == [("Slowly.", f"{AGENT}-1"), ("Hello there.", f"{AGENT}-2")]


async def look(kit: RoomKit) -> None:
    directory: Any = kit.pipeline.parts.channels.directory
    await directory.look()


async def test_usage_is_written_down(kit: RoomKit, model: FakeAnthropic) -> None:
    agent = await run(kit, keep_agent, model.url)
    await run(kit, put_in_force, agent)
    await open_room(kit)

    await ask(kit, "Hello?")
    await settled(kit)

    [used] = await run(kit, lambda: list(UsageRecord.objects.all()))
    assert used.input_tokens > 0
    assert used.output_tokens > 0
    assert (used.provider, used.model) == ("anthropic", "claude-sonnet-4-6")
    assert used.cost == (3 * used.input_tokens + 15 * used.output_tokens) / Decimal(1_000_000)


async def test_answer_that_is_cut_off_is_paid_for(kit: RoomKit, model: FakeAnthropic) -> None:
    agent = await run(kit, keep_agent, model.url)
    await run(kit, put_in_force, agent)
    await open_room(kit)
    gate = Gate()
    model.reply_with(Reply(Text("I would say that", Hold(gate), " it is late.")))
    asking = asyncio.create_task(ask(kit, "Hello?"))
    assert await asyncio.to_thread(gate.reached.wait, 10)

    await kit.take_over("room", user_id="ben")
    await asking
    gate.set()
    await settled(kit)

    [used] = await run(kit, lambda: list(UsageRecord.objects.all()))
    assert used.input_tokens > 0
    assert used.output_tokens > 0
