"""The channel that sends through a provider: one class, told apart by configuration."""

import logging
from datetime import timedelta

from channels_app.channels.inbound import build_inbound_event
from channels_app.providers.base.provider import TransportProvider
from rooms.channel import Channel
from rooms.domain.binding import ChannelBinding, ChannelCapabilities
from rooms.domain.capabilities import mask_capabilities
from rooms.domain.context import RoomContext
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.enums import ChannelType
from rooms.domain.errors import DeliveryFailedError
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.media import files_in, kept_id_of
from rooms.domain.message import InboundMessage
from rooms.domain.output import ChannelOutput
from rooms.ports import SharedState, Source
from rooms.realtime.bus import Bus

logger = logging.getLogger("roomkit.channels")

UNKNOWN_FAILURE = "provider_failure"

# What the circuit breaker counts: not wrong numbers, and not that we send too fast.
OF_VENDOR = (SendOutcome.TRANSIENT, SendOutcome.UNKNOWN, SendOutcome.AUTH)
PASSING = (SendOutcome.THROTTLED, SendOutcome.TRANSIENT)
# A provider that says nothing of it may be asked again; whether an unknown outcome is, is not said
# here but by the binding's policy.
RETRYABLE = (None, SendOutcome.THROTTLED, SendOutcome.TRANSIENT, SendOutcome.UNKNOWN)


class TransportChannel(Channel):
    """A channel of any type that hands events to a provider.

    Use the factory of the channel type where there is one: it knows the capabilities and the
    recipient key.

    Args:
        channel_id: Unique among the registered channels.
        channel_type: What kind of channel it is; a `custom:…` text works too.
        provider: The vendor; without one, deliveries do nothing.
        capabilities: What recipients can be shown; text only by default.
        recipient_key: The binding metadata key that holds the address to send to.
        defaults: Options for the provider's `send`. A value other than None is passed as it is and
            wins; None is looked up under the same key in the binding metadata at each delivery.
    """

    def __init__(
        self,
        channel_id: str,
        channel_type: ChannelType,
        *,
        provider: TransportProvider | None = None,
        capabilities: ChannelCapabilities | None = None,
        recipient_key: str = "recipient_id",
        defaults: JsonObject | None = None,
    ) -> None:
        super().__init__(channel_id)
        self.channel_type = channel_type
        self.recipient_key = recipient_key
        self.provider = provider
        self.attached_bytes = getattr(provider, "attached_bytes", 0)
        self._capabilities = capabilities or ChannelCapabilities()
        self._defaults = dict(defaults or {})
        self._sends = 0
        self._is_closing = False

    @property
    def info(self) -> JsonObject:
        """The options that are the same in every room."""
        return {key: value for key, value in self._defaults.items() if value is not None}

    @property
    def provider_name(self) -> str | None:
        """The provider's `name`, else its class name; None without a provider."""
        if self.provider is None:
            return None
        return getattr(self.provider, "name", None) or type(self.provider).__name__

    @property
    def source(self) -> Source | None:
        """What fetches messages where the vendor posts none; the provider brings it."""
        return getattr(self.provider, "source", None)

    def on_registered(self, *, bus: Bus, shared: SharedState, node: str) -> None:
        """Tell a provider that wants to know whose it is, and how processes reach each other."""
        tell = getattr(self.provider, "on_registered", None)
        if tell is not None:
            tell(self.channel_id, bus=bus, node=node)

    @property
    def takes_idempotency_key(self) -> bool:
        """Whether the provider keeps a repeated send from becoming a second message."""
        return getattr(self.provider, "takes_idempotency_key", False)

    def reply_window(self, event: RoomEvent) -> timedelta | None:
        """Return for how long after a person's last message the vendor takes `event` for them."""
        ask = getattr(self.provider, "reply_window", None)
        window: timedelta | None = ask(event) if ask else None
        return window

    def part_length(self, text: str) -> int | None:
        """Return how much of a text the provider takes as one message."""
        ask = getattr(self.provider, "part_length", None)
        length: int | None = ask(text) if ask else None
        return length

    def may_send_again(self, error_code: str) -> bool:
        """Tell whether the provider calls a failure that it reported one that passes."""
        ask = getattr(self.provider, "outcome_of_report", None)
        return ask is not None and ask(error_code) in PASSING

    def capabilities(self) -> ChannelCapabilities:
        """Return what recipients can be shown: what both the type and the vendor allow."""
        mask = getattr(self.provider, "capabilities", lambda: None)()
        return mask_capabilities(self._capabilities, mask) if mask else self._capabilities

    async def handle_inbound(self, message: InboundMessage, context: RoomContext) -> RoomEvent:
        """Turn a received message into an event of the context's room."""
        return build_inbound_event(self, message, context)

    async def deliver(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Send an event to the address in the binding's metadata.

        Raises:
            DeliveryFailedError: If the binding names no recipient (`missing_recipient`) or a file
                has no address (`file_unreachable`), both never retried, or the provider refused.
        """
        if self.provider is None:
            logger.debug("channel has no provider", extra={"channel_id": self.channel_id})
            return ChannelOutput.empty()
        recipient = self._recipient(binding)
        self._check_files(event)
        self._sends += 1
        try:
            result = await self.provider.send(event, recipient, **self._options(binding))
        finally:
            self._sends -= 1
            await self._close_when_idle()
        if not result.success:
            raise self._refusal(result)
        addressed = result.model_copy(update={"recipient": recipient})
        return ChannelOutput(provider_result=addressed)

    async def close(self) -> None:
        """Close the provider, if it can be closed, once what is being sent has ended."""
        self._is_closing = True
        await self._close_when_idle()

    async def _close_when_idle(self) -> None:
        close = getattr(self.provider, "close", None)
        if not self._is_closing or self._sends or close is None:
            return
        try:
            await close()
        except Exception:  # what was sent is sent, whatever becomes of the connections
            logger.exception("provider was not closed", extra={"channel_id": self.channel_id})

    def _recipient(self, binding: ChannelBinding) -> str:
        key = str(self.recipient_key)
        recipient = binding.metadata.get(key)
        if not recipient:
            raise DeliveryFailedError(
                "missing_recipient",
                f"channel {self.channel_id!r} cannot send to room {binding.room_id!r}: set "
                f"{key!r} in the binding's metadata",
                retryable=False,
            )
        return str(recipient)

    def _check_files(self, event: RoomEvent) -> None:
        """Refuse a file that has no address: a vendor could make nothing of our own name for it."""
        if any(kept_id_of(file.url) for file in files_in(event.content)):
            raise DeliveryFailedError(
                "file_unreachable",
                f"channel {self.channel_id!r} cannot send a file that nobody outside can fetch: "
                "set ROOMKIT['PUBLIC_URL']",
                retryable=False,
            )

    def _options(self, binding: ChannelBinding) -> JsonObject:
        return {
            key: binding.metadata.get(key) if value is None else value
            for key, value in self._defaults.items()
        }

    def _refusal(self, result: ProviderResult) -> DeliveryFailedError:
        facts = result.metadata
        outcome = result.outcome or facts.get("outcome")
        code = result.code or facts.get("code") or result.error or outcome or UNKNOWN_FAILURE
        return DeliveryFailedError(
            str(code),
            f"{self.provider_name} refused the message: {result.error or code}",
            retryable=facts.get("retryable", outcome in RETRYABLE),
            retry_after=result.retry_after or facts.get("retry_after"),
            outcome_unknown=outcome == SendOutcome.UNKNOWN,
            blames_vendor=outcome in OF_VENDOR if outcome else None,
            outcome=str(outcome) if outcome else None,
        )
