"""How we stand with an address: when it wrote to us last, and whether it wants to hear from us."""

import re
import unicodedata
from datetime import datetime
from enum import StrEnum

from pydantic import ConfigDict, field_validator

from rooms.domain.enums import ChannelType
from rooms.domain.frozen import Frozen

CONSENT = "consent"
"""Key in an event's metadata: the `ConsentWord` that it is, or that it confirms."""

# Text messages are one thing to whoever gets them, whatever they went out as.
FAMILIES = {"mms": "sms", "rcs": "sms"}
PHONE_TYPES = frozenset({ChannelType.SMS, ChannelType.WHATSAPP, ChannelType.WHATSAPP_PERSONAL})
LONGEST_WORD = 40

_PHONE = re.compile(r"\+?[\d\s().-]{3,40}")
_SCHEME = re.compile(r"^(?:sms|mms|rcs|whatsapp|tel):", re.IGNORECASE)
# Mexican and Argentinian mobiles have an extra digit in WhatsApp that is not always dialled.
_MOBILE_DIGIT = re.compile(r"^(?:(52)1|(54)9)(?=\d{10}$)")


class OptOutReason(StrEnum):
    """How an address came to get nothing: by its own word, the vendor's, or a person's here."""

    KEYWORD = "keyword"
    VENDOR = "vendor"
    COMPLAINT = "complaint"
    PERSON = "person"


class ConsentWord(StrEnum):
    """What a message that is a single word can ask for."""

    STOP = "stop"
    START = "start"
    HELP = "help"


class ConsentRules(Frozen):
    """Which words stop and start messages, and what they are answered with.

    Words count only as the whole message, whatever their case, accents and punctuation. Those that
    start messages count only for who has stopped them. An empty answer sends none; without one for
    help, its words are messages like any other.

    Attributes:
        channel_types: Where words count; `sms` stands for `mms` and `rcs` too.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=str.upper,
        populate_by_name=True,
        validate_default=True,
    )

    channel_types: frozenset[str] = frozenset({"sms", "mms", "rcs"})
    stop_words: frozenset[str] = frozenset(
        {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "ARRET"}
    )
    start_words: frozenset[str] = frozenset({"START", "UNSTOP", "YES"})
    help_words: frozenset[str] = frozenset({"HELP", "INFO", "AIDE"})
    stop_reply: str = "You will get no more messages from us. Reply START to get them again."
    start_reply: str = "You will get our messages again. Reply STOP to end them."
    help_reply: str = "Reply STOP to get no more messages from us, START to get them again."

    @field_validator("stop_words", "start_words", "help_words")
    @classmethod
    def fold_words(cls, words: frozenset[str]) -> frozenset[str]:
        """Keep words in the form in which messages are compared with them."""
        return frozenset(filter(None, map(fold_word, words)))

    @field_validator("channel_types")
    @classmethod
    def add_families(cls, channel_types: frozenset[str]) -> frozenset[str]:
        """Keep the families of channel types."""
        return frozenset(map(family_of, channel_types))

    def concern(self, channel_type: str) -> bool:
        """Tell whether words count on channels of this type."""
        return family_of(channel_type) in self.channel_types

    def word_of(self, channel_type: str, text: str) -> ConsentWord | None:
        """Return what a text asks for where it came in, or None if it is no such word."""
        if not self.concern(channel_type) or len(text) > LONGEST_WORD:
            return None
        word = fold_word(text)
        if word in self.stop_words:
            return ConsentWord.STOP
        if word in self.start_words:
            return ConsentWord.START
        return ConsentWord.HELP if word in self.help_words and self.help_reply else None

    def reply_to(self, word: ConsentWord) -> str:
        """Return what a word is answered with."""
        replies = {
            ConsentWord.STOP: self.stop_reply,
            ConsentWord.START: self.start_reply,
            ConsentWord.HELP: self.help_reply,
        }
        return replies[word]


class ContactPoint(Frozen):
    """An address as one channel reaches it; make it with `at`.

    `channel_type` is the family, so that what was said to one channel of it counts for all of the
    organization.
    """

    channel_id: str
    channel_type: str
    address: str
    organization_id: str | None = None

    @classmethod
    def at(
        cls, channel_id: str, *, channel_type: str, address: str, organization_id: str | None
    ) -> "ContactPoint":
        """Return the point of an address however it is spelt."""
        family = family_of(channel_type)
        return cls(
            channel_id=channel_id,
            channel_type=family,
            address=fold_address(family, address),
            organization_id=organization_id or None,
        )


class Standing(Frozen):
    """What is known of an address.

    Attributes:
        last_inbound_at: When it last wrote to this very channel; None if never.
        opted_out_at: Since when it wants nothing of any channel of this family; None if it does.
        opt_out_reason: How that came.
    """

    last_inbound_at: datetime | None = None
    opted_out_at: datetime | None = None
    opt_out_reason: OptOutReason | None = None


UNKNOWN = Standing()


def family_of(channel_type: str) -> str:
    """Return the channel type that stands for all those that reach the same people."""
    return FAMILIES.get(str(channel_type), str(channel_type))


def fold_word(text: str) -> str:
    """Return the letters and digits of a text, without case and accents."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def fold_address(family: str, address: str) -> str:
    """Return an address in the one form it is kept in: numbers as E.164, mail in small letters."""
    address = address.strip()
    if family in PHONE_TYPES:
        address = _SCHEME.sub("", address)
        return _fold_number(address) if _PHONE.fullmatch(address) else address
    return address.casefold() if family == ChannelType.EMAIL else address


def _fold_number(number: str) -> str:
    digits = "".join(filter(str.isdigit, number)).removeprefix("00")
    return "+" + _MOBILE_DIGIT.sub(r"\1\2", digits)
