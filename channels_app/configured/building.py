"""From a kept channel to a channel object, and what can be wrong on the way."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Protocol, runtime_checkable

from pydantic import BaseModel, SecretStr, ValidationError

from channels_app.channels.transport import TransportChannel
from channels_app.configured.catalog import Offer, find_offer
from channels_app.configured.model_fields import secret_names
from channels_app.configured.offering import NotOffered, Offered
from channels_app.providers.base.checking import CheckFailed
from channels_app.providers.base.provider import Provider
from channels_app.secrets import SecretsUnreadable, decrypt
from channels_app.stores.channel_configs import ChannelRecord
from rooms.domain.json import JsonObject

logger = logging.getLogger("roomkit.channels.configured")

CONFIG, CHANNEL = "config", "channel"
CHECK_SECONDS = 10.0
HIDDEN = "…"
# Shorter texts stand in other words too, and protect nothing.
SHORTEST_SECRET = 4


Question = Callable[[Provider], Awaitable[None]]


@runtime_checkable
class Subscribes(Protocol):
    """A provider that can tell its vendor where to post webhooks to."""

    async def subscribe(self, url: str) -> None:
        """Tell it. Raises: CheckFailed: If the vendor refuses."""


class BrokenConfig(Exception):
    """A kept channel cannot be made; the text says why, without any secret."""


def build_channel(record: ChannelRecord) -> TransportChannel:
    """Make the channel that a row describes.

    Raises:
        BrokenConfig: If its provider is not there, its secrets cannot be read, or its options are
            wrong for the code that runs now.
    """
    offer = offer_of(record)
    options: JsonObject = record.options.get(CHANNEL, {})
    try:
        offer.channel_model.model_validate(options)
    except ValidationError as error:
        raise BrokenConfig(describe(error, [])) from None
    provider = build_provider(offer, build_config(offer, config_of(record)))
    return offer.make_channel(record.channel_id, provider, options)


def offer_of(record: ChannelRecord) -> Offer:
    """Return what a row's channel is made with.

    Raises:
        BrokenConfig: If it is not there.
    """
    try:
        return find_offer(record.provider)
    except NotOffered as problem:
        raise BrokenConfig(str(problem)) from problem


class HasConfig(Protocol):
    """What is kept of a provider, of channels and of agents alike."""

    @property
    def options(self) -> JsonObject:
        """What may be read, its config among it."""

    @property
    def secrets(self) -> str:
        """The rest of the config, encrypted."""


def config_of(record: HasConfig) -> JsonObject:
    """Return what a row tells the provider, secrets included.

    Raises:
        BrokenConfig: If these cannot be read.
    """
    try:
        return {**record.options.get(CONFIG, {}), **decrypt(record.secrets)}
    except SecretsUnreadable as error:
        raise BrokenConfig(str(error)) from None


def build_config(offer: Offered, values: JsonObject) -> BaseModel:
    """Make what a provider has to be told.

    Raises:
        BrokenConfig: If a value is missing or wrong.
    """
    try:
        return offer.config_model.model_validate(values)
    except ValidationError as error:
        raise BrokenConfig(describe(error, secrets_in(offer.config_model, values))) from None


def build_provider(offer: Offered, config: BaseModel) -> Provider:
    """Make a provider.

    Raises:
        BrokenConfig: If it does not take its config.
    """
    try:
        return offer.make_provider(config)
    except Exception as error:  # what a provider's constructor makes of a value is its own
        said = without_secrets(str(error), secrets_in(offer.config_model, dict(config)))
        raise BrokenConfig(f"{type(error).__name__}: {said}") from None


async def find_fault(
    offer: Offered, config: BaseModel, *, seconds: float = CHECK_SECONDS
) -> CheckFailed | None:
    """Ask the vendor whether a config works; None is yes."""
    return await _ask(offer, config, lambda provider: provider.check(), seconds=seconds)


async def subscribe(offer: Offered, config: BaseModel, *, url: str) -> CheckFailed | None:
    """Tell the vendor where to post webhooks to, where it can be told; None is done."""
    return await _ask(
        offer, config, lambda provider: _subscribe(provider, url), seconds=CHECK_SECONDS
    )


async def _subscribe(provider: Provider, url: str) -> None:
    if not isinstance(provider, Subscribes):
        raise CheckFailed("this vendor is told the address by a person, on its own pages")
    await provider.subscribe(url)


async def _ask(
    offer: Offered, config: BaseModel, question: Question, *, seconds: float
) -> CheckFailed | None:
    secrets = secrets_in(offer.config_model, dict(config))
    try:
        provider = build_provider(offer, config)
    except BrokenConfig as problem:
        return CheckFailed(str(problem))
    try:
        async with asyncio.timeout(seconds):
            await question(provider)
    except CheckFailed as fault:
        return CheckFailed(without_secrets(str(fault), secrets), field=fault.field)
    except TimeoutError:
        return CheckFailed(f"{offer.label} did not answer within {seconds:g} seconds")
    except Exception as error:  # whatever a provider raises, a person waits for a word
        # Neither text nor traceback: addresses in them may hold a token.
        facts = {"provider": offer.path, "error": type(error).__name__}
        logger.warning("asking the vendor failed", extra=facts)
        return CheckFailed(f"asking failed: {without_secrets(str(error), secrets)}")
    finally:
        await provider.close()
    return None


def describe(error: ValidationError, secrets: Iterable[str]) -> str:
    """Say what is wrong with which field, and never what was given."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    told = (f"{'.'.join(map(str, fault['loc'])) or 'all'}: {fault['msg']}" for fault in faults)
    return without_secrets("; ".join(told), secrets)


def secrets_in(model: type[BaseModel], values: Mapping[str, object]) -> list[str]:
    """Return the texts among a config's values that nobody may read."""
    names = secret_names(model)
    return [text for name, value in values.items() if name in names for text in _texts_in(value)]


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return a text in which no secret stands."""
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    return text


def _texts_in(values: object) -> Iterator[str]:
    if isinstance(values, SecretStr):
        yield values.get_secret_value()
    elif isinstance(values, str):
        yield values
    elif isinstance(values, dict):
        yield from _texts_in(list(values.values()))
    elif isinstance(values, Iterable):
        for each in values:
            yield from _texts_in(each)
