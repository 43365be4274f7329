"""The contract of language models, and the values that go in and come out."""

from abc import abstractmethod
from collections.abc import AsyncIterator
from typing import Literal, TypeAlias

from pydantic import BaseModel, Field

from channels_app.providers.base.provider import Provider
from hooks.results import Observation, Task
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelMediaType
from rooms.domain.frozen import Frozen
from rooms.domain.json import JsonObject


class AITextPart(Frozen):
    """A piece of text in a message."""

    type: Literal["text"] = "text"
    text: str


class AIImagePart(Frozen):
    """A picture by its `http(s):` or `data:` address."""

    type: Literal["image"] = "image"
    url: str
    mime_type: str | None = None


class AIToolCallPart(Frozen):
    """A tool call the model made in an earlier round; `metadata` is what the vendor wants back."""

    type: Literal["tool_call"] = "tool_call"
    id: str
    name: str
    arguments: JsonObject = {}
    metadata: JsonObject = {}


class AIToolResultPart(Frozen):
    """What a tool answered to the call with this id."""

    type: Literal["tool_result"] = "tool_result"
    tool_call_id: str
    name: str
    result: str
    is_error: bool = False


class AIThinkingPart(Frozen):
    """Reasoning the vendor wants back, unchanged and with its signature.

    `metadata` is what else the vendor wants back with it, such as encrypted reasoning.
    """

    type: Literal["thinking"] = "thinking"
    thinking: str
    signature: str | None = None
    metadata: JsonObject = {}


AIPart: TypeAlias = AITextPart | AIImagePart | AIToolCallPart | AIToolResultPart | AIThinkingPart
"""Any part of a message."""


class AIMessage(Frozen):
    """One turn; `role` is system, user, assistant or tool.

    An agent gives the same turns with every question about a room: a provider that wants one to be
    different makes a copy, and changes neither `metadata` nor a list of parts in place.
    """

    role: str
    content: str | list[AIPart]
    metadata: JsonObject = Field(default_factory=dict)


class AITool(BaseModel):
    """A tool the model may call; `parameters` is a JSON Schema."""

    name: str
    description: str
    parameters: JsonObject = {}


class AIToolCall(BaseModel):
    """A call the model wants made; `metadata` goes back to the vendor with it."""

    id: str
    name: str
    arguments: JsonObject = {}
    metadata: JsonObject = {}


class AIContext(BaseModel):
    """Everything a model is given for one answer.

    `target_capabilities` is what every reader of the answer can show, None without readers.
    """

    messages: list[AIMessage] = []
    system_prompt: str | None = None
    temperature: float = 0.7
    max_tokens: int = 1024
    thinking_budget: int | None = None
    tools: list[AITool] = []
    room: RoomContext | None = None
    target_capabilities: ChannelCapabilities | None = None
    target_media_types: list[ChannelMediaType] = []
    metadata: JsonObject = {}


class AIResponse(BaseModel):
    """A whole answer.

    `usage` counts tokens under input_tokens, output_tokens, cache_read_input_tokens and
    cache_creation_input_tokens; no token is counted twice. `thinking_parts` are the pieces of
    reasoning that the vendor wants back, where it is more than `thinking` and its signature.
    """

    content: str
    thinking: str | None = None
    thinking_signature: str | None = None
    thinking_parts: list[AIThinkingPart] = []
    finish_reason: str | None = None
    usage: dict[str, int] = {}
    metadata: JsonObject = {}
    tasks: list[Task] = []
    observations: list[Observation] = []
    tool_calls: list[AIToolCall] = []


class StreamTextDelta(BaseModel):
    """Some more of the answer's text."""

    type: Literal["text_delta"] = "text_delta"
    text: str


class StreamThinkingDelta(BaseModel):
    """Some more of the model's reasoning.

    One with a signature or metadata ends a piece of reasoning that the vendor wants back as it is;
    its `thinking` may be empty.
    """

    type: Literal["thinking_delta"] = "thinking_delta"
    thinking: str
    signature: str | None = None
    metadata: JsonObject = {}


class StreamToolCall(BaseModel):
    """A tool call, always complete; `metadata` goes back to the vendor with it."""

    type: Literal["tool_call"] = "tool_call"
    id: str
    name: str
    arguments: JsonObject = {}
    metadata: JsonObject = {}


class StreamDone(BaseModel):
    """The end of a streamed answer; `usage`, tasks and observations as in `AIResponse`."""

    type: Literal["done"] = "done"
    finish_reason: str | None = None
    usage: dict[str, int] = {}
    metadata: JsonObject = {}
    tasks: list[Task] = []
    observations: list[Observation] = []


StreamEvent: TypeAlias = StreamTextDelta | StreamThinkingDelta | StreamToolCall | StreamDone
"""Anything a structured stream yields."""


class ProviderError(Exception):
    """A model could not answer; `retryable` says whether asking again may help.

    The text may hold what the vendor said and is for operators only: neither the room nor another
    model is shown it.

    Attributes:
        status_code: The HTTP status, or None where there was no answer.
        retry_after: After how many seconds the vendor wants to be asked again; None if it did not
            say.
        code: The vendor's own word for the error, such as `rate_limit_error`.
        context_overflow: Whether the request was longer than the model can read.
    """

    def __init__(  # noqa: PLR0913 - the first four are a promise
        self,
        message: str,
        *,
        retryable: bool = False,
        provider: str = "",
        status_code: int | None = None,
        retry_after: float | None = None,
        code: str | None = None,
        context_overflow: bool = False,
    ) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.provider = provider
        self.status_code = status_code
        self.retry_after = retry_after
        self.code = code
        self.context_overflow = context_overflow


class AIProvider(Provider):
    """A language model. Whatever it holds must serve several rooms at once."""

    @property
    @abstractmethod
    def model_name(self) -> str:
        """The vendor's name of the model."""

    @property
    def supports_vision(self) -> bool:
        """Whether image parts are understood."""
        return False

    @property
    def context_window(self) -> int | None:
        """How many tokens the model can read; None if that is not known."""
        return None

    @property
    def supports_streaming(self) -> bool:
        """Whether `generate_stream` is implemented."""
        return False

    @property
    def supports_structured_streaming(self) -> bool:
        """Whether `generate_structured_stream` yields while the model is still writing."""
        return False

    def output_bound(self, context: AIContext) -> int:
        """Return the most tokens that an answer may have, with all that the model thinks.

        Budgets set aside what so many tokens cost. Whoever lets its model write more than the
        question asks for, to think unasked for example, says how much that is in all.
        """
        return context.max_tokens + max(context.thinking_budget or 0, 0)

    @abstractmethod
    async def generate(self, context: AIContext) -> AIResponse:
        """Answer at once.

        Raises:
            ProviderError: If the model refused, failed or could not be reached.
        """

    def generate_stream(self, context: AIContext) -> AsyncIterator[str]:
        """Answer piece by piece: yields text deltas.

        Raises:
            NotImplementedError: If `supports_streaming` is False.
            ProviderError: If the model refused, failed or could not be reached.
        """
        raise NotImplementedError(
            f"{self.name} does not stream text: call generate() or check supports_streaming"
        )

    async def generate_structured_stream(self, context: AIContext) -> AsyncIterator[StreamEvent]:
        """Answer piece by piece with reasoning, tool calls and usage; by default all at the end.

        Raises:
            ProviderError: If the model refused, failed or could not be reached.
        """
        response = await self.generate(context)
        for delta in thinking_deltas(response):
            yield delta
        if response.content:
            yield StreamTextDelta(text=response.content)
        for call in response.tool_calls:
            yield StreamToolCall(
                id=call.id, name=call.name, arguments=call.arguments, metadata=call.metadata
            )
        yield StreamDone.model_validate(response, from_attributes=True)


def thinking_deltas(response: AIResponse) -> list[StreamThinkingDelta]:
    """Return the reasoning of a whole answer as a stream yields it."""
    if response.thinking_parts:
        return [
            StreamThinkingDelta(
                thinking=part.thinking, signature=part.signature, metadata=part.metadata
            )
            for part in response.thinking_parts
        ]
    if not response.thinking:
        return []
    return [StreamThinkingDelta(thinking=response.thinking, signature=response.thinking_signature)]
