"""The contract of language models as tests, for any vendor."""

import asyncio
from typing import ClassVar

import pytest

from channels_app.providers.base.ai import (
    AIContext,
    AIImagePart,
    AIMessage,
    AIProvider,
    AIResponse,
    AITextPart,
    ProviderError,
    StreamDone,
    StreamTextDelta,
    StreamToolCall,
)
from channels_app.providers.base.whole import collect
from channels_app.testing.ai_provider_suite.asking import (
    CALLING,
    CALLS,
    next_round,
    question,
    read,
    serving,
    stream,
)
from channels_app.testing.ai_provider_suite.case import (
    AIProviderCase,
    Ending,
    Said,
    Tokens,
)

COUNTERS = {
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
}
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)


@pytest.mark.asyncio
class AIProviderSuite:
    """Derive a class named `Test…` from this and set `case`.

    The vendor is served anew for each test.
    """

    case: ClassVar[AIProviderCase]

    # -- what it says of itself

    async def test_it_has_a_name_a_model_and_streams(self) -> None:
        with serving(self.case) as (provider, _):
            assert isinstance(provider, AIProvider)
            assert provider.name
            assert provider.model_name
            assert provider.supports_streaming
            assert provider.supports_structured_streaming
            assert provider.context_window is None or provider.context_window > 0
            assert bool(provider.extra) == (provider.config_model is not None)

    # -- text

    async def test_text_is_streamed_as_it_comes(self) -> None:
        with serving(self.case, Said()) as (provider, _):
            deltas = [delta async for delta in provider.generate_stream(question())]
            await provider.close()

        assert deltas == ["Hel", "lo"]

    async def test_stream_ends_once_with_reason_and_counts(self) -> None:
        with serving(self.case, Said()) as (provider, _):
            events = await read(provider, question())
            await provider.close()

        done = [event for event in events if isinstance(event, StreamDone)]
        assert done == events[-1:]
        assert done[0].finish_reason == self.case.reasons[Ending.DONE]
        assert "".join(e.text for e in events if isinstance(e, StreamTextDelta)) == "Hello"

    @pytest.mark.parametrize("said", [Said(), CALLING], ids=["text", "calls"])
    async def test_whole_answer_says_what_the_stream_says(self, said: Said) -> None:
        with serving(self.case, said) as (provider, _):
            streamed = await collect(stream(provider, question()))
            await provider.close()
        with serving(self.case, said) as (provider, _):
            whole = await provider.generate(question())
            await provider.close()

        assert (whole.content, whole.finish_reason) == (streamed.content, streamed.finish_reason)
        assert whole.usage == streamed.usage
        assert _calls(whole) == _calls(streamed)

    async def test_answer_that_is_too_long_says_so(self) -> None:
        with serving(self.case, Said(ending=Ending.LENGTH)) as (provider, _):
            answer = await provider.generate(question())
            await provider.close()

        assert (answer.content, answer.finish_reason) == (
            "Hello",
            self.case.reasons[Ending.LENGTH],
        )

    # -- tokens

    async def test_no_token_is_counted_twice(self) -> None:
        tokens = Tokens(fresh=20, cached=100 if self.case.counts_cache else 0, answered=9)
        with serving(self.case, Said(tokens=tokens)) as (provider, _):
            usage = (await provider.generate(question())).usage
            await provider.close()

        assert usage.get("output_tokens", 0) <= provider.output_bound(question())
        assert set(usage) <= COUNTERS
        assert {name: count for name, count in usage.items() if count} == {
            name: count
            for name, count in (
                ("input_tokens", tokens.fresh),
                ("cache_read_input_tokens", tokens.cached),
                ("output_tokens", tokens.answered),
            )
            if count
        }

    # -- tools

    async def test_calls_are_told_whole_each_with_an_id_of_its_own(self) -> None:
        with serving(self.case, CALLING) as (provider, vendor):
            events = await read(provider, question())
            await provider.close()
            assert self.case.refusals(vendor) == 0

        calls = [event for event in events if isinstance(event, StreamToolCall)]
        assert [(each.name, each.arguments) for each in calls] == [
            (each.name, each.arguments) for each in CALLS
        ]
        assert len({each.id for each in calls} - {""}) == len(CALLS)
        last = events[-1]
        assert isinstance(last, StreamDone)
        assert last.finish_reason == self.case.reasons[Ending.TOOLS]

    async def test_vendor_takes_the_results_of_two_rounds(self) -> None:
        again = Said(texts=(), calls=CALLS[:1], ending=Ending.TOOLS)
        with serving(self.case, CALLING, again, Said()) as (provider, vendor):
            turns = next_round(await provider.generate(question()))
            turns += next_round(await provider.generate(question(*turns)))
            answer = await provider.generate(question(*turns))
            await provider.close()
            assert self.case.refusals(vendor) == 0

        assert answer.content == "Hello"

    async def test_vendor_takes_words_behind_results(self) -> None:
        with serving(self.case, CALLING, Said()) as (provider, vendor):
            turns = next_round(await provider.generate(question()))
            turns.append(AIMessage(role="user", content="Hurry, please."))
            await provider.generate(question(*turns))
            await provider.close()
            assert self.case.refusals(vendor) == 0

    # -- pictures

    async def test_vendor_takes_pictures(self) -> None:
        picture = AIMessage(
            role="user", content=[AITextPart(text="What is it?"), AIImagePart(url=PIXEL)]
        )
        with serving(self.case, Said()) as (provider, vendor):
            answer = await provider.generate(AIContext(messages=[picture]))
            await provider.close()
            assert self.case.refusals(vendor) == 0

        assert answer.content == "Hello"

    # -- what goes wrong

    @pytest.mark.parametrize("ending", [Ending.CUT, Ending.BROKEN])
    @pytest.mark.parametrize("texts", [(), ("Hel",)], ids=["before words", "amid words"])
    async def test_stream_that_breaks_is_worth_another_try(
        self, texts: tuple[str, ...], ending: Ending
    ) -> None:
        with serving(self.case, Said(texts=texts, ending=ending)) as (provider, _):
            deltas = provider.generate_stream(question())
            said = [await anext(deltas) for _ in texts]
            with pytest.raises(ProviderError) as raised:
                await anext(deltas)
            await provider.close()

        assert (said, raised.value.retryable) == ([*texts], True)

    async def test_stream_may_be_left_early(self) -> None:
        with serving(self.case, Said(), Said()) as (provider, _):
            deltas = provider.generate_stream(question())
            first = await anext(deltas)
            await deltas.aclose()  # type: ignore[attr-defined]  # streams are generators
            answer = await provider.generate(question())
            await provider.close()

        assert (first, answer.content) == ("Hel", "Hello")

    # -- the object

    async def test_one_object_answers_several_questions_at_once(self) -> None:
        with serving(self.case, Said(), Said(), Said()) as (provider, _):
            answers = await asyncio.gather(*(provider.generate(question()) for _ in range(3)))
            await provider.close()

        assert [answer.content for answer in answers] == ["Hello"] * 3

    async def test_one_object_serves_one_loop_after_another(self) -> None:
        with serving(self.case, Said(), Said(), Said()) as (provider, _):
            here = await provider.generate(question())
            there = [await asyncio.to_thread(asyncio.run, _ask(provider)) for _ in range(2)]
            await provider.close()

        assert [here.content, *there] == ["Hello"] * 3

    async def test_closing_twice_does_no_harm(self) -> None:
        with serving(self.case, Said()) as (provider, _):
            await provider.generate(question())
            await provider.close()
            await provider.close()

    # -- checking

    async def test_right_credentials_pass_the_check(self) -> None:
        with serving(self.case) as (provider, _):
            await provider.check()
            await provider.close()


async def _ask(provider: AIProvider) -> str:
    """Ask as a job does that has an event loop to itself."""
    answer = await provider.generate(question())
    await provider.close()
    return answer.content


def _calls(answer: AIResponse) -> list[tuple[str, object]]:
    return [(call.name, call.arguments) for call in answer.tool_calls]
