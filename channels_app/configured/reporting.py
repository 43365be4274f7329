"""What `manage.py doctor` and `manage.py check` say of the channels made in the admin."""

from collections.abc import Mapping, Sequence

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning
from django.core.exceptions import ImproperlyConfigured
from django.db import Error

from channels_app.configured.building import BrokenConfig, build_channel
from channels_app.models import ChannelConfig
from channels_app.stores.channel_configs import ChannelRecord, list_enabled
from rooms.conf import get_settings
from rooms.probes.diagnosis import Reading, Status

SUBJECT = "Channels"
REMEDY = "The page of the channel in the admin says more; save it again to mend it."


async def read_channels() -> list[Reading]:
    """Tell how many channels there are, and which of them no process registers."""
    problems = {each.channel_id: find_problem(each) for each in await list_enabled()}
    return [read_problems(SUBJECT, problems, REMEDY)]


def read_problems(subject: str, problems: Mapping[str, str], remedy: str) -> Reading:
    """Tell of what was made in the admin how much there is, and what cannot be used.

    Args:
        subject: What it is.
        problems: Why each cannot be used, by id; '' is well.
        remedy: What to do about those that cannot.
    """
    if not problems:
        return Reading(subject=subject, status=Status.UNUSED, said="none made in the admin")
    broken = [f"{channel_id}: {problem}" for channel_id, problem in problems.items() if problem]
    said = f"{len(problems)} made in the admin"
    if not broken:
        return Reading(subject=subject, status=Status.OK, said=said)
    told = f"{said}, of which {len(broken)} cannot be used: {'; '.join(broken)}"
    return Reading(subject=subject, status=Status.WARNING, said=told, remedy=remedy)


def find_problem(record: ChannelRecord) -> str:
    """Return why no process registers a channel that is enabled, or ''."""
    if record.channel_id in get_settings().CHANNELS:
        return "the settings have a channel of this id, which wins"
    try:
        build_channel(record)
    except BrokenConfig as problem:
        return str(problem)
    return ""


def check_channel_ids(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **kwargs: object,
) -> list[CheckMessage]:
    """Warn of channels in the admin that those of the settings stand before."""
    if not databases:
        return []
    try:
        rows = ChannelConfig.objects.enabled().filter(pk__in=get_settings().CHANNELS)
        hidden = sorted(rows.values_list("pk", flat=True))
    except (Error, ImproperlyConfigured):  # no tables yet, or wrong settings: others tell of that
        return []
    return [
        Warning(
            f"The channel {channel_id!r} of the admin is left out: ROOMKIT['CHANNELS'] has its id.",
            hint="Delete it in one of the two places.",
            id="roomkit_channels.W001",
        )
        for channel_id in hidden
    ]
