"""Memories of agents in whole rooms, in each of the two stores."""

import pytest

from channels_app import AIChannel, MockAIProvider, SlidingWindowMemory
from channels_app.ai.backing import store_beside
from channels_app.ai.knowledge.stored import StoredKnowledgeSource
from channels_app.ai.memory.base import MemoryProvider
from channels_app.ai.memory.compacting import CompactingMemory
from channels_app.ai.memory.retrieval import RetrievalMemory
from channels_app.ai.records import KnowledgeEntry
from rooms import RoomKit
from tests.ai.working import until
from tests.kit_fixtures import MakeKit
from tests.scene import Scene


class Talk:
    """A room with an agent of this memory; its model is `model`."""

    def __init__(self, kit: RoomKit, memory: MemoryProvider) -> None:
        self.scene = Scene(kit)
        self.model = MockAIProvider(["Noted."])
        self.agent = AIChannel("agent", self.model, memory=memory)

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
