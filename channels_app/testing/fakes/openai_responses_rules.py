"""What the Responses API refuses although every field is one it knows.

Sources: as of `openai_responses_requests` and `openai_models`; the page "Reasoning models" on
keeping reasoning items; the words are those of answers that people have quoted in public, such as
https://github.com/openai/openai-agents-python/issues/919. Stricter than the vendor: a call is known
by its `call_id` to belong to its reasoning, also if it comes without its own `id`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from channels_app.testing.fakes.openai_errors import refusal
from channels_app.testing.fakes.openai_models import Model
from channels_app.testing.fakes.openai_responses_requests import (
    AskedMessage,
    FunctionCall,
    FunctionCallOutput,
    FunctionTool,
    InputImage,
    Item,
    ReasoningItem,
    ResponsesRequest,
)
from channels_app.testing.fakes.server import Refused


@dataclass
class Issued:
    """What the fake has answered and wants back unchanged.

    Attributes:
        encrypted: The encrypted content of each reasoning item, by its id.
        reasoning_of: The reasoning item that came before a call, by the call's id.
    """

    encrypted: dict[str, str] = field(default_factory=dict)
    reasoning_of: dict[str, str] = field(default_factory=dict)


def check_request(body: ResponsesRequest, model: Model | None, issued: Issued) -> None:
    """Let a request pass, or refuse it; a `model` of None is any one of a compatible server.

    Raises:
        Refused: If the vendor would not take it.
    """
    for number, tool in enumerate(body.tools or ()):
        _check_tool(tool, f"tools[{number}].parameters")
    items = () if isinstance(body.input, str) else body.input
    _check_pairs(items)
    _check_reasoning_items(items, issued, stored=body.store)
    if model is None:
        return
    if model.reasons:
        _check_reasoning(body, model)
    else:
        _check_plain(body)
    if not model.sees and any(map(_shows, items)):
        raise refusal(400, "Invalid content type. input_image is not supported by this model.")


def _check_tool(tool: FunctionTool, param: str) -> None:
    parameters = tool.parameters or {}
    wrong = ""
    if parameters.get("type") != "object":
        wrong = f"schema must be a JSON Schema of 'type: \"object\"', got {parameters.get('type')}"
    elif tool.strict is not False and parameters.get("additionalProperties") is not False:
        wrong = "In context=(), 'additionalProperties' is required to be supplied and to be false."
    if wrong:
        raise refusal(
            400,
            f"Invalid schema for function '{tool.name}': {wrong}",
            code="invalid_function_parameters",
            param=param,
        )


def _check_pairs(items: Sequence[Item]) -> None:
    called = {item.call_id for item in items if isinstance(item, FunctionCall)}
    answered = {item.call_id for item in items if isinstance(item, FunctionCallOutput)}
    for call_id in sorted(called - answered):
        raise refusal(400, f"No tool output found for function call {call_id}.", param="input")
    for call_id in sorted(answered - called):
        raise refusal(
            400,
            f"No tool call found for function call output with call_id {call_id}.",
            param="input",
        )


def _check_reasoning_items(items: Sequence[Item], issued: Issued, *, stored: bool) -> None:
    seen: set[str] = set()
    for number, item in enumerate(items):
        if isinstance(item, ReasoningItem):
            _check_encrypted(item, issued.encrypted, stored=stored)
            following = items[number + 1] if number + 1 < len(items) else None
            if following is None or isinstance(following, FunctionCallOutput | AskedMessage):
                raise refusal(
                    400,
                    f"Item '{item.id}' of type 'reasoning' was provided without its required "
                    "following item.",
                    param="input",
                )
            seen.add(item.id)
        elif isinstance(item, FunctionCall):
            wanted = issued.reasoning_of.get(item.call_id)
            if wanted is not None and wanted not in seen:
                raise refusal(
                    400,
                    f"Item '{item.id or item.call_id}' of type 'function_call' was provided "
                    f"without its required 'reasoning' item: '{wanted}'.",
                    param="input",
                )


def _check_encrypted(item: ReasoningItem, encrypted: Mapping[str, str], *, stored: bool) -> None:
    if item.encrypted_content is None and not stored:
        raise refusal(
            404,
            f"Item with id '{item.id}' not found. Items are not persisted when `store` is set to "
            "false. Try again with `store` set to true, or remove this item from your input.",
            param="input",
        )
    if item.encrypted_content is not None and encrypted.get(item.id) != item.encrypted_content:
        raise refusal(
            400,
            f"The encrypted content for item {item.id} could not be verified.",
            code="invalid_encrypted_content",
        )


def _check_reasoning(body: ResponsesRequest, model: Model) -> None:
    if body.temperature is not None:
        raise _unsupported("temperature")
    effort = body.reasoning.effort if body.reasoning else None
    if effort is not None and effort not in model.efforts:
        raise refusal(
            400,
            f"Unsupported value: '{effort}' is not supported with the '{body.model}' model. "
            f"Supported values are: {', '.join(map(repr, model.efforts))}.",
            code="unsupported_value",
            param="reasoning.effort",
        )


def _check_plain(body: ResponsesRequest) -> None:
    if body.reasoning is not None and body.reasoning.effort is not None:
        raise _unsupported("reasoning.effort")
    if body.include:
        raise refusal(400, "Encrypted content is not supported with this model.", param="include")


def _unsupported(param: str) -> Refused:
    return refusal(
        400, f"Unsupported parameter: '{param}' is not supported with this model.", param=param
    )


def _shows(item: Item) -> bool:
    if not isinstance(item, AskedMessage) or isinstance(item.content, str):
        return False
    return any(isinstance(part, InputImage) for part in item.content)
