"""A channel in a room: what it can show, what it may do, who sees what it says (RFC §5.9, §6.4)."""

from datetime import datetime

from pydantic import Field

from rooms.domain.enums import (
    Access,
    AnyChannelType,
    ChannelCategory,
    ChannelDirection,
    ChannelMediaType,
    DeliveryMode,
    DeliveryPolicy,
)
from rooms.domain.fallback import FallbackPolicy
from rooms.domain.frozen import Frozen, utc_now
from rooms.domain.json import JsonObject
from rooms.domain.policies import RateLimit, RetryPolicy

READABLE = frozenset({Access.READ_WRITE, Access.READ_ONLY})
WRITABLE = frozenset({Access.READ_WRITE, Access.WRITE_ONLY})


class ChannelCapabilities(Frozen):
    """What a channel can show. `max_length` counts characters, None is unlimited."""

    media_types: list[ChannelMediaType] = [ChannelMediaType.TEXT]
    max_length: int | None = Field(default=None, gt=0)
    supports_threading: bool = False
    supports_reactions: bool = False
    supports_edit: bool = False
    supports_delete: bool = False
    supports_read_receipts: bool = False
    supports_typing: bool = False
    supports_templates: bool = False
    supports_rich_text: bool = False
    supports_buttons: bool = False
    max_buttons: int | None = Field(default=None, gt=0)
    supports_cards: bool = False
    supports_quick_replies: bool = False
    supports_media: bool = False
    supported_media_types: list[str] = []
    max_media_size_bytes: int | None = Field(default=None, gt=0)
    supports_audio: bool = False
    max_audio_duration_seconds: int | None = Field(default=None, gt=0)
    supported_audio_formats: list[str] = []
    supports_video: bool = False
    max_video_duration_seconds: int | None = Field(default=None, gt=0)
    supported_video_formats: list[str] = []
    delivery_mode: DeliveryMode = DeliveryMode.BROADCAST
    rate_limit: RateLimit | None = None
    custom: JsonObject = {}


class ChannelBinding(Frozen):
    """One channel attached to one room; unique by (room_id, channel_id).

    `delivery_policy` says whether a send whose outcome is unknown may be repeated, `fallback` by
    which channels a message goes on that does not reach its recipient by this one.
    """

    channel_id: str
    room_id: str
    channel_type: AnyChannelType
    category: ChannelCategory = ChannelCategory.TRANSPORT
    direction: ChannelDirection = ChannelDirection.BIDIRECTIONAL
    access: Access = Access.READ_WRITE
    muted: bool = False
    output_muted: bool = False
    visibility: str = "all"
    participant_id: str | None = None
    last_read_index: int | None = Field(default=None, ge=0)
    attached_at: datetime = Field(default_factory=utc_now)
    capabilities: ChannelCapabilities = ChannelCapabilities()
    rate_limit: RateLimit | None = None
    retry_policy: RetryPolicy | None = None
    delivery_policy: DeliveryPolicy = DeliveryPolicy.AT_MOST_ONCE
    fallback: FallbackPolicy | None = None
    metadata: JsonObject = {}

    @property
    def can_write(self) -> bool:
        """Whether events from this channel may be broadcast."""
        return self.access in WRITABLE and not self.muted

    @property
    def can_read(self) -> bool:
        """Whether events may be shown to this channel."""
        return self.access in READABLE
