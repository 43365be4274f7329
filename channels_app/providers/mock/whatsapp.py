"""A WhatsApp provider that sends nothing."""

from channels_app.providers.base.whatsapp import WhatsAppProvider
from channels_app.providers.mock.send_log import SendLog
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent


class MockWhatsAppProvider(WhatsAppProvider):
    """Records what it was asked to send in `sent`; `fail_with` scripts failures."""

    def __init__(self) -> None:
        self.log = SendLog("whatsapp")
        self.sent = self.log.sent
        self.fail_with = self.log.fail_with

    async def send(self, event: RoomEvent, to: str) -> ProviderResult:
        """Record the call as {event, to}."""
        return self.log.record(event=event, to=to)
