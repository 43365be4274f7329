"""What all providers share, and what a transport channel needs of one."""

from abc import ABC
from collections.abc import Awaitable, Callable
from typing import ClassVar, Protocol

from channels_app.providers.base.webhook import (
    WebhookItem,
    WebhookRefused,
    WebhookReply,
    WebhookRequest,
)
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.delivery import ProviderResult


class Provider(ABC):  # noqa: B024 - the contract of each type adds the abstract methods
    """A vendor behind a channel. One object serves every room and is used concurrently.

    Attributes:
        takes_idempotency_key: Whether the vendor keeps a second send of the same event to the same
            recipient from becoming a second message; then one whose outcome is unknown is repeated.
        slug: The vendor's part of a webhook's path, such as `twilio`; empty takes no webhooks.
    """

    takes_idempotency_key: ClassVar[bool] = False
    slug: ClassVar[str] = ""

    @property
    def name(self) -> str:
        """The name that events and logs show; the class name unless overridden."""
        return type(self).__name__

    def capabilities(self) -> ChannelCapabilities | None:
        """Return what this vendor lets a recipient be shown; None sets no limit.

        A channel can show what both its type and its vendor can.
        """
        return None

    async def verify(self, request: WebhookRequest) -> None:
        """Prove that a webhook comes from the vendor; returning means it does.

        Raises:
            WebhookRefused: If it does not, or if no secret is configured to tell by.
        """
        raise WebhookRefused(f"{self.name} takes no webhooks")

    def parse(self, request: WebhookRequest, channel_id: str) -> list[WebhookItem]:
        """Read a verified webhook: everything in it, in order; nothing of interest gives [].

        Raises:
            MalformedWebhook: If the body is not what the vendor sends.
        """
        raise WebhookRefused(f"{self.name} takes no webhooks")

    def handshake(self, request: WebhookRequest) -> WebhookReply | None:
        """Answer a GET by which the vendor proves that the webhook's address is ours, if it does.

        Raises:
            WebhookRefused: If the vendor's token is wrong.
        """
        return None

    def reply(self, request: WebhookRequest) -> WebhookReply:
        """Return what the vendor wants to read once a webhook is stored: nothing, by default."""
        return WebhookReply()

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
