"""A provider of models from somebody else's package."""

from pydantic import BaseModel, SecretStr

from channels_app.providers.base.ai import AIContext, AIProvider, AIResponse


class OwlConfig(BaseModel):
    """What the owl is told.

    Attributes:
        feather: Opens the nest.
        model: Which owl.
    """

    feather: SecretStr
    model: str


class OwlAIProvider(AIProvider):
    """Says who."""

    config_model = OwlConfig

    def __init__(self, config: OwlConfig) -> None:
        self._config = config

    @property
    def model_name(self) -> str:
        return self._config.model

    async def generate(self, context: AIContext) -> AIResponse:
        return AIResponse(content="Who?")
