"""An RCS provider that sends nothing."""

from channels_app.providers.base.rcs import RCSDeliveryResult, RCSProvider
from channels_app.providers.mock.send_log import SendLog
from rooms.domain.event import RoomEvent


class MockRCSProvider(RCSProvider):
    """Records what it was asked to send in `sent`; `fail_with` scripts failures.

    Args:
        sender_id: The agent id that recipients would see.
        simulate_fallback: Play phones without RCS: SMS is used where the call allows it.
        simulate_failure: Refuse every call.
    """

    def __init__(
        self,
        sender_id: str = "mock_rcs_agent",
        *,
        simulate_fallback: bool = False,
        simulate_failure: bool = False,
    ) -> None:
        self.log = SendLog("rcs")
        self.sent = self.log.sent
        self.fail_with = self.log.fail_with
        self._sender_id = sender_id
        self._without_rcs = simulate_fallback
        self._refuses = simulate_failure

    @property
    def sender_id(self) -> str:
        """The agent id given at construction."""
        return self._sender_id

    async def send(self, event: RoomEvent, to: str, *, fallback: bool = True) -> RCSDeliveryResult:
        """Record the call as {event, to, fallback}."""
        if self._refuses:
            self.log.fail_with("simulated_failure")
        elif self._without_rcs and not fallback:
            self.log.fail_with("rcs_unavailable")
        result = self.log.record(event=event, to=to, fallback=fallback)
        by_sms = result.success and self._without_rcs
        return RCSDeliveryResult(
            success=result.success,
            provider_message_id=result.provider_message_id,
            error=result.error,
            metadata=result.metadata,
            channel_used="sms" if by_sms else "rcs",
            fallback=by_sms,
        )

    async def check_capability(self, phone_number: str) -> bool:
        """Tell that every phone has RCS, or none under `simulate_fallback`."""
        return not self._without_rcs
