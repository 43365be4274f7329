"""The audit entry of a tool call (RFC §15.8)."""

import json

from channels_app.ai.records import AgentRun, AgentStep, StepKind, StepState
from rooms.domain.json import JsonObject

MAX_RESULT_CHARS = 500
"""How much of a result an entry holds."""

ENDED = (
    StepState.DONE,
    StepState.FAILED,
    StepState.DENIED,
    StepState.CANCELLED,
    StepState.UNKNOWN,
)
"""The states in which something is known of a call; before, there is nothing to tell."""

_STATUS = {
    StepState.FAILED: "error",
    StepState.UNKNOWN: "error",
    StepState.DENIED: "failed",
    StepState.CANCELLED: "failed",
}


def build_entry(run: AgentRun, step: AgentStep) -> JsonObject:
    """Return the entry of a tool call that has ended.

    `status` is `ok`; `failed` if the result itself says so, or the tool was not allowed to run;
    `error` if it broke or nobody knows. `ts` is ISO 8601 in UTC, `duration_ms` in milliseconds, and
    `metadata.state` is the exact state.

    Raises:
        ValueError: If the step is no tool call, or has not ended.
    """
    if step.kind is not StepKind.TOOL or step.state not in ENDED:
        raise ValueError(
            f"step {step.seq} of run {run.id} is a {step.kind} step that is {step.state}:"
            " only tool calls that have ended are audited"
        )
    result = str(step.response.get("result", ""))
    return {
        "ts": step.started_at.isoformat(),
        "agent_id": run.channel_id,
        "tool_name": step.name,
        "arguments": step.request,
        "result": (result or step.error)[:MAX_RESULT_CHARS],
        "status": _status(step, result),
        "duration_ms": step.duration_ms,
        "metadata": {
            "organization_id": run.organization_id,
            "room_id": run.room_id,
            "event_id": run.event_id,
            "run_id": run.id,
            "seq": step.seq,
            "call_id": step.call_id,
            "state": step.state.value,
        },
    }


def _status(step: AgentStep, result: str) -> str:
    if step.state in _STATUS:
        return _STATUS[step.state]
    if step.response.get("is_error"):
        return "error"
    return "failed" if _says_failed(result) else "ok"


def _says_failed(result: str) -> bool:
    try:
        said = json.loads(result)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("status") == "failed"
