"""What came of handing an event to a channel (RFC §5.12, §5.13, §14)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field, model_validator

from rooms.domain.content import Words
from rooms.domain.frozen import Frozen
from rooms.domain.json import JsonObject


class DeliveryOutcome(StrEnum):
    """Where one delivery stands for the caller."""

    SENT = "sent"
    QUEUED = "queued"
    FAILED = "failed"
    UNKNOWN = "unknown"


class SendOutcome(StrEnum):
    """What became of one send, as far as the provider can tell.

    ACCEPTED: the vendor has the message. THROTTLED and TRANSIENT: it has not and may take it later.
    UNKNOWN: it may have it. REJECTED, OPTED_OUT (the recipient wants nothing more), WINDOW_CLOSED
    (only templates are allowed now) and AUTH (our credentials are refused): it will not take it.
    """

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    THROTTLED = "throttled"
    TRANSIENT = "transient"
    UNKNOWN = "unknown"
    OPTED_OUT = "opted_out"
    WINDOW_CLOSED = "window_closed"
    AUTH = "auth"


class DeliveryError(Frozen):
    """Why a delivery failed; `retry_after` in seconds."""

    code: str
    message: str = ""
    retryable: bool = True
    retry_after: float | None = None


class ProviderResult(Frozen):
    """What a provider answered; `success=False` becomes a delivery error.

    Attributes:
        success: Whether the vendor took the message.
        provider_message_id: The vendor's id of the message, of its first part if it has several.
        error: What the vendor said, for people.
        metadata: Whatever else the vendor told.
        outcome: What became of it; None is read as ACCEPTED or, without success, as TRANSIENT.
        code: The vendor's own code of a refusal.
        retry_after: Seconds the vendor asks to wait.
        provider_message_ids: The vendor's ids of all parts, in order.
        channel_used: What it went out as, where the vendor chooses, such as "sms" for RCS.
        segments: How many messages are billed.
        recipient: The address it was sent to; the channel fills it in.
    """

    success: bool
    provider_message_id: str | None = None
    error: str | None = None
    metadata: JsonObject = {}
    outcome: SendOutcome | None = None
    code: str | None = None
    retry_after: float | None = None
    provider_message_ids: list[str] = []
    channel_used: str | None = None
    segments: int | None = None
    recipient: str | None = None


class DeliveryResult(Frozen):
    """The outcome of one event at one channel."""

    channel_id: str
    status: DeliveryOutcome
    provider_message_id: str | None = None
    provider_result: ProviderResult | None = None
    error: DeliveryError | None = None
    retry_after: float | None = None

    @model_validator(mode="before")
    @classmethod
    def read_success(cls, data: Any) -> Any:
        """Accept `success=` for `status=`."""
        if isinstance(data, dict) and "status" not in data and "success" in data:
            data = dict(data)
            sent = data.pop("success")
            data["status"] = DeliveryOutcome.SENT if sent else DeliveryOutcome.FAILED
        return data

    @property
    def success(self) -> bool:
        """Whether the channel took the event."""
        return self.status is DeliveryOutcome.SENT


class DeliveryStatus(Frozen):
    """A provider's later word on a message it took (status webhook)."""

    room_id: str | None = None
    channel_id: str | None = None
    provider: str
    message_id: Words
    status: Words
    recipient: Words = ""
    sender: Words = ""
    error_code: Words | None = None
    error_message: Words | None = None
    timestamp: datetime | None = None
    raw: JsonObject = Field(default_factory=dict)


def merge_results(known: JsonObject, news: JsonObject) -> JsonObject:
    """Return an event's results by channel after news of some.

    What a provider has answered stays known where the news says nothing of it.
    """
    return known | {
        channel_id: _keep_answer(known.get(channel_id) or {}, result)
        for channel_id, result in news.items()
    }


def _keep_answer(known: JsonObject, result: JsonObject) -> JsonObject:
    if result.get("provider_result") is not None or "provider_result" not in known:
        return result
    return {**result, "provider_result": known["provider_result"]}
