"""The contract of e-mail providers."""

from abc import abstractmethod

from channels_app.providers.base.provider import Provider
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent


class EmailProvider(Provider):
    """Sends events as e-mails."""

    @abstractmethod
    async def send(
        self, event: RoomEvent, to: str, from_: str | None = None, subject: str | None = None
    ) -> ProviderResult:
        """Send one event to the mailbox `to`; without `from_` the provider's own sender is used."""
