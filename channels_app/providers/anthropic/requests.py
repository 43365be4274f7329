"""The body of a request for an answer."""

from collections.abc import Sequence

from channels_app.providers.anthropic.config import AnthropicConfig
from channels_app.providers.anthropic.models import Model, model_of
from channels_app.providers.anthropic.turns import build_system, build_turns, called_tools
from channels_app.providers.base.ai import AIContext, AITool
from rooms.domain.json import JsonObject

LEAST_BUDGET = 1024
"""The smallest thinking budget that is taken, in tokens."""

UNASKED_TOKENS = 8192
"""What a model that always thinks gets for it where nothing was asked for, in tokens: thinking
counts towards `max_tokens`, and would leave none of the answer's."""

MARK = {"type": "ephemeral"}
MARKED_TURNS = 2
MARKABLE = frozenset({"text", "image", "tool_use", "tool_result"})

WITH_SAMPLING = "2023-06-01"
"""The last version of the API that takes a temperature; the SDK speaks a later one."""


def build_request(context: AIContext, config: AnthropicConfig) -> JsonObject:
    """Return the arguments of the SDK's `messages.create`, without `stream`."""
    model = model_of(config.model)
    budget = _budget(context)
    request: JsonObject = {
        "model": config.model,
        "max_tokens": output_bound(context, config),
        "messages": build_turns(context.messages),
    }
    system = build_system(context.system_prompt, context.messages)
    if system:
        request["system"] = [{"type": "text", "text": system, "cache_control": MARK}]
    _mark_turns(request["messages"])
    request |= _tools(context)
    request |= _thinking(model, budget)
    if model.sampling and not budget:
        request |= _sampling(context, config)
    return request


def output_bound(context: AIContext, config: AnthropicConfig) -> int:
    """Return the most tokens that an answer may have, with all that the model thinks."""
    cap = context.max_tokens if "max_tokens" in context.model_fields_set else config.max_tokens
    return cap + _thinking_tokens(model_of(config.model), _budget(context))


def _budget(context: AIContext) -> int:
    """Return how many tokens the model is to think; 0 is not at all."""
    asked = context.thinking_budget or 0
    return max(asked, LEAST_BUDGET) if asked > 0 else 0


def _thinking_tokens(model: Model, budget: int) -> int:
    return UNASKED_TOKENS if not budget and model.unasked == "always" else budget


def _thinking(model: Model, budget: int) -> JsonObject:
    if budget and model.adaptive:
        return {"thinking": {"type": "adaptive", "display": "summarized"}}
    if budget:
        return {"thinking": {"type": "enabled", "budget_tokens": budget}}
    if model.unasked in ("disabled", "between_tools"):
        return {"thinking": {"type": model.unasked}}
    return {}


def _sampling(context: AIContext, config: AnthropicConfig) -> JsonObject:
    asked = "temperature" in context.model_fields_set
    temperature = context.temperature if asked else config.temperature
    return {
        "extra_body": {"temperature": temperature},
        "extra_headers": {"anthropic-version": WITH_SAMPLING},
    }


def _tools(context: AIContext) -> JsonObject:
    if context.tools:
        return {"tools": _declare(context.tools)}
    # Calls in the history are refused without their tools; these can be seen and not be used.
    former = [AITool(name=name, description="") for name in called_tools(context.messages)]
    if not former:
        return {}
    return {"tools": _declare(former), "tool_choice": {"type": "none"}}


def _declare(tools: Sequence[AITool]) -> list[JsonObject]:
    declared: list[JsonObject] = [
        {
            "name": tool.name,
            "description": tool.description,
            "input_schema": {"type": "object"} | tool.parameters,
        }
        for tool in tools
    ]
    declared[-1]["cache_control"] = MARK
    return declared


def _mark_turns(turns: list[JsonObject]) -> None:
    """Mark the ends of the last turns, so that the next round reads all before them from a cache.

    With the tools and the instructions these are the four marks that a request may have. Reasoning
    carries none.
    """
    left = MARKED_TURNS
    for turn in reversed(turns):
        block = turn["content"][-1]
        if left and block["type"] in MARKABLE:
            block["cache_control"] = MARK
            left -= 1
