"""Agents as they are tried: built as for rooms, but with taped tools and nobody to wait for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter, ValidationError

from channels_app.ai.channel import AIChannel
from channels_app.ai.price_layers import PriceLayers
from channels_app.configured.agent_tools import Given, NoSuchTool, give
from channels_app.configured.agents import build_agent, offer_of_agent, provider_of
from channels_app.configured.building import CONFIG, BrokenConfig
from channels_app.evaluation.meter import Meter
from channels_app.evaluation.tape import Tape, TapedTool, TapedToolset
from channels_app.providers.base.ai import AIProvider, AIResponse
from channels_app.providers.mock.ai import MockAIProvider
from channels_app.stores.agent_configs import AgentRecord
from rooms.domain.json import JsonObject

MOCK = "mock:"
SCRIPT = TypeAdapter(list[str | AIResponse])


@dataclass(frozen=True)
class Contestant:
    """A version of an agent that is to be tried.

    Attributes:
        label: What it is called in results.
        model: Another model than the version's; '' is its own.
        script: What answers in the place of the model, one answer after the other.
    """

    label: str
    record: AgentRecord
    model: str = ""
    script: AIProvider | None = None

    @classmethod
    def enter(cls, label: str, record: AgentRecord, model: str = "") -> Self:
        """Return a version that is to be tried.

        Args:
            label: What it is called.
            record: The agent and the version.
            model: Another model of the same vendor, or `mock:FILE` for scripted answers.

        Raises:
            BrokenConfig: If the file is no script.
        """
        return cls(label, record, model, read_script(model))

    @property
    def model_name(self) -> str:
        """Which model answers."""
        return self.model or self.record.version.model

    def build(self, tape: Tape, meter: Meter, prices: PriceLayers) -> AIChannel:
        """Make the agent.

        Raises:
            BrokenConfig: If it cannot be made as it is.
        """
        record = self._tried()
        agent = build_agent(
            record, ledger=meter, prices=prices, given=_taped(record.version.tools, tape)
        )
        return agent if self.script is None else _scripted(agent, self.script)

    def build_judge(self, model: str) -> AIProvider:
        """Make what judges its answers, by the same credentials; whoever asks closes it.

        Args:
            model: Of the same vendor, or `mock:FILE`; '' is the model that answers.

        Raises:
            BrokenConfig: If it cannot be made.
        """
        chosen = model or self.model_name
        if not model and self.script is not None:
            return self.script
        # Who started this names files; a version's own model never is one.
        script = read_script(model)
        return script or provider_of(offer_of_agent(self.record), self.record, chosen)

    def _tried(self) -> AgentRecord:
        """Return the version as it is tried: it answers at once, and its failures are seen."""
        version = replace(self.record.version, failure_text="")
        if self.model and self.script is None:
            version = replace(version, model=self.model)
        return replace(self.record, version=version, reply_quiet_s=0.0, reply_cap_s=0.0)


def is_script(provider: AIProvider) -> bool:
    """Tell whether a file answers in the place of a vendor's model, which costs nothing."""
    return isinstance(provider, MockAIProvider)


def with_provider(record: AgentRecord, path: str, config: JsonObject) -> AgentRecord:
    """Return an agent that is reached by another provider.

    Args:
        record: The agent and the version.
        path: One of those that agents can be made with.
        config: What it is told beside the model.
    """
    return replace(record, provider=path, options={CONFIG: config}, secrets="")


def _taped(wanted: Sequence[JsonObject], tape: Tape) -> Given:
    try:
        given = give(wanted)
    except NoSuchTool as problem:
        raise BrokenConfig(str(problem)) from problem
    return Given(
        [TapedTool(tool, tape) for tool in given.tools],
        [TapedToolset(toolset, tape) for toolset in given.toolsets],
    )


def read_script(model: str) -> MockAIProvider | None:
    """Return what answers from a file: a JSON list of texts, or of `AIResponse` objects.

    None is no file: a model's name does not begin with `mock:`.

    Raises:
        BrokenConfig: If the file is no script.
    """
    if not model.startswith(MOCK):
        return None
    path = Path(model.removeprefix(MOCK))
    try:
        answers = SCRIPT.validate_json(path.read_bytes())
    except OSError as error:
        raise BrokenConfig(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise BrokenConfig(
            f"{path} is no JSON list of answers: {error.errors()[0]['msg']}"
        ) from None
    if not answers:
        raise BrokenConfig(f"{path} has no answers")
    whole = [AIResponse(content=each) if isinstance(each, str) else each for each in answers]
    return MockAIProvider(ai_responses=whole)


def _scripted(agent: AIChannel, script: AIProvider) -> AIChannel:
    """Have a script answer in the place of the model, whose provider is asked nothing."""
    kit = agent._kit
    agent.provider = script
    kit.settings = replace(kit.settings, provider=script, fallback_provider=None)
    return agent
