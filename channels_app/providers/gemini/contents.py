"""From turns to Gemini's contents.

See https://ai.google.dev/gemini-api/docs/function-calling and
https://ai.google.dev/gemini-api/docs/thought-signatures.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from channels_app.providers.base.ai import (
    AIImagePart,
    AIMessage,
    AIPart,
    AITextPart,
    AIThinkingPart,
    AIToolCallPart,
    AIToolResultPart,
)
from channels_app.providers.gemini.extra import types
from channels_app.providers.gemini.pictures import build_picture

SIGNATURE = "thought_signature"
"""Under which key a tool call's metadata has its signature, in base64."""

SIGNED_BY = {"signed_by": "gemini"}
"""The metadata of thinking whose signature, in base64, goes back; another vendor's does not."""

STAND_IN = b"skip_thought_signature_validator"
"""What Google documents in place of the signature of a call that another model has made."""


def build_contents(messages: Sequence[AIMessage], *, signed_calls: bool) -> list[types.Content]:
    """Return the turns; those of one role are one content, as are the results of one round.

    Args:
        messages: The turns; those of the system are left out.
        signed_calls: Whether the model takes no call without a signature.
    """
    said = [message for message in messages if message.role != "system"]
    contents: list[types.Content] = []
    for role, turns in groupby(said, key=lambda message: message.role):
        if role == "assistant":
            contents += _content("model", _model_parts(turns, signed_calls=signed_calls))
        else:
            parts = [part for turn in turns for part in _parts(turn)]
            results = [part for part in parts if isinstance(part, AIToolResultPart)]
            contents += _content("user", map(_response, results))
            contents += _content("user", filter(None, map(_shown, parts)))
    return contents


def system_text(messages: Iterable[AIMessage], prompt: str | None) -> str:
    """Return the prompt and what the system says amid the turns; '' is nothing."""
    parts = [part for turn in messages if turn.role == "system" for part in _parts(turn)]
    said = [part.text for part in parts if isinstance(part, AITextPart)]
    return "\n\n".join(filter(None, [prompt or "", *said]))


def _content(role: str, parts: Iterable[types.Part]) -> list[types.Content]:
    given = list(parts)
    return [types.Content(role=role, parts=given)] if given else []


def _parts(message: AIMessage) -> list[AIPart]:
    content = message.content
    return [AITextPart(text=content)] if isinstance(content, str) else content


def _model_parts(turns: Iterable[AIMessage], *, signed_calls: bool) -> Iterator[types.Part]:
    for turn in turns:
        parts = _parts(turn)
        lent = _first_signature(parts) or (STAND_IN if signed_calls else None)
        for part in parts:
            if isinstance(part, AIToolCallPart):
                yield _call(part, lent)
            elif isinstance(part, AIThinkingPart):
                yield from _signature(part)
            elif (shown := _shown(part)) is not None:
                yield shown


def _shown(part: AIPart) -> types.Part | None:
    """Return text or a picture; None of what is neither, or has nothing to show."""
    if isinstance(part, AITextPart) and part.text:
        return types.Part(text=part.text)
    return build_picture(part) if isinstance(part, AIImagePart) else None


def _signature(part: AIThinkingPart) -> Iterator[types.Part]:
    """Yield what the model wants back of its reasoning: only the signature, on an empty text."""
    if part.signature and part.metadata == SIGNED_BY:
        yield types.Part(text="", thought_signature=base64.b64decode(part.signature))


def _first_signature(parts: Sequence[AIPart]) -> bytes | None:
    """Return what the first signed call is signed with: of parallel ones, only that one is."""
    calls = [part for part in parts if isinstance(part, AIToolCallPart)]
    return next((signed for signed in map(_own_signature, calls) if signed), None)


def _own_signature(part: AIToolCallPart) -> bytes | None:
    given = part.metadata.get(SIGNATURE)
    return base64.b64decode(given) if isinstance(given, str) else None


def _call(part: AIToolCallPart, lent: bytes | None) -> types.Part:
    call = types.FunctionCall(id=part.id, name=part.name, args=part.arguments)
    return types.Part(function_call=call, thought_signature=_own_signature(part) or lent)


def _response(part: AIToolResultPart) -> types.Part:
    told = {"error" if part.is_error else "result": part.result}
    return types.Part(
        function_response=types.FunctionResponse(
            id=part.tool_call_id, name=part.name, response=told
        )
    )
