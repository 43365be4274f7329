"""What a mock provider was asked to send, and which failures it was told to play."""

from collections import deque
from typing import Any, TypeAlias

from rooms.domain.delivery import ProviderResult
from rooms.domain.json import JsonObject

Failure: TypeAlias = str | ProviderResult | Exception


class SendLog:
    """Numbers calls and plays scripted failures in the order they were scripted.

    Attributes:
        calls: The arguments of every call, oldest first.
        sent: The arguments of the calls that were taken.
    """

    def __init__(self, prefix: str) -> None:
        self.calls: list[JsonObject] = []
        self.sent: list[JsonObject] = []
        self._prefix = prefix
        self._failures: deque[Failure] = deque()

    def fail_with(self, failure: Failure, *, times: int = 1) -> None:
        """Let the next `times` calls fail: with an error code, a whole result or an exception."""
        self._failures.extend([failure] * times)

    def record(self, **call: Any) -> ProviderResult:
        """Note a call and answer it; message ids count the taken calls, as in `mock-sms-1`.

        Raises:
            Exception: Whatever `fail_with` was given to raise.
        """
        self.calls.append(call)
        if self._failures:
            return _play(self._failures.popleft())
        self.sent.append(call)
        return ProviderResult(
            success=True, provider_message_id=f"mock-{self._prefix}-{len(self.sent)}"
        )


def _play(failure: Failure) -> ProviderResult:
    if isinstance(failure, Exception):
        raise failure
    if isinstance(failure, str):
        return ProviderResult(success=False, error=failure)
    return failure
