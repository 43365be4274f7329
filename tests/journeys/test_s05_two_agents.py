"""Two agents in one room: how far they may chain, and who decides which of them is asked."""

import pytest

from hooks import HookResult, HookTrigger, Task
from rooms import (
    AgentResponsePolicy,
    EventStatus,
    InboundResult,
    RoomContext,
    RoomEvent,
    RoomKit,
)
from rooms.testing.rig import Recorder, ScriptedAgent, Turn, bodies, text
from tests.steps import stored, timeline, watch


def speak(event: RoomEvent, context: RoomContext) -> Turn:
    """Answer, and leave a task that tells how deep the question was."""
    return Turn("and another thing", tasks=[Task(title=f"asked at depth {event.chain_depth}")])


class Office:
    """A browser, an analyst and a writer."""

    def __init__(self, kit: RoomKit) -> None:
        self.kit = kit
        self.ws = Recorder("ws")
        self.observer = Recorder("observer")
        self.analyst = ScriptedAgent("analyst", speak)
        self.writer = ScriptedAgent("writer", speak)

    async def open(self) -> None:
        """Attach everybody."""
        await self.kit.create_room("office")
        for channel in (self.ws, self.observer, self.analyst, self.writer):
            self.kit.register_channel(channel)
            await self.kit.attach_channel("office", channel.channel_id)

    async def say(self, addressed_to: list[str] | None = None) -> InboundResult:
        """Let the person say go."""
        return await self.kit.process_inbound(
            text("ws", "person", "go", room_id="office", addressed_to=addressed_to)
        )

    async def stop_chains(self) -> None:
        """Let agents answer each other only when they are named."""
        await self.kit.set_agent_response_policy("office", AgentResponsePolicy.ADDRESSED_ONLY)

    def asked_directly(self) -> list[str]:
        """Return who was asked about what the person said."""
        agents = (self.analyst, self.writer)
        return [
            agent.channel_id
            for agent in agents
            for asked in agent.asked
            if asked.event.chain_depth == 0
        ]


@pytest.fixture
async def office(kit: RoomKit) -> Office:
    opened = Office(kit)
    await opened.open()
    return opened


@pytest.mark.parametrize(
    ("depth", "status", "count"),
    [
        (0, EventStatus.DELIVERED, 1),
        (1, EventStatus.DELIVERED, 2),
        (2, EventStatus.DELIVERED, 2),
        (3, EventStatus.DELIVERED, 2),
        (4, EventStatus.DELIVERED, 2),
        (5, EventStatus.BLOCKED, 2),
    ],
)
async def test_chain_runs_to_the_limit_and_is_blocked_there(
    office: Office, depth: int, status: EventStatus, count: int
) -> None:
    await office.say()

    rows = await timeline(office.kit, "office")
    at_depth = [row for row in rows if row.chain_depth == depth]
    assert len(rows) == 11
    assert [row.status for row in at_depth] == [status] * count


async def test_blocked_links_say_why_and_are_reported(office: Office) -> None:
    news = watch(office.kit, "chain_depth_exceeded")

    await office.say()

    blocked = [row for row in await timeline(office.kit, "office") if row.chain_depth == 5]
    assert {row.blocked_by for row in blocked} == {"event_chain_depth_limit"}
    assert [item.data["depth"] for item in await news.until(2)] == [5, 5]
    assert {item.room_id for item in news} == {"office"}


async def test_person_reads_every_delivered_answer(office: Office) -> None:
    await office.say()

    assert len(office.ws.delivered) == 8


async def test_tasks_of_the_blocked_turns_are_kept(office: Office) -> None:
    await office.say()

    titles = [task.title for task in await office.kit.list_tasks("office")]
    assert titles.count("asked at depth 4") == 2


async def test_agents_that_answer_only_when_named_do_not_chain(office: Office) -> None:
    await office.stop_chains()

    await office.say()

    rows = await timeline(office.kit, "office")
    assert [row.chain_depth for row in rows] == [0, 1, 1]


@pytest.mark.parametrize(
    ("addressed_to", "asked"),
    [
        (["writer"], ["writer"]),
        ([], []),  # an empty list is nobody, not everybody
        (["nobody-here"], []),  # an unbound id is nobody either
        (None, ["analyst", "writer"]),
    ],
)
async def test_address_decides_who_is_asked(
    office: Office, addressed_to: list[str] | None, asked: list[str]
) -> None:
    await office.stop_chains()

    result = await office.say(addressed_to)

    assert office.asked_directly() == asked
    assert stored(result).addressed_to == addressed_to
    assert "go" in bodies(office.observer.delivered)


@pytest.mark.parametrize(
    ("addressed_to", "asked"),
    [
        (None, ["analyst"]),
        (["writer"], ["writer"]),  # the sender's address outranks the hook
    ],
)
async def test_hook_names_the_agent_unless_the_sender_did(
    office: Office, addressed_to: list[str] | None, asked: list[str]
) -> None:
    await office.stop_chains()

    @office.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def route(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        return HookResult.inject_to(["analyst"])

    await office.say(addressed_to)

    assert office.asked_directly() == asked
