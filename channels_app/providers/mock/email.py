"""An e-mail provider that sends nothing."""

from channels_app.providers.base.email import EmailProvider
from channels_app.providers.mock.send_log import SendLog
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent


class MockEmailProvider(EmailProvider):
    """Records what it was asked to send in `sent`; `fail_with` scripts failures."""

    def __init__(self) -> None:
        self.log = SendLog("email")
        self.sent = self.log.sent
        self.fail_with = self.log.fail_with

    async def send(
        self, event: RoomEvent, to: str, from_: str | None = None, subject: str | None = None
    ) -> ProviderResult:
        """Record the call as {event, to, from_, subject}."""
        return self.log.record(event=event, to=to, from_=from_, subject=subject)
