"""The contract of generic webhook providers."""

from abc import abstractmethod

from channels_app.providers.base.provider import Provider
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent


class HTTPProvider(Provider):
    """Sends events as HTTP requests."""

    @abstractmethod
    async def send(self, event: RoomEvent, to: str) -> ProviderResult:
        """Send one event to `to`, an id that the receiving system understands."""
