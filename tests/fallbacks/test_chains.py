"""Who gets an event where channels stand in for each other."""

from typing import Any

import pytest

from rooms import FallbackPolicy, TextContent
from rooms.domain.enums import ChannelCategory
from rooms.testing.rig import Recorder, ScriptedAgent
from tests.fallbacks.reaching import Reaching
from tests.scene import ROOM, Scene


async def open_room(scene: Scene, chains: dict[str, list[str]]) -> dict[str, Recorder]:
    """Attach a channel per name, in the order of the names, each with its chain if it has one."""
    policies = {
        name: FallbackPolicy(channels=chain) if chain else None for name, chain in chains.items()
    }
    return {
        name: await scene.add(Recorder(name), fallback=policy) for name, policy in policies.items()
    }


@pytest.mark.parametrize(
    ("chains", "reached"),
    [
        ({"a": [], "b": []}, {"a", "b"}),  # no chains
        ({"a": ["b"], "b": []}, {"a"}),
        ({"b": [], "a": ["b"]}, {"a"}),  # in whatever order they were attached
        ({"a": ["b", "c"], "b": ["c"], "c": []}, {"a"}),
        ({"a": ["b"], "b": ["c"], "c": []}, {"a", "c"}),  # nobody who is asked first names c
        ({"a": ["b"], "b": ["a"]}, {"a", "b"}),  # twice rather than never
        ({"a": ["c"], "b": ["c"], "c": []}, {"a", "b"}),
        ({"a": ["nobody"]}, {"a"}),
    ],
)
async def test_event_goes_out_by_the_first_of_each_chain(
    scene: Scene, chains: dict[str, list[str]], reached: set[str]
) -> None:
    channels = await open_room(scene, chains)

    await scene.say()

    assert {name for name, channel in channels.items() if channel.delivered} == reached


@pytest.mark.parametrize("speaking", ["wa", "sms"])
async def test_customers_words_are_not_repeated_to_the_customer(
    reaching: Reaching, speaking: str
) -> None:
    await reaching.scene.say("it is me", channel=speaking, sender="+15550001")

    assert reaching.sent == {}
    assert [event.content for event in reaching.scene.person.delivered] == [
        TextContent(body="it is me")
    ]


async def test_channel_of_a_chain_can_be_written_to_alone(reaching: Reaching) -> None:
    await reaching.scene.kit.deliver(ROOM, TextContent(body="hello"), channel_id="sms")

    assert reaching.sent == {"sms": ["hello"]}


async def test_message_to_the_first_channel_alone_goes_on(reaching: Reaching) -> None:
    await reaching.scene.kit.deliver(ROOM, TextContent(body="hello"), channel_id="wa")

    await reaching.wait(16)

    assert reaching.sent == {"wa": ["hello"], "sms": ["hello"]}


async def test_policy_of_a_muted_channel_rests(reaching: Reaching) -> None:
    await reaching.scene.kit.mute_output(ROOM, "wa")

    await reaching.write()
    await reaching.wait(60)

    assert reaching.sent == {"sms": ["hello"], "mail": ["hello"]}
    assert await reaching.records() == []


async def test_agent_in_a_chain_is_asked_all_the_same(reaching: Reaching) -> None:
    agent = await reaching.scene.add(ScriptedAgent("agent"), category=ChannelCategory.INTELLIGENCE)
    await reaching.set(channels=["agent", "sms"])

    await reaching.write()

    assert len(agent.asked) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"channels": []},
        {"channels": ["sms", "sms"]},
        {"channels": [""]},
        {"channels": ["sms"], "after_minutes": 0},
        {"channels": ["sms"], "until": "seen"},
    ],
)
def test_policy_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="FallbackPolicy"):
        FallbackPolicy(**fields)


async def test_channel_does_not_stand_in_for_itself(reaching: Reaching) -> None:
    with pytest.raises(ValueError, match="its own fallback"):
        await reaching.set(channels=["wa"])


async def test_agent_has_no_fallback(scene: Scene) -> None:
    with pytest.raises(ValueError, match="keeps no deliveries"):
        await scene.add(
            ScriptedAgent("agent"),
            category=ChannelCategory.INTELLIGENCE,
            fallback=FallbackPolicy(channels=["sms"]),
        )


async def test_change_of_a_policy_is_on_the_timeline(reaching: Reaching) -> None:
    await reaching.set(channels=["mail"], until="read", after_minutes=5)

    [(_, data)] = await reaching.records("channel_fallback_changed")
    assert data["old"]["channels"] == ["sms", "mail"]
    assert data["new"] == {"channels": ["mail"], "until": "read", "after_minutes": 5}
