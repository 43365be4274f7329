"""What goes wrong at the vendor, and what is made of it."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from channels_app.providers.base.ai import ProviderError, StreamEvent
from channels_app.testing.fakes import openai_errors as says
from channels_app.testing.fakes.openai import FakeOpenAI
from channels_app.testing.fakes.openai_script import Answer
from channels_app.testing.fakes.server import Fault, Response
from tests.providers.openai.account import (
    listen,
    listen_until_it_breaks,
    make_context,
    make_provider,
    text_of,
)

APIS = ["chat", "responses"]
LATER = "Wed, 01 Jan 2020 00:00:00 GMT"


async def failure_of(streams: bool, **config: Any) -> ProviderError:
    """Ask once and return what goes wrong."""
    provider = make_provider(**config)
    with pytest.raises(ProviderError) as caught:
        await (listen if streams else type(provider).generate)(provider, make_context())
    await provider.close()
    return caught.value


def told(status: int, **more: Any) -> Response:
    body = says.error_body("Something failed.", "invalid_request_error", code="some_code")
    return Response(status, body, **more)


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize(
    ("answer", "status", "is_retryable"),
    [
        (told(400), 400, False),
        (told(403), 403, False),
        (told(404), 404, False),
        (told(408), 408, True),
        (told(409), 409, True),
        (told(413), 413, False),
        (told(422), 422, False),
        (says.too_many_requests(), 429, True),
        (says.broken(500), 500, True),
        (told(502), 502, True),
        (says.broken(503), 503, True),
        (told(504), 504, True),
    ],
)
async def test_a_status_says_whether_asking_again_may_help(
    fake: FakeOpenAI, api: str, streams: bool, answer: Response, status: int, is_retryable: bool
) -> None:
    fake.fail_next(Fault(answer))

    error = await failure_of(streams, api=api)

    assert (error.status_code, error.retryable) == (status, is_retryable)
    assert (error.provider, error.context_overflow) == ("openai", False)
    assert len(fake.requests) == 1, "the SDK has asked again"


async def test_a_wrong_key_is_not_asked_with_again(fake: FakeOpenAI) -> None:
    error = await failure_of(True, api_key="sk-made-up")

    assert (error.status_code, error.code, error.retryable) == (401, "invalid_api_key", False)


async def test_a_model_that_is_not_there_is_named(fake: FakeOpenAI) -> None:
    error = await failure_of(True, model="gpt-4o-none")

    assert (error.status_code, error.code, error.retryable) == (404, "model_not_found", False)
    assert "gpt-4o-none" in str(error)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": LATER}, 0.0),
        ({"retry-after": "7", "retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
async def test_how_long_to_wait_is_the_vendors_word(
    fake: FakeOpenAI, headers: dict[str, str], seconds: float | None
) -> None:
    fake.fail_next(Fault(told(429, headers=headers)))

    assert (await failure_of(False)).retry_after == seconds


@pytest.mark.parametrize(
    ("api", "answer", "code"),
    [
        ("chat", says.too_long(), "context_length_exceeded"),
        ("responses", says.too_long_for_responses(), "context_length_exceeded"),
        # by its words
        ("chat", says.too_long_for_vllm(), "BadRequestError"),
    ],
)
async def test_a_request_that_is_too_long_for_the_model_is_told_apart(
    fake: FakeOpenAI, api: str, answer: Response, code: str
) -> None:
    fake.fail_next(Fault(answer))

    error = await failure_of(True, api=api)

    assert (error.context_overflow, error.retryable, error.code) == (True, False, code)


@pytest.mark.parametrize("answer", [says.request_too_large(), says.no_quota()])
async def test_a_request_that_is_too_large_for_a_quota_is_not_too_long(
    fake: FakeOpenAI, answer: Response
) -> None:
    fake.fail_next(Fault(answer))

    error = await failure_of(True)

    assert (error.status_code, error.context_overflow) == (429, False)


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("streams", [True, False])
async def test_a_line_that_is_cut_before_the_answer_may_be_tried_again(
    fake: FakeOpenAI, api: str, streams: bool
) -> None:
    fake.fail_next(Fault(drops_after=True))

    error = await failure_of(streams, api=api)

    assert (error.status_code, error.retryable, error.code) == (None, True, "connection_error")


async def test_nobody_there_may_be_tried_again() -> None:
    error = await failure_of(True, base_url="http://127.0.0.1:9/v1", model="any")

    assert (error.status_code, error.retryable, error.code) == (None, True, "connection_error")


@pytest.mark.parametrize("api", APIS)
async def test_silence_is_a_timeout_before_and_amid_an_answer(fake: FakeOpenAI, api: str) -> None:
    gate = threading.Event()
    fake.will(Answer(text=("a",), gate=gate))

    error = await failure_of(True, api=api, timeout=0.05)
    gate.set()

    assert (error.status_code, error.retryable, error.code) == (None, True, "timeout")


def cut(after: int) -> Answer:
    return Answer(text=("a", "b"), breaks_after=after)


def fails(after: int, code: str | None, kind: str) -> Answer:
    error = {"message": "Something failed.", "type": kind, "code": code, "param": None}
    return Answer(text=("a", "b"), breaks_after=after, breaks_with=error)


@pytest.mark.parametrize(
    ("api", "at", "said"),
    [("chat", 1, ""), ("chat", 2, "a"), ("responses", 2, ""), ("responses", 5, "a")],
)
@pytest.mark.parametrize(
    ("breaks", "told_as"),
    [
        (cut, (None, True, "connection_error")),
        (lambda at: fails(at, "server_error", "server_error"), (500, True, "server_error")),
    ],
)
async def test_what_was_heard_before_a_break_has_been_passed_on(
    fake: FakeOpenAI,
    api: str,
    at: int,
    said: str,
    breaks: Callable[[int], Answer],
    told_as: tuple[int | None, bool, str],
) -> None:
    fake.will(breaks(at))
    provider, heard = make_provider(api=api), list[StreamEvent]()

    with pytest.raises(ProviderError) as caught:
        await listen_until_it_breaks(provider.generate_structured_stream(make_context()), heard)
    await provider.close()

    assert text_of(heard) == said
    error = caught.value
    assert (error.status_code, error.retryable, error.code) == told_as


@pytest.mark.parametrize(
    ("code", "kind", "status", "is_retryable", "overflows"),
    [
        ("rate_limit_exceeded", "requests", 429, True, False),
        (None, "server_error", 500, True, False),
        ("invalid_prompt", "invalid_request_error", 400, False, False),
        ("context_length_exceeded", "invalid_request_error", 400, False, True),
        # vLLM's, whose code is a status
        ("503", "ServiceUnavailableError", 503, True, False),
        # nobody has heard of it
        ("strange", "strange", None, False, False),
    ],
)
async def test_an_error_amid_an_answer_is_judged_by_its_code(
    fake: FakeOpenAI,
    code: str | None,
    kind: str,
    status: int | None,
    is_retryable: bool,
    overflows: bool,
) -> None:
    fake.will(fails(2, code, kind))

    error = await failure_of(True)

    assert (error.status_code, error.retryable) == (status, is_retryable)
    assert (error.context_overflow, error.code) == (overflows, code or kind)


async def test_responses_may_end_in_an_error_event(fake: FakeOpenAI) -> None:
    fake.fails_by_event = True
    fake.will(fails(4, "rate_limit_exceeded", "requests"))

    error = await failure_of(True, api="responses")

    assert (error.status_code, error.retryable, error.code) == (429, True, "rate_limit_exceeded")


async def test_a_stream_of_responses_may_carry_an_error_as_chat_completions_do(
    fake: FakeOpenAI,
) -> None:
    body = b'event: error\ndata: {"type": "error", "error": {"code": "server_error"}}\n\n'
    fake.fail_next(Fault(Response(200, body, {"Content-Type": "text/event-stream"})))

    error = await failure_of(True, api="responses")

    assert (error.status_code, error.retryable, error.code) == (500, True, "server_error")


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("streams", [True, False])
async def test_a_page_of_something_in_between_is_no_answer(
    fake: FakeOpenAI, api: str, streams: bool
) -> None:
    fake.fail_next(Fault(Response(200, "<html>Sign in</html>")))

    error = await failure_of(streams, api=api)

    assert error.retryable is True
    assert error.code in {"unreadable_answer", "connection_error"}


@pytest.mark.parametrize("api", APIS)
async def test_an_answer_that_just_stops_was_cut(fake: FakeOpenAI, api: str) -> None:
    """Something in between may end a stream in good order although it is not at its end."""
    fake.fail_next(Fault(Response(200, b"", {"Content-Type": "text/event-stream"})))

    error = await failure_of(True, api=api)

    assert (error.retryable, error.code) == (True, "connection_error")
