"""What Anthropic's Messages API takes, as far as agents use it.

Sources: the SDK anthropic 2.12.0 for Python (`MessageCreateParams`, `MessageParam`, `ToolParam`,
`ThinkingConfigParam`, and what their docstrings say of bounds) and
https://platform.claude.com/docs/en/api/versioning. Left out, so refused: documents, server tools,
system turns amid the conversation, structured output.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

NAME = r"^[a-zA-Z0-9_-]{1,128}$"
ID = r"^[a-zA-Z0-9_-]+$"


class Wire(BaseModel):
    """A JSON object in which every field is known and has its own type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class CacheControl(Wire):
    """A mark after which the prompt is kept for the next request."""

    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] | None = None


class Marked(Wire):
    """A block that may carry such a mark."""

    cache_control: CacheControl | None = None


class TextBlock(Marked):
    """A piece of text; an empty one is refused."""

    type: Literal["text"]
    text: str = Field(min_length=1)


class Base64Source(Wire):
    """A picture in the request."""

    type: Literal["base64"]
    media_type: Literal["image/jpeg", "image/png", "image/gif", "image/webp"]
    data: str = Field(min_length=4, pattern=r"^[A-Za-z0-9+/]+={0,2}$")


class UrlSource(Wire):
    """A picture that the vendor fetches."""

    type: Literal["url"]
    url: str = Field(pattern=r"^https?://")


class ImageBlock(Marked):
    """A picture."""

    type: Literal["image"]
    source: Annotated[Base64Source | UrlSource, Field(discriminator="type")]


class ThinkingBlock(Wire):
    """Reasoning that was answered before."""

    type: Literal["thinking"]
    thinking: str
    signature: str = Field(min_length=1)


class RedactedBlock(Wire):
    """Encrypted reasoning that was answered before."""

    type: Literal["redacted_thinking"]
    data: str = Field(min_length=1)


class ToolUseBlock(Marked):
    """A call that the model made."""

    type: Literal["tool_use"]
    id: str = Field(pattern=ID)
    name: str = Field(pattern=NAME)
    input: dict[str, Any]


Shown: TypeAlias = Annotated[TextBlock | ImageBlock, Field(discriminator="type")]


class ToolResultBlock(Marked):
    """What a tool answered."""

    type: Literal["tool_result"]
    tool_use_id: str = Field(pattern=ID)
    content: str | list[Shown] = ""
    is_error: bool = False


UserBlock: TypeAlias = Annotated[
    TextBlock | ImageBlock | ToolResultBlock, Field(discriminator="type")
]
AssistantBlock: TypeAlias = Annotated[
    TextBlock | ThinkingBlock | RedactedBlock | ToolUseBlock, Field(discriminator="type")
]
Text: TypeAlias = Annotated[str, Field(min_length=1)]


class UserTurn(Wire):
    """What was said to the model."""

    role: Literal["user"]
    content: Text | Annotated[list[UserBlock], Field(min_length=1)]

    @property
    def blocks(self) -> list[UserBlock]:
        """The content as blocks."""
        whole = self.content
        return [TextBlock(type="text", text=whole)] if isinstance(whole, str) else whole


class AssistantTurn(Wire):
    """What the model said."""

    role: Literal["assistant"]
    content: Text | Annotated[list[AssistantBlock], Field(min_length=1)]

    @property
    def blocks(self) -> list[AssistantBlock]:
        """The content as blocks."""
        whole = self.content
        return [TextBlock(type="text", text=whole)] if isinstance(whole, str) else whole


Turn: TypeAlias = Annotated[UserTurn | AssistantTurn, Field(discriminator="role")]


class InputSchema(BaseModel):
    """A JSON Schema; what else it says is not looked at."""

    model_config = ConfigDict(extra="allow", strict=True)

    type: Literal["object"]
    properties: dict[str, Any] | None = None
    required: list[str] | None = None


class Tool(Marked):
    """A tool of the client's own."""

    name: str = Field(pattern=NAME)
    input_schema: InputSchema
    description: str | None = None
    strict: bool | None = None
    type: Literal["custom"] | None = None


class ThinkingEnabled(Wire):
    """Reasoning with a budget."""

    type: Literal["enabled"]
    budget_tokens: int = Field(ge=1024)
    display: Literal["summarized", "omitted"] | None = None


class ThinkingAdaptive(Wire):
    """Reasoning as the model sees fit."""

    type: Literal["adaptive"]
    display: Literal["summarized", "omitted"] | None = None


class ThinkingOff(Wire):
    """No reasoning, or only short notes between calls."""

    type: Literal["disabled", "between_tools"]


class OutputConfig(Wire):
    """How much effort the model makes."""

    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None


class ToolChoice(Wire):
    """Whether tools must be used."""

    type: Literal["auto", "any", "none"]
    disable_parallel_tool_use: bool | None = None


class Metadata(Wire):
    """Who is behind the request."""

    user_id: str | None = None


class CreateMessage(Wire):
    """The body of `POST /v1/messages`; the sampling fields are those of version 2023-06-01."""

    model: str
    max_tokens: int = Field(ge=1)
    messages: list[Turn] = Field(min_length=1)
    system: str | list[TextBlock] = ""
    stream: bool = False
    thinking: (
        Annotated[ThinkingEnabled | ThinkingAdaptive | ThinkingOff, Field(discriminator="type")]
        | None
    ) = None
    output_config: OutputConfig | None = None
    tools: list[Tool] = []
    tool_choice: ToolChoice | None = None
    stop_sequences: list[str] = []
    metadata: Metadata | None = None
    temperature: float | None = Field(default=None, ge=0, le=1)
    top_p: float | None = Field(default=None, ge=0, le=1)
    top_k: int | None = Field(default=None, ge=0)
