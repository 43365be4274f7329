"""What the suite has to be told of a provider and its vendor."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from channels_app.providers.base.provider import Provider
from channels_app.providers.base.webhook import WebhookItem, WebhookRequest
from channels_app.testing.fakes.server import Fault
from rooms.domain.content import EventContent, TextContent
from rooms.domain.delivery import SendOutcome


class Vendor(Protocol):
    """A vendor on loopback, such as a `FakeVendor`; `sent` is what it took."""

    @property
    def sent(self) -> Sequence[Any]:
        """What was taken, oldest first."""

    @property
    def refusals(self) -> Sequence[Any]:
        """What was turned down."""

    def serving(self) -> AbstractContextManager[Any]:
        """Listen until the block ends."""


Post: TypeAlias = Callable[[Any], WebhookRequest]
"""Makes a webhook as the vendor posts it; called with the vendor that serves, or None."""


class Expected:
    """An item that a webhook holds: its type, and the attributes that matter.

    Args:
        kind: One of the types in `WebhookItem`.
        facts: What the attributes are.
    """

    def __init__(self, kind: type, **facts: Any) -> None:
        self.kind = kind
        self.facts = facts

    def misses(self, item: WebhookItem) -> str:
        """Return in what an item differs; empty if in nothing that matters."""
        if type(item) is not self.kind:
            return f"a {type(item).__name__}, not a {self.kind.__name__}"
        wrong = {
            name: getattr(item, name)
            for name, wanted in self.facts.items()
            if getattr(item, name) != wanted
        }
        return f"{wrong} instead of {self.facts}" if wrong else ""


@dataclass(frozen=True)
class Sample:
    """A webhook and what is in it, in order."""

    name: str
    post: Post
    items: tuple[Expected, ...]


@dataclass(frozen=True)
class Trouble:
    """Something that goes wrong with a send.

    Attributes:
        outcome: What the provider must call it.
        arrange: Tells the vendor to let it go wrong.
        config: What is wrong with the provider's config, such as its credentials.
        to: The recipient, if it is about that.
        retry_after: The seconds that the provider must have read from the answer.
        is_taken: Whether the vendor has the message all the same.
    """

    outcome: SendOutcome
    arrange: Callable[[Any], object] = lambda vendor: None
    config: Mapping[str, Any] = field(default_factory=dict)
    to: str | None = None
    retry_after: float | None = None
    is_taken: bool = False


@dataclass(frozen=True)
class Proof:
    """How webhooks are proved to be the vendor's.

    Attributes:
        post: A webhook of this moment.
        carried_by: The headers that the proof is in; `?token` is a field of the address.
        covers_body: Whether the body is proved with it.
        unconfigured: Changes of the config that take away what it is told by; None if there is no
            provider without.
        stale: A webhook that is too old, where the vendor tells the time.
        vectors: Webhooks with a proof that somebody else has computed, with the changes of the
            config that they need.
    """

    post: Post
    carried_by: tuple[str, ...]
    covers_body: bool = True
    unconfigured: Mapping[str, Any] | None = None
    stale: Post | None = None
    vectors: tuple[tuple[WebhookRequest, Mapping[str, Any]], ...] = ()


async def _nothing(provider: Any, vendor: Any) -> None:
    """Prepare nothing."""


@dataclass(frozen=True, kw_only=True)
class ProviderCase:
    """One provider.

    Attributes:
        make_provider: Builds it for a vendor that serves; keywords replace fields of its config.
        to: A recipient that the vendor knows.
        proof: How webhooks are proved; None if the provider takes none.
        webhooks: Webhooks of every kind that the vendor posts.
        secrets: The texts that nobody may be shown.
        make_vendor: Builds the vendor; None if the provider asks nobody.
        contents: What is sent; each must be taken.
        troubles: What can go wrong, by name. Cut lines and silence are tried without being named.
        calls_before: How many calls a provider makes before the message, such as one for a token.
        prepare: Called with a new provider and its vendor before the first send.
    """

    make_provider: Callable[..., Provider]
    to: str
    proof: Proof | None
    webhooks: Sequence[Sample]
    secrets: Sequence[str]
    make_vendor: Callable[[], Vendor] | None = None
    contents: Sequence[EventContent] = (TextContent(body="Ça va ? 😀"),)
    troubles: Mapping[str, Trouble] = field(default_factory=dict)
    calls_before: int = 0
    prepare: Callable[[Any, Any], Awaitable[None]] = _nothing

    @contextmanager
    def serving(self) -> Iterator[Any]:
        """Let the vendor listen until the block ends; yields None if there is none."""
        if self.make_vendor is None:
            yield None
            return
        vendor = self.make_vendor()
        with vendor.serving():
            yield vendor

    @asynccontextmanager
    async def ready(self, vendor: Any, **config: Any) -> AsyncIterator[Any]:
        """Build a provider that can send, and close it when the block ends."""
        provider = self.make_provider(vendor, **config)
        try:
            await self.prepare(provider, vendor)
            yield provider
        finally:
            await provider.close()

    def every_trouble(self) -> dict[str, Trouble]:
        """Return what is named, and a line that is cut once the message was taken."""
        if self.make_vendor is None:
            return dict(self.troubles)
        lost = Trouble(SendOutcome.UNKNOWN, self._cut_off, is_taken=True)
        return {"line cut after the message": lost, **self.troubles}

    def _cut_off(self, vendor: Any) -> None:
        vendor.fail_next(*[Fault()] * self.calls_before, Fault(drops_after=True))
