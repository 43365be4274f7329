"""What Chat Completions answers: `ChatCompletion` and `ChatCompletionChunk` of the vendor's SDK.

Compatible servers put the reasoning into a field that the SDK does not know, `reasoning_content`
(DeepSeek, older vLLM) or `reasoning` (newer vLLM, OpenRouter).
"""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from channels_app.testing.fakes.openai_script import Answer, Call, Counted, encode

ANSWER_ID = "chatcmpl-0123456789"
CREATED = 1_767_225_600
DONE = b"data: [DONE]\n\n"


def build_completion(answer: Answer, model: str, reasoning_field: str) -> dict[str, Any]:
    """Return a whole answer."""
    message: dict[str, Any] = {
        "role": "assistant",
        "content": "".join(answer.text) if answer.text else None,
        "refusal": "".join(answer.refusal) if answer.refusal else None,
        "annotations": [],
    }
    if answer.reasoning:
        message[reasoning_field] = "".join(answer.reasoning)
    if answer.calls:
        message["tool_calls"] = [_build_call(call) for call in answer.calls]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _reason_of(answer)}
    return {
        "id": ANSWER_ID,
        "object": "chat.completion",
        "created": CREATED,
        "model": model,
        "choices": [choice],
        "usage": _build_usage(answer.counted),
        "service_tier": "default",
        "system_fingerprint": "fp_1",
    }


def build_chunks(
    answer: Answer, model: str, reasoning_field: str, *, with_usage: bool
) -> Iterator[bytes]:
    """Yield the events of a streamed answer; usage comes last, in a chunk without choices."""
    more: dict[str, Any] = {"usage": None} if with_usage else {}
    for delta in _build_deltas(answer, reasoning_field):
        yield encode(_build_chunk(model, [_build_choice(delta)], more))
    end = _build_choice({}, _reason_of(answer))
    yield encode(_build_chunk(model, [end], more))
    if with_usage:
        yield encode(_build_chunk(model, [], {"usage": _build_usage(answer.counted)}))
    yield DONE


def _build_deltas(answer: Answer, reasoning_field: str) -> Iterator[dict[str, Any]]:
    yield {"role": "assistant", "content": None if answer.calls else "", "refusal": None}
    for piece in answer.reasoning:
        yield {reasoning_field: piece}
    for piece in answer.text:
        yield {"content": piece}
    for piece in answer.refusal:
        yield {"refusal": piece}
    for index, call in enumerate(answer.calls):
        named = {"name": call.name, "arguments": ""}
        yield _build_fragment({"id": call.id, "type": "function"}, index, named)
    for turn in zip_longest(*(call.fragments for call in answer.calls)):
        for index, fragment in enumerate(turn):
            if fragment is not None:
                yield _build_fragment({}, index, {"arguments": fragment})


def _build_fragment(named: dict[str, Any], index: int, function: dict[str, Any]) -> dict[str, Any]:
    return {"tool_calls": [{"index": index, **named, "function": function}]}


def _build_choice(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}


def _build_chunk(model: str, choices: list[dict[str, Any]], more: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": ANSWER_ID,
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": model,
        "service_tier": "default",
        "system_fingerprint": "fp_1",
        "choices": choices,
        **more,
    }


def _build_call(call: Call) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def _build_usage(counted: Counted) -> dict[str, Any]:
    return {
        "prompt_tokens": counted.asked,
        "completion_tokens": counted.answered,
        "total_tokens": counted.asked + counted.answered,
        "prompt_tokens_details": {
            "cached_tokens": counted.cached,
            "cache_write_tokens": counted.written,
            "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": counted.reasoned,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _reason_of(answer: Answer) -> str:
    return "tool_calls" if answer.calls and answer.reason == "stop" else answer.reason
