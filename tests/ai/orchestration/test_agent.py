"""Agents: who they are told to be, and those without a model (check 70)."""

import pytest

from channels_app import AIContext, MockAIProvider
from channels_app.orchestration.agent import IDENTITY_HEADER, Agent
from channels_app.orchestration.config_only import ConfigOnlyError
from channels_app.orchestration.handoff import HandoffHandler
from tests.ai.orchestration.company import answers_in, calls_of, make_agent
from tests.ai.working import Recorded
from tests.scene import ROOM, Scene


def test_check_70_identity_block_names_what_is_set_and_nothing_else() -> None:
    agent = make_agent("a", role="Clerk", scope="Refunds only", language="German")

    assert agent.build_identity_block() == "\n".join(
        [
            IDENTITY_HEADER,
            "Role: Clerk",
            "Scope: Refunds only",
            "Language: Always respond in German",
        ]
    )
    assert make_agent("b").build_identity_block() is None


async def test_check_70_identity_comes_last_in_the_prompt(scene: Scene) -> None:
    agent = make_agent("a", role="Clerk", system_prompt="Be brief.", tools=[Recorded()])
    await scene.add(agent)

    await scene.say()

    prompt = calls_of(agent)[0].system_prompt or ""
    assert prompt.startswith("Be brief.")
    assert prompt.endswith(f"{IDENTITY_HEADER}\nRole: Clerk")
    assert agent.system_prompt == "Be brief."


async def test_check_70_language_of_the_room_beats_that_of_the_agent(scene: Scene) -> None:
    agent = make_agent("a", "Hallo.", "Salut.", language="German")
    await scene.add(agent)
    handler = HandoffHandler(scene.kit, None, agents=[agent])

    await scene.say()
    await handler.set_language(ROOM, "French")
    await scene.say()

    prompts = [request.system_prompt or "" for request in calls_of(agent)]
    assert [prompt.rsplit(" ", 1)[-1] for prompt in prompts] == ["German", "French"]


async def test_language_for_one_agent_leaves_the_others_theirs(scene: Scene) -> None:
    a, b = make_agent("a", language="German"), make_agent("b", language="German")
    for agent in (a, b):
        await scene.add(agent)
    handler = HandoffHandler(scene.kit, None, agents=[a, b])

    await handler.set_language(ROOM, "Italian", channel_id="a")

    room = await scene.kit.get_room(ROOM)
    assert handler.get_room_language(room, "a") == "Italian"
    assert handler.get_room_language(room, "b") == "German"


async def test_check_70_agent_without_a_model_answers_nothing(scene: Scene) -> None:
    agent = Agent("a", role="Clerk", voice="alloy")
    await scene.add(agent)

    result = await scene.say()

    assert agent.is_config_only
    assert (result.error, await answers_in(scene)) == (None, [])


async def test_check_70_asking_for_the_model_it_lacks_says_what_to_do() -> None:
    with pytest.raises(ConfigOnlyError, match="agent 'a' has no model: give Agent"):
        await Agent("a").provider.generate(AIContext())


def test_agent_takes_everything_an_ai_channel_takes() -> None:
    model = MockAIProvider()
    agent = Agent("a", provider=model, temperature=0.1, max_context_events=7)

    assert (agent.provider, agent.recent_events_window) == (model, 7)
    assert not agent.is_config_only
