"""What a running turn is told reaches it once."""

import asyncio
from itertools import chain

from channels_app.ai.store import AIStore
from channels_app.testing.ai_values import make_run


async def test_directives_are_taken_in_order_each_once(store: AIStore) -> None:
    run, _ = await store.runs.open_run(make_run())
    first, second = {"type": "inject_message", "content": "hi"}, {"type": "cancel"}
    await store.steering.add(run.id, first)
    await store.steering.add(run.id, second)

    assert await store.steering.take(run.id) == [first, second]
    assert await store.steering.take(run.id) == []


async def test_directives_are_for_one_run(store: AIStore) -> None:
    run, _ = await store.runs.open_run(make_run())
    other, _ = await store.runs.open_run(make_run(event_id="event-2"))
    await store.steering.add(other.id, {"type": "cancel"})

    assert await store.steering.take(run.id) == []
    assert await store.steering.take(other.id) == [{"type": "cancel"}]


async def test_of_many_that_take_at_once_one_has_a_directive(store: AIStore) -> None:
    run, _ = await store.runs.open_run(make_run())
    for number in range(5):
        await store.steering.add(run.id, {"number": number})

    taken = await asyncio.gather(*(store.steering.take(run.id) for _ in range(6)))

    assert sorted(each["number"] for each in chain(*taken)) == list(range(5))
