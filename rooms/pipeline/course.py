"""What is left to send of an event by one channel, and how far it has come."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rooms.domain.delivery import DeliveryOutcome, DeliveryResult, ProviderResult
from rooms.domain.enums import ChannelDirection
from rooms.domain.event import RoomEvent
from rooms.domain.job import DeliveryState
from rooms.domain.output import ChannelOutput
from rooms.domain.progress import PROGRESS, SEND_NAME, Progress
from rooms.domain.provider_message import ARRIVED, NEGATIVE, MessageStatus, ProviderMessage
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.outcomes import build_success
from rooms.pipeline.parts import Parts
from rooms.pipeline.work import Work


@dataclass(frozen=True)
class Course:
    """The messages that an event goes out as.

    Attributes:
        work: The delivery.
        messages: One, or one for each part of a text that is too long for one.
        progress: What has gone out of them.
        is_sure: Whether the provider is known to have what was under way, or waited, before this.
    """

    work: Work
    messages: tuple[RoomEvent, ...]
    progress: Progress
    is_sure: bool = False

    @property
    def left(self) -> list[tuple[int, RoomEvent]]:
        """The messages that are still to be sent, each with its place."""
        places = range(len(self.messages))
        left = [at for at in places if not self.progress.has_sent(at)]
        return [(at, _named(self.messages[at], self.progress.name_of(at))) for at in left]

    @property
    def is_plain(self) -> bool:
        """Whether one send is all there is to it, so that nothing has to be kept of it."""
        return len(self.messages) == 1 and self.progress == Progress()

    def so_far(self) -> DeliveryResult:
        """Return the result of a delivery of which nothing is left to send."""
        return DeliveryResult(
            channel_id=self.work.binding.channel_id,
            status=DeliveryOutcome.SENT,
            provider_message_id=next(iter(self.progress.ids), None),
        )


class Courses:
    """Reads how far deliveries have come, and writes it down."""

    def __init__(self, parts: Parts, lanes: Lanes) -> None:
        self._parts = parts
        self._lanes = lanes

    async def resume(self, work: Work, messages: Sequence[RoomEvent]) -> Course:
        """Return what earlier attempts have left of a delivery, in this process or another."""
        was_tried = work.row is not None and work.row.attempts > 0
        if len(messages) == 1 and not was_tried:
            return Course(work, tuple(messages), Progress())
        course = await self._lanes.persist(work, lambda: self._read(work, messages))
        if course.progress.given_up or course.is_sure:
            await self._keep(course, _stand_of(course))
        return course

    async def advance(
        self, course: Course, at: int, output: ChannelOutput
    ) -> tuple[Course, ChannelOutput]:
        """Note that a message has gone out; return the course and what to keep of it by now."""
        if course.is_plain:
            return course, output
        answer = output.provider_result or ProviderResult(success=True)
        progress = course.progress.with_part(at, _ids_of(answer))
        course = replace(course, progress=progress)
        output = output.model_copy(update={"provider_result": _sum_up(answer, progress)})
        await self._keep(course, build_success(course.work, output))
        return course, output

    async def _read(self, work: Work, messages: Sequence[RoomEvent]) -> Course:
        channel_id, store = work.binding.channel_id, self._parts.store
        event = await store.get_event(work.event.id) or work.event
        progress = Progress.of(event, channel_id).cut_anew(len(messages))
        noted = [
            message
            for message in await store.list_provider_messages(event.id)
            if message.channel_id == channel_id and message.direction is ChannelDirection.OUTBOUND
        ]
        bad = [each.provider_message_id for each in noted if each.status in NEGATIVE]
        progress = progress.model_copy(update={"given_up": bad})
        taken = _find_taken(work, progress, noted)
        if taken:
            progress = progress.with_part(progress.first_left, taken)
        return Course(work, tuple(messages), progress, is_sure=bool(taken))

    async def _keep(self, course: Course, result: DeliveryResult) -> None:
        work = course.work
        results = {result.channel_id: result.model_dump(mode="json")}
        await self._lanes.persist(
            work, lambda: self._parts.store.record_delivery_results(work.event.id, results)
        )


def _find_taken(work: Work, progress: Progress, noted: Sequence[ProviderMessage]) -> list[str]:
    """Return the messages of the send that is under way or waits, if the provider has it already.

    A process has died before it could tell, or what was given up has arrived after all. Who has a
    whole message tried again by hand wants it sent, whatever is known; of parts they want the rest.
    """
    state = work.row.state if work.row else DeliveryState.PENDING
    news = {
        DeliveryState.SENDING: frozenset(MessageStatus) - NEGATIVE,
        DeliveryState.WAITING: ARRIVED,
        DeliveryState.PENDING: ARRIVED if progress.total > 1 else frozenset(),
    }.get(state, frozenset())
    return [
        message.provider_message_id
        for message in noted
        if message.status in news and message.provider_message_id not in progress.ids
    ]


def tell_progress(result: DeliveryResult, progress: Progress) -> DeliveryResult:
    """Return the result of a delivery that ends badly, saying how many of its parts went out."""
    gone = progress.count
    if progress.total == 1 or not gone or result.error is None:
        return result
    told = f"{gone} of {progress.total} parts went out, then: {result.error.message}"
    error = result.error.model_copy(update={"message": told})
    first = next(iter(progress.ids), None)
    return result.model_copy(update={"error": error, "provider_message_id": first})


def _stand_of(course: Course) -> DeliveryResult:
    """Return what is known of a delivery before anything more of it is sent."""
    is_over = not course.left
    answer = _sum_up(ProviderResult(success=is_over), course.progress)
    result = course.work.result(DeliveryOutcome.SENT if is_over else DeliveryOutcome.QUEUED)
    return result.model_copy(update={"provider_result": answer})


def _sum_up(answer: ProviderResult, progress: Progress) -> ProviderResult:
    """Return the answer to the last message as one to all of them."""
    return answer.model_copy(
        update={
            "provider_message_id": next(iter(progress.ids), None),
            "provider_message_ids": progress.ids,
            "segments": answer.segments if progress.total == 1 else None,
            "metadata": {**answer.metadata, PROGRESS: progress.model_dump()},
        }
    )


def _ids_of(answer: ProviderResult) -> list[str]:
    return answer.provider_message_ids or [*filter(None, [answer.provider_message_id])]


def _named(message: RoomEvent, name: str) -> RoomEvent:
    """Return a message with the name of its send, for vendors that drop repeats."""
    if not name:
        return message
    extra = {**message.channel_data.extra, SEND_NAME: name}
    data = message.channel_data.model_copy(update={"extra": extra})
    return message.model_copy(update={"channel_data": data})
