"""The channels that are registered in this process."""

from dataclasses import dataclass

from rooms.channel import Channel
from rooms.domain.errors import ChannelAlreadyRegisteredError, ChannelNotRegisteredError


@dataclass(frozen=True)
class RegisteredChannel:
    """A channel with the organization whose rooms it creates; None is no organization."""

    channel: Channel
    organization_id: str | None


class ChannelRegistry:
    """Channel objects by id."""

    def __init__(self) -> None:
        self._entries: dict[str, RegisteredChannel] = {}

    def add(self, channel: Channel, organization_id: str | None = None) -> None:
        """Register a channel.

        Raises:
            ChannelAlreadyRegisteredError: If the id is taken.
        """
        if channel.channel_id in self._entries:
            raise ChannelAlreadyRegisteredError(channel.channel_id)
        self._entries[channel.channel_id] = RegisteredChannel(channel, organization_id)

    def remove(self, channel_id: str) -> Channel:
        """Forget a channel and return it unclosed.

        Raises:
            ChannelNotRegisteredError: If it is not registered.
        """
        self.require(channel_id)
        return self._entries.pop(channel_id).channel

    def get(self, channel_id: str) -> Channel | None:
        """Return a channel or None."""
        entry = self._entries.get(channel_id)
        return entry.channel if entry else None

    def require(self, channel_id: str) -> Channel:
        """Return a channel.

        Raises:
            ChannelNotRegisteredError: If it is not registered.
        """
        channel = self.get(channel_id)
        if channel is None:
            raise ChannelNotRegisteredError(channel_id)
        return channel

    def organization_of(self, channel_id: str) -> str | None:
        """Return the organization a channel belongs to, or None."""
        entry = self._entries.get(channel_id)
        return entry.organization_id if entry else None

    def all(self) -> dict[str, Channel]:
        """Return a copy: channel id → channel."""
        return {channel_id: entry.channel for channel_id, entry in self._entries.items()}
