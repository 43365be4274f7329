"""Judge what a hook returned, and apply it to the chain."""

from typing import TypeVar

from hooks.invocation import Answer
from hooks.outcomes import FailureKind, HookFailure, OutcomeKind, SyncPipelineResult
from hooks.registration import HookRegistration
from hooks.reporting import Occasion
from hooks.results import HookResult

E = TypeVar("E")


def fault_in(hook: HookRegistration, answer: Answer, occasion: Occasion) -> HookFailure | None:
    """Return why a blocking hook's answer cannot be used, or None if it can (RFC §9.3)."""
    if answer.failure is not None:
        return answer.failure
    if not isinstance(answer.value, HookResult):
        told = (
            f"hook {hook.name!r} returned {type(answer.value).__name__}; "
            "return HookResult.allow(), .block(reason), .modify(payload) or .inject_to(ids)"
        )
        return _failure(hook, occasion, FailureKind.BAD_RESULT, told)
    if answer.value.action != "modify":
        return None
    return _fault_in_payload(hook, answer.value, occasion)


def fault_in_reply(
    hook: HookRegistration, answer: Answer, occasion: Occasion, answer_type: type[object]
) -> HookFailure | None:
    """Return why an answer to a question cannot be used, or None if it can."""
    if answer.failure is not None or answer.value is None:
        return answer.failure
    if isinstance(answer.value, answer_type):
        return None
    told = (
        f"hook {hook.name!r} returned {type(answer.value).__name__}; "
        f"return {answer_type.__name__} or None"
    )
    return _failure(hook, occasion, FailureKind.BAD_RESULT, told)


def follow(
    result: SyncPipelineResult[E], verdict: HookResult[E], hook: HookRegistration
) -> OutcomeKind:
    """Apply a sound verdict to the chain and say which one it was."""
    if verdict.action == "block":
        result.block(verdict.reason, by=hook.name)
        return OutcomeKind.BLOCKED
    if verdict.action == "modify":
        # Supplied and of the payload's type: `fault_in` has seen to both.
        result.event = verdict.event  # type: ignore[assignment]
        return OutcomeKind.MODIFIED
    return OutcomeKind.ALLOWED


def _fault_in_payload(
    hook: HookRegistration, verdict: HookResult[object], occasion: Occasion
) -> HookFailure | None:
    if not verdict.has_payload:
        told = f"hook {hook.name!r} modifies without a payload; use HookResult.modify(payload)"
        return _failure(hook, occasion, FailureKind.BAD_PAYLOAD, told)
    expected = type(occasion.event)
    if isinstance(verdict.event, expected):
        return None
    told = (
        f"hook {hook.name!r} replaces {expected.__name__} by {type(verdict.event).__name__}; "
        "a replacement must be of the payload's own type"
    )
    return _failure(hook, occasion, FailureKind.BAD_PAYLOAD, told)


def _failure(
    hook: HookRegistration, occasion: Occasion, kind: FailureKind, told: str
) -> HookFailure:
    return HookFailure(hook.name, occasion.trigger, kind, TypeError(told))
