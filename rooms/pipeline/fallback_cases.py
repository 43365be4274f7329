"""Whether a message that was sent has to go on by another channel, and by which."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelDirection, EventType
from rooms.domain.event import RoomEvent
from rooms.domain.fallback import (
    SECONDS_OF_A_MINUTE,
    FallbackPolicy,
    FallbackReason,
    FallbackUntil,
    SkipReason,
)
from rooms.domain.job import OPEN_STATES, DeliveryJob, DeliveryState
from rooms.domain.json import JsonObject
from rooms.domain.progress import Progress
from rooms.domain.provider_message import NEGATIVE, RANKS, MessageStatus, ProviderMessage
from rooms.pipeline.chains import is_carrier
from rooms.pipeline.edits import DELETED
from rooms.pipeline.permissions import wants_deliver
from rooms.pipeline.windows import build_template_key
from rooms.registry import ChannelRegistry
from rooms.stores.base import ConversationStore, EventFilter

# Of what a channel or person has said since; the host may speak through a channel too.
LATEST_WORDS = 20

NOT_SENT = (DeliveryState.FAILED, DeliveryState.DISCARDED)


@dataclass(frozen=True)
class Case:
    """A delivery that somebody looks after, with what decides about it."""

    job: DeliveryJob
    event: RoomEvent
    context: RoomContext
    policy: FallbackPolicy

    @property
    def first(self) -> str:
        """The channel that has the policy."""
        return self.job.fallback_for or self.job.channel_id

    @property
    def chain(self) -> list[str]:
        """All channels that lead to the recipient."""
        return [self.first, *self.policy.channels]

    @property
    def wanted(self) -> MessageStatus:
        """How far the message has to come by this channel."""
        binding = self.context.get_binding(self.job.channel_id)
        tells_reading = binding is not None and binding.capabilities.supports_read_receipts
        if self.policy.until is FallbackUntil.READ and not tells_reading:
            return MessageStatus.DELIVERED
        return MessageStatus(self.policy.until.value)

    @property
    def recipients(self) -> set[str]:
        """The ids of the participants behind the chain, as far as they are known."""
        chain, people = set(self.chain), self.context.participants
        named = {
            binding.participant_id
            for binding in self.context.bindings
            if binding.channel_id in chain and binding.participant_id
        } | {person.id for person in people if chain & {person.channel_id, *person.connected_via}}
        identities = {p.identity_id for p in people if p.id in named and p.identity_id}
        return named | {person.id for person in people if person.identity_id in identities}


@dataclass(frozen=True)
class Problem:
    """Why a message has to go on, and from when."""

    reason: FallbackReason
    error_code: str | None = None
    not_before: datetime | None = None


@dataclass(frozen=True)
class Choice:
    """The next channel of a chain, if there is one, and those that were passed over."""

    channel_id: str | None
    skipped: list[JsonObject]


class FallbackCases:
    """Reads cases and decides about them; writes nothing."""

    def __init__(self, store: ConversationStore, channels: ChannelRegistry) -> None:
        self._store = store
        self._channels = channels

    async def read(self, job: DeliveryJob) -> Case | None:
        """Return what decides about a delivery; None where there is nothing to go on for.

        So it is with what was deleted meanwhile, and with what the recipient has said.
        """
        event = await self._store.get_event(job.event_id)
        snapshot = await self._store.load_snapshot(job.room_id)
        if event is None or snapshot is None or not _is_message(event):
            return None
        binding = snapshot.context.get_binding(job.fallback_for or job.channel_id)
        if binding is None or binding.fallback is None:
            return None
        case = Case(job, event, snapshot.context, binding.fallback)
        return None if event.source.participant_id in case.recipients else case

    async def find_problem(self, case: Case) -> Problem | None:
        """Say why a message has to go on, or None if it has come far enough.

        Where a template went out in its place, what becomes of that one counts, and it has as long.
        """
        problem = await self._problem_of(case, case.job)
        if problem is None or problem.reason is not FallbackReason.FAILED:
            return problem
        template = await self._find_template_for(case.job)
        if template is None:
            return problem
        problem = await self._problem_of(case, template)
        if problem is None or problem.reason is FallbackReason.FAILED:
            return problem
        wait = timedelta(seconds=case.policy.after_minutes * SECONDS_OF_A_MINUTE)
        return replace(problem, not_before=template.due_at + wait)

    async def is_needless(self, job: DeliveryJob) -> bool:
        """Tell whether a message has come far enough since it was decided that it goes on."""
        for before in await self._store.list_deliveries(job.room_id, event_id=job.event_id):
            is_of_chain = job.fallback_for in (before.channel_id, before.fallback_for)
            if not is_of_chain or before.id == job.id or before.state in NOT_SENT:
                continue
            case = await self.read(before)
            if case is not None and await self.find_problem(case) is None:
                return True
        return False

    async def went_on(self, event: RoomEvent, channel_id: str) -> bool:
        """Tell whether a channel that comes after one in its chain has a message by now."""
        jobs = await self._store.list_deliveries(event.room_id, event_id=event.id)
        job = next((job for job in jobs if job.channel_id == channel_id), None)
        case = await self.read(job) if job else None
        if case is None:
            return False
        had = {job.channel_id for job in jobs if job.fallback_for == case.first}
        return bool(had.intersection(case.policy.after(channel_id)))

    async def _find_template_for(self, job: DeliveryJob) -> DeliveryJob | None:
        """Return the delivery of the template that went out after the window was found closed."""
        event = await self._store.find_event_by_key(
            build_template_key(job.event_id, job.channel_id), room_id=job.room_id
        )
        if event is None:
            return None
        jobs = await self._store.list_deliveries(job.room_id, event_id=event.id)
        return jobs[0] if jobs else None

    async def _problem_of(self, case: Case, job: DeliveryJob) -> Problem | None:
        """Say why a delivery is not enough.

        One of which nothing was heard is left alone once its recipient has written: then they are
        here.
        """
        if job.state in NOT_SENT:
            return Problem(FallbackReason.FAILED, job.error_code)
        is_open = job.state in OPEN_STATES  # it is being sent again: what is reported is past
        reports = [] if is_open else await self._reports_on(job)
        for message in reports:
            if message.status in NEGATIVE:
                return Problem(FallbackReason.FAILED, message.error_code)
        if reports and all(RANKS[each.status] >= RANKS[case.wanted] for each in reports):
            return None
        if await self._was_answered(case):
            return None
        is_unknown = job.state is DeliveryState.UNKNOWN
        return Problem(FallbackReason.UNKNOWN if is_unknown else FallbackReason.UNCONFIRMED)

    async def given_up_of(self, job: DeliveryJob) -> list[ProviderMessage]:
        """Return the messages of which the provider has said already that they will not arrive."""
        return [each for each in await self._reports_on(job) if each.status in NEGATIVE]

    async def choose(self, case: Case) -> Choice:
        """Choose the channel by which a message goes on."""
        jobs = await self._store.list_deliveries(case.event.room_id, event_id=case.event.id)
        had = {job.channel_id for job in jobs}
        skipped: list[JsonObject] = []
        for channel_id in case.policy.after(case.job.channel_id):
            why_not = self._why_not(channel_id, case, had)
            if why_not is None:
                return Choice(channel_id, skipped)
            skipped.append({"channel_id": channel_id, "reason": why_not.value})
        return Choice(None, skipped)

    def _why_not(self, channel_id: str, case: Case, had: set[str]) -> SkipReason | None:
        if channel_id in had:
            return SkipReason.HAD_IT_BEFORE
        binding = case.context.get_binding(channel_id)
        if binding is None:
            return SkipReason.NOT_ATTACHED
        may = binding.can_read and wants_deliver(binding)
        return None if may and is_carrier(binding, self._channels) else SkipReason.CANNOT_DELIVER

    async def _reports_on(self, job: DeliveryJob) -> list[ProviderMessage]:
        """Return what the provider took, without that in whose place it was sent again."""
        event = await self._store.get_event(job.event_id)
        given_up = Progress.of(event, job.channel_id).given_up if event else []
        return [
            message
            for message in await self._store.list_provider_messages(job.event_id)
            if message.channel_id == job.channel_id and message.provider_message_id not in given_up
        ]

    async def _was_answered(self, case: Case) -> bool:
        channels = [EventFilter(source_channel_id=channel_id) for channel_id in case.chain]
        people = [EventFilter(participant_id=person) for person in case.recipients]
        for asked in (*channels, *people):
            said = await self._store.list_events(
                case.event.room_id,
                limit=LATEST_WORDS,
                after_index=case.event.index,
                event_filter=asked.model_copy(update={"types": (EventType.MESSAGE,)}),
            )
            if any(event.source.direction is ChannelDirection.INBOUND for event in said):
                return True
        return False


def _is_message(event: RoomEvent) -> bool:
    return event.type is EventType.MESSAGE and not event.metadata.get(DELETED)
