"""What can be asked about a channel that is kept: here, and at its vendor."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from asgiref.sync import async_to_sync
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from channels_app.admin.channel_addresses import webhook_address
from channels_app.configured.building import (
    BrokenConfig,
    build_config,
    config_of,
    find_fault,
    offer_of,
    subscribe,
)
from channels_app.configured.catalog import Offer
from channels_app.configured.reporting import find_problem
from channels_app.models import ChannelConfig
from channels_app.providers.base.checking import CheckFailed
from channels_app.stores.channel_configs import record_of
from rooms.conf import get_settings

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Question = Callable[[Offer, BaseModel], Coroutine[Any, Any, CheckFailed | None]]


def describe_state(row: ChannelConfig) -> "StrOrPromise":
    """Return whether processes register a channel, and if not, why."""
    problem = find_problem(record_of(row))
    if problem:
        return _("cannot be used: %(why)s") % {"why": problem}
    return _("ready") if row.is_enabled else _("switched off")


def check(row: ChannelConfig) -> str:
    """Ask a channel's vendor whether its credentials work; '' is yes."""
    return _ask(row, find_fault)


def tell_address(row: ChannelConfig) -> str:
    """Tell a channel's vendor where to post webhooks to; '' is done."""
    if not get_settings().PUBLIC_URL:
        return str(_("set PUBLIC_URL first: vendors need the whole address"))
    try:
        address = webhook_address(offer_of(record_of(row)), row.pk)
    except BrokenConfig as problem:
        return str(problem)
    return _ask(row, partial(subscribe, url=address))


def _ask(row: ChannelConfig, question: Question) -> str:
    record = record_of(row)
    try:
        offer = offer_of(record)
        config = build_config(offer, config_of(record))
    except BrokenConfig as problem:
        return str(problem)
    fault = async_to_sync(question)(offer, config)
    return "" if fault is None else str(fault)
