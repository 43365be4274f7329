"""From an agent's messages to the turns of Anthropic's Messages API.

See https://platform.claude.com/docs/en/api/messages and the page on tool use beside it: turns
alternate and begin with the user's; what tools answered stands first in the user's turn right
behind their calls; reasoning comes back as it was.
"""

import re
from collections.abc import Iterable, Sequence

from channels_app.providers.anthropic.pictures import build_picture
from channels_app.providers.base.ai import (
    AIImagePart,
    AIMessage,
    AIPart,
    AITextPart,
    AIThinkingPart,
    AIToolCallPart,
    AIToolResultPart,
)
from rooms.domain.json import JsonObject

REDACTED = "redacted"
"""The key of encrypted reasoning in a thinking part's metadata."""

NOT_IN_IDS = re.compile(r"[^A-Za-z0-9_-]")

OPENING = "[The conversation begins.]"
ROLES = {"user": "user", "tool": "user", "assistant": "assistant"}


def build_turns(messages: Iterable[AIMessage]) -> list[JsonObject]:
    """Return the turns; what follows in one role becomes one turn, and empty words are left out.

    Raises:
        ValueError: If a message has a role that is none.
    """
    turns: list[JsonObject] = []
    for message in messages:
        if message.role == "system":
            continue
        role = _role(message.role)
        blocks = _blocks(message)
        if not turns and role == "assistant" and blocks:
            turns.append({"role": "user", "content": [_text(OPENING)]})
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
        elif blocks:
            turns.append({"role": role, "content": blocks})
    for turn in turns:
        turn["content"].sort(key=_stands_behind_results)
    return turns


def build_system(prompt: str | None, messages: Iterable[AIMessage]) -> str:
    """Return the instructions: the prompt, and the system messages after it."""
    more = [_words(message) for message in messages if message.role == "system"]
    return "\n\n".join(text for text in [prompt or "", *more] if text.strip())


def _role(role: str) -> str:
    try:
        return ROLES[role]
    except KeyError:
        raise ValueError(f"a message has the role {role!r}: use one of {sorted(ROLES)}") from None


def _stands_behind_results(block: JsonObject) -> bool:
    """Put results first; all else keeps its place, as sorting is stable."""
    return bool(block["type"] != "tool_result")


def _words(message: AIMessage) -> str:
    if isinstance(message.content, str):
        return message.content
    return "\n".join(part.text for part in message.content if isinstance(part, AITextPart))


def _blocks(message: AIMessage) -> list[JsonObject]:
    if isinstance(message.content, str):
        return [_text(message.content)] if message.content.strip() else []
    built = (_block(part) for part in message.content)
    return [block for block in built if block is not None]


def _block(part: AIPart) -> JsonObject | None:
    match part:
        case AITextPart():
            return _text(part.text) if part.text.strip() else None
        case AIImagePart():
            return build_picture(part)
        case AIToolCallPart():
            return {
                "type": "tool_use",
                "id": _id(part.id),
                "name": part.name,
                "input": part.arguments,
            }
        case AIToolResultPart():
            return _result(part)
        case AIThinkingPart():
            return _reasoning(part)


def _text(text: str) -> JsonObject:
    return {"type": "text", "text": text}


def _id(call_id: str) -> str:
    """Return a call's id with what Anthropic takes; another vendor's may have more."""
    return NOT_IN_IDS.sub("_", call_id)


def _result(part: AIToolResultPart) -> JsonObject:
    block: JsonObject = {
        "type": "tool_result",
        "tool_use_id": _id(part.tool_call_id),
        "content": part.result,
    }
    return block | {"is_error": True} if part.is_error else block


def _reasoning(part: AIThinkingPart) -> JsonObject | None:
    """Return reasoning as it was given; that of others has no signature, or says whose it is."""
    if REDACTED in part.metadata:
        return {"type": "redacted_thinking", "data": part.metadata[REDACTED]}
    if not part.signature or part.metadata:
        return None
    return {"type": "thinking", "thinking": part.thinking, "signature": part.signature}


def called_tools(messages: Sequence[AIMessage]) -> list[str]:
    """Return the names of the tools that were called before, each once."""
    parts = [part for each in messages if isinstance(each.content, list) for part in each.content]
    return list(dict.fromkeys(part.name for part in parts if isinstance(part, AIToolCallPart)))
