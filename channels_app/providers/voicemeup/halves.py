"""The two halves of an MMS put together for hosts that take webhooks by views of their own.

What waits is in the memory of one process. A site's channels need none of this: there the halves
are kept in the database.
"""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from channels_app.providers.voicemeup.config import TIMEZONE
from channels_app.providers.voicemeup.parsing import join_halves, part_of
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage

logger = logging.getLogger("roomkit.providers.voicemeup")

OnTimeout: TypeAlias = Callable[[InboundMessage], Awaitable[None] | None]
Key: TypeAlias = tuple[str, str]

TIMEOUT_S = 5.0


@dataclass(frozen=True)
class _Half:
    """A webhook that waits."""

    payload: JsonObject
    timezone: str
    timer: asyncio.TimerHandle


class MmsHalves:
    """Pairs webhooks of one message; in the running event loop, which must be the same always.

    Args:
        timeout_seconds: How long one half waits for the other.
        on_timeout: Given the half that waited in vain; without it that half is only logged.
    """

    def __init__(
        self, *, timeout_seconds: float = TIMEOUT_S, on_timeout: OnTimeout | None = None
    ) -> None:
        self._timeout = timeout_seconds
        self._on_timeout = on_timeout
        self._waiting: dict[Key, _Half] = {}
        self._told: set[asyncio.Future[Any]] = set()

    def read(
        self, payload: JsonObject, channel_id: str, *, timezone: str = TIMEZONE
    ) -> InboundMessage | None:
        """Return a whole message; None for a half that waits, and for what we have sent ourselves.

        Args:
            payload: The fields.
            channel_id: The channel it came in by.
            timezone: Where the vendor's clock hangs.

        Raises:
            MalformedWebhook: If it is not what VoiceMeUp sends.
            RuntimeError: If a half has to wait and no event loop runs.
        """
        part = part_of(payload, wait_s=self._timeout)
        if part is None:
            return join_halves([payload], channel_id, timezone=timezone)
        key = (channel_id, part.whole)
        other = self._waiting.get(key)
        if other is None:
            timer = asyncio.get_running_loop().call_later(self._timeout, self._give_up, key)
            self._waiting[key] = _Half(payload, timezone, timer)
            return None
        if other.payload["sms_hash"] == payload["sms_hash"]:  # it came twice
            return None
        other.timer.cancel()
        del self._waiting[key]
        return join_halves([other.payload, payload], channel_id, timezone=timezone)

    def _give_up(self, key: Key) -> None:
        half = self._waiting.pop(key)
        message = join_halves([half.payload], key[0], timezone=half.timezone)
        if message is None:
            return
        if self._on_timeout is None:
            told = {"channel_id": key[0], "external_id": message.external_id}
            logger.warning("half of an MMS is dropped: give on_timeout to get it", extra=told)
            return
        answer = self._on_timeout(message)
        if inspect.isawaitable(answer):
            task = asyncio.ensure_future(answer)
            self._told.add(task)
            task.add_done_callback(self._told.discard)


_halves: MmsHalves | None = None


def configure_voicemeup_mms(
    *, timeout_seconds: float = TIMEOUT_S, on_timeout: OnTimeout | None = None
) -> None:
    """Let `parse_voicemeup_webhook` put the halves of MMS together, in this process.

    Args:
        timeout_seconds: How long one half waits for the other.
        on_timeout: Given the half that waited in vain; without it that half is only logged.
    """
    global _halves
    _halves = MmsHalves(timeout_seconds=timeout_seconds, on_timeout=on_timeout)


def parse_voicemeup_webhook(
    payload: dict[str, Any], channel_id: str, *, timezone: str = TIMEZONE
) -> InboundMessage | None:
    """Read a message that somebody has written to us.

    Args:
        payload: The fields.
        channel_id: The channel it came in by.
        timezone: Where the vendor's clock hangs.

    Returns:
        The message, or None: for a wrapper without words, and for what we have sent ourselves. One
        half of an MMS is a message by itself, unless `configure_voicemeup_mms` was called: then
        None says that it waits for the other.

    Raises:
        MalformedWebhook: If it is not what VoiceMeUp sends.
        RuntimeError: If a half has to wait and no event loop runs.
    """
    if _halves is not None:
        return _halves.read(payload, channel_id, timezone=timezone)
    return join_halves([payload], channel_id, timezone=timezone)
