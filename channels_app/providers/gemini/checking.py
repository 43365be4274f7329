"""Why Gemini does not let us in, in words for people."""

from http import HTTPStatus

from channels_app.providers.base.ai import ProviderError
from channels_app.providers.base.checking import CheckFailed

WRONG_KEY = ("the API key is wrong. Make one in Google AI Studio", "api_key")
FAULTS: dict[int | str, tuple[str, str | None]] = {
    "API_KEY_INVALID": WRONG_KEY,
    HTTPStatus.UNAUTHORIZED: WRONG_KEY,
    HTTPStatus.FORBIDDEN: ("the API key may not use the Gemini API or this model", "api_key"),
    HTTPStatus.NOT_FOUND: (
        "there is no such model, or it was retired. Name one that Google AI Studio lists",
        "model",
    ),
}
"""By the vendor's word or the status: what is wrong and what to do, and the field to blame."""

OTHERWISE = ("it refuses to say whether the model can be used", None)


def explain(error: ProviderError) -> CheckFailed:
    """Return what a refused question means; of the vendor's words only the code is shown."""
    if error.retryable:
        return CheckFailed(
            f"Gemini could not be asked ({error.code}). That says nothing about the "
            "credentials: try again later"
        )
    keys = (error.code or "", error.status_code or 0)
    words, field = next((FAULTS[key] for key in keys if key in FAULTS), OTHERWISE)
    return CheckFailed(f"Gemini ({error.code}): {words}", field=field)
