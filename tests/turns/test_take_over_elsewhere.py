"""A person takes over at one process while another one's agent is answering."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import redis

from rooms import DeliveryState, RoomKit
from rooms.assembly import Sharing
from rooms.pipeline.dispatch import Dispatch
from rooms.shared.redis import RedisSharedState
from rooms.testing.rig import Recorder, ScriptedAgent, Turn, bodies
from tests.addresses import REDIS_URL
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.steps import until
from tests.viewers import Pen, Viewer

pytestmark = pytest.mark.redis


@pytest.fixture
async def kits(make_kit: MakeKit) -> AsyncIterator[tuple[RoomKit, RoomKit]]:
    """Two processes of one site."""
    prefix = f"roomkit-test-{uuid4().hex}"

    def start() -> RoomKit:
        state = RedisSharedState(REDIS_URL, prefix=prefix)
        return make_kit(sharing=Sharing(dispatch=Dispatch(is_shared=True), state=state))

    yield start(), start()
    with redis.Redis.from_url(REDIS_URL) as client:
        for key in client.scan_iter(f"{prefix}*"):
            client.delete(key)


async def test_room_keeps_what_was_shown_and_hears_no_more(kits: tuple[RoomKit, RoomKit]) -> None:
    here, there = kits
    scene, pen = Scene(here), Pen()
    await scene.open()
    viewer = await scene.add(Viewer())
    await scene.add(ScriptedAgent("bot", Turn(deltas=pen)))
    there.register_channel(Recorder("person"))
    saying = asyncio.ensure_future(scene.say())
    pen.write("It ")
    await until(lambda: bool(viewer.streams and viewer.streams[0].deltas))

    await there.take_over(ROOM, user_id="ada")
    pen.write("shipped")
    await saying  # the pen is never laid down

    partial = (await scene.rows())[1]
    assert (bodies([partial]), partial.metadata["interrupted"]) == (["It "], True)
    assert [(shown.text, shown.event) for shown in viewer.streams] == [("It ", partial)]
    [job] = await here.store.list_lane(ROOM, "bot")
    assert job.state is DeliveryState.DISCARDED
