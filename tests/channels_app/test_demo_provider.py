"""The demo model: its shop, its two languages and its streams."""

import re

import pytest

from channels_app import (
    AIChannel,
    AIContext,
    AIImagePart,
    AIMessage,
    AITextPart,
    DemoShopProvider,
    StreamDone,
    StreamTextDelta,
)
from channels_app.providers.willow_lane.phrases import PHRASES, Phrase
from channels_app.providers.willow_lane.shop import (
    ORDERS,
    Language,
    OrderState,
)
from tests.channels_app.values import make_agent_binding, make_binding, make_context, make_event

DEMO = DemoShopProvider(word_delay_s=0)


def conversation(*texts: str) -> AIContext:
    """Make the context of a customer who said these things, with an answer between each two."""
    messages = []
    for text in texts:
        messages += [AIMessage(role="user", content=text), AIMessage(role="assistant", content="…")]
    return AIContext(messages=messages[:-1])


async def answer_to(*texts: str) -> str:
    return (await DEMO.generate(conversation(*texts))).content


# -- the shop and the words


@pytest.mark.parametrize("language", Language)
def test_both_languages_say_the_same_things(language: Language) -> None:
    placeholders = {
        phrase: set(re.findall(r"\{\w+\}", PHRASES[Language.ENGLISH][phrase])) for phrase in Phrase
    }

    assert {
        phrase: set(re.findall(r"\{\w+\}", text)) for phrase, text in PHRASES[language].items()
    } == placeholders


def test_every_order_state_can_be_told() -> None:
    assert {Phrase(state) for state in OrderState} <= set(Phrase)
    assert {order.state for order in ORDERS.values()} == set(OrderState)


@pytest.mark.parametrize(
    ("number", "total_cents"),
    [
        ("20391", 115_00),  # from 50 euros on delivery is free
        ("20417", 53_00),
        ("20402", 49_90),  # 45 and the delivery
        ("20288", 32_90),
    ],
)
def test_totals_fit_the_prices(number: str, total_cents: int) -> None:
    assert ORDERS[number].total_cents == total_cents


# -- the provider


async def test_same_conversation_gets_the_same_answer() -> None:
    texts = ("Hello", "Where is my order?", "20391")

    assert await answer_to(*texts) == await answer_to(*texts)


async def test_stream_is_the_answer_word_by_word() -> None:
    context = conversation("Where is order 20391?")

    words = [word async for word in DEMO.generate_stream(context)]

    assert words[:3] == ["I ", "found ", "your "]
    assert "".join(words) == (await DEMO.generate(context)).content


async def test_pause_between_words_leaves_the_words_alone() -> None:
    context = conversation("Hi")
    slowly = DemoShopProvider(word_delay_s=1e-6)

    words = [word async for word in slowly.generate_stream(context)]

    assert words == [word async for word in DEMO.generate_stream(context)]


async def test_stream_ends_with_the_usage_of_the_whole_answer() -> None:
    context = conversation("Hi")

    *deltas, end = [event async for event in DEMO.generate_structured_stream(context)]

    assert {type(delta) for delta in deltas} == {StreamTextDelta}
    assert isinstance(end, StreamDone)
    assert end.usage == (await DEMO.generate(context)).usage
    assert end.usage["output_tokens"] > end.usage["input_tokens"] > 0


async def test_picture_with_words_is_read_by_its_words() -> None:
    picture = AIImagePart(url="https://shop.example/m.jpg")
    message = AIMessage(role="user", content=[picture, AITextPart(text="order 20391")])
    context = AIContext(messages=[message])

    assert "shipped yesterday" in (await DEMO.generate(context)).content


async def test_nobody_has_spoken_yet() -> None:
    assert "demo assistant" in (await DEMO.generate(AIContext())).content


def test_negative_delay_is_refused() -> None:
    with pytest.raises(ValueError, match="must not be negative, got -1"):
        DemoShopProvider(word_delay_s=-1)


def test_words_come_every_thirty_milliseconds_by_default() -> None:
    assert DemoShopProvider.__init__.__kwdefaults__ == {"word_delay_s": 0.03}
    assert DEMO.supports_streaming
    assert DEMO.supports_structured_streaming
    assert DEMO.model_name == "willow-lane-rules"


async def test_agent_of_the_demo_remembers_the_number_from_the_timeline() -> None:
    agent, binding = AIChannel("assistant", DEMO), make_agent_binding("assistant")
    context = make_context(make_binding(), binding, recent=[make_event("My order is 20391")])

    output = await agent.on_event(make_event("When will it arrive?"), binding, context)

    assert output.response_stream is not None
    assert "20391" in "".join([delta async for delta in output.response_stream])
