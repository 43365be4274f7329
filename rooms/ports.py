"""Shapes the kit passes through without knowing the packages above that make them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, runtime_checkable

from rooms.domain.breaker import (
    Admission,
    BreakerEdge,
    BreakerPolicy,
    BreakerState,
    BreakerWord,
)
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import Frozen
from rooms.domain.json import JsonObject
from rooms.domain.media import FileBytes
from rooms.domain.message import InboundMessage, InboundResult
from rooms.domain.policies import RateLimit
from rooms.domain.source import SourceHealth, SourceStatus

SendFn = Callable[[str, RoomEvent], Awaitable[None]]
"""Sends one event to one connection: `(connection_id, event)`."""

StreamSendFn = Callable[[str, Any], Awaitable[None]]
"""Sends one stream message to one connection: `(connection_id, message)`."""


@runtime_checkable
class AcceptsConnections(Protocol):
    """A channel that keeps a registry of live connections."""

    def register_connection(
        self,
        connection_id: str,
        send_fn: SendFn,
        *,
        stream_send_fn: StreamSendFn | None = None,
        room_id: str | None = None,
    ) -> None:
        """Add or replace a connection."""

    def unregister_connection(self, connection_id: str) -> None:
        """Forget a connection; an unknown one is ignored."""


class RoomStrategy(Protocol):
    """A way in which the agents of a room work together; the room keeps it as data."""

    def enlist(self, kit: Any) -> None:
        """Register the agents that take part, unless they are registered already.

        Raises:
            ValueError: If another channel has the id of one of them.
        """

    async def install(self, kit: Any, room_id: str) -> None:
        """Attach the agents that answer, and let the room go by the strategy.

        Raises:
            ValueError: If another channel has the id of one of the agents.
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If the room takes no more events.
        """


class WebhookFacts(Protocol):
    """What a webhook says that the host took itself."""

    @property
    def is_inbound(self) -> bool:
        """Whether it holds a message to us."""

    @property
    def is_status(self) -> bool:
        """Whether it reports on a message of ours."""

    def to_inbound(self, channel_id: str) -> InboundMessage:
        """Return the message, as it came in by a channel."""

    def to_status(self) -> DeliveryStatus:
        """Return the report."""


class ShownAnswer(Frozen):
    """An answer that people are being shown while it is made.

    Attributes:
        placeholder: The event as it will be stored, with the text shown so far.
        epoch: The owner's epoch it is made under.
        delivery_id: The job of whose turn it is; None where there is no outbox.
    """

    placeholder: RoomEvent
    epoch: int
    delivery_id: str | None = None


class SharedState(Protocol):
    """What the processes of one site must know of each other to behave as one.

    Circuit breakers per channel, token buckets per channel and limit, and who is connected.
    Nothing here is the truth about a conversation: all of it may be lost and grows again.
    """

    async def admit(self, channel_id: str, policy: BreakerPolicy) -> Admission | None:
        """Return leave to try the channel once, or None when the attempt must fail fast.

        Of all processes only one gets leave to probe a breaker that has been open long enough.
        """

    async def report(self, admission: Admission, word: BreakerWord) -> BreakerEdge | None:
        """Take what came of an attempt; whoever's word opens or closes the breaker learns so."""

    async def renew_probe(self, admission: Admission) -> bool:
        """Keep the probe's place for another `probe_seconds`; tell whether it was still held."""

    async def breaker_states(self) -> dict[str, BreakerState]:
        """Return the state of every breaker that was ever asked, by channel id."""

    async def reset_breaker(self, channel_id: str) -> None:
        """Drop a channel's breaker; the next one starts closed."""

    async def take_turn(self, channel_id: str, limit: RateLimit) -> float:
        """Take a token of every limit that is set, or none.

        Returns:
            0.0 when taken, else after how many seconds asking again may help.
        """

    async def reset_limits(self, channel_id: str) -> None:
        """Drop a channel's buckets; the next ones start full."""

    async def announce(
        self, room_id: str, channel_id: str, node: str, *, streams: bool, ttl_seconds: float
    ) -> None:
        """Say that a process shows a room to somebody through a channel, for so long.

        Args:
            room_id: The room that is shown.
            channel_id: The channel it is shown through.
            node: The process; its next word for the same room and channel replaces this one.
            streams: Whether it can show an answer while it grows.
            ttl_seconds: When to forget it; say it again before.
        """

    async def withdraw(self, room_id: str, channel_id: str, node: str) -> None:
        """Say that a process shows a room to nobody through a channel any more."""

    async def is_watched(self, room_id: str, channel_id: str, *, streams: bool) -> bool:
        """Tell whether any process shows a room through a channel.

        Args:
            room_id: The room.
            channel_id: The channel.
            streams: Whether only those count that can show an answer while it grows.
        """

    # Answers that grow. What was shown is known to all processes, so that whoever takes a room over
    # can store exactly that.

    async def show(self, answer: ShownAnswer) -> bool:
        """Note an answer as it is about to be shown, its whole text so far; False forbids it.

        It is forbidden from the moment on that the room was fenced for a later epoch than the
        answer's.
        """

    async def fence(self, room_id: str, epoch: int) -> list[ShownAnswer]:
        """Forbid all answers of epochs before `epoch` to grow, and return those that are shown."""

    async def conceal(self, room_id: str, event_id: str) -> None:
        """Forget a shown answer: it is stored, or was taken back."""

    async def close(self) -> None:
        """Give back what belongs to the running event loop."""


EmitCallback = Callable[[InboundMessage], Awaitable[InboundResult]]
"""What a source hands each message to; once it has returned, the message is stored."""

ItemTaker = Callable[[str, Sequence[Any]], Awaitable[list[InboundResult]]]
"""Lets what a source brings take effect: `(name of the source, items of one channel)`.

Items are messages, and what else the packages above can read, such as reports and edits; what
became of the messages among them is returned.
"""


class Source(Protocol):
    """Something that fetches messages instead of waiting for them."""

    @property
    def name(self) -> str:
        """The name that events and logs show."""

    @property
    def status(self) -> SourceStatus:
        """Where it stands."""

    async def start(self, emit: EmitCallback) -> None:
        """Fetch until it is stopped or cancelled.

        Returning says that there is nothing more to come; raising asks to be started again later.
        """

    async def stop(self) -> None:
        """Let `start` return, and free connections; twice does no harm."""

    async def healthcheck(self) -> SourceHealth:
        """Return how it is doing."""


class SourceLink(Protocol):
    """What a source has beside `emit`, if it has a method `bind` to take it."""

    @property
    def cursor(self) -> JsonObject:
        """How far it has read, as it was kept last; {} before the first time."""

    async def keep_cursor(self, cursor: JsonObject) -> None:
        """Keep how far it has read, for whoever runs it next.

        Raises:
            SourceLostError: If another process runs it now.
            StoreUnavailableError: If it could not be kept.
        """

    async def take(self, items: Sequence[Any]) -> list[InboundResult]:
        """Let reports, edits, typing and the like take effect, as webhooks do."""

    def look(self) -> None:
        """Have status and health noted soon, because they have changed."""


@runtime_checkable
class BindsLink(Protocol):
    """A source that wants its link before it is started."""

    def bind(self, link: SourceLink) -> None:
        """Keep the link; called before each start."""


class MediaStore(Protocol):
    """Where the site keeps the files of its rooms; contents name them as `media:<id>`."""

    async def keep(self, event: RoomEvent, *, copies: bool = True) -> RoomEvent:
        """Return an event whose files are the site's, as far as their bytes are at hand.

        That is what `data:` addresses hold, and files of other rooms, which are copied. Keeping the
        same event again keeps nothing twice.

        Args:
            event: Whose files to keep.
            copies: Whether it may name files of other rooms; what people send us may not, or they
                could read what they were not told.
        """

    async def claim(self, event: RoomEvent) -> None:
        """Note that an event about to be stored has its files: they are erased with it."""

    def show(self, event: RoomEvent) -> RoomEvent:
        """Return an event whose kept files have addresses that anybody can fetch, for a while."""

    async def attach(self, event: RoomEvent, *, max_bytes: int) -> RoomEvent:
        """Return an event that holds its kept files as `data:`, as many as fit; others as shown."""

    async def read(self, url: str) -> FileBytes:
        """Return a kept file by the `media:` address in a content.

        Raises:
            LookupError: If it is not kept, or no longer.
        """

    async def delete_erased(self) -> int:
        """Delete the bytes of files whose events are gone; return how many there were."""

    async def tidy(self) -> int:
        """Do the worker's chore: delete what is erased, and what no event came to have."""
