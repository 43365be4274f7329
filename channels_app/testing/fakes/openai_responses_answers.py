"""What the Responses API answers: `Response` and its stream events of the vendor's SDK."""

from collections.abc import Iterator
from typing import Any

from channels_app.testing.fakes.openai_responses_requests import ResponsesRequest
from channels_app.testing.fakes.openai_script import Answer, Call, Counted, encode

RESPONSE_ID = "resp_0123456789"
MESSAGE_ID = "msg_0123456789"
CREATED = 1_767_225_600.0
INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}


def build_response(body: ResponsesRequest, answer: Answer, number: int) -> dict[str, Any]:
    """Return a whole answer; `number` makes the ids of its items new."""
    reason = INCOMPLETE.get(answer.reason)
    return _build_shell(body) | {
        "status": "incomplete" if reason else "completed",
        "incomplete_details": {"reason": reason} if reason else None,
        "output": build_output(body, answer, number),
        "usage": _build_usage(answer.counted),
    }


def build_output(body: ResponsesRequest, answer: Answer, number: int) -> list[dict[str, Any]]:
    """Return the items of an answer; reasoning comes first if there is any."""
    items = []
    if answer.reasoning:
        items.append(_build_reasoning(body, answer, number))
    if answer.text or answer.refusal:
        items.append(_build_message(answer))
    return items + [_build_call(call) for call in answer.calls]


def build_events(body: ResponsesRequest, answer: Answer, number: int) -> Iterator[bytes]:
    """Yield the events of a streamed answer, numbered."""
    whole = build_response(body, answer, number)
    for place, event in enumerate(_build_all(whole, answer)):
        yield encode(event | {"sequence_number": place}, event=event["type"])


def failed_event(body: ResponsesRequest, error: dict[str, Any]) -> bytes:
    """Return the event by which an answer that had begun ends in a failure."""
    told = {"code": error.get("code") or "server_error", "message": error["message"]}
    response = _build_shell(body) | {"status": "failed", "error": told, "output": []}
    event = {"type": "response.failed", "response": response, "sequence_number": 99}
    return encode(event, event="response.failed")


def error_event(error: dict[str, Any]) -> bytes:
    """Return the event by which a stream ends in an error."""
    event = {
        "type": "error",
        "code": error.get("code"),
        "message": error["message"],
        "param": error.get("param"),
        "sequence_number": 99,
    }
    return encode(event, event="error")


def _build_all(whole: dict[str, Any], answer: Answer) -> Iterator[dict[str, Any]]:
    begun = whole | {"status": "in_progress", "output": [], "usage": None}
    begun["incomplete_details"] = None
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for index, item in enumerate(whole["output"]):
        bare: dict[str, dict[str, Any]] = {"reasoning": {"summary": []}, "message": {"content": []}}
        added = item | {"status": "in_progress"} | bare.get(item["type"], {"arguments": ""})
        yield {"type": "response.output_item.added", "output_index": index, "item": added}
        place = {"item_id": item["id"], "output_index": index}
        yield from _build_pieces(item, place, answer)
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    yield {"type": f"response.{whole['status']}", "response": whole}


def _build_pieces(
    item: dict[str, Any], place: dict[str, Any], answer: Answer
) -> Iterator[dict[str, Any]]:
    if item["type"] == "reasoning":
        return _build_summary(item, place, answer)
    if item["type"] == "message":
        return _build_content(item, place, answer)
    return _build_arguments(item, place, answer)


def _build_summary(
    item: dict[str, Any], place: dict[str, Any], answer: Answer
) -> Iterator[dict[str, Any]]:
    if not item["summary"]:
        return
    kind, at = "response.reasoning_summary", place | {"summary_index": 0}
    yield {"type": f"{kind}_part.added", **at, "part": {"type": "summary_text", "text": ""}}
    for piece in answer.reasoning:
        yield {"type": f"{kind}_text.delta", **at, "delta": piece}
    yield {"type": f"{kind}_text.done", **at, "text": item["summary"][0]["text"]}
    yield {"type": f"{kind}_part.done", **at, "part": item["summary"][0]}


def _build_content(
    item: dict[str, Any], place: dict[str, Any], answer: Answer
) -> Iterator[dict[str, Any]]:
    for index, part in enumerate(item["content"]):
        at = place | {"content_index": index}
        field = "text" if part["type"] == "output_text" else "refusal"
        yield {"type": "response.content_part.added", **at, "part": part | {field: ""}}
        more: dict[str, Any] = {"logprobs": []} if field == "text" else {}
        for piece in answer.text if field == "text" else answer.refusal:
            yield {"type": f"response.{part['type']}.delta", **at, "delta": piece, **more}
        yield {"type": f"response.{part['type']}.done", **at, field: part[field], **more}
        yield {"type": "response.content_part.done", **at, "part": part}


def _build_arguments(
    item: dict[str, Any], place: dict[str, Any], answer: Answer
) -> Iterator[dict[str, Any]]:
    kind = "response.function_call_arguments"
    call = next(call for call in answer.calls if call.id == item["call_id"])
    for fragment in call.fragments:
        yield {"type": f"{kind}.delta", **place, "delta": fragment}
    yield {"type": f"{kind}.done", **place, "arguments": item["arguments"]}


def _build_shell(body: ResponsesRequest) -> dict[str, Any]:
    return {
        "id": RESPONSE_ID,
        "object": "response",
        "created_at": CREATED,
        "model": body.model,
        "error": None,
        "incomplete_details": None,
        "instructions": body.instructions,
        "metadata": {},
        "parallel_tool_calls": True,
        "temperature": body.temperature,
        "tool_choice": "auto",
        "tools": [tool.model_dump() for tool in body.tools or ()],
        "top_p": 1.0,
        "store": body.store,
        "usage": None,
    }


def _build_reasoning(body: ResponsesRequest, answer: Answer, number: int) -> dict[str, Any]:
    summarized = body.reasoning is not None and body.reasoning.summary is not None
    text = {"type": "summary_text", "text": "".join(answer.reasoning)}
    item: dict[str, Any] = {
        "id": f"rs_{number}",
        "type": "reasoning",
        "summary": [text] if summarized else [],
    }
    if body.include:
        item["encrypted_content"] = f"gAAAA-secret-{number}"
    return item


def _build_message(answer: Answer) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    if answer.text:
        content.append({"type": "output_text", "text": "".join(answer.text), "annotations": []})
    if answer.refusal:
        content.append({"type": "refusal", "refusal": "".join(answer.refusal)})
    return {
        "id": MESSAGE_ID,
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": content,
    }


def _build_call(call: Call) -> dict[str, Any]:
    return {
        "id": f"fc_{call.id}",
        "type": "function_call",
        "call_id": call.id,
        "name": call.name,
        "arguments": call.arguments,
        "status": "completed",
    }


def _build_usage(counted: Counted) -> dict[str, Any]:
    return {
        "input_tokens": counted.asked,
        "input_tokens_details": {
            "cached_tokens": counted.cached,
            "cache_write_tokens": counted.written,
        },
        "output_tokens": counted.answered,
        "output_tokens_details": {"reasoning_tokens": counted.reasoned},
        "total_tokens": counted.asked + counted.answered,
    }
