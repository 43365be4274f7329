"""The contract of WhatsApp providers."""

from abc import abstractmethod

from channels_app.providers.base.provider import Provider
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent


class WhatsAppProvider(Provider):
    """Sends events by WhatsApp."""

    @abstractmethod
    async def send(self, event: RoomEvent, to: str) -> ProviderResult:
        """Send one event to `to`, a phone number in E.164 or the vendor's user id."""
