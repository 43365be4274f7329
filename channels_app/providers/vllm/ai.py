"""Answers by models that vLLM serves."""

from channels_app.providers.openai.ai import OpenAIAIProvider
from channels_app.providers.openai.config import OpenAIConfig
from channels_app.providers.vllm.config import VLLMConfig


def create_vllm_provider(config: VLLMConfig) -> OpenAIAIProvider:
    """Return a provider that asks a server of vLLM's by Chat Completions.

    Raises:
        ModuleNotFoundError: If OpenAI's SDK is not installed; it is the extra `openai`.
    """
    return OpenAIAIProvider(OpenAIConfig(**config.model_dump()), name="vllm")
