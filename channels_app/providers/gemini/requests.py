"""From a question to the request that the SDK sends."""

from dataclasses import dataclass

from channels_app.providers.base.ai import AIContext, AITool
from channels_app.providers.gemini.config import GeminiConfig
from channels_app.providers.gemini.contents import build_contents, system_text
from channels_app.providers.gemini.extra import types
from channels_app.providers.gemini.limits import output_bound
from channels_app.providers.gemini.models import LOW_UP_TO, model_of
from rooms.domain.json import JsonObject


@dataclass(frozen=True)
class GeminiRequest:
    """What is asked."""

    contents: list[types.Content]
    config: types.GenerateContentConfig


def build_request(context: AIContext, config: GeminiConfig) -> GeminiRequest:
    """Return the request for an answer to `context`."""
    asked, budget = context.model_fields_set, context.thinking_budget
    return GeminiRequest(
        contents=build_contents(context.messages, signed_calls=model_of(config.model).signed_calls),
        config=types.GenerateContentConfig(
            system_instruction=system_text(context.messages, context.system_prompt) or None,
            temperature=context.temperature if "temperature" in asked else config.temperature,
            max_output_tokens=output_bound(context, config),
            tools=_tools(context.tools) or None,
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
            thinking_config=_thinking(config.model, budget),
        ),
    )


def _thinking(model: str, budget: int | None) -> types.ThinkingConfig | None:
    """Return how much to think; a budget of 0 asks not to think, -1 lets the model decide.

    A model that does not think is sent what was asked for nonetheless, and refuses it.
    """
    kind = model_of(model).thinking
    if budget is None or (budget == 0 and kind == "none"):
        return None
    if kind != "level":
        return types.ThinkingConfig(include_thoughts=budget != 0, thinking_budget=budget)
    level = types.ThinkingLevel.LOW if 0 <= budget <= LOW_UP_TO else types.ThinkingLevel.HIGH
    return types.ThinkingConfig(include_thoughts=budget != 0, thinking_level=level)


def _tools(tools: list[AITool]) -> types.ToolListUnion:
    declarations = [
        types.FunctionDeclaration(
            name=tool.name,
            description=tool.description,
            parameters_json_schema=_of_an_object(tool.parameters),
        )
        for tool in tools
    ]
    return [types.Tool(function_declarations=declarations)] if declarations else []


def _of_an_object(schema: JsonObject) -> JsonObject:
    """Return the schema, which has to say that it is one of an object."""
    return schema if schema.get("type") == "object" else {**schema, "type": "object"}
