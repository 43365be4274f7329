"""From Gemini's chunks to the events of a stream."""

import base64
import json
from collections.abc import Iterator
from uuid import uuid4

from channels_app.providers.base.ai import (
    StreamDone,
    StreamEvent,
    StreamTextDelta,
    StreamThinkingDelta,
    StreamToolCall,
)
from channels_app.providers.gemini.contents import SIGNATURE, SIGNED_BY
from channels_app.providers.gemini.errors import cut_short
from channels_app.providers.gemini.extra import types


class AnswerReader:
    """Reads the chunks of one answer; the calls are told at its end, when nothing changes them.

    The vendor may tell a call again in a later chunk, and few calls have an id: those without one
    are the same if name and arguments are.
    """

    def __init__(self) -> None:
        self._calls: dict[str, StreamToolCall] = {}
        self._usage = types.GenerateContentResponseUsageMetadata()
        self._finish_reason: str | None = None

    def read(self, chunk: types.GenerateContentResponse) -> Iterator[StreamEvent]:
        """Yield what a chunk says."""
        self._usage = chunk.usage_metadata or self._usage
        feedback = chunk.prompt_feedback
        if feedback is not None and feedback.block_reason is not None:
            self._finish_reason = feedback.block_reason.value
        for candidate in (chunk.candidates or [])[:1]:
            if candidate.finish_reason is not None:
                self._finish_reason = candidate.finish_reason.value
            for part in (candidate.content and candidate.content.parts) or []:
                yield from self._read_part(part)

    def end(self) -> Iterator[StreamEvent]:
        """Yield the calls and the end.

        Raises:
            ProviderError: If the answer did not say that it had ended.
        """
        if self._finish_reason is None:
            raise cut_short()
        yield from self._calls.values()
        yield StreamDone(finish_reason=self._finish_reason, usage=usage_of(self._usage))

    def _read_part(self, part: types.Part) -> Iterator[StreamEvent]:
        if part.function_call is not None:
            self._take(part.function_call, _encoded(part))
            return
        signature = _encoded(part)
        if part.text and not part.thought:
            yield StreamTextDelta(text=part.text)
        if part.thought or signature:
            yield StreamThinkingDelta(
                thinking=(part.text or "") if part.thought else "",
                signature=signature,
                metadata=SIGNED_BY if signature else {},
            )

    def _take(self, call: types.FunctionCall, signature: str | None) -> None:
        arguments = call.args or {}
        key = call.id or json.dumps([call.name, arguments], sort_keys=True)
        taken = self._calls.setdefault(
            key,
            StreamToolCall(
                id=call.id or f"call_{uuid4().hex}", name=call.name or "", arguments=arguments
            ),
        )
        if signature:
            taken.metadata[SIGNATURE] = signature


def usage_of(counted: types.GenerateContentResponseUsageMetadata) -> dict[str, int]:
    """Return the tokens, none counted twice: Google's prompt holds the cached ones.

    What the model thought is billed as output, and is not among its candidates.
    """
    cached = counted.cached_content_token_count or 0
    asked = (counted.prompt_token_count or 0) + (counted.tool_use_prompt_token_count or 0)
    return {
        "input_tokens": max(asked - cached, 0),
        "output_tokens": (counted.candidates_token_count or 0)
        + (counted.thoughts_token_count or 0),
        "cache_read_input_tokens": cached,
        "cache_creation_input_tokens": 0,
    }


def _encoded(part: types.Part) -> str | None:
    signature = part.thought_signature
    return base64.b64encode(signature).decode() if signature else None
