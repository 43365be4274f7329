"""Going on by another channel where one does not reach its recipient."""

from enum import StrEnum

from pydantic import Field, field_validator

from rooms.domain.frozen import Frozen
from rooms.domain.job import DeliveryJob, DeliveryState

SECONDS_OF_A_MINUTE = 60.0
A_YEAR_IN_MINUTES = 366 * 24 * 60.0


class FallbackUntil(StrEnum):
    """How far a message has to come for its fallbacks not to be used."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"


class FallbackReason(StrEnum):
    """Why a message goes on by another channel.

    FAILED: it did not arrive. UNKNOWN: nobody knows whether it was sent, and nothing was heard of
    it. UNCONFIRMED: it was sent, and what the policy waits for was not heard in time.
    """

    FAILED = "failed"
    UNKNOWN = "unknown"
    UNCONFIRMED = "unconfirmed"


class SkipReason(StrEnum):
    """Why a channel of a chain is passed over.

    CANNOT_DELIVER: it is muted, may not read, or is not one that messages are handed to.
    """

    NOT_ATTACHED = "not_attached"
    CANNOT_DELIVER = "cannot_deliver"
    HAD_IT_BEFORE = "had_it_before"


class FallbackPolicy(Frozen):
    """Which channels stand in for the one of a binding, and when.

    The channels of a chain and the one that it belongs to are ways to the same recipient. A message
    goes out by one of them at a time.

    Attributes:
        channels: The ids of the channels to go on by, in order.
        until: How far a message has to come. Where a channel reports no reading, having arrived is
            enough.
        after_minutes: How long that may take once a message was sent; one that failed goes on at
            once.
    """

    channels: list[str] = Field(min_length=1)
    until: FallbackUntil = FallbackUntil.DELIVERED
    after_minutes: float = Field(default=15.0, gt=0.0, le=A_YEAR_IN_MINUTES)

    @field_validator("channels")
    @classmethod
    def check_channels(cls, channels: list[str]) -> list[str]:
        """Refuse a chain that names nobody, or one channel twice."""
        if "" in channels or len(set(channels)) < len(channels):
            raise ValueError(f"a chain names each channel once and by its id, got {channels!r}")
        return channels

    def wait_after(self, ended: DeliveryState) -> float | None:
        """Return the seconds to wait after a delivery has ended so; None where all is well."""
        if ended in (DeliveryState.FAILED, DeliveryState.DISCARDED):
            return 0.0
        if ended is DeliveryState.SENT and self.until is FallbackUntil.SENT:
            return None
        return self.after_minutes * SECONDS_OF_A_MINUTE

    def after(self, channel_id: str) -> list[str]:
        """Return the channels that come after one; all of them after the one with the policy."""
        place = self.channels.index(channel_id) + 1 if channel_id in self.channels else 0
        return self.channels[place:]


class FollowUp(Frozen):
    """The end of waiting for what becomes of a delivery.

    Attributes:
        delivery_id: The delivery that was waited for.
        next_job: The one that goes on for it, of the same event; None where none does.
    """

    delivery_id: str
    next_job: DeliveryJob | None = None
