"""What is kept of sources: by whoever runs them, for whoever runs them next."""

from rooms.domain.frozen import utc_now
from rooms.domain.source import SourceStatus
from rooms.stores.base import ConversationStore

CHANNEL = "mail-in"


async def test_a_source_that_never_ran_starts_from_nothing(store: ConversationStore) -> None:
    state = await store.claim_source(CHANNEL, "node-1", organization_id="acme")

    assert (state.cursor, state.messages_received) == ({}, 0)
    assert (state.node, state.organization_id) == ("node-1", "acme")


async def test_the_next_process_gets_what_the_last_one_kept(store: ConversationStore) -> None:
    state = await store.claim_source(CHANNEL, "node-1")
    kept = {"cursor": {"uid": 7}, "messages_received": 3, "last_message_at": utc_now()}
    assert await store.save_source_state(state.model_copy(update=kept))

    next_state = await store.claim_source(CHANNEL, "node-2")

    assert next_state.cursor == {"uid": 7}
    assert next_state.messages_received == 3
    assert next_state.last_message_at == kept["last_message_at"]


async def test_a_process_that_lost_its_source_changes_nothing(store: ConversationStore) -> None:
    lost = await store.claim_source(CHANNEL, "node-1")
    await store.claim_source(CHANNEL, "node-2")

    assert not await store.save_source_state(lost.model_copy(update={"cursor": {"uid": 9}}))
    [state] = await store.list_source_states()
    assert (state.node, state.cursor) == ("node-2", {})


async def test_a_source_that_was_never_claimed_cannot_be_saved(store: ConversationStore) -> None:
    state = await store.claim_source(CHANNEL, "node-1")
    assert not await store.save_source_state(state.model_copy(update={"channel_id": "other"}))


async def test_an_error_is_shown_until_the_source_is_run_anew(store: ConversationStore) -> None:
    state = await store.claim_source(CHANNEL, "node-1")
    failed = {"status": SourceStatus.ERROR, "error": "wrong password", "metadata": {"tries": "3"}}
    await store.save_source_state(state.model_copy(update=failed))
    [shown] = await store.list_source_states()
    assert shown.model_dump(include=set(failed)) == failed

    again = await store.claim_source(CHANNEL, "node-1")

    assert (again.status, again.error) == (SourceStatus.CONNECTING, None)


async def test_sources_are_listed_by_their_channels(store: ConversationStore) -> None:
    for channel_id in ("b", "c", "a"):
        await store.claim_source(channel_id, "node-1")

    assert [state.channel_id for state in await store.list_source_states()] == ["a", "b", "c"]
