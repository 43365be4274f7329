"""What the question is about is looked up, for whoever asks and nobody else."""

import logging
from typing import Any

import pytest

from channels_app.ai.knowledge.base import KnowledgeResult, KnowledgeSource
from channels_app.ai.knowledge.mock import MockKnowledgeSource
from channels_app.ai.knowledge.stored import StoredKnowledgeSource
from channels_app.ai.memory import MockMemoryProvider, SlidingWindowMemory
from channels_app.ai.memory.retrieval import RetrievalMemory
from channels_app.ai.memory_store import build_memory_store
from channels_app.ai.records import KnowledgeEntry
from channels_app.ai.store import AIStore
from channels_app.providers.base.ai import AIMessage
from rooms.domain.content import DeleteContent, EditContent, EventContent, TextContent
from rooms.domain.enums import EventStatus
from rooms.domain.event import RoomEvent
from tests.ai.memory.rooms import CURRENT, indexes, numbered, recall, said, texts
from tests.channels_app.values import ROOM, make_event, make_person

QUESTION = make_event("Where are the penguins?", id="question", index=9999)


class BrokenSource(KnowledgeSource):
    """Fails whatever it is asked."""

    async def search(self, query: str, **where: Any) -> list[KnowledgeResult]:
        raise OSError("index is away")

    async def index(self, entries: object) -> None:
        raise OSError("index is away")


@pytest.fixture
def store() -> AIStore:
    return build_memory_store()


def _stored(store: AIStore, **options: Any) -> RetrievalMemory:
    memory = RetrievalMemory([StoredKnowledgeSource()], SlidingWindowMemory(4), **options)
    memory.bind(store)
    return memory


def _history(*old: str | RoomEvent) -> list[RoomEvent]:
    """Return events of which the old ones are in the older half and no longer shown."""
    events = [
        text if isinstance(text, RoomEvent) else said(text, first=index)[0]
        for index, text in enumerate(old)
    ]
    return [*events, *numbered(max(4, len(events)), first=len(events))]


async def _ask(memory: RetrievalMemory, *recent: RoomEvent, **room: Any) -> str:
    """Ask about penguins and return what was found."""
    result = await recall(memory, recent, current=QUESTION, **room)
    return "\n".join(texts(result))


async def test_results_of_all_sources_come_first_best_first() -> None:
    one = MockKnowledgeSource([KnowledgeResult(content="low", score=1, source="a.md")])
    two = MockKnowledgeSource([KnowledgeResult(content="high", score=2)])
    inner = MockMemoryProvider([AIMessage(role="user", content="inner")], numbered(1))

    result = await recall(RetrievalMemory([one, two], inner), [])

    found, other = texts(result)
    assert found.endswith("<found>\nhigh\n</found>\n<found>\n[a.md] low\n</found>")
    assert (other, indexes(result), result.messages[0].role) == ("inner", [0], "user")


async def test_sources_are_told_who_asks_what_and_where() -> None:
    source = MockKnowledgeSource()
    await recall(RetrievalMemory([source]), [], organization_id="acme")
    assert source.searches == [("And now?", ROOM, "acme", "agent", 20)]


async def test_each_text_is_shown_once_and_no_more_than_wanted() -> None:
    results = [KnowledgeResult(content=f"text {n % 4}", score=n) for n in range(8)]
    source = MockKnowledgeSource(results)

    [found] = texts(await recall(RetrievalMemory([source], max_results=3), []))

    assert found.count("<found>") == 3
    assert found.index("text 3") < found.index("text 2") < found.index("text 1")


async def test_long_texts_are_cut_and_none_can_end_its_tag() -> None:
    source = MockKnowledgeSource([KnowledgeResult(content="</found>" + "x" * 3000)])
    [found] = texts(await recall(RetrievalMemory([source]), []))
    assert found.count("</found>") == 1
    assert len(found) < 2300


@pytest.mark.parametrize("words", ["", "ok", "  a  "])
async def test_short_questions_are_not_looked_up(words: str) -> None:
    source = MockKnowledgeSource([KnowledgeResult(content="text")])
    result = await recall(RetrievalMemory([source]), [], current=make_event(words))
    assert (result.messages, source.searches) == ([], [])


async def test_a_source_that_fails_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    source = MockKnowledgeSource([KnowledgeResult(content="text")])
    memory = RetrievalMemory([BrokenSource(), source])

    with caplog.at_level(logging.WARNING, "roomkit.ai"):
        result = await recall(memory, numbered(4))

    assert "text" in texts(result)[0]
    assert {each.getMessage() for each in caplog.records} == {
        "a source of knowledge failed",
        "a source of knowledge took nothing in",
    }


async def test_what_has_left_the_window_is_found_again(store: AIStore) -> None:
    memory = _stored(store)
    history = _history("The penguins moved to Oslo.")
    ann = [make_person("customer", "Ann")]

    await _ask(memory, *history, participants=ann)
    found = await _ask(memory, *history[1:], participants=ann)

    assert "[said earlier in this conversation by Ann] The penguins moved to Oslo." in found


async def test_what_is_shown_anyway_is_not_found(store: AIStore) -> None:
    memory = RetrievalMemory([StoredKnowledgeSource()])
    memory.bind(store)
    history = _history("The penguins moved to Oslo.")
    for _ in range(2):
        assert await _ask(memory, *history) == ""


async def test_the_question_itself_is_not_found(store: AIStore) -> None:
    memory = _stored(store)
    await _ask(memory, *_history(QUESTION))
    assert await _ask(memory) == ""


async def test_nobody_else_finds_what_was_said(store: AIStore) -> None:
    memory = _stored(store)
    await _ask(memory, *_history("The penguins moved to Oslo."))

    assert await _ask(memory, channel_id="other-agent") == ""
    assert await _ask(memory, channel_id=None) == ""
    assert await _ask(memory, organization_id="acme") == ""
    assert "Oslo" in await _ask(memory)


async def test_documents_of_the_organization_are_found_by_all_its_agents(store: AIStore) -> None:
    memory = _stored(store)
    text = KnowledgeEntry(
        organization_id="acme", content="Our penguins live in Bergen.", source="zoo.md"
    )
    await store.knowledge.index([text])

    assert await _ask(memory, organization_id="umbrella") == ""
    for agent in ("agent", "other-agent", None):
        found = await _ask(memory, organization_id="acme", channel_id=agent)
        assert "[zoo.md] Our penguins live in Bergen." in found


@pytest.mark.parametrize(
    "fields",
    [{"status": EventStatus.BLOCKED}, {"metadata": {"deleted": True}}, {"type": "system"}],
)
async def test_only_messages_that_may_be_told_are_taken_in(store: AIStore, fields: Any) -> None:
    memory = _stored(store)
    await _ask(memory, *_history(said("The penguins moved to Oslo.", **fields)[0]))
    assert await _ask(memory) == ""


@pytest.mark.parametrize(
    "correction",
    [
        DeleteContent(target_event_id="e0"),
        EditContent(target_event_id="e0", new_content=TextContent(body="Never mind.")),
    ],
)
async def test_what_was_edited_or_deleted_is_not_found(
    store: AIStore, correction: EventContent
) -> None:
    memory = _stored(store)
    await _ask(memory, *_history("The penguins moved to Oslo."))
    await memory.ingest(ROOM, make_event(correction), channel_id="agent")
    assert await _ask(memory) == ""


async def test_an_edited_message_is_taken_in_again(store: AIStore) -> None:
    memory = _stored(store)
    await _ask(memory, *_history("The penguins moved to Oslo."))
    await _ask(memory, *_history("The penguins moved to Rome."))
    found = await _ask(memory)
    assert "Rome" in found
    assert "Oslo" not in found


async def test_each_event_is_taken_in_once() -> None:
    source = MockKnowledgeSource()
    memory = RetrievalMemory([source])
    for _ in range(3):
        await recall(memory, numbered(6))
    await recall(memory, numbered(8))
    assert [entry.event_id for entry in source.indexed] == ["e0", "e1", "e2", "e3"]


async def test_what_could_not_be_taken_in_is_tried_again() -> None:
    class Recovering(MockKnowledgeSource):
        async def index(self, entries: Any) -> None:
            await super().index(entries)
            if len(self.indexed) == 2:
                raise OSError("index is away")

    source = Recovering()
    memory = RetrievalMemory([source])
    for _ in range(3):
        await recall(memory, numbered(4))
    assert len(source.indexed) == 4


async def test_clearing_and_closing_reach_everything() -> None:
    inner, source = MockMemoryProvider(), MockKnowledgeSource()
    memory = RetrievalMemory([source], inner)

    await memory.ingest(ROOM, CURRENT, channel_id="agent")
    await recall(memory, numbered(4))
    await memory.clear(ROOM)
    await recall(memory, numbered(4))
    await memory.close()

    assert (inner.cleared, source.cleared) == ([ROOM], [ROOM])
    assert len(source.indexed) == 4
    assert (inner.closed, source.closed, memory.name) == (True, True, "retrieval")
    assert inner.ingested == [(ROOM, CURRENT, "agent")]


async def test_a_source_that_cannot_be_closed_keeps_nobody_open() -> None:
    class Stuck(MockKnowledgeSource):
        async def close(self) -> None:
            raise OSError("already gone")

    source = MockKnowledgeSource()
    with pytest.raises(OSError, match="already gone"):
        await RetrievalMemory([Stuck(), source]).close()
    assert source.closed


@pytest.mark.parametrize("options", [{"max_results": 0}, {"min_query_length": 0}])
def test_limits_that_make_no_sense_are_refused(options: Any) -> None:
    with pytest.raises(ValueError, match="must be 1 or more"):
        RetrievalMemory([], **options)
