"""One voice per room: what an agent said is not sent any more once somebody has taken over."""

from rooms.domain.commit import CommitOutcome
from rooms.domain.enums import ChannelCategory, ChannelType
from rooms.pipeline.parts import Parts
from rooms.pipeline.work import Work

STALE_OWNER = CommitOutcome.STALE_OWNER.value
"""Why an answer is refused, or its delivery dropped: the room has another owner by now."""


BY_AGENT = "_by_agent"
"""Key in the metadata of what the framework says for an agent: which. No client can set it."""


class StaleOwnerError(Exception):
    """An agent's message must not be sent: the room has another owner than when it was made."""


class OwnerGate:
    """Keeps transports from sending what agents said before the owner changed.

    What is pushed to pages is left alone: they show the timeline, and it is there.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def check(self, work: Work) -> None:
        """Return if the message of a delivery may be sent.

        Raises:
            StaleOwnerError: If it is an agent's of an earlier owner's time.
        """
        if work.row is None or not self._is_by_an_agent(work):
            return
        room = await self._parts.store.get_room(work.event.room_id)
        if room is not None and work.row.owner_epoch < room.owner_epoch:
            raise StaleOwnerError(f"made under epoch {work.row.owner_epoch} of the room's owner")

    def _is_by_an_agent(self, work: Work) -> bool:
        if work.event.metadata.get(BY_AGENT):
            return True
        source = work.event.source
        binding = work.context.get_binding(source.channel_id)
        if binding is not None:
            return binding.category is ChannelCategory.INTELLIGENCE
        channel = self._parts.channels.get(source.channel_id)
        if channel is not None:
            return channel.category is ChannelCategory.INTELLIGENCE
        return source.channel_type is ChannelType.AI
