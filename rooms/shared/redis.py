"""Shared state in Redis, for sites of several processes."""

from collections.abc import Sequence
from uuid import uuid4

from rooms.domain.breaker import (
    Admission,
    BreakerEdge,
    BreakerPolicy,
    BreakerState,
    BreakerWord,
)
from rooms.domain.policies import RateLimit
from rooms.ports import ShownAnswer
from rooms.resilience.clock import Clock, SystemClock
from rooms.shared import scripts
from rooms.shared.buckets import bucket_sizes
from rooms.shared.link import RedisAwayError, RedisLink
from rooms.shared.local import LocalSharedState
from rooms.shared.show_batches import ShowBatches
from rooms.shared.shown import FENCED_FOR_S, SHOWN_FOR_S, turn_of


class RedisSharedState:
    """Breakers, buckets, presence and growing answers that all processes of a site see.

    While Redis does not answer each process goes by its own memory: a limit per process is better
    than no message. That is logged once, and once when it is over. What was admitted by one side
    is reported to that side, so a word about an attempt from before is lost with it; an edge may
    then be reported by each process. No answer grows meanwhile, because nobody could stop it.

    Args:
        url: Where Redis is, such as `redis://127.0.0.1:6379/0`; one Redis, not a cluster.
        clock: What the fallback goes by, and when a silent Redis is asked again; Redis has a clock
            of its own.
        prefix: What the names of its keys begin with.

    Attributes:
        prefix: As given.
    """

    def __init__(self, url: str, *, clock: Clock | None = None, prefix: str = "roomkit") -> None:
        clock = clock or SystemClock()
        self._link = RedisLink(url, clock)
        self._local = LocalSharedState(clock)
        self._batches = ShowBatches(self._show_all)
        self.prefix = prefix

    # -- breakers

    async def admit(self, channel_id: str, policy: BreakerPolicy) -> Admission | None:
        """Return leave to try the channel once, or None when the attempt must fail fast."""
        args = (channel_id, uuid4().hex, _ms(policy.probe_seconds))
        try:
            given = await self._link.run(scripts.ADMIT, self._breaker_keys(channel_id), *args)
        except RedisAwayError:
            return await self._local.admit(channel_id, policy)
        if given is None:
            return None
        era, probe = given
        return Admission(channel_id=channel_id, policy=policy, era=era, probe=probe, is_shared=True)

    async def report(self, admission: Admission, word: BreakerWord) -> BreakerEdge | None:
        """Take what came of an attempt; whoever's word opens or closes the breaker learns so."""
        if not admission.is_shared:
            return await self._local.report(admission, word)
        policy = admission.policy
        said = (word, admission.era, admission.probe)
        opening = (policy.failure_threshold, _ms(policy.recovery_seconds))
        keys = self._breaker_keys(admission.channel_id)[:1]
        try:
            edge = await self._link.run(scripts.REPORT, keys, *said, *opening)
        except RedisAwayError:
            return None
        return BreakerEdge(edge) if edge else None

    async def renew_probe(self, admission: Admission) -> bool:
        """Keep the probe's place; tell whether it was still held, as far as is known."""
        if not admission.is_shared:
            return await self._local.renew_probe(admission)
        args = (admission.era, admission.probe, _ms(admission.policy.probe_seconds))
        keys = self._breaker_keys(admission.channel_id)[:1]
        try:
            return bool(await self._link.run(scripts.RENEW_PROBE, keys, *args))
        except RedisAwayError:
            return True

    async def breaker_states(self) -> dict[str, BreakerState]:
        """Return the state of every breaker that was ever asked, by channel id."""
        prefix, index = self._breaker_keys("")
        try:
            flat = await self._link.run(scripts.STATES, [index], prefix)
        except RedisAwayError:
            return await self._local.breaker_states()
        return {
            channel_id: BreakerState(state)
            for channel_id, state in zip(flat[::2], flat[1::2], strict=True)
        }

    async def reset_breaker(self, channel_id: str) -> None:
        """Drop a channel's breaker; the next one starts closed."""
        await self._local.reset_breaker(channel_id)
        await self._link.attempt(scripts.RESET_BREAKER, self._breaker_keys(channel_id), channel_id)

    # -- buckets

    async def take_turn(self, channel_id: str, limit: RateLimit) -> float:
        """Take a token of every limit that is set, or none; return the seconds to wait."""
        sizes = [part for size in bucket_sizes(limit) for part in (size.rate, size.capacity)]
        if not sizes:
            return 0.0
        name = limit.model_dump_json()
        keys = [self._limits_key(channel_id)]
        try:
            wait_us = await self._link.run(scripts.TAKE_TURN, keys, name, *sizes)
        except RedisAwayError:
            return await self._local.take_turn(channel_id, limit)
        return int(wait_us) / 1_000_000

    async def reset_limits(self, channel_id: str) -> None:
        """Drop a channel's buckets; the next ones start full."""
        await self._local.reset_limits(channel_id)
        await self._link.attempt(scripts.DROP, [self._limits_key(channel_id)])

    # -- presence: what this process says it also remembers, for when Redis does not answer

    async def announce(
        self, room_id: str, channel_id: str, node: str, *, streams: bool, ttl_seconds: float
    ) -> None:
        """Say that a process shows a room to somebody through a channel, for so long."""
        await self._local.announce(
            room_id, channel_id, node, streams=streams, ttl_seconds=ttl_seconds
        )
        keys = self._presence_keys(room_id, channel_id)
        await self._link.attempt(scripts.ANNOUNCE, keys, node, int(streams), _ms(ttl_seconds))

    async def withdraw(self, room_id: str, channel_id: str, node: str) -> None:
        """Say that a process shows a room to nobody through a channel any more."""
        await self._local.withdraw(room_id, channel_id, node)
        await self._link.attempt(scripts.WITHDRAW, self._presence_keys(room_id, channel_id), node)

    async def is_watched(self, room_id: str, channel_id: str, *, streams: bool) -> bool:
        """Tell whether any process shows a room through a channel."""
        anybody, streaming = self._presence_keys(room_id, channel_id)
        try:
            return bool(
                await self._link.run(scripts.IS_WATCHED, [streaming if streams else anybody])
            )
        except RedisAwayError:
            return await self._local.is_watched(room_id, channel_id, streams=streams)

    # -- answers that grow

    async def show(self, answer: ShownAnswer) -> bool:
        """Note an answer as it is about to be shown; False when that is over or Redis is away."""
        return await self._batches.show(answer)

    async def _show_all(self, answers: Sequence[ShownAnswer]) -> list[bool]:
        keys = [key for one in answers for key in self._answer_keys(one.placeholder.room_id)]
        told = [part for one in answers for part in (turn_of(one), one.epoch, _value_of(one))]
        try:
            given = await self._link.run(scripts.SHOW, keys, _ms(SHOWN_FOR_S), *told)
        except RedisAwayError:
            return [False] * len(answers)
        return [
            bool(may_show) and await self._local.show(one)
            for one, may_show in zip(answers, given, strict=True)
        ]

    async def fence(self, room_id: str, epoch: int) -> list[ShownAnswer]:
        """Forbid all answers of epochs before `epoch` to grow, and return those that are shown.

        While Redis is away they are those of this process.
        """
        own = await self._local.fence(room_id, epoch)
        keys = self._answer_keys(room_id)
        try:
            values = await self._link.run(scripts.FENCE, keys, epoch, _ms(FENCED_FOR_S))
        except RedisAwayError:
            return own
        shown = [ShownAnswer.model_validate_json(value.partition("\n")[2]) for value in values]
        return [answer for answer in shown if answer.epoch < epoch]

    async def conceal(self, room_id: str, event_id: str) -> None:
        """Forget a shown answer: it is stored, or was taken back."""
        await self._local.conceal(room_id, event_id)
        await self._link.attempt(scripts.CONCEAL, self._answer_keys(room_id)[:1], f"{event_id}\n")

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._link.close()

    # -- names of keys

    def _breaker_keys(self, channel_id: str) -> list[str]:
        """Return a channel's breaker and the index of all breakers."""
        return [f"{self.prefix}:breaker:{channel_id}", f"{self.prefix}:breakers"]

    def _limits_key(self, channel_id: str) -> str:
        return f"{self.prefix}:limits:{channel_id}"

    def _answer_keys(self, room_id: str) -> list[str]:
        """Return what is shown in a room, and its fence."""
        return [f"{self.prefix}:shown:{room_id}", f"{self.prefix}:fence:{room_id}"]

    def _presence_keys(self, room_id: str, channel_id: str) -> list[str]:
        """Return who watches and who watches and streams; ids may contain anything."""
        name = f"{self.prefix}:presence:{len(room_id)}:{room_id}:{channel_id}"
        return [name, f"{name}:streams"]


def _value_of(answer: ShownAnswer) -> str:
    return f"{answer.placeholder.id}\n{answer.model_dump_json()}"


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))
