"""What Chat Completions refuses although every field is one it knows.

Sources: as of `openai_chat_requests` and `openai_models`; the words are those of answers that
people have quoted in public.
"""

from channels_app.testing.fakes.openai_chat_requests import (
    AssistantMessage,
    ChatRequest,
    ImagePart,
    Message,
    ToolMessage,
    UserMessage,
)
from channels_app.testing.fakes.openai_errors import refusal
from channels_app.testing.fakes.openai_models import ChatTools, Model

EFFORT = "reasoning_effort"


def check_request(body: ChatRequest, model: Model | None) -> None:
    """Let a request pass, or refuse it.

    Args:
        body: The request.
        model: What the model takes; None is any model of a compatible server.

    Raises:
        Refused: If the vendor would not take it.
    """
    if body.stream_options is not None and not body.stream:
        raise refusal(
            400,
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            param="stream_options",
        )
    _check_tools(body)
    _check_messages(body.messages)
    if model is None:
        return
    _check_fields_of_others(body.messages)
    if model.reasons:
        _check_reasoning(body, model)
    elif body.reasoning_effort is not None:
        raise refusal(400, f"Unrecognized request argument supplied: {EFFORT}", param=EFFORT)
    if not model.sees and any(map(_shows, body.messages)):
        raise refusal(
            400,
            "Invalid content type. image_url is only supported by certain models.",
        )


def _check_tools(body: ChatRequest) -> None:
    for number, tool in enumerate(body.tools or ()):
        parameters = tool.function.parameters
        if parameters is not None and parameters.get("type") != "object":
            raise refusal(
                400,
                f"Invalid schema for function '{tool.function.name}': schema must be a JSON "
                f"Schema of 'type: \"object\"', got 'type: \"{parameters.get('type')}\"'.",
                code="invalid_function_parameters",
                param=f"tools[{number}].function.parameters",
            )


def _check_messages(messages: list[Message]) -> None:
    """Demand that every call is answered at once, and nothing else is."""
    open_ids: list[str] = []
    for number, message in enumerate(messages):
        if isinstance(message, ToolMessage):
            if message.tool_call_id not in open_ids:
                raise refusal(
                    400,
                    "Invalid parameter: messages with role 'tool' must be a response to a "
                    "preceeding message with 'tool_calls'.",
                    param=f"messages.[{number}].role",
                )
            open_ids.remove(message.tool_call_id)
            continue
        _check_answered(open_ids, number)
        if isinstance(message, AssistantMessage):
            open_ids = _calls_of(message, number)
    _check_answered(open_ids, len(messages))


def _check_answered(open_ids: list[str], number: int) -> None:
    if open_ids:
        raise refusal(
            400,
            "An assistant message with 'tool_calls' must be followed by tool messages responding "
            "to each 'tool_call_id'. The following tool_call_ids did not have response messages: "
            f"{', '.join(open_ids)}",
            param=f"messages.[{number}].role",
        )


def _calls_of(message: AssistantMessage, number: int) -> list[str]:
    if message.content is None and message.refusal is None and not message.tool_calls:
        raise refusal(
            400,
            "Invalid value for 'content': expected a string, got null.",
            param=f"messages.[{number}].content",
        )
    return [call.id for call in message.tool_calls or ()]


def _check_fields_of_others(messages: list[Message]) -> None:
    for number, message in enumerate(messages):
        for name in ("reasoning_content", "reasoning"):
            if getattr(message, name, None) is not None:
                param = f"messages[{number}].{name}"
                raise refusal(
                    400, f"Unknown parameter: '{param}'.", code="unknown_parameter", param=param
                )


def _check_reasoning(body: ChatRequest, model: Model) -> None:
    if body.max_tokens is not None:
        raise refusal(
            400,
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
            "'max_completion_tokens' instead.",
            code="unsupported_parameter",
            param="max_tokens",
        )
    if body.temperature not in (None, 1):
        raise refusal(
            400,
            f"Unsupported value: 'temperature' does not support {body.temperature} with this "
            "model. Only the default (1) value is supported.",
            code="unsupported_value",
            param="temperature",
        )
    effort = body.reasoning_effort
    if effort is not None and effort not in model.efforts:
        raise refusal(
            400,
            f"Unsupported value: '{EFFORT}' does not support '{effort}' with this model. "
            f"Supported values are: {', '.join(map(repr, model.efforts))}.",
            code="unsupported_value",
            param=EFFORT,
        )
    if body.tools and not _takes_tools(effort, model.chat_tools):
        raise refusal(
            400,
            f"Function tools with {EFFORT} are not supported for {body.model} in "
            f"/v1/chat/completions. To use function tools, use /v1/responses or set {EFFORT} to "
            "'none'.",
            param=EFFORT,
        )


def _takes_tools(effort: str | None, when: ChatTools) -> bool:
    if when is ChatTools.ALWAYS or effort == "none":
        return True
    return when is ChatTools.WITHOUT_EFFORT and effort is None


def _shows(message: Message) -> bool:
    if not isinstance(message, UserMessage) or isinstance(message.content, str):
        return False
    return any(isinstance(part, ImagePart) for part in message.content)
