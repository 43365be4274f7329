"""Running one tool: its time, its failure, its result as the model is told it."""

import asyncio
import logging

from channels_app.ai.records import StepState
from channels_app.ai.surroundings import Surroundings
from channels_app.ai.tools.base import ToolFault
from channels_app.ai.turn.assignment import Assignment
from channels_app.ai.turn.guards import Ready, call_event
from channels_app.ai.turn.items import ToolResult
from channels_app.ai.turn.progress import Progress
from channels_app.ai.turn.results import StoredResults
from channels_app.ai.turn.toolbox import Toolbox
from channels_app.ai.turn.tracing import Tracing
from hooks.triggers import HookTrigger

logger = logging.getLogger("roomkit.ai")


class Execution:
    """Runs the tools of one turn; no failure of a tool leaves it."""

    def __init__(
        self,
        assignment: Assignment,
        toolbox: Toolbox,
        results: StoredResults,
        progress: Progress,
        tracing: Tracing,
        surroundings: Surroundings,
    ) -> None:
        self._assignment = assignment
        self._toolbox = toolbox
        self._results = results
        self._progress = progress
        self._tracing = tracing
        self._hooks = surroundings.hooks
        self._clock = surroundings.clock

    async def run(self, ready: Ready, run_id: str) -> ToolResult:
        """Run a tool and return what the model is told of it."""
        started = self._clock.monotonic()
        with self._tracing.tool_span(ready.call):
            text, state, error = await self._attempt(ready, run_id)
        result = ToolResult(
            ready.call,
            text,
            state,
            error=error,
            duration_ms=(self._clock.monotonic() - started) * 1000,
            executed=True,
        )
        result = await self._ask_hooks(await self._sized(ready, result, run_id), run_id)
        return result

    async def _attempt(self, ready: Ready, run_id: str) -> tuple[str, StepState, str]:
        """Run the tool within its time; a failure becomes words for the model."""
        name, tool = ready.call.name, ready.tool
        told = self._assignment.tool_context(
            run_id=run_id, call_id=ready.call.id, allowed_tools=self._toolbox.allowed_names()
        )
        scope = asyncio.timeout(tool.rules.timeout_s)
        try:
            async with scope:
                said = await tool.run(ready.call.arguments, told)
            return _as_text(said), StepState.DONE, ""
        except ToolFault as fault:
            return f"Error: {fault}", StepState.FAILED, str(fault)
        # RFC §15.8: a tool's failure is a result, told by its class. So is a cancellation that it
        # met on its own, by awaiting a task which somebody had cancelled.
        except (Exception, asyncio.CancelledError) as error:
            if _is_being_cancelled():
                raise
            if scope.expired():
                late = f"took longer than {tool.rules.timeout_s:g} s"
                return f"Error: tool {name!r} {late}", StepState.FAILED, late
            logger.warning("a tool failed", exc_info=error, extra={"tool_name": name})
            kind = type(error).__name__
            told_of = f"Error executing tool {name!r}: {kind}"
            return told_of, StepState.FAILED, f"{kind}: {error}"

    async def _sized(self, ready: Ready, result: ToolResult, run_id: str) -> ToolResult:
        if ready.tool.rules.is_told_whole or not self._results.is_too_long(result.text):
            return result
        notice = await self._results.keep(f"{run_id}:{result.call.id}", result.text)
        return _with(result, notice, is_kept_apart=True)

    async def _ask_hooks(self, result: ToolResult, run_id: str) -> ToolResult:
        """Let ON_TOOL_CALL see the result, and put another or an error in its place."""
        assignment, trigger = self._assignment, HookTrigger.ON_TOOL_CALL
        if not self._hooks.has_hooks(assignment.room_id, trigger):
            return result
        event = call_event(assignment, result.call, run_id).model_copy(
            update={"result": result.text, "is_error": result.is_error}
        )
        passed = await self._hooks.run_sync_hooks(
            assignment.room_id, trigger, event, assignment.context
        )
        self._progress.note_hooks(passed)
        final = passed.event
        if not passed.allowed:
            final = event.model_copy(
                update={"result": f"Error: {passed.reason or 'withheld'}", "is_error": True}
            )
        await self._hooks.run_async_hooks(assignment.room_id, trigger, final, assignment.context)
        if final.result == result.text and final.is_error == result.is_error:
            return result
        state = StepState.FAILED if final.is_error else StepState.DONE
        return _with(result, final.result or "", state=state)


def _as_text(said: object) -> str:
    """Return what a tool said; handlers are people's code, and may forget to return text."""
    if not isinstance(said, str):
        raise TypeError(f"a tool returns text, not {type(said).__name__}: return a str")
    return said


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _with(
    result: ToolResult, text: str, *, state: StepState | None = None, is_kept_apart: bool = False
) -> ToolResult:
    return ToolResult(
        result.call,
        text,
        state or result.state,
        error=result.error,
        duration_ms=result.duration_ms,
        executed=True,
        is_kept_apart=is_kept_apart or result.is_kept_apart,
    )
