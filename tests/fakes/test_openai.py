"""The fake of OpenAI takes what the vendor's SDK types, and nothing else.

Requests are written by hand after the API reference; the SDK openai 3.54.0 reads what is answered.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import openai
import pytest

from channels_app.testing.fakes import openai_errors as errors
from channels_app.testing.fakes.openai import API_KEY, SERVED, FakeOpenAI
from channels_app.testing.fakes.openai_script import Answer, Call
from channels_app.testing.fakes.server import Fault

HI = {"role": "user", "content": "Hi"}
IMAGE = {"type": "image_url", "image_url": {"url": "https://files.example.org/a.png"}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": "{}"}}
CALLED = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "3"}
TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
CHAT: dict[str, Any] = {"model": "gpt-4o", "messages": [HI]}

ITEM_CALL = {"type": "function_call", "call_id": "call_1", "name": "add", "arguments": "{}"}
ITEM_RESULT = {"type": "function_call_output", "call_id": "call_1", "output": "3"}
FLAT_TOOL = {
    "type": "function",
    "name": "add",
    "parameters": {"type": "object", "properties": {}},
    "strict": False,
}
ASKED: dict[str, Any] = {"model": "gpt-5", "input": [HI], "store": False}
ENCRYPTED = ["reasoning.encrypted_content"]


@pytest.fixture
def fake() -> Iterator[FakeOpenAI]:
    with FakeOpenAI().serving() as serving:
        yield serving


@pytest.fixture
async def sdk(fake: FakeOpenAI) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(
        api_key=API_KEY,
        base_url=fake.api,
        max_retries=0,
        http_client=openai.DefaultAsyncHttpxClient(),
    ) as client:
        yield client


def post(fake: FakeOpenAI, path: str, body: Any, *, key: str = API_KEY) -> httpx.Response:
    return httpx.post(f"{fake.api}{path}", json=body, headers={"Authorization": f"Bearer {key}"})


def refused(answer: httpx.Response) -> tuple[int, str | None, str | None]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["param"]


@pytest.mark.parametrize(
    "body",
    [
        CHAT | {"max_tokens": 9, "temperature": 0.3},
        CHAT | {"messages": [{"role": "system", "content": "Be kind."}, HI]},
        CHAT | {"messages": [{"role": "user", "content": [{"type": "text", "text": "?"}, IMAGE]}]},
        CHAT | {"messages": [HI, CALLED, RESULT], "tools": [TOOL]},
        # what a model said may come with its calls
        CHAT | {"messages": [HI, CALLED | {"content": "Let me see."}, RESULT, HI]},
        CHAT | {"model": "o3", "max_completion_tokens": 9, "reasoning_effort": "low"},
        CHAT | {"model": "gpt-5.5", "tools": [TOOL]},
        CHAT | {"model": "gpt-6-luna", "tools": [TOOL], "reasoning_effort": "none"},
    ],
)
def test_chat_completions_takes_right_requests(fake: FakeOpenAI, body: dict[str, Any]) -> None:
    answer = post(fake, "/chat/completions", body)

    assert answer.status_code == 200, answer.text
    assert answer.json()["choices"][0]["message"]["content"] == "Hello"


@pytest.mark.parametrize(
    ("change", "status", "code", "param"),
    [
        ({"heat": 1}, 400, "unknown_parameter", "heat"),
        ({"messages": []}, 400, "invalid_value", "messages"),
        ({"model": "gpt-99"}, 404, "model_not_found", None),
        # a call without its result, before a person, before the end; a result without its call
        ({"messages": [HI, CALLED, HI]}, 400, None, "messages.[2].role"),
        ({"messages": [HI, CALLED]}, 400, None, "messages.[2].role"),
        ({"messages": [HI, RESULT]}, 400, None, "messages.[1].role"),
        # nothing said and nothing called
        (
            {"messages": [HI, {"role": "assistant", "content": None}]},
            400,
            None,
            "messages.[1].content",
        ),
        # a result that is no text
        ({"messages": [HI, CALLED, RESULT | {"content": 3}]}, 400, "invalid_value", None),
        # a field that only others know
        (
            {"messages": [HI, {"role": "assistant", "content": "a", "reasoning_content": "b"}]},
            400,
            "unknown_parameter",
            "messages[1].reasoning_content",
        ),
        ({"tools": [{"type": "function", "function": {"name": "a", "parameters": {}}}]},
         400, "invalid_function_parameters", "tools[0].function.parameters"),
        ({"stream_options": {"include_usage": True}}, 400, None, "stream_options"),
        # what models that reason do not take
        ({"model": "o3", "max_tokens": 9}, 400, "unsupported_parameter", "max_tokens"),
        ({"model": "o3", "temperature": 0.7}, 400, "unsupported_value", "temperature"),
        ({"model": "o3", "reasoning_effort": "none"}, 400, "unsupported_value", "reasoning_effort"),
        ({"model": "gpt-5.5", "tools": [TOOL], "reasoning_effort": "low"}, 400, None,
         "reasoning_effort"),
        ({"model": "gpt-6-luna", "tools": [TOOL]}, 400, None, "reasoning_effort"),
        ({"reasoning_effort": "low"}, 400, None, "reasoning_effort"),
        ({"model": "gpt-3.5-turbo", "messages": [{"role": "user", "content": [IMAGE]}]},
         400, None, None),
    ],
)  # fmt: skip
def test_chat_completions_refuses_wrong_requests(
    fake: FakeOpenAI, change: dict[str, Any], status: int, code: str | None, param: str | None
) -> None:
    answer = refused(post(fake, "/chat/completions", CHAT | change))

    assert answer[:2] == (status, code)
    assert param is None or answer[2] == param


@pytest.mark.parametrize(
    "body",
    [
        ASKED | {"reasoning": {"effort": "low", "summary": "auto"}, "include": ENCRYPTED},
        ASKED | {"input": [HI, ITEM_CALL, ITEM_RESULT], "tools": [FLAT_TOOL]},
        ASKED | {"input": [HI, {"role": "assistant", "content": "Hello"}, HI]},
        {"model": "gpt-4o", "input": "Hi", "temperature": 0.3, "max_output_tokens": 16},
        # strict, as a schema has to be for that
        {"model": "gpt-4o", "input": "Hi", "tools": [
            FLAT_TOOL | {"strict": True, "parameters": {
                "type": "object", "properties": {}, "additionalProperties": False}}]},
    ],
)  # fmt: skip
def test_responses_takes_right_requests(fake: FakeOpenAI, body: dict[str, Any]) -> None:
    answer = post(fake, "/responses", body)

    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "completed"


@pytest.mark.parametrize(
    ("change", "status", "param"),
    [
        ({"messages": [HI]}, 400, "messages"),
        ({"temperature": 0.7}, 400, "temperature"),
        ({"reasoning": {"effort": "none"}}, 400, "reasoning.effort"),
        ({"max_output_tokens": 3}, 400, "max_output_tokens"),
        ({"model": "gpt-4o", "include": ENCRYPTED}, 400, "include"),
        ({"model": "gpt-4o", "reasoning": {"effort": "low"}}, 400, "reasoning.effort"),
        # strict is what a tool is taken for that does not say
        ({"tools": [FLAT_TOOL | {"strict": None}]}, 400, "tools[0].parameters"),
        ({"input": [HI, ITEM_CALL]}, 400, "input"),
        ({"input": [HI, ITEM_RESULT]}, 400, "input"),
        # nothing was kept by which an id could be known
        ({"input": [HI, {"type": "reasoning", "id": "rs_1", "summary": []},
                    ITEM_CALL, ITEM_RESULT]}, 404, "input"),
    ],
)  # fmt: skip
def test_responses_refuses_wrong_requests(
    fake: FakeOpenAI, change: dict[str, Any], status: int, param: str
) -> None:
    answer = refused(post(fake, "/responses", ASKED | change))

    assert (answer[0], answer[2]) == (status, param)


def test_encrypted_reasoning_comes_back_unchanged_and_before_its_call(fake: FakeOpenAI) -> None:
    fake.will(Answer(reasoning=("Hm.",), calls=(Call("call_1", "add"),)))
    told = post(fake, "/responses", ASKED | {"include": ENCRYPTED}).json()
    thought = told["output"][0]

    def again(*items: Any) -> httpx.Response:
        return post(fake, "/responses", ASKED | {"input": [HI, *items]})

    assert again(thought, ITEM_CALL, ITEM_RESULT).status_code == 200
    changed = thought | {"encrypted_content": "gAAAA"}
    assert refused(again(changed, ITEM_CALL, ITEM_RESULT))[1] == "invalid_encrypted_content"
    assert "without its required 'reasoning'" in again(ITEM_CALL, ITEM_RESULT).text
    assert "without its required following" in again(thought, HI).text


def test_a_wrong_key_and_a_wrong_address_are_refused(fake: FakeOpenAI) -> None:
    assert refused(post(fake, "/chat/completions", CHAT, key="sk-x"))[:2] == (
        401,
        "invalid_api_key",
    )
    assert refused(post(fake, "/completions", CHAT))[0] == 404


async def test_the_sdk_reads_a_stream_whose_calls_come_in_turns(
    fake: FakeOpenAI, sdk: openai.AsyncOpenAI
) -> None:
    fake.will(Answer(calls=(Call("a", "add", ('{"x"', ":1}")), Call("b", "add", ("{}",)))))

    chunks = [each async for each in await sdk.chat.completions.create(**CHAT, stream=True)]

    fragments = [
        (call.index, call.id, call.function and call.function.arguments)
        for chunk in chunks
        for call in chunk.choices[0].delta.tool_calls or []
    ]
    assert fragments == [
        (0, "a", ""), (1, "b", ""), (0, None, '{"x"'), (1, None, "{}"), (0, None, ":1}")
    ]  # fmt: skip
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


@pytest.mark.parametrize("asked", [True, False])
async def test_usage_comes_in_a_chunk_of_its_own_if_it_is_asked_for(
    fake: FakeOpenAI, sdk: openai.AsyncOpenAI, asked: bool
) -> None:
    stream = await sdk.chat.completions.create(
        **CHAT, stream=True, stream_options={"include_usage": asked}
    )
    chunks = [each async for each in stream]

    assert ([] in [chunk.choices for chunk in chunks]) is asked
    assert any(chunk.usage for chunk in chunks) is asked


async def test_the_sdk_reads_a_stream_of_responses(
    fake: FakeOpenAI, sdk: openai.AsyncOpenAI
) -> None:
    fake.will(Answer(reasoning=("Hm",), text=("Hel", "lo"), calls=(Call("a", "add", ("{", "}")),)))

    stream = await sdk.responses.create(
        **ASKED, stream=True, include=["reasoning.encrypted_content"], reasoning={"summary": "auto"}
    )
    said = [event async for event in stream]

    assert [event.sequence_number for event in said] == list(range(len(said)))
    last = said[-1]
    assert last.type == "response.completed"
    assert [item.type for item in last.response.output] == ["reasoning", "message", "function_call"]
    assert last.response.output_text == "Hello"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (errors.too_many_requests(), openai.RateLimitError),
        (errors.request_too_large(), openai.RateLimitError),
        (errors.no_quota(), openai.RateLimitError),
        (errors.too_long(), openai.BadRequestError),
        (errors.too_long_for_vllm(), openai.BadRequestError),
        (errors.broken(500), openai.InternalServerError),
        (errors.broken(503), openai.InternalServerError),
    ],
)
async def test_the_sdk_raises_what_the_vendor_documents(
    fake: FakeOpenAI, sdk: openai.AsyncOpenAI, answer: Any, kind: type[Exception]
) -> None:
    fake.fail_next(Fault(answer))

    with pytest.raises(kind):
        await sdk.chat.completions.create(**CHAT)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (None, openai.APIConnectionError),
        ({"message": "x", "type": "server_error"}, openai.APIError),
    ],
)
async def test_a_stream_breaks_where_it_is_told_to(
    fake: FakeOpenAI, sdk: openai.AsyncOpenAI, error: Any, kind: type[Exception]
) -> None:
    fake.will(Answer(text=("a", "b"), breaks_after=2, breaks_with=error))
    said: list[str | None] = []

    async def listen() -> None:
        async for chunk in await sdk.chat.completions.create(**CHAT, stream=True):
            said.append(chunk.choices[0].delta.content)

    with pytest.raises(kind):
        await listen()

    assert said == ["", "a"]


def test_a_compatible_server_tells_reasoning_apart_and_lists_its_model() -> None:
    said = {"role": "assistant", "content": "a", "reasoning": "b"}
    body = {"model": SERVED, "messages": [HI, said, HI], "max_tokens": 9}
    with FakeOpenAI(compatible=True, reasoning_field="reasoning").serving() as fake:
        fake.will(Answer(reasoning=("Hm.",), text=("Hello",)))
        message = post(fake, "/chat/completions", body).json()["choices"][0]["message"]
        headers = {"Authorization": f"Bearer {API_KEY}"}
        listed = httpx.get(f"{fake.api}/models", headers=headers).json()
        single = httpx.get(f"{fake.api}/models/{SERVED}", headers=headers)

    assert (message["reasoning"], message["content"]) == ("Hm.", "Hello")
    assert [model["id"] for model in listed["data"]] == [SERVED]
    assert single.status_code == 404
