"""Messages written by machines, such as absence notes: people see them, agents do not answer."""

from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.scene import Scene

ABSENT = {"auto_submitted": "auto-replied"}


async def test_agent_is_not_asked_about_an_automatic_message(scene: Scene) -> None:
    agent = await scene.add(ScriptedAgent("bot", "How can I help?"))
    desk = await scene.add(Recorder("desk"))

    await scene.say("I am away until Monday.", metadata=ABSENT)

    assert agent.asked == []
    assert bodies(desk.delivered) == ["I am away until Monday."]


async def test_agent_reads_it_once_a_person_writes(scene: Scene) -> None:
    agent = await scene.add(ScriptedAgent("bot", "How can I help?"))
    await scene.say("I am away until Monday.", metadata=ABSENT)

    await scene.say("I am back.")

    [asked] = agent.asked
    assert bodies([asked.event]) == ["I am back."]
    assert "I am away until Monday." in bodies(asked.context.recent_events)
