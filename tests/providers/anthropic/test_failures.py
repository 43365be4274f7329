"""What is told of questions that Anthropic does not answer."""

import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TypeVar

import pytest

from channels_app.providers.anthropic.ai import AnthropicAIProvider
from channels_app.providers.base.ai import ProviderError, StreamTextDelta
from channels_app.testing.fakes.anthropic import API_KEY, FakeAnthropic, failure
from channels_app.testing.fakes.anthropic_script import Broken, Cut, Hold, Reply, Text
from channels_app.testing.fakes.server import Fault, Response, Streamed
from tests.providers.anthropic.asking import ask, make_provider, read

T = TypeVar("T")


async def error_of(provider: AnthropicAIProvider) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await read(provider, ask())
    assert API_KEY not in str(caught.value)
    assert caught.value.provider == "anthropic"
    return caught.value


async def read_to_the_error(stream: AsyncIterator[T]) -> tuple[list[T], ProviderError]:
    seen: list[T] = []
    try:
        async for each in stream:
            seen.append(each)
    except ProviderError as error:
        return seen, error
    pytest.fail(f"there was no error after {seen}")


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [
        (400, "invalid_request_error", False),
        (401, "authentication_error", False),
        (402, "billing_error", False),
        (403, "permission_error", False),
        (404, "not_found_error", False),
        (408, "timeout_error", True),
        (409, "conflict_error", True),
        (422, "invalid_request_error", False),
        (429, "rate_limit_error", True),
        (500, "api_error", True),
        (502, "api_error", True),
        (503, "api_error", True),
        (504, "timeout_error", True),
        (529, "overloaded_error", True),
    ],
)
async def test_a_status_says_whether_to_ask_again(
    fake: FakeAnthropic, provider: AnthropicAIProvider, status: int, code: str, retryable: bool
) -> None:
    fake.fail_next(failure(status, code, "no such luck"))

    error = await error_of(provider)

    assert (error.status_code, error.code, error.retryable) == (status, code, retryable)
    assert "no such luck" in str(error)
    assert error.context_overflow is False
    assert len(fake.requests) == 1


async def test_a_wrong_key_is_refused(fake: FakeAnthropic) -> None:
    provider = make_provider(fake, api_key="made-up")

    error = await error_of(provider)
    await provider.close()

    assert (error.status_code, error.retryable) == (401, False)


async def test_the_vendor_says_when_to_come_back(
    fake: FakeAnthropic, provider: AnthropicAIProvider
) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    fake.fail_next(
        failure(429, "rate_limit_error", retry_after="17"),
        failure(529, "overloaded_error", retry_after=later),
        failure(529, "overloaded_error", retry_after="soon"),
    )

    waits = [(await error_of(provider)).retry_after for _ in range(3)]

    assert waits[0] == 17
    assert waits[1] is not None
    assert 3500 < waits[1] <= 3600
    assert waits[2] is None


async def test_a_proxys_error_has_no_word_of_the_vendors(
    fake: FakeAnthropic, provider: AnthropicAIProvider
) -> None:
    fake.fail_next(Fault(Response(502, "<html>Bad gateway</html>")))

    error = await error_of(provider)

    assert (error.status_code, error.code, error.retryable) == (502, "http_502", True)


@pytest.mark.parametrize(
    ("kind", "status", "retryable"),
    [
        ("overloaded_error", 529, True),
        ("api_error", 500, True),
        ("rate_limit_error", 429, True),
        ("timeout_error", 504, True),
        ("invalid_request_error", 400, False),
        ("something_new", 500, True),
    ],
)
async def test_an_error_amid_the_stream_counts_like_its_status(
    fake: FakeAnthropic, provider: AnthropicAIProvider, kind: str, status: int, retryable: bool
) -> None:
    fake.reply_with(Reply(Text("Hel", Broken(kind, "Sorry"))))

    seen, error = await read_to_the_error(provider.generate_structured_stream(ask()))

    assert seen == [StreamTextDelta(text="Hel")]
    assert (error.status_code, error.code, error.retryable) == (status, kind, retryable)


@pytest.mark.parametrize(
    ("reply", "seen"),
    [
        (Reply(Cut(), Text("Hello")), []),
        (Reply(Text(Cut(), "Hello")), []),
        (Reply(Text("Hel", Cut(), "lo")), ["Hel"]),
        (Reply(Text("Hello"), Cut()), ["Hello"]),
    ],
)
async def test_a_cut_line_is_worth_another_try(
    fake: FakeAnthropic, provider: AnthropicAIProvider, reply: Reply, seen: list[str]
) -> None:
    fake.reply_with(reply)

    pieces, error = await read_to_the_error(provider.generate_stream(ask()))

    assert pieces == seen
    assert (error.retryable, error.status_code, error.code) == (True, None, "connection_error")


async def test_a_line_that_is_cut_before_the_answer_is_worth_another_try(
    fake: FakeAnthropic, provider: AnthropicAIProvider
) -> None:
    fake.fail_next(Fault(drops_after=True))

    assert (await error_of(provider)).retryable is True


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b'event: ping\ndata: {"type": "ping"}\n\n', "connection_error"),
        (b"event: message_start\ndata: {{{\n\n", "unreadable_answer"),
        (b"<html>Please log in</html>", "connection_error"),
    ],
)
async def test_what_is_no_whole_answer_is_none(
    fake: FakeAnthropic, provider: AnthropicAIProvider, sent: bytes, code: str
) -> None:
    fake.fail_next(Fault(Response(200, Streamed([sent]))))

    error = await error_of(provider)

    assert (error.retryable, error.code) == (True, code)


async def test_a_vendor_that_is_not_there_is_worth_another_try() -> None:
    with FakeAnthropic().serving() as gone:
        provider = make_provider(gone)

    error = await error_of(provider)
    await provider.close()

    assert (error.retryable, error.code, error.status_code) == (True, "connection_error", None)


async def test_a_model_that_falls_silent_has_timed_out(fake: FakeAnthropic) -> None:
    gate = threading.Event()
    fake.reply_with(Reply(Text("Hel", Hold(gate), "lo")))
    provider = make_provider(fake, timeout=0.2)

    error = await error_of(provider)
    gate.set()
    await provider.close()

    assert (error.retryable, error.code) == (True, "timeout")


async def test_a_prompt_that_is_too_long_is_told_apart(
    fake: FakeAnthropic, provider: AnthropicAIProvider
) -> None:
    fake.max_prompt_tokens = 10
    error = await error_of(provider)
    assert (error.context_overflow, error.retryable, error.status_code) == (True, False, 400)

    fake.fail_next(failure(413, "request_too_large", "Request exceeds the maximum size"))
    assert (await error_of(provider)).context_overflow is True
