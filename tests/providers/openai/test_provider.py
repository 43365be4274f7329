"""What the provider says of itself, its connections, and checking it."""

import asyncio
import gc
import threading

import pytest
from pydantic import SecretStr, ValidationError

from channels_app.providers.base.ai import AIResponse
from channels_app.providers.openai.ai import OpenAIAIProvider
from channels_app.providers.openai.config import OpenAIConfig
from channels_app.testing.fakes.openai import SERVED, FakeOpenAI
from channels_app.testing.fakes.openai_errors import broken, error_body
from channels_app.testing.fakes.openai_script import Answer
from channels_app.testing.fakes.server import Fault, Response
from tests.providers.checking import MADE_UP, failure_of, field_of, words_of
from tests.providers.openai.account import make_context, make_provider


def test_the_promised_defaults() -> None:
    config = OpenAIConfig(api_key=SecretStr("x"))

    assert config.model_dump(exclude={"api_key"}) == {
        "base_url": None,
        "model": "gpt-4o",
        "max_tokens": 1024,
        "temperature": 0.7,
        "timeout": 120.0,
        "include_stream_usage": False,
        "api": "chat",
        "vision": None,
    }
    assert OpenAIAIProvider.config_model is OpenAIConfig
    assert OpenAIAIProvider.extra == "openai"


@pytest.mark.parametrize(
    ("base_url", "is_own"),
    [
        (None, True),
        ("https://eu.api.openai.com/v1", True),
        ("https://api.openai.com.example.org/v1", False),
        ("http://localhost:11434/v1", False),
    ],
)
def test_openais_own_servers_are_known_by_their_host(base_url: str | None, is_own: bool) -> None:
    assert OpenAIConfig(api_key=SecretStr("x"), base_url=base_url).is_own is is_own


def test_an_address_is_one() -> None:
    with pytest.raises(ValidationError):
        OpenAIConfig(api_key=SecretStr("x"), base_url="localhost:8000")


@pytest.mark.parametrize(
    ("model", "base_url", "vision", "sees", "window"),
    [
        ("gpt-4o", None, None, True, 128_000),
        ("gpt-4o-2024-08-06", None, None, True, 128_000),
        ("ft:gpt-4o-mini:acme::1", None, None, True, 128_000),
        ("gpt-3.5-turbo", None, None, False, 16_385),
        ("o3-mini", None, None, False, 200_000),
        ("gpt-5.4-mini", None, None, True, 400_000),
        ("gpt-6-astra", None, None, True, 1_050_000),
        # newer than the table
        ("gpt-7", None, None, True, None),
        # somebody else's
        (SERVED, "http://localhost:8000/v1", None, False, None),
        (SERVED, "http://localhost:8000/v1", True, True, None),
        # OpenAI's by somebody else
        ("openai/gpt-4o", "http://localhost:8000/v1", None, True, 128_000),
    ],
)
def test_a_model_is_known_by_its_name(
    model: str, base_url: str | None, vision: bool | None, sees: bool, window: int | None
) -> None:
    provider = make_provider(base_url, model=model, vision=vision)

    assert (provider.supports_vision, provider.context_window) == (sees, window)
    assert (provider.name, provider.model_name) == ("openai", model)
    assert provider.supports_streaming
    assert provider.supports_structured_streaming


async def test_one_object_serves_many_questions_at_once(fake: FakeOpenAI) -> None:
    provider = make_provider()
    answers = await asyncio.gather(*(provider.generate(make_context()) for _ in range(5)))
    await provider.close()

    assert [answer.content for answer in answers] == ["Hello"] * 5


def test_one_object_serves_one_loop_after_another(fake: FakeOpenAI) -> None:
    """As a worker does that runs each task in a loop of its own, and closes nothing."""
    provider = make_provider()

    async def ask() -> AIResponse:
        return await provider.generate(make_context())

    answers = [asyncio.run(ask()) for _ in range(3)]
    gc.collect()

    assert [answer.content for answer in answers] == ["Hello"] * 3


async def test_it_can_be_closed_twice_and_asked_again(fake: FakeOpenAI) -> None:
    provider = make_provider()
    await provider.close()
    for _ in range(2):
        assert (await provider.generate(make_context())).content == "Hello"
        await provider.close()
        await provider.close()


async def test_a_reader_who_leaves_frees_the_line(fake: FakeOpenAI) -> None:
    gate = threading.Event()
    fake.will(Answer(text=("a", "b"), gate=gate, gate_after=2))
    provider = make_provider()
    stream = provider.generate_stream(make_context())
    assert await anext(stream) == "a"

    await stream.aclose()
    gate.set()

    assert (await provider.generate(make_context())).content == "Hello"
    await provider.close()


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-6-luna"])
async def test_a_model_that_is_there_passes_the_check(fake: FakeOpenAI, model: str) -> None:
    assert await failure_of(make_provider(model=model)) is None
    assert fake.requests[-1].path == f"/v1/models/{model}"


async def test_a_compatible_server_is_asked_for_its_list(compatible: FakeOpenAI) -> None:
    assert await failure_of(make_provider(compatible.api, model=SERVED)) is None
    assert await field_of(make_provider(compatible.api, model="another")) == "model"


@pytest.mark.parametrize(
    ("changes", "field"), [({"api_key": MADE_UP}, "api_key"), ({"model": "gpt-99"}, "model")]
)
async def test_a_check_blames_a_field(
    fake: FakeOpenAI, changes: dict[str, str], field: str
) -> None:
    assert await field_of(make_provider(**changes)) == field


async def test_a_key_that_may_not_read_models_is_named(fake: FakeOpenAI) -> None:
    body = error_body("You have insufficient permissions.", code="insufficient_permissions")
    fake.fail_next(Fault(Response(403, body)))

    assert await field_of(make_provider()) == "api_key"


async def test_an_address_without_models_is_blamed(compatible: FakeOpenAI) -> None:
    assert await field_of(make_provider(compatible.url, model=SERVED)) == "base_url"


async def test_a_vendor_that_is_away_says_nothing_of_the_key(fake: FakeOpenAI) -> None:
    fake.fail_next(Fault(broken(503)))

    assert "try again later" in await words_of(make_provider())


async def test_any_other_refusal_blames_nothing(fake: FakeOpenAI) -> None:
    fake.fail_next(Fault(Response(400, error_body("No.", code="odd"))))

    assert "refused" in await words_of(make_provider())
