"""What all providers share, and what a transport channel needs of one."""

from abc import ABC
from collections.abc import Awaitable, Callable
from typing import ClassVar, Protocol

from rooms.domain.delivery import ProviderResult


class Provider(ABC):  # noqa: B024 - the contract of each type adds the abstract methods
    """A vendor behind a channel. One object serves every room and is used concurrently.

    Attributes:
        takes_idempotency_key: Whether the vendor keeps a second send of the same event to the same
            recipient from becoming a second message; then one whose outcome is unknown is repeated.
    """

    takes_idempotency_key: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """The name that events and logs show; the class name unless overridden."""
        return type(self).__name__

    async def close(self) -> None:
        """Free connections; calling it twice does no harm."""


class TransportProvider(Protocol):
    """Anything a transport channel can send through.

    `send(event, to, **options)` takes the event, the recipient's address and the options that the
    channel's defaults name. A provider reports a refusal as `ProviderResult(success=False)`.
    """

    @property
    def send(self) -> Callable[..., Awaitable[ProviderResult]]:
        """Hand one event to the vendor."""
