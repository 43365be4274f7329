"""Google's SDK, which is an extra; everything of it that is used is named here."""

try:
    from google.genai import Client, types
    from google.genai.errors import APIError
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "Gemini's models need Google's SDK: pip install 'django-roomkit[gemini]'", name=error.name
    ) from error

__all__ = ["APIError", "Client", "types"]
