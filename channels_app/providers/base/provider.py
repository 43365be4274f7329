"""What all providers share, and what a transport channel needs of one."""

from abc import ABC
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import ClassVar, Protocol

from pydantic import BaseModel

from channels_app.providers.base.media import DEFAULT_MAX_BYTES, FetchedMedia, download
from channels_app.providers.base.webhook import (
    Part,
    WebhookItem,
    WebhookRefused,
    WebhookReply,
    WebhookRequest,
)
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.event import RoomEvent


class Provider(ABC):  # noqa: B024 - the contract of each type adds the abstract methods
    """A vendor behind a channel. One object serves every room and is used concurrently.

    Attributes:
        attached_bytes: How many bytes of files go out with a message; without any, the vendor gets
            their addresses.
        takes_idempotency_key: Whether the vendor keeps a second send of the same event to the same
            recipient from becoming a second message; then one whose outcome is unknown is repeated.
        slug: The vendor's part of a webhook's path, such as `twilio`; empty takes no webhooks.
        config_model: What the constructor's `config` is; its fields say what people have to enter.
        extra: The package's extra that the vendor's SDK comes with; empty needs none.
    """

    attached_bytes: int = 0
    takes_idempotency_key: ClassVar[bool] = False
    slug: ClassVar[str] = ""
    config_model: ClassVar[type[BaseModel] | None] = None
    extra: ClassVar[str] = ""

    @property
    def name(self) -> str:
        """The name that events and logs show; the class name unless overridden."""
        return type(self).__name__

    def capabilities(self) -> ChannelCapabilities | None:
        """Return what this vendor lets a recipient be shown; None sets no limit.

        A channel can show what both its type and its vendor can.
        """
        return None

    def reply_window(self, event: RoomEvent) -> timedelta | None:
        """Return for how long after a person's last message this vendor takes `event` for them.

        Later it takes templates only; None sets no limit.
        """
        return None

    def part_length(self, text: str) -> int | None:
        """Return how many characters of a text make one message, if fewer than `max_length` do.

        Where a text is to go in numbered parts, these are then the parts; else the provider cuts it
        as it has to.
        """
        return None

    def outcome_of_report(self, code: str) -> SendOutcome | None:
        """Return what the code of a reported failure says of sending again; None knows nothing.

        What was THROTTLED or met TRANSIENT trouble is sent again by the binding's retry policy.
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

    def is_event(self, request: WebhookRequest) -> bool:
        """Tell whether a GET brings news as a POST would; else it is a handshake."""
        return False

    def once_id(self, request: WebhookRequest) -> str:
        """Return the id under which a verified webhook is kept once; '' keeps it each time."""
        return ""

    def reply_again(self, request: WebhookRequest) -> WebhookReply:
        """Return what the vendor reads when a webhook with the same `once_id` was kept before.

        Raises:
            WebhookRefused: If the vendor never sends one twice, so that it was overheard.
        """
        return self.reply(request)

    def part_of(self, request: WebhookRequest) -> Part | None:
        """Tell which message a verified webhook is a part of; None is a whole one.

        Raises:
            MalformedWebhook: If the body is not what the vendor sends.
        """
        return None

    def parse_parts(self, requests: Sequence[WebhookRequest], channel_id: str) -> list[WebhookItem]:
        """Read the parts of one message together, in the order in which they came.

        Raises:
            MalformedWebhook: If a body is not what the vendor sends.
        """
        return [item for request in requests for item in self.parse(request, channel_id)]

    async def fetch_media(
        self, url: str, *, sha256: str | None = None, max_bytes: int = DEFAULT_MAX_BYTES
    ) -> FetchedMedia:
        """Return a file that somebody sent, by the address in its content.

        By default whatever is public is fetched as anybody would; override it where it takes
        credentials, or an address that has to be asked for.

        Args:
            url: As `parse` gave it.
            sha256: The digest that a webhook announced, in hex or base64; few vendors do.
            max_bytes: The largest file that is wanted.

        Raises:
            MediaUnavailable: If it cannot be had, or is another one than announced.
            SendProblem: If the vendor, who was asked for it, refuses or does not answer.
        """
        return await download(url, sha256=sha256, max_bytes=max_bytes)

    async def check(self) -> None:
        """Ask the vendor whether our credentials work, without sending anything.

        A provider that asks nobody has nothing to find.

        Raises:
            CheckFailed: If they do not, or if the vendor could not be asked.
        """
        return

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
