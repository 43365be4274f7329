"""What a model of OpenAI's, or of a compatible server, is reached with."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr

DEFAULT_MODEL = "gpt-4o"
"""Kept since the default is a promise. OpenAI announced in 2026 that it is shut down on 14 January
2027, so name a model of https://developers.openai.com/api/docs/models."""

OWN_HOST = "api.openai.com"


class OpenAIConfig(BaseModel):
    """A project at OpenAI, or a server that is compatible, and the model that answers.

    Attributes:
        api_key: Of the project; a compatible server that wants none takes any text.
        base_url: Where the API is, with its version. None is OpenAI's own, or what the environment
            says in OPENAI_BASE_URL. Another host than OpenAI's is a compatible server.
        model: As the server names it.
        max_tokens: Upper bound of an answer where the question sets none, in tokens. What the model
            is to think comes on top.
        temperature: From 0 to 2, where the question sets none. Models of OpenAI's that reason take
            none; then it is left out.
        timeout: Seconds without a sign from the model, after which it counts as away.
        include_stream_usage: Whether a compatible server is asked what a stream has cost; without
            it, usage is empty there. OpenAI's own is always asked.
        api: `chat` is Chat Completions, which every compatible server has. `responses` is the
            Responses API: only there do newer models of OpenAI's reason and use tools at once.
        vision: Whether the model understands pictures; None tells by its name, and takes a model
            that is not known for one that does not.
    """

    api_key: SecretStr = Field(description="platform.openai.com, API keys")
    base_url: str | None = Field(default=None, pattern=r"^https?://")
    model: str = DEFAULT_MODEL
    max_tokens: int = Field(default=1024, ge=1)
    temperature: float = Field(default=0.7, ge=0, le=2)
    timeout: float = Field(default=120.0, gt=0)
    include_stream_usage: bool = False
    api: Literal["chat", "responses"] = "chat"
    vision: bool | None = None

    @property
    def is_own(self) -> bool:
        """Whether the server is OpenAI's own, in whichever region."""
        if self.base_url is None:
            return True
        host = urlsplit(self.base_url).hostname or ""
        return host == OWN_HOST or host.endswith(f".{OWN_HOST}")
