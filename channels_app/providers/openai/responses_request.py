"""Building a question to the Responses API, which keeps nothing of it.

See https://developers.openai.com/api/docs/guides/reasoning: reasoning comes encrypted and goes back
as it is, before the calls that followed from it.
"""

import json
from collections.abc import Iterator

from channels_app.providers.base.ai import AIContext, AIImagePart, AIMessage, AITool
from channels_app.providers.openai.config import OpenAIConfig
from channels_app.providers.openai.limits import Limits, limits_of
from channels_app.providers.openai.models import Traits
from channels_app.providers.openai.parts import Turn, read_turn, schema_of
from rooms.domain.json import JsonObject

ITEM = "reasoning_item"
"""Key in the metadata of a thinking part: the item as the vendor gave it."""

FOLLOWS = "reasoning_id"
"""Key in the metadata of a tool call: the id of the reasoning that it followed from."""


def build_request(context: AIContext, config: OpenAIConfig, traits: Traits) -> JsonObject:
    """Return the body of a question, without what makes it a stream."""
    request: JsonObject = {
        "model": config.model,
        "input": [item for message in context.messages for item in _build(message.role, message)],
        "store": False,
        **_build_limits(limits_of(context, config, traits)),
    }
    if context.system_prompt:
        request["instructions"] = context.system_prompt
    if context.tools:
        request["tools"] = [_build_tool(tool) for tool in context.tools]
    return request


def _build_limits(limits: Limits) -> JsonObject:
    length = {"max_output_tokens": limits.output_tokens}
    if limits.effort is None:
        return {**length, "temperature": limits.temperature}
    reasoning = {"effort": limits.effort, **({"summary": "auto"} if limits.is_told else {})}
    return {**length, "reasoning": reasoning, "include": ["reasoning.encrypted_content"]}


def _build_tool(tool: AITool) -> JsonObject:
    """Return a tool; left unsaid, `strict` would demand more of its schema than JSON Schema."""
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": schema_of(tool),
        "strict": False,
    }


def _build(role: str, message: AIMessage) -> Iterator[JsonObject]:
    turn = read_turn(message)
    if role == "assistant":
        return _build_assistant(turn)
    if role == "tool":
        return _build_tool_turn(turn)
    return _build_asked("system" if role == "system" else "user", turn)


def _build_asked(role: str, turn: Turn) -> Iterator[JsonObject]:
    if not turn.images:
        yield {"role": role, "content": turn.text}
        return
    texts = [{"type": "input_text", "text": text} for text in turn.texts]
    yield {"role": role, "content": [*texts, *map(_build_image, turn.images)]}


def _build_tool_turn(turn: Turn) -> Iterator[JsonObject]:
    for result in turn.results:
        yield {
            "type": "function_call_output",
            "call_id": result.tool_call_id,
            "output": result.result,
        }
    if turn.images or turn.texts:
        yield from _build_asked("user", turn)


def _build_assistant(turn: Turn) -> Iterator[JsonObject]:
    """Yield reasoning, text and calls; each call comes behind the reasoning it followed from."""
    kept = [thought.metadata[ITEM] for thought in turn.thoughts if ITEM in thought.metadata]
    followed = {call.metadata.get(FOLLOWS) for call in turn.calls}
    waiting = {item["id"]: item for item in kept if item["id"] in followed}
    if turn.text or turn.calls:
        yield from (item for item in kept if item["id"] not in waiting)
    if turn.text:
        yield {"role": "assistant", "content": turn.text}
    for call in turn.calls:
        if item := waiting.pop(call.metadata.get(FOLLOWS, ""), None):
            yield item
        yield {
            "type": "function_call",
            "call_id": call.id,
            "name": call.name,
            "arguments": json.dumps(call.arguments),
        }


def _build_image(image: AIImagePart) -> JsonObject:
    return {"type": "input_image", "image_url": image.url, "detail": "auto"}
