"""LANE_SCOPE: what is delivered one after the other."""

import pytest

from rooms import InMemoryStore, LaneScope
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, bodies
from tests.kit_fixtures import MakeKit
from tests.scene import Scene


@pytest.mark.parametrize(
    ("scope", "quick_gets"),
    [
        (LaneScope.BINDING, ["one", "two"]),  # a slow channel holds up only itself
        (LaneScope.ROOM, ["one"]),  # nothing of "two" before all of "one"
    ],
)
async def test_slow_channel_holds_up_its_lane(
    make_kit: MakeKit, clock: FakeClock, scope: LaneScope, quick_gets: list[str]
) -> None:
    store = InMemoryStore(clock=clock.now, lane_scope=scope)
    scene = Scene(make_kit(store=store, clock=clock, lane_scope=scope))
    await scene.open()
    slow, quick = await scene.add(Recorder("slow")), await scene.add(Recorder("quick"))
    gate = slow.hold()

    saying = [scene.kit.pipeline.parts.tasks.spawn(scene.say(body)) for body in ("one", "two")]
    await clock.settle()
    meanwhile = bodies(quick.delivered)
    gate.set()
    for said in saying:
        await said

    assert (meanwhile, bodies(quick.delivered)) == (quick_gets, ["one", "two"])
    assert bodies(slow.delivered) == ["one", "two"]
