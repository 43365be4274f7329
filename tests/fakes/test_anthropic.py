"""The fake of Anthropic, driven by the vendor's SDK and by requests it must refuse."""

import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anthropic
import httpx
import httpx2
import pytest

from channels_app.testing.fakes.anthropic import API_KEY, FakeAnthropic, failure
from channels_app.testing.fakes.anthropic_script import (
    Broken,
    Cut,
    Hold,
    Ping,
    Redacted,
    Reply,
    Text,
    Thinking,
    ToolUse,
)

MODEL = "claude-sonnet-4-6"
HI = {"role": "user", "content": "Hi"}
TOOL = {"name": "look", "input_schema": {"type": "object"}}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "blue"}
MARKED = {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}
REASONED = {"type": "thinking", "thinking": "hm", "signature": "sig-1"}
BUDGET = {"type": "enabled", "budget_tokens": 1024}


@pytest.fixture
def fake() -> Iterator[FakeAnthropic]:
    with FakeAnthropic().serving() as serving:
        yield serving


@pytest.fixture
async def client(fake: FakeAnthropic) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(
        api_key=API_KEY, base_url=fake.url, max_retries=0
    ) as opened:
        yield opened


def ask(**fields: Any) -> dict[str, Any]:
    return {"model": MODEL, "max_tokens": 2048, "messages": [HI]} | fields


def post(fake: FakeAnthropic, body: Any, **headers: str) -> httpx.Response:
    usual = {"x-api-key": API_KEY, "anthropic-version": "2023-06-01"}
    return httpx.post(f"{fake.url}/v1/messages", json=body, headers=usual | headers)


async def test_a_whole_answer_is_what_the_sdk_reads(
    fake: FakeAnthropic, client: anthropic.AsyncAnthropic
) -> None:
    fake.reply_with(
        Reply(Thinking("h", "m"), Redacted("x"), Text("Hel", "lo"), ToolUse("t1", "look", {"a": 1}))
    )

    message = await client.messages.create(**ask(tools=[TOOL]))

    assert [block.to_dict() for block in message.content] == [
        {"type": "thinking", "thinking": "hm", "signature": "sig-1"},
        {"type": "redacted_thinking", "data": "x"},
        {"type": "text", "text": "Hello"},
        {"type": "tool_use", "id": "t1", "name": "look", "input": {"a": 1}},
    ]
    assert (message.stop_reason, message.usage.input_tokens) == ("tool_use", 12)


async def test_a_streamed_answer_is_what_the_sdk_puts_together(
    fake: FakeAnthropic, client: anthropic.AsyncAnthropic
) -> None:
    fake.reply_with(
        Reply(
            Thinking("h", "m"),
            Ping(),
            Text("Hel", Ping(), "lo"),
            ToolUse("t1", "look", pieces=('{"a"', ": 1}")),
            usage={"output_tokens": 40, "cache_read_input_tokens": 9},
        )
    )

    async with client.messages.stream(**ask(tools=[TOOL])) as stream:
        message = await stream.get_final_message()

    assert [block.to_dict() for block in message.content] == [
        {"type": "thinking", "thinking": "hm", "signature": "sig-1"},
        {"type": "text", "text": "Hello"},
        {"type": "tool_use", "id": "t1", "name": "look", "input": {"a": 1}},
    ]
    assert (message.usage.output_tokens, message.usage.cache_read_input_tokens) == (40, 9)


async def test_a_held_stream_goes_on_when_it_is_told_to(
    fake: FakeAnthropic, client: anthropic.AsyncAnthropic
) -> None:
    gate = threading.Event()
    fake.reply_with(Reply(Text("Hel", Hold(gate), "lo")))
    said = []

    async for event in await client.messages.create(**ask(), stream=True):
        if event.type == "content_block_delta" and event.delta.type == "text_delta":
            said.append((event.delta.text, gate.is_set()))
            gate.set()

    assert said == [("Hel", False), ("lo", True)]


async def test_an_error_may_come_after_the_beginning(
    fake: FakeAnthropic, client: anthropic.AsyncAnthropic
) -> None:
    fake.reply_with(Reply(Text("Hel", Broken("overloaded_error", "Overloaded"))))

    with pytest.raises(anthropic.APIStatusError) as caught:
        async for _ in await client.messages.create(**ask(), stream=True):
            pass

    assert (caught.value.status_code, caught.value.type) == (200, "overloaded_error")


async def test_a_line_may_be_cut(fake: FakeAnthropic, client: anthropic.AsyncAnthropic) -> None:
    fake.reply_with(Reply(Text("Hel", Cut(), "lo")))

    with pytest.raises(httpx2.RemoteProtocolError):
        async for _ in await client.messages.create(**ask(), stream=True):
            pass


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (401, "authentication_error", anthropic.AuthenticationError),
        (429, "rate_limit_error", anthropic.RateLimitError),
        (500, "api_error", anthropic.InternalServerError),
        (529, "overloaded_error", anthropic.InternalServerError),
    ],
)
async def test_a_failure_is_the_sdks(
    fake: FakeAnthropic,
    client: anthropic.AsyncAnthropic,
    status: int,
    kind: str,
    error: type[anthropic.APIStatusError],
) -> None:
    fake.fail_next(failure(status, kind, "no", retry_after="7"))

    with pytest.raises(error) as caught:
        await client.messages.create(**ask())

    assert (caught.value.type, caught.value.response.headers["retry-after"]) == (kind, "7")


async def test_models_are_listed(client: anthropic.AsyncAnthropic) -> None:
    listed = [model.id async for model in client.models.list()]

    assert MODEL in listed
    assert (await client.models.retrieve(MODEL)).lifecycle == "active"
    with pytest.raises(anthropic.NotFoundError):
        await client.models.retrieve("claude-none")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"x-api-key": "wrong"}, 401),
        ({"anthropic-version": "2022-01-01"}, 400),
        ({"content-type": "text/plain"}, 400),
    ],
)
def test_wrong_headers_are_refused(
    fake: FakeAnthropic, headers: dict[str, str], status: int
) -> None:
    assert post(fake, ask(), **headers).status_code == status


def turns(*contents: Any) -> dict[str, Any]:
    """Return a request with tools whose turns alternate."""
    roles = ("user", "assistant")
    said = [
        {"role": roles[place % 2], "content": content} for place, content in enumerate(contents)
    ]
    return ask(messages=said, tools=[TOOL])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (ask(colour="red"), "colour"),
        (ask(messages=[]), "messages"),
        (ask(max_tokens=0), "max_tokens"),
        (ask(temperature=1.5), "temperature"),
        (ask(messages=[{"role": "assistant", "content": "Hi"}]), "first message"),
        (ask(messages=[HI, HI]), "alternate"),
        (ask(messages=[{"role": "user", "content": ""}]), "content"),
        (turns([{"type": "text", "text": ""}]), "text"),
        (turns("Hi", "Hello"), "prefill"),
        (ask(tools=[{"name": "look", "input_schema": {}}]), "input_schema"),
        (ask(tools=[TOOL | {"name": "look it up"}]), "name"),
        # calls and results
        (turns("Hi", [CALL], "And?"), "without `tool_result`"),
        (turns("Hi", [CALL], [MARKED, RESULT]), "come first"),
        (turns("Hi", [CALL], [RESULT, RESULT]), "single result"),
        (turns("Hi", [CALL, CALL], [RESULT]), "unique"),
        (turns([RESULT]), "unexpected"),
        (turns([CALL]), "content"),
        (turns("Hi", [RESULT], "And?"), "content"),
        (turns("Hi", [CALL], [RESULT]) | {"tools": []}, "must define tools"),
        # reasoning
        (turns("Hi", [REASONED, CALL], [RESULT]), "Invalid `signature`"),
        (
            turns("Hi", [REASONED | {"cache_control": {"type": "ephemeral"}}], "a"),
            "cache_control",
        ),
        (turns("Hi", [CALL], [RESULT]) | {"thinking": BUDGET}, "must start with a thinking"),
        (ask(thinking=BUDGET, max_tokens=1024), "greater than"),
        (ask(thinking=BUDGET | {"budget_tokens": 1023}), "budget_tokens"),
        (ask(thinking=BUDGET, temperature=0.5), "thinking is enabled"),
        (ask(thinking=BUDGET, model="claude-opus-4-8"), "not supported"),
        (ask(thinking={"type": "adaptive"}, model="claude-haiku-4-5"), "not supported"),
        (ask(thinking={"type": "disabled"}, model="claude-opus-5-5"), "not supported"),
        (ask(thinking={"type": "between_tools"}), "not supported"),
        (ask(temperature=0.5, model="claude-opus-4-8"), "deprecated"),
        # marks and pictures
        (turns([MARKED] * 5), "maximum of 4"),
        (
            turns([{"type": "image", "source": {"type": "url", "url": "file:///etc/passwd"}}]),
            "url",
        ),
    ],
)
def test_what_the_vendor_does_not_take_is_refused(
    fake: FakeAnthropic, body: dict[str, Any], words: str
) -> None:
    answer = post(fake, body)

    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (400, "invalid_request_error")
    assert words in error["message"]
    assert fake.bodies == []


def test_the_later_version_takes_no_temperature(fake: FakeAnthropic) -> None:
    later = {"anthropic-version": "2026-10-21"}

    assert post(fake, ask(temperature=1.0)).status_code == 200
    assert post(fake, ask(temperature=1.0), **later).status_code == 400


def test_a_model_that_is_not_there_is_not_found(fake: FakeAnthropic) -> None:
    answer = post(fake, ask(model="claude-none"))

    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "not_found_error")


def test_a_prompt_that_is_too_long_is_refused_in_the_vendors_words(fake: FakeAnthropic) -> None:
    fake.max_prompt_tokens = 10

    assert "prompt is too long" in post(fake, ask()).json()["error"]["message"]


def test_reasoning_comes_back_whole_and_unchanged(fake: FakeAnthropic) -> None:
    fake.reply_with(Reply(Thinking("hm"), Redacted("x"), ToolUse("toolu_1", "look", {})))
    content = post(fake, ask(tools=[TOOL])).json()["content"]
    thinking, redacted, call = content

    wrong = [
        [call],
        [thinking, call],
        [redacted, thinking, call],
        [thinking | {"thinking": "Hm"}, redacted, call],
    ]
    refused = [post(fake, turns("Hi", said, [RESULT])).status_code for said in wrong]

    assert refused == [400] * 4
    assert post(fake, turns("Hi", content, [RESULT])).status_code == 200


def test_only_a_paused_answer_can_be_gone_on_with(fake: FakeAnthropic) -> None:
    fake.reply_with(Reply(Text("One moment"), stop_reason="pause_turn"))
    paused = post(fake, ask()).json()["content"]

    assert post(fake, turns("Hi", paused)).status_code == 200
    assert post(fake, turns("Hi", "One")).status_code == 400
