"""What the host plugs in: channels, connections, hooks and listeners."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar, runtime_checkable

from hooks.registration import HookRegistration
from hooks.triggers import HookExecution, HookTrigger
from rooms.channel import Channel
from rooms.domain.context import RoomContext
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.enums import ChannelDirection, ChannelType
from rooms.framework_events import FrameworkListener
from rooms.pipeline.parts import Parts
from rooms.pipeline.traces import Traces
from rooms.ports import AcceptsConnections, SendFn, StreamSendFn

HookFn = TypeVar("HookFn", bound=Callable[..., Awaitable[object]])
ListenerFn = TypeVar("ListenerFn", bound=FrameworkListener)


@runtime_checkable
class Hosted(Protocol):
    """A channel that uses the kit it is registered with, such as an agent."""

    def on_hosted(self, kit: Any) -> None:
        """Learn which kit that is; called once, before anything else is asked of the channel."""


class Wiring:
    """Registers channels, hooks and listeners in this process."""

    def __init__(self, parts: Parts, traces: Traces, kit: object) -> None:
        self._parts = parts
        self._traces = traces
        self._kit = kit

    @property
    def channels(self) -> dict[str, Channel]:
        """The registered channels by id (a copy)."""
        return self._parts.channels.all()

    def register_channel(self, channel: Channel, *, organization_id: str | None = None) -> None:
        """Register a channel; rooms that its messages open belong to `organization_id`.

        Raises:
            ChannelAlreadyRegisteredError: If the id is taken.
        """
        parts = self._parts
        parts.channels.add(channel, organization_id)
        channel.on_registered(bus=parts.bus, shared=parts.shared, node=parts.node)
        if isinstance(channel, Hosted):
            channel.on_hosted(self._kit)
        self._traces.watch(channel)
        self._parts.news.announce("channel_registered", channel_id=channel.channel_id)

    def unregister_channel(self, channel_id: str) -> Channel:
        """Forget a channel and return it unclosed; its bindings stay.

        Raises:
            ChannelNotRegisteredError: If it is not registered.
        """
        channel = self._parts.channels.remove(channel_id)
        self._parts.news.announce("channel_unregistered", channel_id=channel_id)
        return channel

    def get_channel(self, channel_id: str) -> Channel | None:
        """Return a registered channel or None."""
        return self._parts.channels.get(channel_id)

    def list_channels(self) -> list[Channel]:
        """Return the registered channels in registration order."""
        return list(self.channels.values())

    async def connect_websocket(
        self,
        channel_id: str,
        connection_id: str,
        send_fn: SendFn,
        *,
        stream_send_fn: StreamSendFn | None = None,
        room_id: str | None = None,
    ) -> None:
        """Register a socket on a channel that keeps connections.

        Raises:
            ChannelNotRegisteredError: If the channel is not registered.
            TypeError: If the channel takes no connections.
        """
        channel = self._connectable(channel_id)
        channel.register_connection(
            connection_id, send_fn, stream_send_fn=stream_send_fn, room_id=room_id
        )
        await self._parts.news.emit(
            "channel_connected",
            room_id=room_id,
            channel_id=channel_id,
            connection_id=connection_id,
        )

    async def disconnect_websocket(self, channel_id: str, connection_id: str) -> None:
        """Forget a socket; an unknown one is ignored.

        Raises:
            ChannelNotRegisteredError: If the channel is not registered.
            TypeError: If the channel takes no connections.
        """
        self._connectable(channel_id).unregister_connection(connection_id)
        await self._parts.news.emit(
            "channel_disconnected", channel_id=channel_id, connection_id=connection_id
        )

    def hook(  # noqa: PLR0913, PLR0917 - the published signature
        self,
        trigger: HookTrigger,
        execution: HookExecution = HookExecution.SYNC,
        priority: int = 0,
        name: str = "",
        timeout: float = 30.0,
        channel_types: set[ChannelType] | None = None,
        channel_ids: set[str] | None = None,
        directions: set[ChannelDirection] | None = None,
        *,
        guards_output: bool = False,
    ) -> Callable[[HookFn], HookFn]:
        """Register the decorated coroutine function `(event, context)` as a hook in every room.

        Lower priorities run first; `timeout` is in seconds; filters are ANDed.
        """

        def register(fn: HookFn) -> HookFn:
            self._parts.hooks.register(
                HookRegistration(
                    trigger=trigger,
                    execution=execution,
                    fn=fn,
                    priority=priority,
                    name=name,
                    timeout=timeout,
                    channel_types=channel_types,
                    channel_ids=channel_ids,
                    directions=directions,
                    guards_output=guards_output,
                )
            )
            return fn

        return register

    def identity_hook(
        self,
        trigger: HookTrigger,
        channel_types: set[ChannelType] | None = None,
        channel_ids: set[str] | None = None,
        directions: set[ChannelDirection] | None = None,
    ) -> Callable[[HookFn], HookFn]:
        """Register the decorated `(event, context, identity_result)` as an identity hook.

        It answers an `IdentityHookResult` or None; the first answer wins.
        """
        return self.hook(
            trigger,
            channel_types=channel_types,
            channel_ids=channel_ids,
            directions=directions,
        )

    def add_room_hook(
        self,
        room_id: str,
        trigger: HookTrigger,
        execution: HookExecution,
        fn: Callable[..., Awaitable[object]],
        priority: int = 0,
        name: str = "",
    ) -> None:
        """Register a hook for one room."""
        self._parts.hooks.add_room_hook(
            room_id,
            HookRegistration(
                trigger=trigger, execution=execution, fn=fn, priority=priority, name=name
            ),
        )

    def remove_room_hook(self, room_id: str, name: str) -> bool:
        """Remove a room's hook by name; tell whether there was one."""
        return self._parts.hooks.remove_room_hook(room_id, name)

    def on(self, event_type: str) -> Callable[[ListenerFn], ListenerFn]:
        """Call the decorated function with every framework event of a type."""

        def listen(fn: ListenerFn) -> ListenerFn:
            listener: FrameworkListener = fn
            self._parts.news.on(event_type, listener)
            return fn

        return listen

    def on_delivery_status(
        self, fn: Callable[[DeliveryStatus], Awaitable[None] | None]
    ) -> Callable[[DeliveryStatus], Awaitable[None] | None]:
        """Call the decorated function with every delivery status a provider reports."""

        async def observe(status: DeliveryStatus, context: RoomContext) -> None:
            pending = fn(status)
            if inspect.isawaitable(pending):
                await pending

        name = getattr(fn, "__name__", "on_delivery_status")
        self.hook(HookTrigger.ON_DELIVERY_STATUS, HookExecution.ASYNC, name=name)(observe)
        return fn

    def _connectable(self, channel_id: str) -> AcceptsConnections:
        channel = self._parts.channels.require(channel_id)
        if not isinstance(channel, AcceptsConnections):
            raise TypeError(
                f"channel {channel_id!r} ({type(channel).__name__}) takes no connections: "
                "use a WebSocketChannel"
            )
        return channel
