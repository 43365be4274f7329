"""Who hears of the hooks' outcomes: the log, and whoever owns the engine."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from hooks.invocation import Answer
from hooks.outcomes import HookFailure, HookOutcome, OutcomeKind
from hooks.registration import HookRegistration
from hooks.triggers import HookTrigger

logger = logging.getLogger("roomkit.hooks")

FailureListener: TypeAlias = Callable[[str, HookFailure], Awaitable[None] | None]
OutcomeListener: TypeAlias = Callable[[HookOutcome], None]


@dataclass(frozen=True, slots=True)
class Occasion:
    """The moment for which hooks run."""

    room_id: str
    trigger: HookTrigger
    event: object
    """The payload before any hook touched it."""


class Reporter:
    """Pass failures and outcomes on; a listener that raises is logged and disturbs nobody."""

    def __init__(self, on_failure: FailureListener | None, on_outcome: OutcomeListener | None):
        """Take the listeners; either may be missing."""
        self._on_failure = on_failure
        self._on_outcome = on_outcome

    async def failed(self, occasion: Occasion, failure: HookFailure) -> None:
        """Log a failure and tell the failure listener, waiting for it if it is async."""
        logger.error(
            "hook failed",
            exc_info=failure.error,
            extra={
                "room_id": occasion.room_id,
                "trigger": failure.trigger.value,
                "hook_name": failure.hook_name,
                "failure": failure.kind.value,
            },
        )
        if self._on_failure is None:
            return
        try:
            pending = self._on_failure(occasion.room_id, failure)
            if pending is not None:
                await pending
        except Exception:  # whoever listens must not decide about the room (RFC §9.3)
            logger.exception("hook failure listener failed", extra={"room_id": occasion.room_id})

    def ended(
        self,
        occasion: Occasion,
        registration: HookRegistration,
        answer: Answer,
        kind: OutcomeKind,
        *,
        reason: str = "",
    ) -> None:
        """Tell the outcome listener how a hook ended."""
        if self._on_outcome is None:
            return
        outcome = HookOutcome(
            room_id=occasion.room_id,
            trigger=occasion.trigger,
            hook_name=registration.name,
            kind=kind,
            duration_ms=answer.duration_ms,
            event_id=_id_of(occasion.event),
            reason=reason,
        )
        try:
            self._on_outcome(outcome)
        except Exception:  # as above: listening is not taking part
            logger.exception("hook outcome listener failed", extra={"room_id": occasion.room_id})


def _id_of(payload: object) -> str:
    found = getattr(payload, "id", None)
    return found if isinstance(found, str) else ""
