"""What Gemini's models are reached with."""

from pydantic import BaseModel, Field, SecretStr

DEFAULT_MODEL = "gemini-2.0-flash"
"""Of February 2025, and kept since the default is a promise. Google retires models after a while:
name one of https://ai.google.dev/gemini-api/docs/models."""


class GeminiConfig(BaseModel):
    """A project at Google, and the model that answers.

    Attributes:
        api_key: Of the project.
        model: As Google names it.
        max_tokens: Upper bound of an answer where the question sets none, in tokens. What the model
            is to think comes on top.
        temperature: From 0 to 2, where the question sets none.
        base_url: Where the API is, if it is not Google's own.
        timeout: Seconds without a sign from the model, after which it counts as away.
    """

    api_key: SecretStr = Field(description="Google AI Studio, API keys")
    model: str = DEFAULT_MODEL
    max_tokens: int = Field(default=1024, ge=1)
    temperature: float = Field(default=1.0, ge=0, le=2)
    base_url: str | None = Field(default=None, pattern=r"^https?://")
    timeout: float = Field(default=120.0, gt=0)
