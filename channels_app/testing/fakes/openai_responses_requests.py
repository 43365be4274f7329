"""What the Responses API takes, field by field.

Written from the types of the vendor's SDK, openai 3.54.0 for Python: `ResponseCreateParams` and
`ResponseInputItemParam`, with the rules of their docstrings. Parameters and items that no test
needs are left out and refused. Unconfirmed: the least `max_output_tokens`, the limits of names.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, StringConstraints

from channels_app.testing.fakes.openai_chat_requests import Effort, Image, ToolName, Wire

CallId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Status: TypeAlias = Literal["in_progress", "completed", "incomplete"]


class InputText(Wire):
    """A piece of text for the model."""

    type: Literal["input_text"]
    text: str


class InputImage(Wire):
    """A picture for the model."""

    type: Literal["input_image"]
    image_url: Image
    detail: Literal["low", "high", "auto", "original"]


class OutputText(Wire):
    """A piece of text from the model."""

    type: Literal["output_text"]
    text: str
    annotations: list[dict[str, Any]] = []


class OutputRefusal(Wire):
    """What the model said instead of a text."""

    type: Literal["refusal"]
    refusal: str


class AskedMessage(Wire):
    """A message to the model, or an instruction; `type` may be left out."""

    type: Literal["message"] = "message"
    role: Literal["user", "system", "developer"]
    content: (
        str
        | Annotated[
            list[Annotated[InputText | InputImage, Field(discriminator="type")]],
            Field(min_length=1),
        ]
    )


class SaidMessage(Wire):
    """A message of the model's; `type` may be left out."""

    type: Literal["message"] = "message"
    role: Literal["assistant"]
    content: str | list[Annotated[OutputText | OutputRefusal, Field(discriminator="type")]]
    id: str | None = None
    status: Status | None = None


class FunctionCall(Wire):
    """A call that the model made."""

    type: Literal["function_call"]
    call_id: CallId
    name: ToolName
    arguments: str
    id: str | None = None
    status: Status | None = None


class FunctionCallOutput(Wire):
    """What a tool answered."""

    type: Literal["function_call_output"]
    call_id: CallId
    output: str | list[Annotated[InputText | InputImage, Field(discriminator="type")]]
    id: str | None = None
    status: Status | None = None


class SummaryText(Wire):
    """A piece of a summary."""

    type: Literal["summary_text"]
    text: str


class ReasoningItem(Wire):
    """Reasoning of the model's, as it was given."""

    type: Literal["reasoning"]
    id: str
    summary: list[SummaryText]
    encrypted_content: str | None = None
    status: Status | None = None


Item: TypeAlias = AskedMessage | SaidMessage | FunctionCall | FunctionCallOutput | ReasoningItem


class FunctionTool(Wire):
    """A tool; without `strict` the vendor takes it as strict."""

    type: Literal["function"]
    name: ToolName
    parameters: dict[str, Any] | None
    strict: bool | None = None
    description: str | None = None


class Reasoning(Wire):
    """How much the model thinks, and whether it tells."""

    effort: Effort | None = None
    summary: Literal["auto", "concise", "detailed"] | None = None


class ResponsesRequest(Wire):
    """The body of `POST /v1/responses`."""

    model: str
    input: str | Annotated[list[Item], Field(min_length=1)]
    instructions: str | None = None
    max_output_tokens: Annotated[int, Field(ge=16)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2, strict=False)] | None = None
    tools: Annotated[list[FunctionTool], Field(min_length=1)] | None = None
    parallel_tool_calls: bool | None = None
    reasoning: Reasoning | None = None
    include: list[Literal["reasoning.encrypted_content"]] | None = None
    store: bool = True
    stream: bool = False
