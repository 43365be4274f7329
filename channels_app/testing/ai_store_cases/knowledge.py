"""Texts are found by their words, and only by whom they are for."""

import pytest

from channels_app.ai.records import KnowledgeEntry
from channels_app.ai.store import AIStore
from channels_app.testing.ai_values import OTHER_ROOM, ROOM, make_entry

REFUNDS = make_entry(
    "Refunds are paid within five days.", id="refunds", source="faq.md", metadata={"page": 2}
)
HOURS = make_entry("The shop opens at nine.", id="hours")


async def _found(store: AIStore, query: str, **where: str | None) -> list[KnowledgeEntry]:
    scope = {"organization_id": None, "room_id": ROOM} | where
    found = await store.knowledge.search(query, **scope)  # type: ignore[arg-type]  # names are right
    return [entry for entry, _ in found]


async def test_a_text_is_found_by_its_words_as_it_was_put(store: AIStore) -> None:
    await store.knowledge.index([REFUNDS, HOURS])
    assert await _found(store, "When are REFUNDS paid?") == [REFUNDS]
    assert await _found(store, "penguins") == []


@pytest.mark.parametrize(
    "query", ["", "?!", '"', "'", "a OR", "(", "NEAR(", "x:*", "\\", "%s", "&"]
)
async def test_no_question_is_a_mistake(store: AIStore, query: str) -> None:
    await store.knowledge.index([REFUNDS])
    assert await _found(store, query) == []


async def test_better_matches_come_first_and_score_higher(store: AIStore) -> None:
    both = make_entry("Refunds are paid at nine.", id="both")
    await store.knowledge.index([HOURS, both])

    found = await store.knowledge.search("refunds at nine", organization_id=None, room_id=ROOM)

    assert [entry.id for entry, _ in found] == ["both", "hours"]
    (_, best), (_, second) = found
    assert best > second > 0


async def test_as_many_are_found_as_were_asked_for(store: AIStore) -> None:
    await store.knowledge.index([make_entry("penguin") for _ in range(7)])
    found = await store.knowledge.search("penguin", organization_id=None, room_id=ROOM, limit=3)
    assert len(found) == 3
    assert len(await _found(store, "penguin")) == 5


async def test_texts_of_another_organization_are_not_found(store: AIStore) -> None:
    await store.knowledge.index([make_entry("penguin", organization_id="acme", id="theirs")])

    assert await _found(store, "penguin") == []
    assert await _found(store, "penguin", organization_id="umbrella") == []
    [found] = await _found(store, "penguin", organization_id="acme")
    assert found.id == "theirs"


async def test_texts_of_another_room_are_not_found(store: AIStore) -> None:
    here = make_entry("penguin", room_id=ROOM, channel_id="agent", event_id="event-1")
    await store.knowledge.index([here, make_entry("penguin", room_id=OTHER_ROOM)])
    assert await _found(store, "penguin") == [here]


async def test_a_text_put_again_is_found_by_its_new_words_only(store: AIStore) -> None:
    await store.knowledge.index([HOURS])
    changed = HOURS.model_copy(update={"content": "The shop is closed."})

    await store.knowledge.index([HOURS, changed])

    assert await _found(store, "nine") == []
    assert await _found(store, "closed") == [changed]


async def test_texts_are_removed_by_id_or_by_room(store: AIStore) -> None:
    await store.knowledge.index(
        [HOURS, REFUNDS, make_entry("nine penguins", room_id=ROOM), make_entry("nine", id="nine")]
    )

    await store.knowledge.remove(ids=["hours"])
    await store.knowledge.remove(room_id=ROOM)
    await store.knowledge.remove()

    assert [entry.id for entry in await _found(store, "nine")] == ["nine"]
    assert await _found(store, "refunds") == [REFUNDS]


async def test_nothing_to_index_is_no_mistake(store: AIStore) -> None:
    await store.knowledge.index([])
    assert await _found(store, "nine") == []
