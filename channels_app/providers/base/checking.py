"""Why a vendor does not let us in, in words for people."""

import re

from rooms.domain.delivery import ProviderResult, SendOutcome

AWAY = frozenset({SendOutcome.TRANSIENT, SendOutcome.THROTTLED, SendOutcome.UNKNOWN})
"""Answers, or their absence, that say nothing of our credentials."""

PHONE_NUMBER = re.compile(r"\+\d{7,15}")
"""A sender that is a number of its own, rather than a short code or a name."""


class CheckFailed(Exception):
    """A vendor does not let us in, or could not be asked.

    Attributes:
        field: The name of the config's field that is at fault; None if none is known to be, such as
            when the vendor is away.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def explain(result: ProviderResult, vendor: str, words: str, *, field: str | None) -> CheckFailed:
    """Return what a refused question means.

    Args:
        result: The refusal; of its text only the code is shown.
        vendor: The vendor's name.
        words: What is wrong and what to do, if the vendor has refused us.
        field: The config's field that is to blame then; None if none is.
    """
    if result.outcome in AWAY:
        return CheckFailed(
            f"{vendor} could not be asked ({result.code}). That says nothing about the "
            "credentials: try again later"
        )
    return CheckFailed(f"{vendor} ({result.code}): {words}", field=field)


def unreadable(vendor: str) -> CheckFailed:
    """Return what it means that an answer is not what the vendor documents."""
    return CheckFailed(f"{vendor} answered something unexpected: is its address right?")
