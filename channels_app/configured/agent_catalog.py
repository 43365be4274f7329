"""The providers of language models that an agent can be made with.

Ours are listed here once; those of other packages are named in `ROOMKIT["PROVIDERS"]`, as those of
channels are: whatever derives from `AIProvider` is for agents.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import BaseModel

from channels_app.configured.model_fields import ModelField, list_fields
from channels_app.configured.offering import Listed, NotOffered, label_of, load, load_provider
from channels_app.providers.base.ai import AIProvider
from rooms.conf import get_settings
from rooms.domain.json import JsonObject

MODEL = "model"
OF_VERSIONS = frozenset({MODEL, "max_tokens", "temperature"})
"""Fields of configs that are asked for with each version of an agent, not with its credentials."""

GROUP = "Models"
OTHERS = "Models of your own"


class Nothing(BaseModel):
    """What a provider is told that needs to know nothing."""


class Ours(NamedTuple):
    """A provider that comes with the package.

    Attributes:
        path: The dotted path of its class, or of a function that makes one.
        config: The dotted path of what it is told; '' is nothing.
        extra: The package's extra that its SDK comes with.
        needs: The module of its SDK.
    """

    path: str
    label: str
    config: str = ""
    extra: str = ""
    needs: str = ""


OURS = (
    Ours(
        "channels_app.AnthropicAIProvider",
        "Anthropic",
        "channels_app.AnthropicConfig",
        "anthropic",
        "anthropic",
    ),
    Ours(
        "channels_app.OpenAIAIProvider",
        "OpenAI, or a compatible server",
        "channels_app.OpenAIConfig",
        "openai",
        "openai",
    ),
    Ours(
        "channels_app.GeminiAIProvider",
        "Google Gemini",
        "channels_app.GeminiConfig",
        "gemini",
        "google.genai",
    ),
    Ours(
        "channels_app.create_vllm_provider",
        "vLLM",
        "channels_app.VLLMConfig",
        "openai",
        "openai",
    ),
    Ours("channels_app.DemoShopProvider", "Demo: an invented shop, without a model"),
)


@dataclass(frozen=True)
class AgentOffer:
    """A provider that an agent can be made with.

    Attributes:
        path: Its dotted path, by which rows name it.
        config_model: What it is told, the model included.
        make: Makes one of its config.
    """

    path: str
    label: str
    config_model: type[BaseModel]
    make: Callable[[BaseModel], AIProvider]

    @property
    def takes_model(self) -> bool:
        """Whether the provider has to be told which model answers."""
        return MODEL in self.config_model.model_fields

    @property
    def fields(self) -> tuple[ModelField, ...]:
        """What people have to enter of the vendor, whatever the version."""
        fields = list_fields(self.config_model)
        return tuple(field for field in fields if field.name not in OF_VERSIONS)

    def make_provider(self, config: BaseModel) -> AIProvider:
        """Return a provider of its own; whoever asks closes it."""
        return self.make(config)

    def only_model(self) -> str:
        """Return the model of a provider that takes no name of one."""
        return self.make(self.config_model.model_validate({})).model_name

    def told(self, config: JsonObject, model: str) -> JsonObject:
        """Return what a provider is told so that this model answers."""
        return {**config, MODEL: model} if self.takes_model else config


def list_agent_catalog() -> list[Listed]:
    """List every provider of models, and those that cannot be used with the reason."""
    others = [path for path in get_settings().PROVIDERS if is_for_agents(path)]
    return [_list(path) for path in (*(ours.path for ours in OURS), *others)]


def find_agent_offer(path: str) -> AgentOffer:
    """Return the provider of a dotted path.

    Raises:
        NotOffered: If it is not listed, does not import, or says not what it has to be told.
    """
    ours = next((each for each in OURS if each.path == path), None)
    if ours is not None:
        return _offer_ours(ours)
    if path not in get_settings().PROVIDERS:
        raise NotOffered(f"{path} is not listed: name it in ROOMKIT['PROVIDERS']")
    provider_class = load_provider(path)
    if not issubclass(provider_class, AIProvider):
        raise NotOffered(f"{path} is not for agents: it does not derive from AIProvider")
    if provider_class.config_model is None:
        raise NotOffered(f"{path} has no config_model that says what people have to enter")
    return AgentOffer(path, label_of(provider_class), provider_class.config_model, provider_class)


def is_for_agents(path: str) -> bool:
    """Tell whether a path of the settings names a provider of models."""
    with suppress(NotOffered):
        return issubclass(load_provider(path), AIProvider)
    return False


def _offer_ours(ours: Ours) -> AgentOffer:
    make = load(ours.path, label=ours.label, extra=ours.extra, needs=ours.needs)
    if not ours.config:
        return AgentOffer(ours.path, ours.label, Nothing, lambda _: make())
    return AgentOffer(ours.path, ours.label, load(ours.config), make)


def _list(path: str) -> Listed:
    ours = next((each for each in OURS if each.path == path), None)
    group = GROUP if ours else OTHERS
    try:
        offer = find_agent_offer(path)
    except NotOffered as problem:
        return Listed(path, ours.label if ours else path, group, str(problem))
    return Listed(path, offer.label, group)
