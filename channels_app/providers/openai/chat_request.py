"""Building a question to Chat Completions.

See https://developers.openai.com/api/reference/resources/chat.
"""

import json
from collections.abc import Callable, Iterator

from channels_app.providers.base.ai import AIContext, AIImagePart, AITool
from channels_app.providers.openai.config import OpenAIConfig
from channels_app.providers.openai.limits import Limits, limits_of
from channels_app.providers.openai.models import Traits
from channels_app.providers.openai.parts import Turn, read_turn, schema_of
from channels_app.providers.openai.thoughts import CLOSING, OPENING
from rooms.domain.json import JsonObject

FIELD = "field"
"""Key in the metadata of a thinking part: the field that a compatible server wants it back in."""


def build_request(context: AIContext, config: OpenAIConfig, traits: Traits) -> JsonObject:
    """Return the body of a question, without what makes it a stream."""
    request: JsonObject = {
        "model": config.model,
        "messages": list(_build_messages(context, is_own=config.is_own)),
        **_build_limits(limits_of(context, config, traits)),
    }
    if context.tools:
        request["tools"] = [_build_tool(tool) for tool in context.tools]
    return request


def stream_options(config: OpenAIConfig) -> JsonObject:
    """Return what is added to a question that is answered piece by piece."""
    asked = config.is_own or config.include_stream_usage
    return {"stream_options": {"include_usage": True}} if asked else {}


def _build_limits(limits: Limits) -> JsonObject:
    if limits.effort is None:
        return {"max_tokens": limits.output_tokens, "temperature": limits.temperature}
    return {"max_completion_tokens": limits.output_tokens, "reasoning_effort": limits.effort}


def _build_tool(tool: AITool) -> JsonObject:
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": schema_of(tool),
    }
    return {"type": "function", "function": function}


def _build_messages(context: AIContext, *, is_own: bool) -> Iterator[JsonObject]:
    if context.system_prompt:
        yield {"role": "system", "content": context.system_prompt}
    for message in context.messages:
        turn = read_turn(message)
        if message.role == "assistant":
            yield from _build_assistant(turn, is_own=is_own)
        else:
            yield from _BUILDERS.get(message.role, _build_user)(turn)


def _build_system(turn: Turn) -> Iterator[JsonObject]:
    yield {"role": "system", "content": turn.text}


def _build_user(turn: Turn) -> Iterator[JsonObject]:
    if not turn.images:
        yield {"role": "user", "content": turn.text}
        return
    texts = [{"type": "text", "text": text} for text in turn.texts]
    yield {"role": "user", "content": [*texts, *map(_build_image, turn.images)]}


def _build_tool_turn(turn: Turn) -> Iterator[JsonObject]:
    """Yield a message per result; a tool's message takes text only, so pictures follow."""
    for result in turn.results:
        yield {"role": "tool", "tool_call_id": result.tool_call_id, "content": result.result}
    if turn.images or turn.texts:
        yield from _build_user(turn)


_BUILDERS: dict[str, Callable[[Turn], Iterator[JsonObject]]] = {
    "system": _build_system,
    "tool": _build_tool_turn,
    "user": _build_user,
}


def _build_assistant(turn: Turn, *, is_own: bool) -> Iterator[JsonObject]:
    """Yield what the model said; OpenAI's own takes no reasoning back here."""
    inline, fields = ("", {}) if is_own else _build_thoughts(turn)
    text = inline + turn.text
    if not text and not turn.calls:
        return
    message: JsonObject = {"role": "assistant", "content": text or None, **fields}
    if turn.calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(call.arguments)},
            }
            for call in turn.calls
        ]
    yield message


def _build_thoughts(turn: Turn) -> tuple[str, JsonObject]:
    """Return the reasoning as a compatible server wrote it: into the text, or beside it.

    What is signed or says anything else of itself is another vendor's.
    """
    inline = ""
    fields: JsonObject = {}
    for thought in turn.thoughts:
        if name := thought.metadata.get(FIELD):
            fields[name] = fields.get(name, "") + thought.thinking
        elif thought.thinking and not thought.signature and not thought.metadata:
            inline += f"{OPENING}{thought.thinking}{CLOSING}\n\n"
    return inline, fields


def _build_image(image: AIImagePart) -> JsonObject:
    return {"type": "image_url", "image_url": {"url": image.url}}


def is_reasoning_lost(context: AIContext, config: OpenAIConfig, traits: Traits) -> bool:
    """Tell whether a model is not to think, although it was asked to, because of its tools."""
    asked = bool(context.thinking_budget) and traits.reasons
    return asked and limits_of(context, config, traits).effort == "none"
