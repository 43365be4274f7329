"""A target that fails, or never answers, when certain words come."""

import asyncio
from typing import Any

from rooms import (
    ChannelBinding,
    ChannelCapabilities,
    ChannelOutput,
    DeliveryFailedError,
    DeliveryStatus,
    RoomContext,
    RoomEvent,
    RoomKit,
)
from rooms.domain.content import text_of
from rooms.domain.delivery import ProviderResult
from rooms.testing.rig import Recorder

BUSY = DeliveryFailedError("busy", "come back later")
FILTERED = DeliveryFailedError("30007", "filtered", retryable=False)
PASSING = ("30003", "30008")


class PickyPhone(Recorder):
    """Does once, for a text that begins so, what it was told; later it takes the same text.

    Attributes:
        names: What the next messages are called, each a list; otherwise `phone-1` and so on.
    """

    def __init__(self, channel_id: str = "phone", *, limit: int | None = None) -> None:
        super().__init__(channel_id, capabilities=ChannelCapabilities(max_length=limit))
        self.names: list[list[str]] = []
        self._refused: dict[str, Exception] = {}
        self._stuck = ""

    def may_send_again(self, error_code: str) -> bool:
        """Call some reported failures such as pass."""
        return error_code in PASSING

    def fail_at(self, beginning: str, error: Exception) -> None:
        """Fail once when a text begins so."""
        self._refused[beginning] = error

    def stick_at(self, beginning: str) -> None:
        """Never answer a text that begins so."""
        self._stuck = beginning

    async def deliver(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Deliver, fail or hang."""
        words = text_of(event.content)
        if self._stuck and words.startswith(self._stuck):
            await self._note(self.attempted, event)
            await asyncio.Event().wait()
        for beginning in [each for each in self._refused if words.startswith(each)]:
            raise self._refused.pop(beginning)
        output = await super().deliver(event, binding, context)
        if not self.names:
            return output
        answer = ProviderResult(success=True, provider_message_ids=self.names.pop(0))
        return ChannelOutput(provider_result=answer)


def failed(message_id: str, code: str = "30008", **more: Any) -> DeliveryStatus:
    """Build a report that a message of the phone came to nothing."""
    return reported(message_id, "failed", error_code=code, **more)


def reported(message_id: str, status: str, **more: Any) -> DeliveryStatus:
    """Build a report on a message of the phone."""
    return DeliveryStatus(
        channel_id="phone", provider="recorder", message_id=message_id, status=status, **more
    )


async def names_of(kit: RoomKit, event: RoomEvent | None) -> list[str]:
    """Return what an event's messages are called."""
    assert event is not None
    noted = await kit.store.list_provider_messages(event.id)
    return [each.provider_message_id for each in noted]
