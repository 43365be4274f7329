"""A version that is tried on cases, and the row that says so."""

from dataclasses import dataclass

from channels_app.ai.price_layers import PriceLayers
from channels_app.configured.agents import version_id_of
from channels_app.evaluation.cases import Case, parse_case
from channels_app.evaluation.contestants import Contestant, with_provider
from channels_app.evaluation.trials import Trial
from channels_app.models import AgentVersion, EvalCase
from channels_app.selectors.evaluations import find_version
from channels_app.stores.agent_configs import agent_record_of
from channels_app.stores.ledger import DatabaseLedger
from rooms.domain.frozen import Frozen
from rooms.domain.json import JsonObject
from rooms.stores.orm.executor import DatabaseThreads


class NoSuchVersion(LookupError):
    """There is no such agent, or it has no such version."""


class Changes(Frozen):
    """What is different from how a version answers in rooms.

    Attributes:
        model: Another model, or `mock:FILE`.
        judge_model: What judges, as `model`; '' is the model that answers.
        provider: The dotted path of another provider; '' is the agent's own.
        config: What that one is told.
    """

    model: str = ""
    judge_model: str = ""
    provider: str = ""
    config: JsonObject = {}


NO_CHANGES = Changes()


@dataclass(frozen=True)
class Entry:
    """A version on its way through cases."""

    version: AgentVersion
    trial: Trial

    @property
    def label(self) -> str:
        """What it is called: `support-7` is the seventh version of an agent."""
        return self.trial.contestant.label

    @property
    def model(self) -> str:
        """Which model answers."""
        return self.trial.contestant.model_name


def enter(version: AgentVersion, threads: DatabaseThreads, changes: Changes = NO_CHANGES) -> Entry:
    """Return a version that is to be tried, by the budgets of its organization.

    Args:
        version: Which one.
        threads: Where the budgets are spoken to.
        changes: What is to be different from how it answers in rooms.

    Raises:
        BrokenConfig: If the script of scripted answers is none.
    """
    record = agent_record_of(version.agent, version)
    label = version_id_of(record)
    if changes.provider:
        record = with_provider(record, changes.provider, changes.config)
    prices = PriceLayers()
    trial = Trial(
        Contestant.enter(label, record, changes.model),
        ledger=DatabaseLedger(threads, prices, organization_id=record.organization_id),
        prices=prices,
        judge_model=changes.judge_model,
    )
    return Entry(version, trial)


def get_version(channel_id: str, which: str) -> AgentVersion:
    """Return a version of an agent, as `find_version` takes it.

    Raises:
        NoSuchVersion: If there is none.
    """
    version = find_version(channel_id=channel_id, which=which)
    if version is None:
        raise NoSuchVersion(f"agent {channel_id!r} has no {_describe(which)}")
    return version


def read_case(row: EvalCase) -> Case:
    """Return a case of the database.

    Raises:
        ValidationError: If somebody has written something else there.
    """
    return parse_case(row.name, row.events, row.checks)


def _describe(which: str) -> str:
    if not which:
        return "published version: name one, or 'draft'"
    return f"version {which}" if which.isdecimal() else which
