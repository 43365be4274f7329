"""Which lists of messages the vendors of language models take, whoever the vendor is."""

from collections.abc import Sequence

from channels_app.providers.base.ai import AIMessage, AIPart, AIToolCallPart, AIToolResultPart

ROLES = frozenset({"system", "user", "assistant", "tool"})
ASKING_ROLES = frozenset({"user", "tool"})


def parts_of(message: AIMessage) -> list[AIPart]:
    """Return the parts of a message; plain text has none."""
    return message.content if isinstance(message.content, list) else []


def calls_of(message: AIMessage) -> list[AIToolCallPart]:
    """Return the tool calls in a message, in order."""
    return [part for part in parts_of(message) if isinstance(part, AIToolCallPart)]


def results_of(message: AIMessage) -> list[AIToolResultPart]:
    """Return the tool results in a message, in order."""
    return [part for part in parts_of(message) if isinstance(part, AIToolResultPart)]


def find_faults(messages: Sequence[AIMessage]) -> list[str]:
    """Return why a vendor would refuse these messages, one sentence each; [] is legal.

    Every tool call is answered once, by a tool's turn right behind the turn that makes it; no
    result is without its call; the last turn asks something, so it is a user's or a tool's.
    """
    return [*find_pairing_faults(messages), *_find_end_faults(messages)]


def find_pairing_faults(messages: Sequence[AIMessage]) -> list[str]:
    """Return what is wrong with roles, tool calls and their results, one sentence each."""
    faults: list[str] = []
    open_ids: list[str] = []
    for at, message in enumerate(messages):
        if message.role != "tool":
            faults += _unanswered(at, open_ids)
            open_ids = []
        faults += _misplaced(at, message)
        faults += _match_results(at, message, open_ids)
        if message.role == "assistant":
            open_ids, repeated = _opened(at, message)
            faults += repeated
    return faults + _unanswered(len(messages), open_ids)


def _find_end_faults(messages: Sequence[AIMessage]) -> list[str]:
    asking = [message for message in messages if message.role != "system"]
    if not asking:
        return ["there is no message that asks anything"]
    if asking[-1].role not in ASKING_ROLES:
        return [f"the last message is of role {asking[-1].role!r}: it must be user or tool"]
    return []


def _misplaced(at: int, message: AIMessage) -> list[str]:
    faults = []
    if message.role not in ROLES:
        faults.append(f"message {at} has the unknown role {message.role!r}")
    if message.role != "assistant" and calls_of(message):
        faults.append(f"message {at} of role {message.role!r} makes a tool call")
    if message.role != "tool" and results_of(message):
        faults.append(f"message {at} of role {message.role!r} holds a tool result")
    if message.role == "tool" and not results_of(message):
        faults.append(f"message {at} of role 'tool' holds no tool result")
    return faults


def _match_results(at: int, message: AIMessage, open_ids: list[str]) -> list[str]:
    """Take the calls that a message answers from `open_ids`; return the orphans."""
    faults = []
    for result in results_of(message):
        if message.role == "tool" and result.tool_call_id in open_ids:
            open_ids.remove(result.tool_call_id)
        else:
            faults.append(f"message {at}: no open tool call has the id {result.tool_call_id!r}")
    return faults


def _opened(at: int, message: AIMessage) -> tuple[list[str], list[str]]:
    """Return the ids of a turn's calls, each once, and what is wrong with them."""
    ids = [call.id for call in calls_of(message)]
    once = list(dict.fromkeys(ids))
    if len(once) == len(ids):
        return once, []
    return once, [f"message {at} has two tool calls of one id: {ids}"]


def _unanswered(at: int, open_ids: Sequence[str]) -> list[str]:
    return [f"the tool call {call_id!r} has no result before message {at}" for call_id in open_ids]
