"""The contract of Microsoft Teams providers."""

from abc import abstractmethod

from channels_app.providers.base.provider import Provider
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent


class TeamsProvider(Provider):
    """Sends events by Microsoft Teams."""

    @abstractmethod
    async def send(self, event: RoomEvent, to: str) -> ProviderResult:
        """Send one event to `to`, a conversation id."""

    def verify_signature(self, payload: bytes, signature: str) -> bool:
        """Tell whether the vendor signed a body; never, unless the provider can tell.

        `verify` proves a whole request.
        """
        return False
