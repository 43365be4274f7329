"""What Chat Completions takes, field by field.

Written from the types of the vendor's SDK, openai 3.54.0 for Python: `CompletionCreateParams` and
`ChatCompletionMessageParam`, with the rules of their docstrings. Parameters that no test needs are
left out and refused. Unconfirmed: the limits of a tool's name and of a call's id.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Image = Annotated[
    str,
    StringConstraints(
        pattern=r"^(https?://\S+|data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*)$"
    ),
]
ToolName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
CallId = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Effort: TypeAlias = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class Wire(BaseModel):
    """A JSON object in which every field is known and has its own type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class TextPart(Wire):
    """A piece of text."""

    type: Literal["text"]
    text: str


class ImageURL(Wire):
    """Where a picture is."""

    url: Image
    detail: Literal["auto", "low", "high", "original"] = "auto"


class ImagePart(Wire):
    """A picture."""

    type: Literal["image_url"]
    image_url: ImageURL


class RefusalPart(Wire):
    """What the model said instead of a text."""

    type: Literal["refusal"]
    refusal: str


class CalledFunction(Wire):
    """A tool's name, and its arguments as JSON."""

    name: ToolName
    arguments: str


class ToolCall(Wire):
    """A call that the model made."""

    id: CallId
    type: Literal["function"]
    function: CalledFunction


class InstructionMessage(Wire):
    """What the model must heed."""

    role: Literal["system", "developer"]
    content: str | list[TextPart]
    name: str | None = None


class UserMessage(Wire):
    """What somebody said."""

    role: Literal["user"]
    content: (
        str
        | Annotated[
            list[Annotated[TextPart | ImagePart, Field(discriminator="type")]],
            Field(min_length=1),
        ]
    )
    name: str | None = None


class AssistantMessage(Wire):
    """What the model said or wanted called."""

    role: Literal["assistant"]
    content: str | list[TextPart | RefusalPart] | None = None
    refusal: str | None = None
    name: str | None = None
    tool_calls: Annotated[list[ToolCall], Field(min_length=1)] | None = None
    # What compatible servers call the reasoning of an earlier turn; OpenAI knows neither.
    reasoning_content: str | None = None
    reasoning: str | None = None


class ToolMessage(Wire):
    """What a tool answered."""

    role: Literal["tool"]
    content: str | list[TextPart]
    tool_call_id: CallId


Message: TypeAlias = Annotated[
    InstructionMessage | UserMessage | AssistantMessage | ToolMessage, Field(discriminator="role")
]


class Function(Wire):
    """A function that the model may call."""

    name: ToolName
    description: str = ""
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class Tool(Wire):
    """A tool of the model's."""

    type: Literal["function"]
    function: Function


class StreamOptions(Wire):
    """What a stream carries beside the answer."""

    include_usage: bool = False
    include_obfuscation: bool = True


class ChatRequest(Wire):
    """The body of `POST /v1/chat/completions`."""

    model: str
    messages: Annotated[list[Message], Field(min_length=1)]
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2, strict=False)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1, strict=False)] | None = None
    reasoning_effort: Effort | None = None
    tools: Annotated[list[Tool], Field(min_length=1)] | None = None
    parallel_tool_calls: bool | None = None
    stream: bool = False
    stream_options: StreamOptions | None = None
    store: bool | None = None
