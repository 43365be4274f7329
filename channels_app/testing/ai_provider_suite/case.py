"""What the suite has to be told of a language model, and what it tells the vendor to say."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from channels_app.providers.base.ai import AIProvider
from rooms.domain.json import JsonObject


@dataclass(frozen=True)
class SaidCall:
    """A tool call; a vendor that gives calls no ids leaves `id` out."""

    id: str
    name: str
    arguments: JsonObject


@dataclass(frozen=True)
class Tokens:
    """What an answer costs, no token counted twice.

    Attributes:
        fresh: Of the request, without those of the cache.
        cached: Read from the cache.
        answered: Of the answer, with its reasoning.
    """

    fresh: int = 20
    cached: int = 0
    answered: int = 9


class Ending(Enum):
    """How an answer ends."""

    DONE = "done"
    TOOLS = "tools"
    LENGTH = "length"
    CUT = "cut"
    """The line is cut after what is said."""
    BROKEN = "broken"
    """The vendor says that it is overloaded, after what is said."""


@dataclass(frozen=True)
class Said:
    """One answer, for `tell` to put into the vendor's words.

    Attributes:
        texts: Its text, in these deltas.
        thoughts: Its reasoning, in these deltas; signed, where the vendor signs any.
        calls: Tool calls, all in one round; their arguments go out in fragments, where the vendor
            has any.
    """

    texts: tuple[str, ...] = ("Hel", "lo")
    thoughts: tuple[str, ...] = ()
    calls: tuple[SaidCall, ...] = ()
    tokens: Tokens = field(default_factory=Tokens)
    ending: Ending = Ending.DONE


@dataclass(frozen=True)
class AITrouble:
    """Something that goes wrong with a question, and what the provider must make of it.

    Attributes:
        arrange: Tells the vendor to let the next question go wrong.
        status: The HTTP status, or None where there is no answer.
    """

    arrange: Callable[[Any], None]
    retryable: bool
    status: int | None = None
    retry_after: float | None = None
    context_overflow: bool = False


def _no_keys(vendor: object) -> AIProvider:
    raise NotImplementedError("set wrong_key: the suite of vendors asks with a wrong one")


@dataclass(frozen=True)
class AIProviderCase:
    """A provider and its vendor.

    Attributes:
        serving: Serves the vendor until the block ends.
        make_provider: Makes a provider that asks it; called after the vendor was told what to say.
        tell: Puts an answer behind those that the vendor is to give.
        reasons: The finish reason by which the vendor calls each ending.
        troubles: What can go wrong; the suite needs those that the vendor documents.
        refusals: What the vendor has refused.
        asked: How often the vendor was asked.
        counts_cache: Whether the vendor tells of cached tokens.
        wrong_key: Makes a provider with a key that the vendor does not know; for a vendor.
    """

    serving: Callable[[], AbstractContextManager[Any]]
    make_provider: Callable[[Any], AIProvider]
    tell: Callable[[Any, Said], None]
    reasons: Mapping[Ending, str]
    troubles: Mapping[str, AITrouble] = field(default_factory=dict)
    refusals: Callable[[Any], int] = lambda vendor: len(vendor.refusals)
    asked: Callable[[Any], int] = lambda vendor: len(vendor.requests)
    counts_cache: bool = True
    wrong_key: Callable[[Any], AIProvider] = _no_keys
