"""What an attach grants, and what it tells."""

from typing import Any

import pytest

from hooks import HookTrigger
from rooms import (
    Access,
    ChannelCapabilities,
    ChannelCategory,
    ChannelDirection,
    ChannelMediaType,
    ChannelType,
    EventType,
    RateLimit,
    RetryPolicy,
)
from rooms.pipeline.attaching import Grant
from rooms.testing.rig import Recorder, ScriptedAgent
from tests.scene import ROOM, Scene
from tests.steps import spy, watch


class PushOnly(Recorder):
    """A channel nothing comes in by."""

    direction = ChannelDirection.OUTBOUND


def test_channel_s_own_declaration_is_the_default() -> None:
    capabilities = ChannelCapabilities(media_types=[ChannelMediaType.TEXT, ChannelMediaType.RICH])
    channel = PushOnly("push", channel_type=ChannelType.PUSH, capabilities=capabilities)

    binding = Grant().bind(ROOM, channel)

    assert (binding.channel_type, binding.category) == (ChannelType.PUSH, ChannelCategory.TRANSPORT)
    assert binding.direction is ChannelDirection.OUTBOUND
    assert binding.capabilities == capabilities
    assert (binding.access, binding.visibility) == (Access.READ_WRITE, "all")
    assert not binding.muted
    assert not binding.output_muted


def test_agent_is_an_intelligence_by_itself() -> None:
    binding = Grant().bind(ROOM, ScriptedAgent("bot"))

    assert binding.category is ChannelCategory.INTELLIGENCE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channel_type", "custom:pager"),
        ("category", ChannelCategory.INTELLIGENCE),
        ("direction", ChannelDirection.INBOUND),
        ("access", Access.READ_ONLY),
        ("visibility", "transport"),
        ("muted", True),
        ("output_muted", True),
        ("participant_id", "ann"),
        ("metadata", {"phone_number": "+1"}),
        ("rate_limit", RateLimit(max_per_minute=30)),
        ("retry_policy", RetryPolicy(max_retries=1)),
    ],
)
async def test_host_may_grant_otherwise(scene: Scene, field: str, value: Any) -> None:
    scene.kit.register_channel(Recorder("phone"))

    granted = await scene.kit.attach_channel(ROOM, "phone", **{field: value})

    assert getattr(granted, field) == value
    assert getattr(await scene.kit.get_binding(ROOM, "phone"), field) == value


async def test_misspelt_grant_is_an_error(scene: Scene) -> None:
    scene.kit.register_channel(Recorder("phone"))

    with pytest.raises(TypeError, match="muetd"):
        await scene.kit.attach_channel(ROOM, "phone", muetd=True)

    assert len(await scene.kit.list_bindings(ROOM)) == 1


async def test_new_grant_replaces_the_old_one(scene: Scene) -> None:
    await scene.add(Recorder("phone"), access=Access.READ_ONLY, metadata={"phone_number": "+1"})

    await scene.kit.attach_channel(ROOM, "phone", visibility="transport")

    binding = await scene.kit.get_binding(ROOM, "phone")
    assert (binding.access, binding.visibility, binding.metadata) == (
        Access.READ_WRITE,
        "transport",
        {},
    )


async def test_attach_is_recorded_and_told_once(scene: Scene) -> None:
    told = spy(scene.kit, HookTrigger.ON_CHANNEL_ATTACHED)
    news = watch(scene.kit, "room_channel_attached")

    await scene.add(Recorder("phone"), access=Access.READ_ONLY)

    [seen], [item] = told, news
    record = (await scene.full())[-1]
    assert (record.type, record.visibility) == (EventType.CHANNEL_ATTACHED, "internal")
    assert record.content.data["access"] == "read_only"  # type: ignore[union-attr]  # a record's
    assert (seen.id, item.channel_id) == (record.id, "phone")


async def test_detach_is_recorded_and_told_once(scene: Scene) -> None:
    told = spy(scene.kit, HookTrigger.ON_CHANNEL_DETACHED)
    await scene.add(Recorder("phone"))

    gone = await scene.kit.detach_channel(ROOM, "phone")

    record = (await scene.full())[-1]
    assert (gone, record.type) == (True, EventType.CHANNEL_DETACHED)
    assert [seen.id for seen in told] == [record.id]


async def test_channel_learns_of_each_change_of_its_binding(scene: Scene) -> None:
    phone = await scene.add(Recorder("phone"))
    seen = []

    for change in (scene.kit.mute, scene.kit.unmute, scene.kit.mute_output):
        binding = await change(ROOM, "phone")
        seen.append(phone.bindings[ROOM] == binding)

    assert seen == [True, True, True]


async def test_address_of_a_channel_may_change(scene: Scene) -> None:
    phone = await scene.add(
        Recorder("phone", recipient_key="phone_number"),
        metadata={"phone_number": "+1", "name": "Ann"},
    )

    await scene.kit.update_binding_metadata(ROOM, "phone", {"phone_number": "+2"})
    await scene.say()

    assert phone.recipients == ["+2"]
    assert (await scene.kit.get_binding(ROOM, "phone")).metadata["name"] == "Ann"
