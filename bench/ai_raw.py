"""Asking a model by its vendor's SDK and nothing else: what an agent is held against."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.ai_vendor import MODEL, Vendor
from bench.values import SENTENCE
from channels_app.ai.tools.function import FunctionTool
from channels_app.providers.anthropic.extra import AsyncAnthropic, DefaultAsyncHttpxClient
from rooms.domain.json import JsonObject

MAX_TOKENS = 1024
ANSWER = "I found your order. It was shipped yesterday."
TOOL_RESULT = "shipped yesterday"


@dataclass
class _Answer:
    """What was read of one answer."""

    text: str = ""
    first_text_at: float | None = None
    calls: list[JsonObject] = field(default_factory=list)
    arguments: str = ""

    def read(self, event: Any) -> None:
        """Take an event of the SDK's raw stream."""
        match event.type:
            case "content_block_delta" if event.delta.type == "text_delta":
                self.first_text_at = self.first_text_at or time.perf_counter()
                self.text += event.delta.text
            case "content_block_delta" if event.delta.type == "input_json_delta":
                self.arguments += event.delta.partial_json
            case "content_block_start" if event.content_block.type == "tool_use":
                block = event.content_block
                self.calls.append({"type": "tool_use", "id": block.id, "name": block.name})
                self.arguments = ""
            case "content_block_stop" if self.arguments:
                self.calls[-1]["input"] = json.loads(self.arguments)
                self.arguments = ""

    def turns(self) -> list[JsonObject]:
        """Return the answer as a turn of the model, and that of the tools behind it."""
        said: list[JsonObject] = [{"type": "text", "text": self.text}] if self.text else []
        results = [
            {"type": "tool_result", "tool_use_id": call["id"], "content": TOOL_RESULT}
            for call in self.calls
        ]
        return [
            {"role": "assistant", "content": said + self.calls},
            {"role": "user", "content": results},
        ]


class RawModel:
    """Asks the vendor what agents ask it, with as many messages before the question.

    Args:
        vendor: Who answers.
        exchanges: How many questions with their answers stand before the question.
        tools: Declared to the model; they need not run, as their results are always the same.
    """

    def __init__(
        self, vendor: Vendor, *, exchanges: int, tools: Sequence[FunctionTool] = ()
    ) -> None:
        self._client = AsyncAnthropic(
            api_key=vendor.api_key,
            base_url=vendor.url,
            max_retries=0,
            http_client=DefaultAsyncHttpxClient(follow_redirects=False),
        )
        turns = [("user", SENTENCE), ("assistant", ANSWER)] * exchanges + [("user", SENTENCE)]
        self._messages: list[Any] = [{"role": role, "content": text} for role, text in turns]
        self._tools: dict[str, Any] = {"tools": [_declare(tool) for tool in tools]} if tools else {}

    async def ask(self, _place: int) -> float:
        """Ask, use the tools the model calls, and read the answer to its end.

        Returns:
            Milliseconds until the first text.
        """
        begun, messages = time.perf_counter(), self._messages
        while (answer := await self._read(messages)).calls:
            messages = [*messages, *answer.turns()]
        assert answer.first_text_at is not None, "the model has said nothing"
        return (answer.first_text_at - begun) * 1000

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _read(self, messages: list[Any]) -> _Answer:
        answer = _Answer()
        stream = await self._client.messages.create(
            model=MODEL, max_tokens=MAX_TOKENS, messages=messages, stream=True, **self._tools
        )
        async with stream:
            async for event in stream:
                answer.read(event)
        return answer


def _declare(tool: FunctionTool) -> JsonObject:
    definition = tool.definition
    return {
        "name": definition.name,
        "description": definition.description,
        "input_schema": definition.parameters,
    }
