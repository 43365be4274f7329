"""Whether the sources that the settings name bring messages."""

from collections.abc import Sequence

from rooms.conf import get_settings
from rooms.domain.source import SourceStatus
from rooms.probes.diagnosis import Reading, Status
from rooms.stores.source_probe import SourceSigns, probe_sources

SUBJECT = "Sources"


async def read_sources() -> Sequence[Reading]:
    """Answer for all sources together.

    Raises:
        django.db.Error: If the database cannot be reached.
    """
    wanted = get_settings().SOURCES
    if not wanted:
        return [Reading(subject=SUBJECT, status=Status.UNUSED, said="none in SOURCES")]
    found = await probe_sources()
    complaints = "; ".join(filter(None, (_complain_of(name, found.get(name)) for name in wanted)))
    if not complaints:
        said = f"{len(wanted)} connected"
        return [Reading(subject=SUBJECT, status=Status.OK, said=said)]
    command = "manage.py up" if get_settings().ROLE == "all" else "manage.py roomkit_worker"
    remedy = f"`{command}` runs them; the admin tells more."
    return [Reading(subject=SUBJECT, status=Status.WARNING, said=complaints, remedy=remedy)]


def _complain_of(name: str, signs: SourceSigns | None) -> str:
    """Say what is wrong with a source, '' if nothing is."""
    if signs is None:
        return f"{name} was never run"
    if signs.status is SourceStatus.CONNECTED and signs.is_run:
        return ""
    if signs.is_run or signs.status is SourceStatus.ERROR:
        return f"{name} is {signs.status}" + (f" ({signs.error})" if signs.error else "")
    return f"{name} is run by no process"
