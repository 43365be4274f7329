"""Whether key and model belong together, and what the provider says of itself."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from channels_app.providers.base.checking import CheckFailed
from channels_app.providers.gemini.ai import GeminiAIProvider
from channels_app.providers.gemini.config import GeminiConfig
from channels_app.testing.fakes.gemini import FakeGemini, failure


async def test_right_key_and_model_pass(provider: GeminiAIProvider, fake: FakeGemini) -> None:
    await provider.check()

    assert [(request.method, request.body) for request in fake.requests] == [("GET", b"")]


async def failed(provider: GeminiAIProvider) -> CheckFailed:
    with pytest.raises(CheckFailed) as raised:
        await provider.check()
    return raised.value


async def test_wrong_key_is_named(make: Callable[..., GeminiAIProvider]) -> None:
    error = await failed(make(key="AIzaOther"))

    assert (error.field, "AI Studio" in str(error)) == ("api_key", True)


async def test_wrong_model_is_named(make: Callable[..., GeminiAIProvider]) -> None:
    assert (await failed(make("gemini-9"))).field == "model"


@pytest.mark.parametrize(
    ("word", "field"),
    [("UNAUTHENTICATED", "api_key"), ("PERMISSION_DENIED", "api_key"), ("UNAVAILABLE", None)],
)
async def test_refusal_names_the_field_to_blame(
    provider: GeminiAIProvider, fake: FakeGemini, word: str, field: str | None
) -> None:
    fake.fail_next(failure(word, "secret words"))

    error = await failed(provider)

    assert (error.field, "secret words" in str(error)) == (field, False)


async def test_unexpected_refusal_blames_no_field(
    provider: GeminiAIProvider, fake: FakeGemini
) -> None:
    fake.fail_next(failure("INVALID_ARGUMENT"))

    assert (await failed(provider)).field is None


@pytest.mark.parametrize(
    ("model", "window"),
    [
        ("gemini-2.0-flash", 1_048_576),
        ("models/gemini-2.5-pro", 1_048_576),
        ("gemini-1.5-pro-002", 2_097_152),
        ("gemini-flash-latest", None),
    ],
)
def test_window_is_known_by_name(
    make: Callable[..., GeminiAIProvider], model: str, window: int | None
) -> None:
    provider = make(model)

    assert (provider.model_name, provider.context_window) == (model, window)
    assert (provider.name, provider.extra) == ("gemini", "gemini")


def test_config_has_the_promised_defaults() -> None:
    config = GeminiConfig.model_validate({"api_key": "AIza"})

    assert (config.model, config.max_tokens, config.temperature) == ("gemini-2.0-flash", 1024, 1.0)
    assert "AIza" not in repr(config)


@pytest.mark.parametrize("wrong", [{"temperature": 2.1}, {"timeout": 0}, {"base_url": "ftp://x"}])
def test_config_refuses_what_cannot_be(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        GeminiConfig.model_validate({"api_key": "AIza", **wrong})


async def test_closing_twice_does_no_harm(provider: GeminiAIProvider) -> None:
    await provider.check()

    await provider.close()
    await provider.close()
    await provider.check()
