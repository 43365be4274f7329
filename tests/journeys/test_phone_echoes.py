"""Somebody of the shop answers a customer beside the site: in the vendor's app or its inbox."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import TypeAlias

import pytest
from pytest_django import Settings

from channels_app import AIChannel, MockAIProvider
from channels_app.testing.fakes.meta_messenger import FakeMessenger
from channels_app.testing.fakes.server import Request, Response
from hooks import HookTrigger
from rooms import OwnerKind, Room, RoomContext, RoomEvent, RoomKit, SystemContent, models
from rooms.stores.orm import OrmStore
from rooms.testing.rig import StreamingRecorder, bodies
from tests.journeys.chat_vendors import Messenger
from tests.journeys.phone_vendors import WhatsAppCloud
from tests.journeys.vendor_sites import CHANNEL, answer_of, post, said_in, serving
from tests.sources.feeds import soon

pytestmark = pytest.mark.database

Vendor: TypeAlias = WhatsAppCloud | Messenger

QUESTION, ANSWER, WORDS = "Where is my order?", "It shipped.", "I look into it myself"


class Pace:
    """Lets answers grow at once, or stop after their first delta until they may go on."""

    def __init__(self) -> None:
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self._deltas = 0

    async def __call__(self) -> None:
        self._deltas += 1
        if self._deltas > 1:
            await self.goes_on.wait()


class SlowMessenger(FakeMessenger):
    """Takes messages, and lets us wait for the answers."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = threading.Event()

    def answer(self, request: Request) -> Response:
        """Take a request, then wait."""
        taken = super().answer(request)
        self.answers.wait(timeout=10)
        return taken


@pytest.fixture(params=[WhatsAppCloud.make, Messenger.make], ids=["whatsapp", "messenger"])
def vendor(request: pytest.FixtureRequest) -> Iterator[Vendor]:
    with request.param().serving() as running:
        yield running


@pytest.fixture
def pace() -> Pace:
    return Pace()


@pytest.fixture
def model(pace: Pace) -> MockAIProvider:
    return MockAIProvider(deltas=(("It ", "shipped."), ("Gladly!",)), latency=pace)


@pytest.fixture
def desk() -> StreamingRecorder:
    """Where colleagues watch every room."""
    return StreamingRecorder("desk")


@pytest.fixture
async def kit(
    vendor: Vendor,
    desk: StreamingRecorder,
    model: MockAIProvider,
    settings: Settings,
    committed_database: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RoomKit]:
    async with serving(vendor.channel(), settings, monkeypatch) as made:
        await made.unregister_channel("assistant").close()
        made.register_channel(AIChannel("assistant", provider=model))
        made.register_channel(desk)

        @made.hook(HookTrigger.ON_ROOM_CREATED)
        async def watch(event: RoomEvent, context: RoomContext) -> None:
            await made.attach_channel(context.room.id, "desk")

        yield made


async def the_room(kit: RoomKit) -> Room:
    [room] = await kit.store.list_rooms()
    return room


async def is_a_persons(kit: RoomKit) -> bool:
    return (await the_room(kit)).owner_kind is OwnerKind.HUMAN


async def words_in(kit: RoomKit) -> list[str]:
    """Return what was said, without the notes of the house."""
    return bodies(
        [each for each in await said_in(kit) if not isinstance(each.content, SystemContent)]
    )


async def trail_of(kit: RoomKit) -> list[tuple[str, str]]:
    def read() -> list[tuple[str, str]]:
        return list(models.AuditEntry.objects.values_list("action", "actor_label"))

    assert isinstance(kit.store, OrmStore)
    return await kit.store.threads.run(read)


async def test_agent_that_is_answering_falls_silent(
    kit: RoomKit, vendor: Vendor, desk: StreamingRecorder, pace: Pace
) -> None:
    pace.goes_on.clear()
    await answer_of(vendor.inbound(QUESTION))
    await soon(lambda: bool(desk.streams and desk.streams[0].deltas))

    await answer_of(vendor.echo(WORDS))
    await soon(lambda: is_a_persons(kit))
    pace.goes_on.set()
    await kit.pipeline.parts.tasks.close(timeout=10)

    assert await words_in(kit) == [QUESTION, "It ", WORDS]
    assert [each.metadata.get("interrupted") for each in await said_in(kit)][1] is True
    assert desk.streams[0].text == "It "
    assert bodies(desk.delivered) == [QUESTION, WORDS]
    assert vendor.sent() == []
    somebody = (await the_room(kit)).owner_id
    assert await trail_of(kit) == [("room_taken_over", somebody)]


async def test_agent_answers_again_after_handing_back(
    kit: RoomKit, vendor: Vendor, model: MockAIProvider
) -> None:
    await post(kit, vendor.inbound(QUESTION, number=1))
    await post(kit, vendor.echo(WORDS))
    await post(kit, vendor.inbound("Thank you", number=2))
    await kit.hand_back((await the_room(kit)).id, user_id="7")

    await post(kit, vendor.inbound("And the other one?", number=3))

    assert [each.text for each in vendor.sent()] == [ANSWER, "Gladly!"]
    told = [each.content for each in model.calls[-1].messages]
    assert f"[a colleague] {WORDS}" in told


async def test_echo_posted_again_is_said_once(kit: RoomKit, vendor: Vendor) -> None:
    await post(kit, vendor.inbound(QUESTION))
    await post(kit, vendor.echo(WORDS))
    room = await the_room(kit)
    await kit.hand_back(room.id, user_id="7")

    await post(kit, vendor.echo(WORDS))

    assert await words_in(kit) == [QUESTION, ANSWER, WORDS]
    assert (await the_room(kit)).owner_kind is OwnerKind.AI


async def test_person_who_has_the_room_keeps_it(kit: RoomKit, vendor: Vendor) -> None:
    await post(kit, vendor.inbound(QUESTION))
    before = await kit.take_over((await the_room(kit)).id, user_id="7")

    await post(kit, vendor.echo(WORDS))

    room = await the_room(kit)
    assert (room.owner_id, room.owner_epoch) == ("7", before.owner_epoch)
    assert await words_in(kit) == [QUESTION, ANSWER, WORDS]


async def test_what_we_have_sent_is_said_by_nobody_else(kit: RoomKit, vendor: Vendor) -> None:
    await post(kit, vendor.inbound(QUESTION))

    await post(kit, vendor.echo_of_ours(0))

    assert await words_in(kit) == [QUESTION, ANSWER]
    assert (await the_room(kit)).owner_kind is OwnerKind.AI
    assert len(vendor.sent()) == 1


async def test_words_to_who_has_no_room_leave_nothing(kit: RoomKit, vendor: Vendor) -> None:
    await post(kit, vendor.echo(WORDS))

    assert await kit.store.list_rooms() == []


@pytest.mark.parametrize(
    "vendor", [lambda: Messenger(SlowMessenger())], indirect=True, ids=["slow"]
)
async def test_echo_that_overtakes_the_answer_to_our_send_is_ours(
    kit: RoomKit, vendor: Messenger
) -> None:
    assert isinstance(vendor.fake, SlowMessenger)
    await answer_of(vendor.inbound(QUESTION))
    await soon(lambda: len(vendor.fake.sent) == 1)

    await answer_of(vendor.echo_of_ours(0))
    await soon(lambda: is_known(kit, vendor.sent()[0].id))
    vendor.fake.answers.set()
    await kit.pipeline.parts.tasks.close(timeout=10)

    assert await words_in(kit) == [QUESTION, ANSWER]
    assert (await the_room(kit)).owner_kind is OwnerKind.AI
    assert len(vendor.sent()) == 1


async def is_known(kit: RoomKit, message_id: str) -> bool:
    known = await kit.store.get_provider_message(CHANNEL, message_id)
    return known is not None and known.event_id is not None
