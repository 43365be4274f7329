"""What `manage.py doctor` and the admin say of the agents made in the admin."""

from channels_app.configured.agents import build_agent
from channels_app.configured.building import BrokenConfig
from channels_app.configured.reporting import read_problems
from channels_app.stores.agent_configs import AgentRecord, list_published
from rooms.conf import get_settings
from rooms.probes.diagnosis import Reading

SUBJECT = "Agents"
REMEDY = "The page of the agent in the admin says more; mend it, or publish another version."


async def read_agents() -> list[Reading]:
    """Tell how many agents answer, and which of them no process registers."""
    problems = {each.channel_id: find_agent_problem(each) for each in await list_published()}
    return [read_problems(SUBJECT, problems, REMEDY)]


def find_agent_problem(record: AgentRecord) -> str:
    """Return why no process registers an agent that is enabled and published, or ''."""
    if record.channel_id in get_settings().CHANNELS:
        return "the settings have a channel of this id, which wins"
    try:
        build_agent(record)
    except BrokenConfig as problem:
        return str(problem)
    return ""
