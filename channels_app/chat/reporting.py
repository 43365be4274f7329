"""What `manage.py doctor` says of the chat page: which agent answers there."""

from django.core.exceptions import ImproperlyConfigured

from channels_app.conf import chat_options
from channels_app.stores.agent_configs import has_agent, list_published
from rooms.conf import get_settings
from rooms.probes.diagnosis import Reading, Status
from rooms.runtime import find_kit, get_kit

SUBJECT = "Chat"
WAITING = "new visitors wait for people"


async def read_chat() -> list[Reading]:
    """Tell who is to answer visitors, and name an agent that does not exist.

    Raises:
        django.db.Error: If the database cannot be reached.
    """
    try:
        options = chat_options()
    except ImproperlyConfigured as problem:
        remedy = "The entries of CHAT are those of channels_app.conf.ChatOptions."
        return [_reading(Status.BROKEN, str(problem), remedy)]
    conf = get_settings()
    if not conf.CHAT and options.channel not in conf.CHANNELS:
        return [_reading(Status.UNUSED, "no CHAT in ROOMKIT")]
    if options.agent is None:
        return [_reading(Status.OK, "people answer")]
    return [await _read_agent(options.agent)]


async def _read_agent(agent_id: str) -> Reading:
    if _is_registered(agent_id) or agent_id in {each.channel_id for each in await list_published()}:
        return _reading(Status.OK, f"the agent is {agent_id}")
    if await has_agent(agent_id):
        off = f"{agent_id} is switched off or has no published version: {WAITING}"
        return _reading(Status.OK, off)
    missing = f"ROOMKIT['CHAT']['AGENT'] is {agent_id!r}, but there is no such agent: {WAITING}"
    remedy = (
        "Make an agent of this id in the admin, or name another one; None leaves answering to "
        "people."
    )
    return _reading(Status.WARNING, missing, remedy)


def _is_registered(agent_id: str) -> bool:
    """Tell whether processes have an agent by the settings, or by code that has run in this one."""
    conf = get_settings()
    # Only a kit knows which agents the site's strategy has.
    kit = get_kit() if conf.ORCHESTRATION else find_kit()
    by_code = kit is not None and kit.get_channel(agent_id) is not None
    return by_code or agent_id in conf.CHANNELS


def _reading(status: Status, said: str, remedy: str = "") -> Reading:
    return Reading(subject=SUBJECT, status=status, said=said, remedy=remedy)
