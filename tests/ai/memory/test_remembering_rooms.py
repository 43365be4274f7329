"""Memories of agents in whole rooms, in each of the two stores."""

from collections import Counter
from typing import Any

import pytest

from channels_app import AIChannel, MockAIProvider, SlidingWindowMemory
from channels_app.ai.backing import store_beside
from channels_app.ai.knowledge.stored import StoredKnowledgeSource
from channels_app.ai.ledger import Reservation, Spend
from channels_app.ai.memory.base import MemoryProvider
from channels_app.ai.memory.compacting import CompactingMemory
from channels_app.ai.memory.retrieval import RetrievalMemory
from channels_app.ai.records import KnowledgeEntry
from channels_app.orchestration.handoff_memory import HandoffMemoryProvider
from rooms import RoomKit
from tests.ai.purse import Purse
from tests.ai.working import until
from tests.kit_fixtures import MakeKit
from tests.scene import Scene


class Talk:
    """A room with an agent of this memory; its model is `model`."""

    def __init__(self, kit: RoomKit, memory: MemoryProvider, **options: Any) -> None:
        self.scene = Scene(kit)
        self.model = MockAIProvider(["Noted."])
        self.agent = AIChannel("agent", self.model, memory=memory, **options)

    async def open(self) -> None:
        """Make the room."""
        await self.scene.open()
        await self.scene.add(self.agent)

    async def go_on(self) -> None:
        """Take part in the room that is there."""
        self.scene.kit.register_channel(self.scene.person)
        self.scene.kit.register_channel(self.agent)

    async def say(self, *words: str) -> None:
        """Say one thing after the other, each once the one before is answered."""
        for each in words:
            expected = len(await self.scene.rows()) + 2
            await self.scene.say(each)

            async def is_answered(expected: int = expected) -> bool:
                return len(await self.scene.rows()) >= expected

            await until(is_answered)

    def last_read(self) -> list[str]:
        """Return what the model was last given."""
        return [str(message.content) for message in self.model.calls[-1].messages]


def _compacting(model: MockAIProvider) -> CompactingMemory:
    return CompactingMemory(SlidingWindowMemory(), model, 100_000, min_events=2, max_events=6)


async def test_check_53_a_summary_outlives_the_process(make_kit: MakeKit) -> None:
    small = MockAIProvider(["The person likes penguins."])
    before = Talk(make_kit(), _compacting(small))
    await before.open()
    await before.say("I like penguins.", "one", "two", "three", "four")

    after = Talk(make_kit(), _compacting(small))
    await after.go_on()
    await after.say("What do I like?")

    assert len(small.calls) == 1
    read = after.last_read()
    assert read[0].endswith("The person likes penguins.")
    assert "I like penguins." not in read
    assert read[-1] == "What do I like?"


async def test_summary_is_paid_for_like_the_answers(make_kit: MakeKit) -> None:
    small, purse = MockAIProvider(["The person likes penguins."]), Purse()
    layers = HandoffMemoryProvider(RetrievalMemory([], _compacting(small)))
    talk = Talk(make_kit(), layers, ledger=purse)
    await talk.open()

    await talk.say("I like penguins.", "one", "two", "three", "four")

    assert len(small.calls) == 1
    assert Counter(spend.purpose for spend in purse.asked) == {"answer": 5, "summary": 1}
    [spend] = [each for each in purse.asked if each.purpose == "summary"]
    assert (spend.organization_id, spend.room_id, spend.channel_id) == (None, "room", "agent")
    assert (len(purse.settled), purse.open) == (6, {})


async def test_agents_that_share_a_memory_pay_each_for_their_own_summaries(
    make_kit: MakeKit,
) -> None:
    small, purse, others = MockAIProvider(["The person likes penguins."]), Purse(), Purse()
    memory = _compacting(small)
    talk = Talk(make_kit(), memory, ledger=purse)
    AIChannel("free", MockAIProvider([]), memory=memory)
    AIChannel("rich", MockAIProvider([]), memory=memory, ledger=others)
    await talk.open()

    await talk.say("I like penguins.", "one", "two", "three", "four")

    assert len(small.calls) == 1
    assert "summary" in {spend.purpose for spend in purse.asked}
    assert others.asked == []


async def test_without_money_for_a_summary_the_agent_answers_with_what_fits(
    make_kit: MakeKit,
) -> None:
    class Mean(Purse):
        async def reserve(self, spend: Spend) -> Reservation:
            self.left = 0 if spend.purpose == "summary" else 1
            return await super().reserve(spend)

    small, purse = MockAIProvider(["The person likes penguins."]), Mean()
    talk = Talk(make_kit(), _compacting(small), ledger=purse)
    await talk.open()

    await talk.say("I like penguins.", "one", "two", "three", "four")

    assert "summary" in {spend.purpose for spend in purse.asked}
    assert small.calls == []
    assert talk.last_read()[-1] == "four"
    assert (await talk.scene.kit.get_room("room")).owner_kind == "ai"


async def test_what_left_the_window_is_found_after_a_restart(make_kit: MakeKit) -> None:
    def memory() -> RetrievalMemory:
        return RetrievalMemory([StoredKnowledgeSource()], SlidingWindowMemory(2))

    before = Talk(make_kit(), memory())
    await before.open()
    await before.say("The penguins are in Oslo.", "one", "two", "three", "four")

    after = Talk(make_kit(), memory())
    await after.go_on()
    await after.say("Where are the penguins?")

    found, *rest = after.last_read()
    assert "The penguins are in Oslo." in found
    assert len(rest) == 3


@pytest.mark.parametrize(("organization_id", "is_found"), [("acme", True), ("umbrella", False)])
async def test_documents_are_for_rooms_of_their_organization(
    make_kit: MakeKit, organization_id: str, *, is_found: bool
) -> None:
    kit = make_kit()
    text = KnowledgeEntry(organization_id="acme", content="Refunds take a week.", source="faq.md")
    await store_beside(kit.store).knowledge.index([text])
    talk = Talk(kit, RetrievalMemory([StoredKnowledgeSource()]))
    await talk.scene.open(organization_id=organization_id)
    await talk.scene.add(talk.agent)

    await talk.say("How long do refunds take?")

    assert ("[faq.md] Refunds take a week." in talk.last_read()[0]) is is_found
