"""Why a server does not let us in, in words for people."""

from http import HTTPStatus

from channels_app.providers.base.ai import ProviderError
from channels_app.providers.base.checking import CheckFailed

REFUSALS = {
    HTTPStatus.UNAUTHORIZED: ("api_key", "the key is not taken"),
    HTTPStatus.FORBIDDEN: ("api_key", "the key may not look up models: let it read them"),
}


def no_model(vendor: str) -> CheckFailed:
    """Return what it means that a model is not there."""
    return CheckFailed(f"{vendor}: there is no such model for this key", field="model")


def explain(error: ProviderError, *, is_own: bool) -> CheckFailed:
    """Return what a refused question means; nothing of what the server said is repeated.

    Args:
        error: The refusal.
        is_own: Whether it was asked for one model, rather than for all.
    """
    vendor = error.provider
    if error.status_code == HTTPStatus.NOT_FOUND:
        if is_own:
            return no_model(vendor)
        words = f"{vendor}: this address lists no models. Does it end in the version, such as /v1?"
        return CheckFailed(words, field="base_url")
    if error.status_code in REFUSALS:
        field, words = REFUSALS[HTTPStatus(error.status_code)]
        return CheckFailed(f"{vendor} ({error.code}): {words}", field=field)
    if error.retryable:
        return CheckFailed(
            f"{vendor} could not be asked ({error.code}). That says nothing about the key: try "
            "again later"
        )
    return CheckFailed(f"{vendor} ({error.code}) refused to tell of the model")
