"""What Anthropic's models are reached with."""

from pydantic import BaseModel, Field, SecretStr

DEFAULT_MODEL = "claude-sonnet-4-6"
"""As of November 2026. RoomKit names `claude-sonnet-4-20250514`, which Anthropic has retired; give
the name of a model to stay with it: https://platform.claude.com/docs/en/about-claude/models."""

BASE_URL = "https://api.anthropic.com"


class AnthropicConfig(BaseModel):
    """A workspace at Anthropic, and the model that answers.

    Attributes:
        api_key: Of the workspace.
        model: As Anthropic names it.
        max_tokens: Upper bound of an answer where the question sets none, in tokens. What the model
            is to think comes on top.
        temperature: From 0 to 1, where the question sets none. Models since Claude Opus 4.7, and
            all models that think, take none; then it is left out.
        base_url: Where the API is, if it is not Anthropic's own.
        timeout: Seconds without a sign from the model, after which it counts as away.
    """

    api_key: SecretStr = Field(description="Claude Console, Settings, API keys")
    model: str = DEFAULT_MODEL
    max_tokens: int = Field(default=1024, ge=1)
    temperature: float = Field(default=0.7, ge=0)
    base_url: str | None = Field(default=None, pattern=r"^https?://")
    timeout: float = Field(default=120.0, gt=0)
