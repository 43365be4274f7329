"""What a server of vLLM's is reached with."""

from pydantic import BaseModel, Field, SecretStr

BASE_URL = "http://localhost:8000/v1"


class VLLMConfig(BaseModel):
    """A server of vLLM's, and the model that answers.

    Attributes:
        model: As the server names it: `--served-model-name`, or the model's path.
        base_url: Where the API is, with its version.
        api_key: As it was given to the server by `--api-key`; without one it takes any text.
        max_tokens: Upper bound of an answer where the question sets none, in tokens.
        temperature: From 0 to 2, where the question sets none.
        timeout: Seconds without a sign from the model, after which it counts as away.
        include_stream_usage: Whether it is asked what a stream has cost; without it, usage is
            empty.
        vision: Whether the model understands pictures; None takes it for one that does not.
    """

    model: str
    base_url: str = Field(default=BASE_URL, pattern=r"^https?://")
    api_key: SecretStr = SecretStr("none")
    max_tokens: int = Field(default=1024, ge=1)
    temperature: float = Field(default=0.7, ge=0, le=2)
    timeout: float = Field(default=120.0, gt=0)
    include_stream_usage: bool = False
    vision: bool | None = None
