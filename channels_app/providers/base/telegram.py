"""The contract of Telegram providers."""

from abc import abstractmethod

from channels_app.providers.base.provider import Provider
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent


class TelegramProvider(Provider):
    """Sends events by a Telegram bot."""

    @abstractmethod
    async def send(self, event: RoomEvent, to: str) -> ProviderResult:
        """Send one event to `to`, a chat id as text."""

    def verify_signature(self, payload: bytes, signature: str) -> bool:
        """Tell whether the vendor signed a body; never, unless the provider can tell.

        `verify` proves a whole request.
        """
        return False
