"""What models must keep to that think, and whose vendor wants the reasoning back."""

from typing import ClassVar

import pytest

from channels_app.providers.base.ai import StreamTextDelta, StreamThinkingDelta
from channels_app.providers.base.whole import collect
from channels_app.testing.ai_provider_suite.asking import (
    CALLS,
    next_round,
    question,
    read,
    serving,
    stream,
)
from channels_app.testing.ai_provider_suite.case import AIProviderCase, Ending, Said

BUDGET = 2048


@pytest.mark.asyncio
class ThinkingSuite:
    """Derive a class named `Test…` from this and set `case`, whose model thinks."""

    case: ClassVar[AIProviderCase]

    async def test_vendor_takes_its_reasoning_back(self) -> None:
        first = Said(thoughts=("An", " order?"), texts=(), calls=CALLS[:2], ending=Ending.TOOLS)
        with serving(self.case, first, Said()) as (provider, vendor):
            asked = question(thinking_budget=BUDGET, max_tokens=256)
            answer = await collect(stream(provider, asked))
            again = question(*next_round(answer), thinking_budget=BUDGET, max_tokens=256)
            last = await provider.generate(again)
            await provider.close()
            assert self.case.refusals(vendor) == 0

        assert (answer.thinking, answer.content) == ("An order?", "")
        assert last.content == "Hello"

    async def test_reasoning_is_not_text(self) -> None:
        with serving(self.case, Said(thoughts=("An", " order?"))) as (provider, _):
            events = await read(provider, question(thinking_budget=BUDGET))
            await provider.close()

        thoughts = [event for event in events if isinstance(event, StreamThinkingDelta)]
        assert "".join(each.thinking for each in thoughts) == "An order?"
        assert [each.text for each in events if isinstance(each, StreamTextDelta)] == ["Hel", "lo"]
