"""Conversations with the demo assistant of Willow Lane."""

import re

import pytest

from channels_app import (
    AIContext,
    AIMessage,
    DemoShopProvider,
)
from channels_app.providers.willow_lane.shop import (
    PRODUCTS,
    Language,
    format_price,
)

DEMO = DemoShopProvider(word_delay_s=0)


def conversation(*texts: str) -> AIContext:
    """Make the context of a customer who said these things, with an answer between each two."""
    messages = []
    for text in texts:
        messages += [AIMessage(role="user", content=text), AIMessage(role="assistant", content="…")]
    return AIContext(messages=messages[:-1])


async def answer_to(*texts: str) -> str:
    return (await DEMO.generate(conversation(*texts))).content


# -- orders


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("20391", "shipped yesterday with Swift Post"),
        ("20417", "is being packed and leaves tomorrow"),
        ("20402", "is delayed"),
        ("20288", "was delivered three days ago"),
        ("20355", "refunded €62.00"),
    ],
)
async def test_every_order_is_found(number: str, says: str) -> None:
    answer = await answer_to(f"Where is my order {number}?")

    assert number in answer
    assert says in answer


async def test_order_is_described_by_what_is_in_it() -> None:
    assert "(1 × wool blanket, 2 × stoneware mug)" in await answer_to("20391")


@pytest.mark.parametrize(
    "text",
    [
        "Where is my order?",
        "where's my parcel",
        "Has it shipped?",
        "How do I track my package?",
        "It has not arrived",
    ],
)
async def test_number_is_asked_for_when_none_is_known(text: str) -> None:
    assert "What is your order number?" in await answer_to(text)


@pytest.mark.parametrize("text", ["20391", "#20391", "It's 20391, thanks", "[Alice] 20391"])
async def test_number_given_afterwards_is_understood(text: str) -> None:
    assert "shipped yesterday" in await answer_to("Where is my order?", text)


async def test_number_given_earlier_is_remembered() -> None:
    answer = await answer_to(
        "My order is 20391", "Thanks", "What do you sell?", "When will it come?"
    )

    assert "20391" in answer
    assert "shipped yesterday" in answer


async def test_newest_number_counts() -> None:
    answer = await answer_to("Where is 20391?", "And order 20417?", "When will it arrive?")

    assert "order 20417" in answer


@pytest.mark.parametrize(
    "text", ["Where is order 12345?", "order 999", "my order number is 123456"]
)
async def test_unknown_number_is_named_and_others_are_offered(text: str) -> None:
    answer = await answer_to(text)

    assert f"cannot find an order {re.search('[0-9]+', text)[0]}." in answer  # type: ignore[index]
    assert "20391" in answer


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (["Can I cancel order 20417?"], "can still be cancelled"),
        (["Please cancel 20391"], "can no longer be cancelled"),
        (["I want to cancel"], "cancelled until it has left our workshop. I will gladly"),
        (["Please cancel my order", "20391"], "can no longer be cancelled"),
        (["I want to return order 20288"], "you can still return it. You can return anything"),
        (["Can I return 20391?"], "still on its way"),
        (["Return 20402 please"], "has not left yet"),
        (["I'd like a refund for 20355"], "refunded €62.00 last week"),
        (["I want to return something", "20288"], "you can still return it"),
        (["My mug arrived broken"], "unused or damaged within 30 days"),
    ],
)
async def test_cancelling_and_returning_depend_on_the_order(texts: list[str], says: str) -> None:
    assert says in await answer_to(*texts)


# -- everything else


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("How long does delivery take?", "two to three working days and costs €4.90"),
        ("Do you ship to Germany?", "in the EU"),
        ("When are you open?", "Monday to Friday from 9 am to 6 pm"),
        ("Is the shop open today?", "Monday to Friday"),
        ("How can I pay?", "PayPal"),
        ("Where are you?", "12 Willow Lane"),
        ("How much is the blanket?", "Wool blanket, €79.00. 130 × 180 cm"),
        ("Are the baskets available?", "sold out"),
        ("Can I order a mug?", "sells nothing"),
        ("I want to talk to a human", "can join it at any time"),
        ("Are you human?", "a demo assistant"),
        ("What can you do?", "look up an order (try 20391)"),
        ("Hi", "welcome to Willow Lane"),
        ("Thank you!", "You are welcome"),
        ("ok", "All right."),
        ("Thanks, bye", "Goodbye"),
    ],
)
async def test_question_gets_the_answer_it_asks_for(text: str, says: str) -> None:
    assert says in await answer_to(text)


async def test_catalogue_lists_every_product_with_its_price() -> None:
    answer = await answer_to("What do you sell?")

    for product in PRODUCTS.values():
        name = product.name[Language.ENGLISH]
        assert f"- {name}, {format_price(product.price_cents, Language.ENGLISH)}" in answer


async def test_two_questions_get_two_answers() -> None:
    answer = await answer_to("What does delivery cost, and when are you open?")

    assert "€4.90" in answer
    assert "Monday to Friday" in answer


async def test_greeting_before_a_question_is_returned() -> None:
    assert (await answer_to("Hello, where is order 20391?")).startswith("Hello! I found")


@pytest.mark.parametrize("text", ["What's the weather like?", "asdf", "", "👍"])
async def test_what_is_not_understood_is_admitted_with_an_offer(text: str) -> None:
    answer = await answer_to(text)

    assert "did not understand" in answer
    assert "look up an order (try 20391)" in answer


# -- French


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (["Bonjour"], "Bonjour et bienvenue"),
        (["Où est ma commande ?"], "Quel est votre numéro de commande ?"),
        (["Où est ma commande ?", "20391"], "elle est partie hier avec Swift Post"),
        (["Je voudrais annuler la commande 20417"], "peut donc être annulée"),
        (["Je voudrais retourner ma commande 20288"], "pouvez donc encore la retourner"),
        (["Quels sont vos horaires ?"], "de 9 h à 18 h"),
        (["Combien coûte la livraison ?"], "coûte 4,90 €"),
        (["Combien coûte la lampe ?"], "Lampe de lecture, 62,00 €"),
        (["Que vendez-vous ?"], "Bougie en cire d'abeille"),
        (["Qui êtes-vous ?"], "assistant de démonstration"),
        (["Quel temps fait-il ?"], "je n'ai pas compris"),
        (["Merci !"], "Je vous en prie"),
    ],
)
async def test_french_is_answered_in_french(texts: list[str], says: str) -> None:
    assert says in await answer_to(*texts)


async def test_language_follows_the_newest_message_that_shows_one() -> None:
    assert "shipped yesterday" in await answer_to("Bonjour", "Where is my order?", "20391")
