"""The SDK against the fake of Gemini: what it answers, and what it refuses."""

import base64
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from google import genai
from google.genai import errors, types

from channels_app.testing.fakes.gemini import API_KEY, FakeGemini, failure
from channels_app.testing.fakes.gemini_script import (
    Broken,
    Chunk,
    Counted,
    Cut,
    Reply,
    call,
    says,
    text,
    thought,
)

FLASH = "gemini-2.5-flash"
SIGNED = b"\xff\xfe-signature"
LOOK_UP = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(name="look_up", parameters_json_schema={"type": "object"})
    ]
)
ASKED: dict[str, Any] = {"role": "user", "parts": [{"text": "Where is 20391?"}]}


@pytest.fixture
def fake() -> Iterator[FakeGemini]:
    with FakeGemini().serving() as fake:
        yield fake


@pytest.fixture
async def sdk(fake: FakeGemini) -> AsyncIterator[genai.Client]:
    async with httpx.AsyncClient() as http:
        options = types.HttpOptions(base_url=fake.url, httpx_async_client=http)
        with genai.Client(api_key=API_KEY, vertexai=False, http_options=options) as client:
            yield client


async def streamed(sdk: genai.Client, **options: Any) -> list[types.GenerateContentResponse]:
    stream = await sdk.aio.models.generate_content_stream(model=FLASH, contents="Hi", **options)
    return [chunk async for chunk in stream]


async def posted(
    fake: FakeGemini, body: dict[str, Any], *, model: str = FLASH, key: str | None = API_KEY
) -> tuple[int, str]:
    headers = {"x-goog-api-key": key} if key else {}
    async with httpx.AsyncClient(base_url=fake.url, headers=headers) as http:
        answer = await http.post(f"/v1beta/models/{model}:generateContent", json=body)
    return answer.status_code, answer.json().get("error", {}).get("message", "")


async def test_whole_answer_is_what_the_sdk_reads(fake: FakeGemini, sdk: genai.Client) -> None:
    fake.reply_with(says("Hel", "lo", finish="MAX_TOKENS", counted=Counted(thoughts=3)))

    answer = await sdk.aio.models.generate_content(model=FLASH, contents="Hi")

    assert answer.text == "Hello"
    assert answer.candidates
    assert answer.candidates[0].finish_reason is types.FinishReason.MAX_TOKENS
    assert answer.usage_metadata
    assert answer.usage_metadata.thoughts_token_count == 3


async def test_stream_ends_with_reason_and_counts(fake: FakeGemini, sdk: genai.Client) -> None:
    fake.reply_with(says("Hel", "lo", counted=Counted(prompt=30, cached=10, candidates=4)))

    first, last = await streamed(sdk)

    assert (first.text, last.text) == ("Hel", "lo")
    assert first.candidates
    assert last.candidates
    assert (first.candidates[0].finish_reason, last.candidates[0].finish_reason) == (
        None,
        types.FinishReason.STOP,
    )
    assert last.usage_metadata
    assert last.usage_metadata.cached_content_token_count == 10


async def test_thoughts_and_signed_calls_are_told(fake: FakeGemini, sdk: genai.Client) -> None:
    parts = (thought("An order?"), call("look_up", {"order": "20391"}, signature=SIGNED))
    fake.reply_with(Reply((Chunk(*parts),)))

    [chunk] = await streamed(sdk, config=types.GenerateContentConfig(tools=[LOOK_UP]))

    assert chunk.parts
    assert chunk.parts[0].thought is True
    assert chunk.parts[1].thought_signature == SIGNED
    assert chunk.function_calls
    assert (chunk.function_calls[0].id, chunk.function_calls[0].args) == (None, {"order": "20391"})


async def test_error_after_the_first_words_is_raised(fake: FakeGemini, sdk: genai.Client) -> None:
    fake.reply_with(Reply((Chunk(text("Hel")), Broken(503))))

    with pytest.raises(errors.ServerError, match="overloaded"):
        await streamed(sdk)


async def test_line_is_cut_where_the_script_says(fake: FakeGemini, sdk: genai.Client) -> None:
    fake.reply_with(Reply((Chunk(text("Hel")), Cut())))

    with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
        await streamed(sdk)


async def test_prompt_that_is_blocked_has_no_answer(fake: FakeGemini, sdk: genai.Client) -> None:
    fake.reply_with(Reply(blocked="PROHIBITED_CONTENT"))

    [chunk] = await streamed(sdk)

    assert not chunk.candidates
    assert chunk.prompt_feedback
    assert chunk.prompt_feedback.block_reason is types.BlockedReason.PROHIBITED_CONTENT


@pytest.mark.parametrize("word", ["UNAUTHENTICATED", "RESOURCE_EXHAUSTED", "INTERNAL"])
async def test_next_request_fails_as_told(fake: FakeGemini, sdk: genai.Client, word: str) -> None:
    fake.fail_next(failure(word, retry_delay="34s"))

    with pytest.raises(errors.APIError) as raised:
        await streamed(sdk)

    assert raised.value.status == word
    assert raised.value.details["error"]["details"][0]["retryDelay"] == "34s"


async def test_models_are_told_of(sdk: genai.Client) -> None:
    model = await sdk.aio.models.get(model=FLASH)

    assert (model.name, model.input_token_limit) == (f"models/{FLASH}", 1_048_576)


async def test_unknown_model_is_not_found(sdk: genai.Client) -> None:
    with pytest.raises(errors.ClientError, match="gemini-9 is not found") as raised:
        await sdk.aio.models.get(model="gemini-9")

    assert raised.value.code == 404


@pytest.mark.parametrize(("key", "status"), [("AIzaOther", 400), (None, 403)])
async def test_key_is_checked(fake: FakeGemini, key: str | None, status: int) -> None:
    assert (await posted(fake, {"contents": [ASKED]}, key=key))[0] == status


def model(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": "model", "parts": list(parts)}


def result(name: str = "look_up", **more: Any) -> dict[str, Any]:
    return {"functionResponse": {"name": name, "response": {"result": "here"}, **more}}


def user(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "parts": list(parts)}


def declares(*declarations: dict[str, Any]) -> dict[str, Any]:
    return {"contents": [ASKED], "tools": [{"functionDeclarations": list(declarations)}]}


CALLED = call("look_up")
REFUSED = {
    "nothing asked": ({"contents": []}, "too_short|at least 1"),
    "unknown field": ({"contents": [ASKED], "messages": []}, "messages"),
    "unknown field within": ({"contents": [user({"txt": "Hi"})]}, "txt"),
    "role of another vendor": ({"contents": [ASKED | {"role": "assistant"}]}, "valid role"),
    "turn without parts": ({"contents": [user()]}, "must not be empty"),
    "part with nothing": ({"contents": [user({})]}, "oneof field"),
    "part with two things": ({"contents": [user({"text": "Hi", **CALLED})]}, "oneof field"),
    "empty text": ({"contents": [user({"text": ""})]}, "text parameter"),
    "file of no kind": ({"contents": [user({"inlineData": {"data": "AAAA"}})]}, "mimeType"),
    "file without place": ({"contents": [user({"fileData": {"fileUri": ""}})]}, "fileUri"),
    "model has the last word": ({"contents": [ASKED, model({"text": "Hi"})]}, "end with a user"),
    "call without response": ({"contents": [ASKED, model(CALLED), ASKED]}, "number of function"),
    "response without call": ({"contents": [user(result())]}, "number of function"),
    "one response to two calls": (
        {"contents": [ASKED, model(CALLED, CALLED), user(result())]},
        "number of function",
    ),
    "response of another name": (
        {"contents": [ASKED, model(CALLED), user(result("other"))]},
        "name",
    ),
    "response of another id": (
        {"contents": [ASKED, model(call("look_up", id="a")), user(result(id="b"))]},
        "id",
    ),
    "response beside words": (
        {"contents": [ASKED, model(CALLED), user(result(), {"text": "And?"})]},
        "nothing but",
    ),
    "call before a question": ({"contents": [model(CALLED), user(result())]}, "immediately after"),
    "signature nobody gave": (
        {"contents": [user({"text": "Hi", "thoughtSignature": "AAAA"})]},
        "not valid",
    ),
    "hot": ({"contents": [ASKED], "generationConfig": {"temperature": 2.5}}, "temperature"),
    "level and budget": (
        {
            "contents": [ASKED],
            "generationConfig": {"thinkingConfig": {"thinkingBudget": 1, "thinkingLevel": "LOW"}},
        },
        "only set one",
    ),
    "tool with spaces": (declares({"name": "look up"}), "Invalid function name"),
    "tool twice": (declares({"name": "a"}, {"name": "a"}), "Duplicate"),
    "schema of a list": (
        declares({"name": "a", "parametersJsonSchema": {"type": "array"}}),
        "OBJECT",
    ),
    "schema of no kind": (
        declares({"name": "a", "parametersJsonSchema": {"type": "OBJECT"}}),
        "parameters_json_schema",
    ),
    "both schemas": (
        declares({"name": "a", "parameters": {}, "parametersJsonSchema": {"type": "object"}}),
        "mutually exclusive",
    ),
}


@pytest.mark.parametrize(("body", "why"), REFUSED.values(), ids=REFUSED.keys())
async def test_wrong_request_is_refused(fake: FakeGemini, body: dict[str, Any], why: str) -> None:
    status, message = await posted(fake, body)

    assert status == 400
    assert any(word in message for word in why.split("|"))


async def test_old_model_does_not_think(fake: FakeGemini) -> None:
    config = {"thinkingConfig": {"thinkingBudget": 1024}}
    body = {"contents": [ASKED], "generationConfig": config}

    assert (await posted(fake, body, model="gemini-2.0-flash"))[0] == 400


async def test_too_long_request_is_refused(fake: FakeGemini) -> None:
    fake.max_prompt_tokens = 10

    status, message = await posted(fake, {"contents": [ASKED]})

    assert (status, message[:27]) == (400, "The input token count (16) "[:27])


@pytest.mark.parametrize(
    ("signature", "status"),
    [(SIGNED, 200), (b"", 400), (b"another", 400)],
    ids=["as given", "missing", "another"],
)
async def test_signed_call_must_come_back_signed(
    fake: FakeGemini, signature: bytes, status: int
) -> None:
    fake.reply_with(Reply((Chunk(call("look_up", signature=SIGNED), call("look_up", {"a": 1})),)))
    await posted(fake, {"contents": [ASKED]})

    again = [call("look_up", signature=signature), call("look_up", {"a": 1}, signature=SIGNED)]
    answer = await posted(fake, {"contents": [ASKED, model(*again), user(result(), result())]})

    assert answer[0] == status


async def test_third_generation_wants_every_call_signed(fake: FakeGemini) -> None:
    dummy = base64.b64encode(b"skip_thought_signature_validator").decode()
    statuses = []
    for signature in ({}, {"thoughtSignature": dummy}):
        body = {"contents": [ASKED, model(CALLED | signature), user(result())]}
        statuses.append((await posted(fake, body, model="gemini-3-flash-preview"))[0])

    assert statuses == [400, 200]
