"""What became of a delivery: the result for the caller and the state of its row."""

from rooms.domain.delivery import DeliveryError, DeliveryOutcome, DeliveryResult
from rooms.domain.job import DeliveryFinish, DeliveryState
from rooms.domain.output import ChannelOutput
from rooms.pipeline.work import Work

OUTCOME_UNKNOWN = "outcome_unknown"
"""The error code of a delivery that may have arrived and is not repeated."""

CRASHED_REPEATEDLY = "crashed_repeatedly"
"""The error code of work that is given up because processes die in it."""

STATE_OF_OUTCOME = {
    DeliveryOutcome.SENT: DeliveryState.SENT,
    DeliveryOutcome.FAILED: DeliveryState.FAILED,
    DeliveryOutcome.UNKNOWN: DeliveryState.UNKNOWN,
}


def build_finish(work: Work, result: DeliveryResult) -> tuple[DeliveryFinish, ...]:
    """Return the end of a row, or nothing where there is none."""
    return tuple(
        finish.model_copy(update={"provider_message_id": result.provider_message_id})
        for finish in work.finish(STATE_OF_OUTCOME[result.status], error=result.error)
    )


def build_success(work: Work, output: ChannelOutput) -> DeliveryResult:
    """Return the result of a delivery that was taken."""
    answer = output.provider_result
    return DeliveryResult(
        channel_id=work.binding.channel_id,
        status=DeliveryOutcome.SENT,
        provider_message_id=answer.provider_message_id if answer else None,
        provider_result=answer,
    )


def build_failure(work: Work, problem: DeliveryError) -> DeliveryResult:
    """Return the result of a delivery that was given up."""
    return work.result(DeliveryOutcome.FAILED, error=problem)


def build_unknown(work: Work, why: str) -> DeliveryResult:
    """Return the result of a delivery that may have arrived and is left alone."""
    problem = DeliveryError(
        code=OUTCOME_UNKNOWN,
        message=f"nobody knows whether it arrived, and it is not sent twice: {why}",
        retryable=False,
    )
    return work.result(DeliveryOutcome.UNKNOWN, error=problem)


def build_crash(work: Work) -> DeliveryError:
    """Describe work in which one process after the other has died."""
    attempts = work.row.attempts if work.row else 0
    return DeliveryError(
        code=CRASHED_REPEATEDLY,
        message=f"{attempts} attempts were begun and the last process died in it: not tried again",
        retryable=False,
    )


def build_problem(error: Exception) -> DeliveryError:
    """Describe a failure; an error that does not say otherwise counts as retryable."""
    return DeliveryError(
        code=getattr(error, "code", None) or type(error).__name__,
        message=str(error),
        retryable=getattr(error, "retryable", True),
        retry_after=getattr(error, "retry_after", None),
    )
