"""The contract of `SharedState` as tests, for any implementation."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from rooms.domain.breaker import Admission, BreakerEdge, BreakerPolicy, BreakerState, BreakerWord
from rooms.domain.content import TextContent, text_of
from rooms.domain.enums import ChannelType
from rooms.domain.event import EventSource, RoomEvent
from rooms.domain.policies import RateLimit
from rooms.ports import SharedState, ShownAnswer

OPENED, CLOSED = BreakerEdge.OPENED, BreakerEdge.CLOSED
SUCCESS, FAILURE, NOTHING = BreakerWord.SUCCESS, BreakerWord.FAILURE, BreakerWord.NOTHING

SLOW = BreakerPolicy(recovery_seconds=60.0)
QUICK = BreakerPolicy(recovery_seconds=0.01)
MORTAL = BreakerPolicy(recovery_seconds=0.01, probe_seconds=0.1)

ONE_AN_HOUR = RateLimit(max_per_hour=1)

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

PATIENCE_S = 5.0
_PAUSE_S = 0.005


async def eventually(question: Callable[[], Awaitable[bool]]) -> None:
    """Ask until the answer is yes.

    Raises:
        TimeoutError: If it stays no.
    """
    async with asyncio.timeout(PATIENCE_S):
        while not await question():  # noqa: ASYNC110 - the other side may be a process
            await asyncio.sleep(_PAUSE_S)


async def fail(
    *processes: SharedState, times: int = 1, policy: BreakerPolicy = SLOW
) -> list[BreakerEdge]:
    """Let attempts fail, each process in turn; return the edges that were reported."""
    edges = []
    for number in range(times):
        process = processes[number % len(processes)]
        admission = await process.admit("sms", policy)
        assert admission is not None
        edges.append(await process.report(admission, FAILURE))
    return [edge for edge in edges if edge is not None]


async def probe(process: SharedState, policy: BreakerPolicy = QUICK) -> Admission:
    """Wait for leave to probe."""
    found: list[Admission] = []

    async def is_admitted() -> bool:
        admission = await process.admit("sms", policy)
        found.extend([admission] if admission else [])
        return bool(found)

    await eventually(is_admitted)
    assert found[0].probe
    return found[0]


@pytest.mark.asyncio
class SharedStateSuite:
    """What breakers, limits and sockets rely on; give the fixtures `shared` and `peer`.

    `shared` is an empty state and `peer` the same state as another process has it; for the state
    of one process both are the same object.
    """

    # -- breakers

    async def test_failures_of_all_processes_count_and_one_hears_that_it_opened(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        assert await fail(shared, peer, times=4) == []
        assert await fail(peer) == [OPENED]
        assert (await shared.admit("sms", SLOW), await peer.admit("sms", SLOW)) == (None, None)

    async def test_a_success_in_between_starts_the_count_anew(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        await fail(shared, times=4)
        admission = await peer.admit("sms", SLOW)
        assert admission is not None
        await peer.report(admission, SUCCESS)
        assert await fail(shared, times=4) == []

    async def test_attempts_that_tell_nothing_do_not_count(self, shared: SharedState) -> None:
        await fail(shared, times=4)
        admission = await shared.admit("sms", SLOW)
        assert admission is not None
        await shared.report(admission, NOTHING)
        assert await fail(shared) == [OPENED]

    async def test_of_all_processes_one_probes(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        await fail(shared, times=5, policy=QUICK)
        await eventually(lambda: _is(shared, BreakerState.HALF_OPEN))
        asked = [process.admit("sms", QUICK) for process in (shared, peer) * 10]
        answers = await asyncio.gather(*asked)
        assert [bool(answer.probe) for answer in answers if answer] == [True]

    async def test_a_probe_that_succeeds_closes_and_one_process_hears_of_it(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        await fail(shared, times=5, policy=QUICK)
        admission = await probe(peer)
        assert await peer.report(admission, SUCCESS) is CLOSED
        assert await peer.report(admission, SUCCESS) is None
        assert await fail(shared, peer, times=4) == []

    async def test_a_probe_that_fails_opens_again_without_news(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        await fail(shared, times=5, policy=QUICK)
        slow = (await probe(shared)).model_copy(update={"policy": SLOW})
        assert await shared.report(slow, FAILURE) is None
        assert await peer.admit("sms", QUICK) is None

    async def test_a_probe_that_tells_nothing_leaves_its_place_to_another(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        await fail(shared, times=5, policy=QUICK)
        await shared.report(await probe(shared), NOTHING)
        admission = await peer.admit("sms", QUICK)
        assert admission is not None
        assert admission.probe

    async def test_the_place_of_a_probe_that_died_is_given_away(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        await fail(shared, times=5, policy=MORTAL)
        dead = await probe(shared, MORTAL)
        heir = await probe(peer, MORTAL)
        assert not await shared.renew_probe(dead)
        assert await shared.report(dead, SUCCESS) is None
        assert await peer.report(heir, SUCCESS) is CLOSED

    async def test_a_renewed_probe_keeps_its_place(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        await fail(shared, times=5, policy=MORTAL)
        admission = await probe(shared, MORTAL)
        assert await shared.renew_probe(
            admission.model_copy(update={"policy": BreakerPolicy(probe_seconds=60)})
        )
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(probe(peer, MORTAL), 2 * MORTAL.probe_seconds)

    @pytest.mark.parametrize("word", BreakerWord)
    async def test_the_late_word_of_an_attempt_from_before_is_no_news(
        self, shared: SharedState, word: BreakerWord
    ) -> None:
        late = await shared.admit("sms", QUICK)
        assert late is not None
        await fail(shared, times=5, policy=QUICK)
        await probe(shared)
        assert await shared.report(late, word) is None
        assert await shared.admit("sms", QUICK) is None

    async def test_states_are_those_of_all_processes(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        await fail(shared, times=5)
        await shared.admit("mail", SLOW)
        states = {"sms": BreakerState.OPEN, "mail": BreakerState.CLOSED}
        assert await peer.breaker_states() == states

    async def test_a_breaker_that_was_reset_is_closed(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        await fail(shared, times=5)
        await peer.reset_breaker("sms")
        assert await shared.breaker_states() == {}
        assert await shared.admit("sms", SLOW) is not None

    # -- limits

    async def test_processes_take_from_one_bucket(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        limit = RateLimit(max_per_hour=1, burst=3)
        waits = [await process.take_turn("sms", limit) for process in (shared, peer) * 3]
        assert waits[:3] == [0.0] * 3
        assert all(wait == pytest.approx(3600, abs=PATIENCE_S) for wait in waits[3:])

    async def test_every_limit_that_is_set_holds(self, shared: SharedState) -> None:
        limit = RateLimit(max_per_second=100, max_per_minute=100, max_per_hour=1)
        assert await shared.take_turn("sms", limit) == 0.0
        wait = await shared.take_turn("sms", limit)
        assert wait == pytest.approx(3600, abs=PATIENCE_S)

    async def test_who_waits_as_long_as_told_gets_a_turn(self, shared: SharedState) -> None:
        limit = RateLimit(max_per_second=20, burst=1)
        await shared.take_turn("sms", limit)
        async with asyncio.timeout(PATIENCE_S):
            while wait := await shared.take_turn("sms", limit):
                assert wait <= 0.05
                await asyncio.sleep(wait)

    async def test_a_channel_without_limits_never_waits(self, shared: SharedState) -> None:
        assert [await shared.take_turn("sms", RateLimit()) for _ in range(3)] == [0.0] * 3

    async def test_channels_and_limits_have_buckets_of_their_own(self, shared: SharedState) -> None:
        two = RateLimit(max_per_hour=2)
        taken = [("sms", ONE_AN_HOUR), ("mail", ONE_AN_HOUR), ("sms", two)]
        assert [await shared.take_turn(*turn) for turn in taken] == [0.0] * 3

    async def test_limits_that_were_reset_start_anew(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        await shared.take_turn("sms", ONE_AN_HOUR)
        await peer.reset_limits("sms")
        assert await shared.take_turn("sms", ONE_AN_HOUR) == 0.0

    # -- presence

    @pytest.mark.parametrize(
        ("can_stream", "asked", "found"),
        [(True, True, True), (True, False, True), (False, True, False), (False, False, True)],
    )
    async def test_processes_see_who_watches(
        self, shared: SharedState, peer: SharedState, *, can_stream: bool, asked: bool, found: bool
    ) -> None:
        await shared.announce("room", "ws", "a", streams=can_stream, ttl_seconds=60)
        assert await peer.is_watched("room", "ws", streams=asked) is found

    async def test_watching_one_room_is_not_watching_another(self, shared: SharedState) -> None:
        await shared.announce("a:b", "c", "node", streams=True, ttl_seconds=60)
        assert not await shared.is_watched("a", "b:c", streams=False)
        assert not await shared.is_watched("a:b", "ws", streams=False)

    async def test_the_last_word_of_a_process_counts(self, shared: SharedState) -> None:
        await shared.announce("room", "ws", "a", streams=True, ttl_seconds=60)
        await shared.announce("room", "ws", "a", streams=False, ttl_seconds=60)
        assert not await shared.is_watched("room", "ws", streams=True)

    async def test_who_withdraws_takes_nobody_else_along(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        for node in ("a", "b"):
            await shared.announce("room", "ws", node, streams=True, ttl_seconds=60)
        await shared.withdraw("room", "ws", "a")
        assert await peer.is_watched("room", "ws", streams=True)
        await shared.withdraw("room", "ws", "b")
        assert not await peer.is_watched("room", "ws", streams=False)

    async def test_a_process_that_says_no_more_is_forgotten(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        await shared.announce("room", "ws", "a", streams=True, ttl_seconds=0.05)
        await eventually(lambda: _is_unwatched(peer))

    # -- answers that grow

    async def test_who_fences_learns_what_any_process_has_shown_last(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        assert await shared.show(growing("Hel"))
        assert await shared.show(growing("Hello"))
        assert await peer.fence("room", 1) == [growing("Hello")]

    async def test_fenced_answer_grows_no_more_in_any_process(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        await shared.show(growing("Hel"))
        await peer.fence("room", 1)
        assert not await shared.show(growing("Hello"))
        assert _texts(await peer.fence("room", 2)) == ["Hel"]

    async def test_fence_stands_for_answers_that_were_not_shown_yet(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        assert await shared.fence("room", 3) == []
        assert not await peer.show(growing("Hello", epoch=2))
        assert await shared.fence("room", 4) == []

    async def test_answers_of_the_new_epoch_grow_and_are_not_handed_out(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        await shared.fence("room", 1)
        assert await peer.show(growing("Hello", epoch=1))
        assert await shared.fence("room", 1) == []

    async def test_late_fence_does_not_lower_a_later_one(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        await shared.fence("room", 5)
        await peer.fence("room", 2)
        assert not await shared.show(growing("Hello", epoch=4))

    async def test_what_is_stored_or_taken_back_is_handed_to_nobody(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        await shared.show(growing("one", event_id="1"))
        await shared.show(growing("two", event_id="2"))
        await peer.conceal("room", "1")
        await peer.conceal("room", "unknown")
        assert _texts(await shared.fence("room", 1)) == ["two"]

    async def test_turn_that_is_asked_again_shows_in_place_of_its_first_try(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        await shared.show(growing("Hel", event_id="1", key="reply:q:ai:0"))
        await peer.show(growing("Bonjour", event_id="2", key="reply:q:ai:0"))
        assert _texts(await shared.fence("room", 1)) == ["Bonjour"]

    async def test_fence_of_one_room_leaves_others_alone(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        await shared.fence("room", 1)
        assert await peer.show(growing("Hello", room_id="other"))
        assert await shared.fence("room", 2) == []

    async def test_fence_that_races_an_answer_hands_out_all_that_was_allowed(
        self, shared: SharedState, peer: SharedState
    ) -> None:
        allowed = ""

        async def grow() -> None:
            nonlocal allowed
            while await shared.show(growing(f"{allowed}x")):
                allowed += "x"
                await asyncio.sleep(0)

        _, fenced = await asyncio.gather(grow(), _fence_after(peer, lambda: len(allowed) > 20))
        assert _texts(fenced) == [allowed]


async def _fence_after(shared: SharedState, has_grown: Callable[[], bool]) -> list[ShownAnswer]:
    while not has_grown():  # noqa: ASYNC110 - what grows has no news to tell
        await asyncio.sleep(0)
    return await shared.fence("room", 1)


def growing(
    text: str, *, event_id: str = "1", epoch: int = 0, key: str | None = None, room_id: str = "room"
) -> ShownAnswer:
    """Return an answer as it is shown with its text so far."""
    source = EventSource(channel_id="ai", channel_type=ChannelType.AI)
    return ShownAnswer(
        placeholder=RoomEvent(
            id=event_id,
            room_id=room_id,
            source=source,
            content=TextContent(body=text),
            idempotency_key=key,
            created_at=LONG_AGO,
        ),
        epoch=epoch,
        delivery_id="job",
    )


def _texts(answers: list[ShownAnswer]) -> list[str]:
    return [text_of(answer.placeholder.content) for answer in answers]


async def _is(shared: SharedState, state: BreakerState) -> bool:
    return (await shared.breaker_states())["sms"] is state


async def _is_unwatched(shared: SharedState) -> bool:
    return not await shared.is_watched("room", "ws", streams=False)
