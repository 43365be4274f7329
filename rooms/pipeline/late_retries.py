"""Failures that come late: the provider took a message, and gave it up for a reason that passes.

Everything is decided from what is stored, so that it does not matter how often a report comes, nor
which process hears it: the delivery is opened once for each send that came to nothing.
"""

import logging

from rooms.domain.job import OPEN_STATES, DeliveryFinish, DeliveryJob, DeliveryKind, DeliveryState
from rooms.domain.progress import Progress
from rooms.domain.provider_message import NEGATIVE, ProviderMessage
from rooms.pipeline.edits import DELETED
from rooms.pipeline.fallback_cases import FallbackCases
from rooms.pipeline.parts import Parts
from rooms.resilience.retry import next_delay

logger = logging.getLogger("roomkit.core.delivery")


class LateRetries:
    """Opens deliveries again by the retry policy of their binding, direct failures counted in."""

    def __init__(self, parts: Parts, cases: FallbackCases) -> None:
        self._store = parts.store
        self._channels = parts.channels
        self._cases = cases

    async def hear(self, message: ProviderMessage) -> bool:
        """Take it that a provider has given up a message; tell whether it is being sent again."""
        if message.room_id is None or message.event_id is None:
            return False
        jobs = await self._store.list_deliveries(message.room_id, event_id=message.event_id)
        own = [job for job in jobs if job.channel_id == message.channel_id]
        return any([await self.open(job) for job in own if job.kind is not DeliveryKind.REACT])

    async def open(self, job: DeliveryJob) -> bool:
        """Open an ended delivery if its message was given up for now; tell whether it is open."""
        if job.state is not DeliveryState.SENT:
            return job.state in OPEN_STATES
        failures = await self._find_failures(job)
        binding = await self._store.get_binding(job.room_id, job.channel_id) if failures else None
        delay = next_delay(binding.retry_policy, max(job.attempts, 1)) if binding else None
        if delay is None:
            return False
        why = failures[0]
        waiting = DeliveryFinish(
            id=job.id,
            state=DeliveryState.WAITING,
            attempts=job.attempts,
            due_in_s=delay,
            error_code=why.error_code,
            error_message=why.error_message,
        )
        if await self._store.reopen_delivery(waiting):
            facts = {"delivery_id": job.id, "room_id": job.room_id, "event_id": job.event_id}
            logger.info(
                "message was given up and is sent again",
                extra={**facts, "error_code": why.error_code, "retry_in_seconds": delay},
            )
        # Otherwise somebody else was faster, and it is open by them.
        return True

    async def _find_failures(self, job: DeliveryJob) -> list[ProviderMessage]:
        """Return the messages to send again: none if any part of what failed has failed for good.

        A send of several messages is repeated only if all of them came to nothing: some of its
        words would arrive twice.
        """
        event = await self._store.get_event(job.event_id)
        if event is None or event.metadata.get(DELETED):
            return []
        messages = {
            message.provider_message_id: message
            for message in await self._store.list_provider_messages(event.id)
            if message.channel_id == job.channel_id
        }
        sends = Progress.of(event, job.channel_id).sends_of(messages)
        failed = [
            [messages[each] for each in send]
            for send in sends
            if any(messages[each].status in NEGATIVE for each in send)
        ]
        whole = [message for send in failed for message in send]
        if not all([await self._passes(message) for message in whole]):
            return []
        went_on = bool(whole) and await self._cases.went_on(event, job.channel_id)
        return [] if went_on else whole

    async def _passes(self, message: ProviderMessage) -> bool:
        """Tell whether a message was given up for a reason that may be gone by now."""
        channel = await self._channels.find(message.channel_id)
        if channel is None or message.status not in NEGATIVE or message.error_code is None:
            return False
        return channel.may_send_again(message.error_code)
