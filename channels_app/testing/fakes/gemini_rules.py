"""What Gemini refuses although its shape is right.

Sources: https://ai.google.dev/gemini-api/docs/function-calling (turns, names),
https://ai.google.dev/gemini-api/docs/thought-signatures (what must come back),
https://ai.google.dev/gemini-api/docs/thinking (budgets and levels) and the descriptions of the
fields in the SDK google-genai 3.4 for Python.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from google.genai import types
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from channels_app.testing.fakes.gemini_schema import GenerateContent, GenerationConfig

MODELS = ("gemini-2.0-flash", "gemini-2.5-flash", "gemini-3-flash-preview")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,127}")
DUMMY = b"skip_thought_signature_validator"
"""Stands for the signature of a call that another model has made."""

PAYLOADS = (
    "text",
    "inline_data",
    "file_data",
    "function_call",
    "function_response",
    "executable_code",
    "code_execution_result",
)


class RuleBroken(Exception):
    """Why a request is refused, in the vendor's words where they are known."""


@dataclass
class Issued:
    """Signatures that went out, by the calls they went out with.

    Attributes:
        of_calls: By name and arguments; the calls of one answer share the first one's.
        all: Each of them, also those of texts.
    """

    of_calls: dict[str, bytes] = field(default_factory=dict)
    all: set[bytes] = field(default_factory=lambda: {DUMMY})

    def note(self, parts: Sequence[Mapping[str, Any]]) -> None:
        """Keep what the parts of an answer are signed with."""
        shared = b""
        for each in parts:
            part = types.Part.model_validate(each)
            if part.thought_signature:
                self.all.add(part.thought_signature)
            if part.function_call is not None:
                shared = shared or part.thought_signature or b""
                if shared:
                    self.of_calls[key_of(part.function_call)] = shared


def key_of(call: types.FunctionCall) -> str:
    """Return what tells a call from others in the same answer."""
    return f"{call.name}{json.dumps(call.args or {}, sort_keys=True)}"


def check(body: GenerateContent, model: str, issued: Issued) -> None:
    """Judge a request whose shape is right.

    Raises:
        RuleBroken: If the vendor would refuse it.
    """
    if body.system_instruction is not None:
        _check_parts(body.system_instruction)
    for content in body.contents:
        if content.role not in {"user", "model"}:
            raise RuleBroken("Please use a valid role: user, model.")
        _check_parts(content)
    _check_turns(body.contents)
    for content in body.contents:
        _check_signatures(content, model, issued)
    _check_tools(body.tools)
    _check_thinking(body.generation_config, model)


def _check_parts(content: types.Content) -> None:
    if not content.parts:
        raise RuleBroken("GenerateContentRequest.contents: contents.parts must not be empty.")
    for part in content.parts:
        given = [name for name in PAYLOADS if getattr(part, name) is not None]
        if len(given) != 1:
            raise RuleBroken("required oneof field 'data' must have one initialized field")
        if part.text == "" and not part.thought_signature:
            raise RuleBroken("Unable to submit request because it must have a text parameter.")
        _check_file(part)


def _check_file(part: types.Part) -> None:
    blob = part.inline_data
    if blob is not None and not (blob.data and "/" in (blob.mime_type or "")):
        raise RuleBroken("inlineData needs data and a mimeType")
    if part.file_data is not None and not part.file_data.file_uri:
        raise RuleBroken("fileData needs a fileUri")


def _check_turns(contents: Sequence[types.Content]) -> None:
    before: types.Content | None = None
    for content in contents:
        calls = _calls(before)
        responses = _responses(content)
        if len(calls) != len(responses):
            raise RuleBroken(
                "Please ensure that the number of function response parts is equal to the number "
                "of function call parts of the function call turn."
            )
        _check_answers(calls, responses)
        if _calls(content) and (content.role != "model" or before is None or before.role != "user"):
            raise RuleBroken(
                "Please ensure that function call turn comes immediately after a user turn or "
                "after a function response turn."
            )
        if responses and (content.role != "user" or len(responses) != len(content.parts or [])):
            raise RuleBroken("A function response turn holds nothing but function responses.")
        before = content
    if contents[-1].role == "model":
        raise RuleBroken(
            "Please ensure that multiturn requests end with a user role or a function response."
        )


def _check_answers(
    calls: Sequence[types.FunctionCall], responses: Sequence[types.FunctionResponse]
) -> None:
    if sorted(str(each.name) for each in calls) != sorted(str(each.name) for each in responses):
        raise RuleBroken("function_response.name: must be that of the function call.")
    ids = {each.id for each in calls if each.id}
    answered = {each.id for each in responses if each.id}
    if answered and answered != ids:
        raise RuleBroken("function_response.id: must be that of the function call.")
    if any(each.response is None for each in responses):
        raise RuleBroken("function_response.response: must be an object.")


def _calls(content: types.Content | None) -> list[types.FunctionCall]:
    parts = content.parts or [] if content is not None else []
    return [part.function_call for part in parts if part.function_call is not None]


def _responses(content: types.Content) -> list[types.FunctionResponse]:
    return [part.function_response for part in content.parts or [] if part.function_response]


def _check_signatures(content: types.Content, model: str, issued: Issued) -> None:
    for part in content.parts or []:
        if part.thought_signature and part.thought_signature not in issued.all:
            raise RuleBroken("Thought signature is not valid.")
        call = part.function_call
        if call is None:
            continue
        given = issued.of_calls.get(key_of(call))
        if not part.thought_signature and (given or model.startswith("gemini-3")):
            raise RuleBroken(
                "Function call is missing a thought_signature in functionCall parts. This is "
                f"required for tools to work correctly: function call `{call.name}`."
            )
        if given and part.thought_signature not in {given, DUMMY}:
            raise RuleBroken("Thought signature is not valid.")


def _check_tools(tools: Sequence[types.Tool]) -> None:
    declared = [each for tool in tools for each in tool.function_declarations or []]
    names = [each.name or "" for each in declared]
    if len(set(names)) != len(names):
        raise RuleBroken("Duplicate function declaration found.")
    for each in declared:
        if not NAME.fullmatch(each.name or ""):
            raise RuleBroken("function_declarations.name: Invalid function name.")
        if each.parameters is not None and each.parameters_json_schema is not None:
            raise RuleBroken("parameters and parameters_json_schema are mutually exclusive.")
        if each.parameters_json_schema is not None:
            _check_schema(each.parameters_json_schema)


def _check_schema(schema: Any) -> None:
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise RuleBroken(f"parameters_json_schema: {error.message}") from None
    if not isinstance(schema, dict) or schema.get("type") != "object":
        raise RuleBroken("parameters_json_schema: schema should be of OBJECT type.")


def _check_thinking(config: GenerationConfig, model: str) -> None:
    thinking = config.thinking_config
    if thinking is None:
        return
    if model.startswith("gemini-2.0"):
        raise RuleBroken("Thinking is not supported by this model.")
    if thinking.thinking_budget is not None and thinking.thinking_level is not None:
        raise RuleBroken("You can only set one of thinking budget and thinking level.")
    if thinking.thinking_level is not None and not model.startswith("gemini-3"):
        raise RuleBroken("Thinking level is not supported for this model.")
