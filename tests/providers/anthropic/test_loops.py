"""One provider in several event loops, as in a worker that runs each task in its own."""

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor

import pytest

from channels_app.providers.anthropic.ai import AnthropicAIProvider
from channels_app.testing.fakes.anthropic import FakeAnthropic
from tests.providers.anthropic.asking import ask, make_provider


async def say(provider: AnthropicAIProvider) -> str:
    return (await provider.generate(ask())).content


async def say_and_close(provider: AnthropicAIProvider) -> str:
    said = await say(provider)
    await provider.close()
    return said


# A loop that ends with open connections leaves them to the garbage collector.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_loop_after_a_loop_gets_its_own_connections(fake: FakeAnthropic) -> None:
    provider = make_provider(fake)

    answers = [asyncio.run(say(provider)) for _ in range(2)]
    answers.append(asyncio.run(say_and_close(provider)))
    gc.collect()

    assert answers == ["Hello there."] * 3


def test_loops_that_run_side_by_side_have_their_own_connections(fake: FakeAnthropic) -> None:
    provider = make_provider(fake)

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda _: asyncio.run(say_and_close(provider)), range(4)))

    assert answers == ["Hello there."] * 4


async def test_a_loop_keeps_its_connection(
    fake: FakeAnthropic, provider: AnthropicAIProvider
) -> None:
    await asyncio.gather(*(say(provider) for _ in range(5)))

    assert len(fake.bodies) == 5


async def test_closing_twice_does_no_harm_and_asking_again_opens_anew(
    fake: FakeAnthropic,
) -> None:
    provider = make_provider(fake)
    await provider.close()

    first = await say(provider)
    await provider.close()
    await provider.close()
    second = await say(provider)
    await provider.close()

    assert (first, second) == ("Hello there.", "Hello there.")
