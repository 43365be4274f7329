"""How a provider says what became of a send."""

from collections.abc import Sequence
from typing import Any

from rooms.domain.delivery import ProviderResult, SendOutcome


def accepted(*message_ids: str, **more: Any) -> ProviderResult:
    """Return that the vendor took a message; `more` are further fields of `ProviderResult`."""
    return ProviderResult(
        success=True,
        outcome=SendOutcome.ACCEPTED,
        provider_message_id=message_ids[0] if message_ids else None,
        provider_message_ids=list(message_ids),
        **more,
    )


def refused(
    outcome: SendOutcome,
    code: str,
    message: str,
    *,
    retry_after: float | None = None,
    sent_ids: Sequence[str] = (),
) -> ProviderResult:
    """Return that the vendor did not take a message, or that nobody knows.

    Args:
        outcome: Any but ACCEPTED.
        code: The vendor's code, or one of ours in snake case.
        message: The vendor's words; no credential may be in them.
        retry_after: Seconds the vendor asks to wait.
        sent_ids: The ids of the parts that were taken before.
    """
    return ProviderResult(
        success=False,
        outcome=outcome,
        code=code,
        error=message,
        retry_after=retry_after,
        provider_message_id=sent_ids[0] if sent_ids else None,
        provider_message_ids=list(sent_ids),
    )
