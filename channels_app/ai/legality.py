"""Lists of messages that no vendor refuses: calls and results of tools are kept in pairs."""

from collections.abc import Sequence

from channels_app.providers.base.ai import (
    AIMessage,
    AIPart,
    AIToolCallPart,
    AIToolResultPart,
)
from channels_app.providers.base.legality import (
    calls_of,
    find_faults,
    find_pairing_faults,
    parts_of,
    results_of,
)

__all__ = ["CANCELLED", "find_faults", "mend"]

CANCELLED = "Cancelled: there is no result of this call."
"""What a model is told of a call that nobody answered."""


def mend(messages: Sequence[AIMessage]) -> list[AIMessage]:
    """Return the messages with every tool call answered once, right behind its turn.

    A result that came too late is moved there; a call without one is answered `CANCELLED`, as an
    error; a result without a call is dropped. Legal messages come back as they are. Whether the
    last turn asks something is left to the caller, who alone knows what to ask.
    """
    if not find_pairing_faults(messages):
        return [*messages]
    mended: list[AIMessage] = []
    for at, message in enumerate(messages):
        kept = _without_pairs_of_others(message)
        if kept is None:
            continue
        mended.append(kept)
        if calls := calls_of(kept):
            mended.append(_answers(calls, messages[at + 1 :]))
    return mended


def _without_pairs_of_others(message: AIMessage) -> AIMessage | None:
    """Return a turn without results and without calls it may not make; None if that was all.

    What tools answered goes with the calls, so a tool's turn is always None.
    """
    if message.role == "tool":
        return None
    if not parts_of(message):
        return message
    parts = [part for part in _calls_once(message) if not isinstance(part, AIToolResultPart)]
    return message.model_copy(update={"content": parts}) if parts else None


def _calls_once(message: AIMessage) -> list[AIPart]:
    seen: set[str] = set()
    kept: list[AIPart] = []
    for part in parts_of(message):
        if isinstance(part, AIToolCallPart):
            if message.role != "assistant" or part.id in seen:
                continue
            seen.add(part.id)
        kept.append(part)
    return kept


def _answers(calls: Sequence[AIToolCallPart], later: Sequence[AIMessage]) -> AIMessage:
    """Return the one tool turn that answers `calls`, and what else tools showed behind them."""
    results = [_result_of(call, later) for call in calls]
    return AIMessage(role="tool", content=[*results, *_shown(later)])


def _result_of(call: AIToolCallPart, later: Sequence[AIMessage]) -> AIToolResultPart:
    """Return the first result of a call, unless its id is called again before."""
    for message in later:
        for result in results_of(message):
            if result.tool_call_id == call.id:
                return result
        if any(again.id == call.id for again in calls_of(message)):
            break
    return AIToolResultPart(tool_call_id=call.id, name=call.name, result=CANCELLED, is_error=True)


def _shown(later: Sequence[AIMessage]) -> list[AIPart]:
    """Return what the tool turns right behind a call hold besides results, such as pictures."""
    shown: list[AIPart] = []
    for message in later:
        if message.role != "tool":
            break
        shown += [part for part in parts_of(message) if not isinstance(part, AIToolResultPart)]
    return shown
