"""Why Anthropic does not let us in, in words for people."""

from http import HTTPStatus

from channels_app.providers.base.ai import ProviderError
from channels_app.providers.base.checking import CheckFailed

FAULTS: dict[int, tuple[str, str | None]] = {
    HTTPStatus.UNAUTHORIZED: ("the API key is wrong. Make one in the Claude Console", "api_key"),
    HTTPStatus.FORBIDDEN: ("the API key may not use this model or workspace", "api_key"),
    HTTPStatus.NOT_FOUND: (
        "there is no such model, or it was retired. Name one that the Claude Console lists",
        "model",
    ),
}
"""By status: what is wrong and what to do, and the field that is to blame."""

OTHERWISE = ("it refuses to say whether the model can be used", None)


def explain(error: ProviderError) -> CheckFailed:
    """Return what a refused question means; of the vendor's words only the code is shown."""
    if error.retryable:
        return CheckFailed(
            f"Anthropic could not be asked ({error.code}). That says nothing about the "
            "credentials: try again later"
        )
    words, field = FAULTS.get(error.status_code or 0, OTHERWISE)
    return CheckFailed(f"Anthropic ({error.code}): {words}", field=field)
