"""The model of agents that have none."""

from channels_app.providers.base.ai import AIContext, AIProvider, AIResponse


class ConfigOnlyError(RuntimeError):
    """An agent was asked that is a configuration only."""


class NoModel(AIProvider):
    """Stands where a model would be; asking it is a mistake.

    Args:
        agent_id: The agent, for the error.
    """

    def __init__(self, agent_id: str) -> None:
        self._agent_id = agent_id

    @property
    def model_name(self) -> str:
        """Always `none`."""
        return "none"

    async def generate(self, context: AIContext) -> AIResponse:
        """Refuse.

        Raises:
            ConfigOnlyError: Always.
        """
        raise ConfigOnlyError(
            f"agent {self._agent_id!r} has no model: give Agent(…) a provider to let it answer"
        )
