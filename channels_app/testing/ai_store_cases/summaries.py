"""What an agent remembers of a room goes forward only, until it is forgotten."""

from channels_app.ai.store import AIStore
from channels_app.testing.ai_values import AGENT, OTHER_ROOM, ROOM, make_summary


async def test_a_summary_comes_back_as_it_was_put(store: AIStore) -> None:
    summary = make_summary(model="small", tokens=12)
    await store.summaries.put(summary)
    assert await store.summaries.get(ROOM, AGENT) == summary


async def test_each_agent_remembers_for_itself_in_each_room(store: AIStore) -> None:
    await store.summaries.put(make_summary())
    assert await store.summaries.get(ROOM, "agent-2") is None
    assert await store.summaries.get(OTHER_ROOM, AGENT) is None


async def test_a_summary_of_more_takes_the_place_of_the_former(store: AIStore) -> None:
    await store.summaries.put(make_summary(upto_index=9))
    longer = make_summary(upto_index=20, text="Ann got a refund.")

    await store.summaries.put(longer)
    await store.summaries.put(make_summary(upto_index=15))

    assert await store.summaries.get(ROOM, AGENT) == longer


async def test_a_summary_of_as_much_takes_the_place_of_the_former(store: AIStore) -> None:
    await store.summaries.put(make_summary())
    better = make_summary(text="Ann wants 5 EUR back.")
    await store.summaries.put(better)
    assert await store.summaries.get(ROOM, AGENT) == better


async def test_all_agents_forget_a_room_and_no_other(store: AIStore) -> None:
    kept = make_summary(room_id=OTHER_ROOM)
    for summary in (make_summary(), make_summary(channel_id="agent-2"), kept):
        await store.summaries.put(summary)

    await store.summaries.forget(ROOM)

    assert await store.summaries.get(ROOM, AGENT) is None
    assert await store.summaries.get(ROOM, "agent-2") is None
    assert await store.summaries.get(OTHER_ROOM, AGENT) == kept


async def test_what_was_forgotten_may_be_summarized_anew_from_the_beginning(
    store: AIStore,
) -> None:
    await store.summaries.put(make_summary(upto_index=20))
    await store.summaries.forget(ROOM)
    anew = make_summary(upto_index=5)
    await store.summaries.put(anew)
    assert await store.summaries.get(ROOM, AGENT) == anew
