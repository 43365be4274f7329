"""An SMS provider that sends nothing."""

from channels_app.providers.base.sms import SMSProvider
from channels_app.providers.mock.send_log import SendLog
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent

FROM_NUMBER = "+15550100000"


class MockSMSProvider(SMSProvider):
    """Records what it was asked to send in `sent`; `fail_with` scripts failures."""

    def __init__(self) -> None:
        self.log = SendLog("sms")
        self.sent = self.log.sent
        self.fail_with = self.log.fail_with

    @property
    def from_number(self) -> str:
        """The default sender, a number reserved for fiction."""
        return FROM_NUMBER

    async def send(self, event: RoomEvent, to: str, from_: str | None = None) -> ProviderResult:
        """Record the call as {event, to, from_}."""
        return self.log.record(event=event, to=to, from_=from_)
