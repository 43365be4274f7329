"""What goes wrong at Gemini, and whether asking again may help."""

from collections.abc import Callable

import pytest

from channels_app.providers.base.ai import AIContext, AIMessage, ProviderError
from channels_app.providers.gemini.ai import GeminiAIProvider
from channels_app.providers.gemini.config import GeminiConfig
from channels_app.testing.fakes.gemini import API_KEY, FakeGemini, failure
from channels_app.testing.fakes.gemini_script import Broken, Chunk, Cut, Reply, says, text
from channels_app.testing.fakes.server import Fault, Response

CONTEXT = AIContext(messages=[AIMessage(role="user", content="Hi")])


async def error_of(provider: GeminiAIProvider, context: AIContext = CONTEXT) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        await provider.generate(context)
    return raised.value


@pytest.mark.parametrize(
    ("word", "status", "retryable"),
    [
        ("INVALID_ARGUMENT", 400, False),
        ("UNAUTHENTICATED", 401, False),
        ("PERMISSION_DENIED", 403, False),
        ("NOT_FOUND", 404, False),
        ("RESOURCE_EXHAUSTED", 429, True),
        ("INTERNAL", 500, True),
        ("UNAVAILABLE", 503, True),
        ("DEADLINE_EXCEEDED", 504, True),
    ],
)
async def test_refusal_says_whether_to_ask_again(
    provider: GeminiAIProvider, fake: FakeGemini, word: str, status: int, *, retryable: bool
) -> None:
    fake.fail_next(failure(word, "in other words"))

    error = await error_of(provider)

    assert (error.status_code, error.code, error.retryable) == (status, word, retryable)
    assert (error.provider, error.context_overflow) == ("gemini", False)
    assert "in other words" in str(error)
    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    ("retry_delay", "header", "seconds"),
    [("34.5s", "7", 34.5), ("", "7", 7.0), ("", "", None), ("soon", "", None)],
)
async def test_vendor_says_when_to_ask_again(
    provider: GeminiAIProvider,
    fake: FakeGemini,
    retry_delay: str,
    header: str,
    seconds: float | None,
) -> None:
    fake.fail_next(failure("RESOURCE_EXHAUSTED", retry_delay=retry_delay, header=header))

    assert (await error_of(provider)).retry_after == seconds


async def test_wrong_key_is_named_by_its_own_word(make: Callable[..., GeminiAIProvider]) -> None:
    error = await error_of(make(key="AIzaOther"))

    assert (error.status_code, error.code, error.retryable) == (400, "API_KEY_INVALID", False)
    assert "AIzaOther" not in str(error)


async def test_unknown_model_is_not_found(make: Callable[..., GeminiAIProvider]) -> None:
    error = await error_of(make("gemini-9"))

    assert (error.status_code, error.code, error.retryable) == (404, "NOT_FOUND", False)


async def test_too_long_question_is_an_overflow(
    provider: GeminiAIProvider, fake: FakeGemini
) -> None:
    fake.max_prompt_tokens = 10

    error = await error_of(provider)

    assert (error.status_code, error.retryable, error.context_overflow) == (400, False, True)


async def test_question_without_turns_is_refused_before_it_is_sent(
    provider: GeminiAIProvider, fake: FakeGemini
) -> None:
    error = await error_of(provider, AIContext())

    assert (error.retryable, error.status_code, fake.requests) == (False, None, [])


@pytest.mark.parametrize(
    ("pieces", "before"),
    [
        ((Cut(),), []),  # before the first words
        ((Chunk(text("Hel")), Cut()), ["Hel"]),  # amid them
        ((Chunk(text("Hel")), Broken()), ["Hel"]),  # an error after 200
    ],
    ids=["cut", "cut amid", "broken"],
)
async def test_stream_that_breaks_is_worth_another_try(
    provider: GeminiAIProvider,
    fake: FakeGemini,
    pieces: tuple[Chunk | Cut | Broken, ...],
    before: list[str],
) -> None:
    fake.reply_with(Reply(pieces))
    deltas = provider.generate_stream(CONTEXT)
    said = [await anext(deltas) for _ in before]

    with pytest.raises(ProviderError) as raised:
        await anext(deltas)

    assert (said, raised.value.retryable) == (before, True)


async def test_error_after_200_has_its_own_status(
    provider: GeminiAIProvider, fake: FakeGemini
) -> None:
    fake.reply_with(Reply((Broken(400, "INVALID_ARGUMENT", "no"),)))

    error = await error_of(provider)

    assert (error.status_code, error.code, error.retryable) == (400, "INVALID_ARGUMENT", False)


async def test_answer_that_never_ends_was_cut(provider: GeminiAIProvider, fake: FakeGemini) -> None:
    fake.reply_with(says("Hel", finish=None))

    error = await error_of(provider)

    assert (error.retryable, error.code) == (True, "connection_error")


async def test_line_that_is_cut_before_the_answer(
    provider: GeminiAIProvider, fake: FakeGemini
) -> None:
    fake.fail_next(Fault(drops_after=True))

    error = await error_of(provider)

    assert (error.retryable, error.status_code, error.code) == (True, None, "connection_error")
    assert len(fake.requests) == 1


async def test_silence_is_a_timeout(fake: FakeGemini) -> None:
    provider = GeminiAIProvider(
        GeminiConfig.model_validate({"api_key": API_KEY, "base_url": fake.url, "timeout": 0.05})
    )
    fake.fail_next(Fault(wait_s=0.5))

    error = await error_of(provider)

    assert (error.retryable, error.status_code, error.code) == (True, None, "timeout")


async def test_nobody_listens() -> None:
    provider = GeminiAIProvider(
        GeminiConfig.model_validate({"api_key": API_KEY, "base_url": "http://127.0.0.1:1"})
    )

    assert (await error_of(provider)).code == "connection_error"


@pytest.mark.parametrize("body", ["<html>", b"data: <html>\n\n", b'data: {"candidates": 7}\n\n'])
async def test_answer_of_somebody_else_is_no_answer(
    provider: GeminiAIProvider, fake: FakeGemini, body: str | bytes
) -> None:
    fake.fail_next(Fault(Response(200, body)))

    assert isinstance(await error_of(provider), ProviderError)
