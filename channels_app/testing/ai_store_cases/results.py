"""Long results are kept for their room, the newest only."""

from channels_app.ai.store import AIStore
from channels_app.testing.ai_values import OTHER_ROOM, ROOM

KEPT = 50


async def test_a_text_is_read_in_its_own_room_only(store: AIStore) -> None:
    await store.results.put(ROOM, "result", "a long text")

    assert await store.results.get(ROOM, "result") == "a long text"
    assert await store.results.get(OTHER_ROOM, "result") is None
    assert await store.results.get(ROOM, "other") is None


async def test_a_text_put_again_is_replaced(store: AIStore) -> None:
    await store.results.put(ROOM, "result", "old")
    await store.results.put(ROOM, "result", "new")
    assert await store.results.get(ROOM, "result") == "new"


async def test_of_a_room_only_the_newest_texts_stay(store: AIStore) -> None:
    await store.results.put(OTHER_ROOM, "0", "elsewhere")
    for number in range(KEPT):
        await store.results.put(ROOM, str(number), "text")
    await store.results.put(ROOM, "0", "once more")
    await store.results.put(ROOM, "last", "text")

    assert await store.results.get(ROOM, "1") is None
    assert await store.results.get(ROOM, "2") == "text"
    assert await store.results.get(ROOM, "0") == "once more"
    assert await store.results.get(OTHER_ROOM, "0") == "elsewhere"
