"""From a kept agent and one of its versions to an agent that answers."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from channels_app.ai.channel import AIChannel
from channels_app.ai.ledger import Ledger
from channels_app.ai.memory import MemoryProvider, SlidingWindowMemory
from channels_app.ai.memory.budget import BudgetAwareMemory
from channels_app.ai.price_layers import PriceLayers
from channels_app.ai.tools.policy import ToolPolicy
from channels_app.configured.agent_catalog import AgentOffer, find_agent_offer
from channels_app.configured.agent_tools import Given, NoSuchTool, give
from channels_app.configured.building import (
    BrokenConfig,
    build_config,
    build_provider,
    config_of,
    describe,
)
from channels_app.configured.offering import NotOffered
from channels_app.providers.base.ai import AIProvider
from channels_app.stores.agent_configs import AgentRecord, VersionRecord
from channels_app.stores.ledger import DatabaseLedger
from rooms.domain.json import JsonObject
from rooms.domain.policies import OnNewMessage, ReplyTiming, RetryPolicy
from rooms.stores.orm.executor import DatabaseThreads

WARMTH = 0.7
MAX_EVENTS = 50
MAX_TOKENS = 16_000
# A colleague takes over: this is all that the customer hears of it.
BUDGET_TEXT = _("I cannot answer that myself right now. A colleague will take over here.")
# Vendors' own retries are off.
RETRIES = RetryPolicy(max_retries=2, base_delay_seconds=1.0)


def _window(options: JsonObject) -> MemoryProvider:
    return SlidingWindowMemory(_max_events(options))


def _budgeted(options: JsonObject) -> MemoryProvider:
    tokens = options.get("max_tokens") or MAX_TOKENS
    return BudgetAwareMemory(SlidingWindowMemory(_max_events(options)), int(tokens))


MEMORIES: Mapping[str, Callable[[JsonObject], MemoryProvider]] = {
    "window": _window,
    "budget": _budgeted,
}
"""What makes each kind of memory of a version's `memory`."""


def build_agent(
    record: AgentRecord,
    *,
    ledger: Ledger | None = None,
    prices: PriceLayers | None = None,
    given: Given | None = None,
) -> AIChannel:
    """Make an agent that answers as a version says.

    Args:
        record: The agent and the version.
        ledger: Who keeps the budgets; None spends what it takes.
        prices: What tokens cost; None takes list prices.
        given: What it works with; None are the tools that the version ticks.

    Raises:
        BrokenConfig: If the provider or a tool is not there, the secrets cannot be read, or an
            option is wrong for the code that runs now.
    """
    try:
        return _build(record, ledger, prices or PriceLayers(), given)
    except BrokenConfig:
        raise
    except Exception as error:  # rows may say what no page would have let through
        raise BrokenConfig(f"{type(error).__name__}: {error}") from None


def _build(
    record: AgentRecord, ledger: Ledger | None, prices: PriceLayers, given: Given | None
) -> AIChannel:
    version = record.version
    given = _given(version) if given is None else given
    offer = offer_of_agent(record)
    return AIChannel(
        record.channel_id,
        provider_of(offer, record, version.model),
        system_prompt=version.prompt or None,
        temperature=WARMTH if version.temperature is None else version.temperature,
        max_tokens=version.max_tokens,
        max_context_events=_max_events(version.memory),
        max_tool_rounds=version.max_tool_rounds,
        retry_policy=RETRIES,
        fallback_provider=_fallback_of(offer, record),
        memory=_memory_of(version),
        tool_policy=_policy_of(version),
        thinking_budget=version.thinking_budget,
        tools=given.tools,
        toolsets=given.toolsets,
        reply_timing=ReplyTiming(
            quiet_s=record.reply_quiet_s,
            cap_s=record.reply_cap_s,
            on_new_message=OnNewMessage(record.on_new_message),
        ),
        ledger=ledger,
        prices=prices,
        version_id=version_id_of(record),
        failure_text=version.failure_text or None,
    )


def version_id_of(record: AgentRecord) -> str:
    """Return what names a version in answers and runs: `support-7` is its seventh."""
    return f"{record.channel_id}-{record.version.number}"


def offer_of_agent(record: AgentRecord) -> AgentOffer:
    """Return what an agent's model is reached with.

    Raises:
        BrokenConfig: If it is not there.
    """
    try:
        return find_agent_offer(record.provider)
    except NotOffered as problem:
        raise BrokenConfig(str(problem)) from problem


def provider_of(offer: AgentOffer, record: AgentRecord, model: str) -> AIProvider:
    """Return a provider by which this model answers; whoever asks closes it.

    Raises:
        BrokenConfig: If its config is wrong, or it does not take it.
    """
    config = build_config(offer, offer.told(config_of(record), model))
    made = build_provider(offer, config)
    if not isinstance(made, AIProvider):
        raise BrokenConfig(f"{record.provider} makes no AIProvider")
    return made


class AgentFactory:
    """Makes the agents of a process, each kept to the site's budgets.

    Args:
        threads: Where the site's store speaks to the database.
    """

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads

    def build(self, record: AgentRecord) -> AIChannel:
        """Make an agent.

        Raises:
            BrokenConfig: If it cannot be made.
        """
        prices = PriceLayers()
        ledger = DatabaseLedger(
            self._threads,
            prices,
            organization_id=record.organization_id,
            told=record.version.failure_text or str(BUDGET_TEXT),
        )
        return build_agent(record, ledger=ledger, prices=prices)


def _given(version: VersionRecord) -> Given:
    try:
        return give(version.tools)
    except NoSuchTool as problem:
        raise BrokenConfig(str(problem)) from problem


def _fallback_of(offer: AgentOffer, record: AgentRecord) -> AIProvider | None:
    model = record.version.fallback_model
    return provider_of(offer, record, model) if model and offer.takes_model else None


def _policy_of(version: VersionRecord) -> ToolPolicy | None:
    if not version.tool_policy:
        return None
    try:
        return ToolPolicy.model_validate(version.tool_policy)
    except ValidationError as error:
        raise BrokenConfig(f"tool policy: {describe(error, [])}") from None


def _memory_of(version: VersionRecord) -> MemoryProvider:
    kind = version.memory.get("kind") or "window"
    if kind not in MEMORIES:
        raise BrokenConfig(f"there is no memory {kind!r}: choose one of {', '.join(MEMORIES)}")
    return MEMORIES[kind](version.memory)


def _max_events(options: JsonObject) -> int:
    given = options.get("max_events")
    return MAX_EVENTS if given is None else int(given)
