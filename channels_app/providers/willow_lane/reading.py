"""What a customer's sentence is about: language, order number and topics, by fixed rules."""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from channels_app.providers.willow_lane.shop import PRODUCTS, Language


class Topic(StrEnum):
    """Something a customer may want; those before GREETING are the reason they write."""

    BUYING = "buying"
    CANCEL = "cancel"
    RETURN = "return"
    ORDER = "order"
    DELIVERY = "delivery"
    HOURS = "hours"
    PAYMENT = "payment"
    ADDRESS = "address"
    PRODUCT = "product"
    CATALOGUE = "catalogue"
    HUMAN = "human"
    WHO = "who"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    HELP = "help"
    ALL_RIGHT = "all_right"


SMALL_TALK = frozenset({Topic.GREETING, Topic.THANKS, Topic.GOODBYE, Topic.HELP, Topic.ALL_RIGHT})

# Matched against lower-case text without accents, so `où` is read as `ou`.
_PATTERNS = {
    Topic.BUYING: r"\b(buy|purchase|((like|want) to|can i|could i|how do i) order|acheter|"
    r"commander|passer (une )?commande)\b",
    Topic.CANCEL: r"\b(cancel\w*|annul\w*)\b",
    Topic.RETURN: r"\b(return\w*|refund\w*|exchange|send (it |this )?back|money back|broken|"
    r"damaged|retour\w*|rembours\w*|renvoyer|echang\w*|cassee?s?|abimee?s?)\b",
    Topic.ORDER: r"\b(orders?|ordered|parcel|package|shipment|shipped|track\w*|arriv\w*|commandes?|"
    r"colis|suivi|expediee?s?|where.{1,4} my|"
    r"(will|has|did|is) (it|they) .*(deliver|come|ship)\w*)\b",
    Topic.DELIVERY: r"\b(deliver\w*|shipping|ship to|you ship|livr\w+|frais de port)\b",
    Topic.HOURS: r"\b(open\w*|hours|closed?|closing|horaires?|ouvert\w*|ouvrez|ferme\w*)\b",
    Topic.PAYMENT: r"\b(pay\w*|credit card|invoice|paie\w*|carte|facture)\b",
    Topic.ADDRESS: r"\b(where are you|(the|your) (shop|store)|address|located|phone|contact|"
    r"ou etes|ou se trouve|adresse|telephone|joindre)\b",
    Topic.PRODUCT: r"\b("
    + "|".join(word for each in PRODUCTS.values() for word in each.keywords)
    + r")s?\b",
    Topic.CATALOGUE: r"\b(products?|catalog(ue)?|sell|prices?|do you have|recommend|produits?|"
    r"vend\w*|proposez|prix|articles?|avez[ -]vous)\b",
    Topic.HUMAN: r"\b(human|real person|a person|someone|colleague|representative|agent|operator|"
    r"humaine?|conseill\w+|quelqu.un|une personne)\b",
    Topic.WHO: r"\b((who|what) are you|are you (an? )?(bot|robot|human|ai|real)|your name|robot|"
    r"qui (es|etes)|(tu es|vous etes) qui)\b",
    Topic.GREETING: r"^\W*(hi|hello|hey|good (morning|afternoon|evening)|bonjour|bonsoir|salut)\b",
    Topic.THANKS: r"\b(thanks?|thank you|thx|merci)\b",
    Topic.GOODBYE: r"\b(bye|goodbye|see you|au revoir|a bientot|bonne journee)\b",
    Topic.HELP: r"\b(help|what can you do|aide\w*|que (sais|savez|peux|pouvez))\b",
    Topic.ALL_RIGHT: r"^\W*(ok|okay|yes|no|sure|fine|great|perfect|d.accord|oui|non|parfait)\W*$",
}
_TOPICS = {topic: re.compile(pattern) for topic, pattern in _PATTERNS.items()}

# A sentence about the first topic mentions the others only in passing.
_IN_PASSING = {
    Topic.BUYING: {Topic.ORDER},
    Topic.CANCEL: {Topic.ORDER, Topic.DELIVERY, Topic.PRODUCT},
    Topic.RETURN: {Topic.ORDER, Topic.DELIVERY, Topic.PRODUCT, Topic.PAYMENT},
    Topic.ORDER: {Topic.DELIVERY, Topic.PRODUCT, Topic.ADDRESS},
    Topic.HOURS: {Topic.ADDRESS},
    Topic.PRODUCT: {Topic.CATALOGUE},
    Topic.WHO: {Topic.HUMAN},
}

_SPEAKER = re.compile(r"^\[[^\]]+\] ")
_ORDER_NUMBERS = (
    re.compile(r"(?<![\d.,])\d{5}(?!\d)"),
    # Numbers that cannot be right, but are meant as one.
    re.compile(r"\b(?:order|commande|number|numero|n°|no)(?: is| est)?\W{0,3}(\d{3,10})(?!\d)"),
    re.compile(r"^\W*(\d{3,10})\W*$"),
)

_LANGUAGES = {
    Language.FRENCH: re.compile(
        r"\b(bonjour|bonsoir|salut|merci|est|sont|ou|mon|ma|mes|votre|vos|je|vous|nous|tu|le|la|les|"
        r"des|du|un|une|et|quel|quelle|quels|quelles|quand|combien|pour|avec|commande|colis|"
        r"livraison|retour|horaires|ouverte?|prix|puis|peux|voudrais|aimerais|plait|svp|oui|non|qui|"
        r"que|quoi|comment|avez|etes|suis|annuler|livrez|vendez|pas|dans|sur|numero|elle|arrive)\b"
    ),
    Language.ENGLISH: re.compile(
        r"\b(hello|hi|hey|the|is|are|my|your|you|i|we|where|when|what|who|how|can|could|do|does|"
        r"orders?|delivery|return|refund|open|hours|price|please|thanks?|want|would|have|has|it|and|"
        r"to|of|yes|no|not|number|about|a)\b"
    ),
}


def plain(text: str) -> str:
    """Return text in lower case, without accents and without the name of its speaker."""
    bare = _SPEAKER.sub("", text).replace("’", "'").lower()
    decomposed = unicodedata.normalize("NFKD", bare)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def language_of(texts: Sequence[str]) -> Language:
    """Return the language of the newest text that shows one, English where none does."""
    for text in reversed(texts):
        read = plain(text)
        french, english = (len(words.findall(read)) for words in _LANGUAGES.values())
        if french != english:
            return Language.FRENCH if french > english else Language.ENGLISH
    return Language.ENGLISH


def order_number_in(text: str) -> str | None:
    """Return the last order number of a text, also one with the wrong count of digits."""
    for pattern in _ORDER_NUMBERS:
        if found := pattern.findall(plain(text)):
            return str(found[-1])
    return None


def topics_of(text: str) -> list[Topic]:
    """Return what a text is about, reasons before small talk; a bare number is an order."""
    read = plain(text)
    found = [topic for topic, pattern in _TOPICS.items() if pattern.search(read)]
    if order_number_in(text) and not {Topic.CANCEL, Topic.RETURN, Topic.ORDER}.intersection(found):
        found.insert(0, Topic.ORDER)
    for topic, others in _IN_PASSING.items():
        if topic in found:
            found = [each for each in found if each not in others]
    return found
