"""The channels that are registered in this process."""

from dataclasses import dataclass
from typing import Protocol

from rooms.channel import Channel
from rooms.domain.errors import ChannelAlreadyRegisteredError, ChannelNotRegisteredError


class ChannelDirectory(Protocol):
    """Channels that are configured elsewhere, and registered here from there."""

    async def look_up(self, channel_id: str) -> None:
        """See that a channel is registered as it is configured now, if there is one of this id.

        Raises:
            StoreUnavailableError: If the directory cannot be read.
        """

    async def follow(self) -> None:
        """Register what is there and then what changes, until cancelled."""


@dataclass(frozen=True)
class RegisteredChannel:
    """A channel with the organization whose rooms it creates; None is no organization."""

    channel: Channel
    organization_id: str | None


class ChannelRegistry:
    """Channel objects by id.

    Attributes:
        directory: Where channels are looked up that are not registered here, or not yet.
    """

    def __init__(self) -> None:
        self._entries: dict[str, RegisteredChannel] = {}
        self.directory: ChannelDirectory | None = None

    def consult(self, directory: ChannelDirectory) -> None:
        """Have `find` ask a directory."""
        self.directory = directory

    async def find(self, channel_id: str) -> Channel | None:
        """Return a channel or None, after asking the directory for one that is not registered.

        Raises:
            StoreUnavailableError: If the directory cannot be read.
        """
        if channel_id not in self._entries and self.directory is not None:
            await self.directory.look_up(channel_id)
        return self.get(channel_id)

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
