"""The demo assistant's answers: from what the customer has said so far to one reply."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from channels_app.providers.willow_lane.phrases import PHRASES, Phrase
from channels_app.providers.willow_lane.reading import (
    SMALL_TALK,
    Topic,
    language_of,
    order_number_in,
    plain,
    topics_of,
)
from channels_app.providers.willow_lane.shop import (
    DELIVERY_CENTS,
    FREE_DELIVERY_FROM_CENTS,
    ORDERS,
    PRODUCTS,
    Language,
    Order,
    OrderState,
    format_price,
    name_items,
)

EXAMPLE = next(iter(ORDERS))
MAX_TOPICS = 2

_ORDER_WISHES: tuple[Topic, ...] = (Topic.CANCEL, Topic.RETURN)

_CANCELLING = {
    OrderState.PACKING: Phrase.CANCEL_POSSIBLE,
    OrderState.DELAYED: Phrase.CANCEL_POSSIBLE,
    OrderState.SHIPPED: Phrase.CANCEL_TOO_LATE,
    OrderState.DELIVERED: Phrase.CANCEL_TOO_LATE,
    OrderState.RETURNED: Phrase.RETURNED,
}
_RETURNING = {
    OrderState.PACKING: Phrase.RETURN_NOT_LEFT,
    OrderState.DELAYED: Phrase.RETURN_NOT_LEFT,
    OrderState.SHIPPED: Phrase.RETURN_LATER,
    OrderState.DELIVERED: Phrase.RETURN_POSSIBLE,
    OrderState.RETURNED: Phrase.RETURNED,
}


def reply(texts: Sequence[str]) -> str:
    """Answer the last of a customer's texts, oldest first; the same texts give the same answer."""
    spoken = _Talk(language=language_of(texts), text=texts[-1], order_number=_known_number(texts))
    topics = _topics(texts)
    reasons = [topic for topic in topics if topic not in SMALL_TALK][:MAX_TOPICS]
    if not reasons:
        return spoken.small_talk(topics)
    answers = [_ANSWERS[topic](spoken) for topic in reasons]
    hello = [spoken.say(Phrase.HELLO)] if Topic.GREETING in topics else []
    return " ".join(hello + answers)


def _topics(texts: Sequence[str]) -> list[Topic]:
    """Return the topics of the last text; a bare number goes on with what was asked before."""
    topics = topics_of(texts[-1])
    bare = not any(char.isalpha() for char in plain(texts[-1]))
    if bare and topics == [Topic.ORDER] and len(texts) > 1:
        before = [each for each in topics_of(texts[-2]) if each in _ORDER_WISHES]
        return before or topics
    return topics


def _known_number(texts: Sequence[str]) -> str | None:
    numbers = (order_number_in(text) for text in reversed(texts))
    return next((number for number in numbers if number), None)


@dataclass(frozen=True, kw_only=True)
class _Talk:
    """One moment of a conversation, and the words for it."""

    language: Language
    text: str
    order_number: str | None

    def say(self, phrase: Phrase, **values: str) -> str:
        """Say a phrase in the customer's language."""
        return PHRASES[self.language][phrase].format(**values)

    def small_talk(self, topics: Sequence[Topic]) -> str:
        """Answer somebody who asked for nothing in particular, or for nothing understood."""
        abilities = self.say(Phrase.ABILITIES, example=EXAMPLE)
        if Topic.GOODBYE in topics:
            return self.say(Phrase.GOODBYE)
        if Topic.THANKS in topics:
            return self.say(Phrase.THANKS)
        if Topic.GREETING in topics:
            return f"{self.say(Phrase.GREETING)} {abilities}"
        if Topic.HELP in topics:
            return abilities
        if Topic.ALL_RIGHT in topics:
            return self.say(Phrase.ALL_RIGHT)
        return f"{self.say(Phrase.NOT_UNDERSTOOD)} {abilities}"

    def about_order(self, phrase_of: Callable[[Order], Phrase]) -> str:
        """Say what `phrase_of` chooses for the known order, or ask which one is meant."""
        if self.order_number is None:
            return self.say(Phrase.ASK_NUMBER, example=EXAMPLE)
        order = ORDERS.get(self.order_number)
        if order is None:
            examples = ", ".join(ORDERS)
            return self.say(Phrase.UNKNOWN_ORDER, number=self.order_number, examples=examples)
        return self.say(
            phrase_of(order),
            number=order.number,
            items=name_items(order, self.language),
            carrier=order.carrier,
            tracking=order.tracking,
            total=self.price(order.total_cents),
        )

    def price(self, cents: int) -> str:
        """Write a price in the customer's language."""
        return format_price(cents, self.language)


def _order(talk: _Talk) -> str:
    return talk.about_order(lambda order: Phrase(order.state))


def _cancel(talk: _Talk) -> str:
    answer = talk.about_order(lambda order: _CANCELLING[order.state])
    return answer if talk.order_number else f"{talk.say(Phrase.CANCEL_RULE)} {answer}"


def _return(talk: _Talk) -> str:
    answer = talk.about_order(lambda order: _RETURNING[order.state])
    order = ORDERS.get(talk.order_number or "")
    if order is not None and order.state is OrderState.RETURNED:
        return answer
    rule = talk.say(Phrase.RETURN_RULE)
    return f"{rule} {answer}" if order is None else f"{answer} {rule}"


def _delivery(talk: _Talk) -> str:
    return talk.say(
        Phrase.DELIVERY,
        price=talk.price(DELIVERY_CENTS),
        free_from=talk.price(FREE_DELIVERY_FROM_CENTS),
    )


def _product(talk: _Talk) -> str:
    asked = plain(talk.text)
    wanted = [each for each in PRODUCTS.values() if any(word in asked for word in each.keywords)]
    sentences = []
    for product in wanted[:MAX_TOPICS]:
        name, note = product.name[talk.language], product.note[talk.language]
        price = talk.price(product.price_cents)
        stock = talk.say(Phrase.IN_STOCK if product.in_stock else Phrase.SOLD_OUT)
        sentences.append(f"{talk.say(Phrase.PRODUCT, name=name, price=price, note=note)} {stock}")
    return " ".join(sentences)


def _catalogue(talk: _Talk) -> str:
    listed = (
        f"- {each.name[talk.language]}, {talk.price(each.price_cents)}"
        for each in PRODUCTS.values()
    )
    return talk.say(Phrase.CATALOGUE, products="\n".join(listed))


def _fixed(phrase: Phrase) -> Callable[[_Talk], str]:
    return lambda talk: talk.say(phrase)


_ANSWERS: dict[Topic, Callable[[_Talk], str]] = {
    Topic.CANCEL: _cancel,
    Topic.RETURN: _return,
    Topic.ORDER: _order,
    Topic.DELIVERY: _delivery,
    Topic.HOURS: _fixed(Phrase.HOURS),
    Topic.PAYMENT: _fixed(Phrase.PAYMENT),
    Topic.ADDRESS: _fixed(Phrase.ADDRESS),
    Topic.BUYING: _fixed(Phrase.BUYING),
    Topic.PRODUCT: _product,
    Topic.CATALOGUE: _catalogue,
    Topic.HUMAN: _fixed(Phrase.HUMAN),
    Topic.WHO: _fixed(Phrase.WHO),
}
