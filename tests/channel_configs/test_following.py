"""Each process has the channels that the database has, without being started again."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr
from pytest_django import Settings

from channels_app.channels.sms import SMSChannel
from channels_app.configured import following
from channels_app.configured.building import build_channel
from channels_app.configured.following import ConfiguredChannels, Shelf, wake_all
from channels_app.models import ChannelConfig
from channels_app.stores.channel_configs import ChannelConfigStore
from channels_app.stores.configured_marks import Mark
from rooms import FrameworkEvent, RoomEvent, RoomKit, TextContent, runtime
from rooms.domain.breaker import BreakerPolicy, BreakerWord
from rooms.domain.delivery import ProviderResult
from rooms.domain.errors import ChannelNotRegisteredError
from rooms.domain.message import InboundMessage
from rooms.runtime import build_kit
from rooms.serving.life import KitLife
from rooms.stores.orm import OrmStore
from tests.channel_configs.kits import TOY, edit, keep, run, toy_of
from tests.channel_configs.toys import ToyConfig, ToyProvider

pytestmark = pytest.mark.database

PERSON = "+15550123"


@pytest.fixture
async def kit(
    committed_database: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RoomKit]:
    settings.ROOMKIT = {"PROVIDERS": [TOY]}
    made = build_kit()
    monkeypatch.setattr(runtime, "_kit", made)
    yield made
    await made.close()


def followed(kit: RoomKit) -> ConfiguredChannels:
    directory = kit.pipeline.parts.channels.directory
    assert isinstance(directory, ConfiguredChannels)
    return directory


async def look(kit: RoomKit) -> None:
    await followed(kit).look()


async def test_channel_is_registered_with_its_organization(kit: RoomKit) -> None:
    await run(kit, keep, "toys", organization_id="acme")

    await look(kit)

    assert toy_of(kit, "toys").config.key.get_secret_value() == "right-key"
    assert kit.pipeline.parts.channels.organization_of("toys") == "acme"


async def test_changed_channel_takes_the_place_of_the_old_one(kit: RoomKit) -> None:
    row = await run(kit, keep, "toys")
    await look(kit)
    old = toy_of(kit, "toys")

    await run(kit, edit, row, options={"config": {"colour": "blue"}})
    await look(kit)

    assert (old.closed, old.config.colour) == (1, "red")
    assert toy_of(kit, "toys").config.colour == "blue"


async def test_channel_that_is_not_changed_stays_as_it_is(kit: RoomKit) -> None:
    await run(kit, keep, "toys")
    await look(kit)
    before = kit.get_channel("toys")

    await look(kit)

    assert kit.get_channel("toys") is before


@pytest.mark.parametrize("way", ["disabled", "deleted"])
async def test_channel_that_is_gone_is_closed(kit: RoomKit, way: str) -> None:
    row: ChannelConfig = await run(kit, keep, "toys")
    await look(kit)
    old = toy_of(kit, "toys")

    await (run(kit, row.delete) if way == "deleted" else run(kit, edit, row, is_enabled=False))
    await look(kit)

    assert (old.closed, kit.get_channel("toys")) == (1, None)


async def test_channel_that_was_deleted_and_made_again_is_a_new_one(kit: RoomKit) -> None:
    row: ChannelConfig = await run(kit, keep, "toys")
    await look(kit)
    await run(kit, row.delete)
    await run(kit, keep, "toys", options={"config": {"colour": "blue"}})

    await look(kit)

    assert toy_of(kit, "toys").config.colour == "blue"


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"provider": "gone.Provider"}, "not listed"),
        ({"secrets": "of another key"}, "cannot be decrypted"),
        ({"options": {"config": {"colour": "green"}}}, "colour"),
        ({"options": {"channel": {"from_number": 7}}}, "from_number"),
    ],
)
async def test_broken_channel_leaves_the_others_alone(
    kit: RoomKit, caplog: pytest.LogCaptureFixture, columns: dict[str, object], reason: str
) -> None:
    await run(kit, keep, "broken", **columns)
    await run(kit, keep, "toys")

    await look(kit)

    assert list(kit.channels) == ["toys"]
    assert reason in caplog.text
    assert "right-key" not in caplog.text


async def test_channel_of_the_settings_wins(kit: RoomKit, caplog: pytest.LogCaptureFixture) -> None:
    own = SMSChannel("toys")
    kit.register_channel(own)
    await run(kit, keep, "toys")

    await look(kit)

    assert kit.get_channel("toys") is own
    assert "the settings have its id" in caplog.text


# -- before anybody looked


class CountingStore(ChannelConfigStore):
    """Counts how often it is asked."""

    looks = 0

    async def list_marks(self) -> dict[str, Mark]:
        self.looks += 1
        return await super().list_marks()


async def test_message_of_a_channel_that_was_just_made_is_taken(kit: RoomKit) -> None:
    await run(kit, keep, "toys")

    message = InboundMessage(channel_id="toys", sender_id=PERSON, content=TextContent(body="Hi"))
    result = await kit.process_inbound(message)

    assert result.event is not None


async def test_delivery_by_a_channel_that_was_just_made_is_sent(kit: RoomKit) -> None:
    await run(kit, keep, "toys")
    await kit.create_room("room")
    await kit.attach_channel("room", "toys", metadata={"phone_number": PERSON})
    other = build_kit()  # of a process that has not looked yet

    await other.deliver("room", TextContent(body="Hello"))

    assert toy_of(other, "toys").sent == [PERSON]
    await other.close()


async def test_unknown_channel_is_still_unknown(kit: RoomKit) -> None:
    with pytest.raises(ChannelNotRegisteredError):
        await kit.process_inbound(
            InboundMessage(channel_id="nobody", sender_id=PERSON, content=TextContent(body="Hi"))
        )


async def test_questions_that_come_together_share_one_look(kit: RoomKit) -> None:
    assert isinstance(kit.store, OrmStore)
    store = CountingStore(kit.store.threads)
    channels = ConfiguredChannels(kit, Shelf(store, build_channel))

    await asyncio.gather(*(channels.look_up(f"unknown-{number}") for number in range(50)))

    assert store.looks == 2  # the first, and one for all who came while it was under way


async def test_question_during_a_look_sees_what_was_saved_before_it(kit: RoomKit) -> None:
    look_before = asyncio.create_task(look(kit))
    await asyncio.sleep(0)
    await run(kit, keep, "toys")

    found = await kit.pipeline.parts.channels.find("toys")

    await look_before
    assert found is not None


# -- while it works


class SlowToy(ToyProvider):
    """Sends when it is told to."""

    def __init__(self) -> None:
        super().__init__(ToyConfig(key=SecretStr("k")))
        self.began = asyncio.Event()
        self.may_end = asyncio.Event()

    async def send(self, event: RoomEvent, to: str, from_: str | None = None) -> ProviderResult:
        self.began.set()
        await self.may_end.wait()
        assert self.closed == 0
        return await super().send(event, to, from_)


async def test_what_is_being_sent_ends_before_the_old_channel_closes(kit: RoomKit) -> None:
    toy = SlowToy()
    channel = SMSChannel("toys", provider=toy)
    kit.register_channel(channel)
    await kit.create_room("room")
    await kit.attach_channel("room", "toys", metadata={"phone_number": PERSON})
    sending = asyncio.create_task(kit.deliver("room", TextContent(body="Hello")))
    await toy.began.wait()

    await kit.unregister_channel("toys").close()
    closed_while_sending = toy.closed
    toy.may_end.set()
    await sending

    assert (closed_while_sending, toy.closed, toy.sent) == (0, 1, [PERSON])


async def test_breaker_forgets_what_the_former_credentials_did(kit: RoomKit) -> None:
    row = await run(kit, keep, "toys")
    await look(kit)
    shared = kit.pipeline.parts.shared
    admission = await shared.admit("toys", policy := BreakerPolicy(failure_threshold=1))
    assert admission is not None
    await shared.report(admission, BreakerWord.FAILURE)
    assert await shared.admit("toys", policy) is None

    await run(kit, edit, row)
    await look(kit)

    assert await shared.admit("toys", policy) is not None


class Registrations:
    """Waits for channels to be registered in a kit."""

    def __init__(self, kit: RoomKit) -> None:
        self._ids: asyncio.Queue[str] = asyncio.Queue()
        kit.on("channel_registered")(self._note)

    async def _note(self, event: FrameworkEvent) -> None:
        self._ids.put_nowait(str(event.channel_id))

    async def next(self) -> str:
        """Return the id of the next one."""
        async with asyncio.timeout(10):
            return await self._ids.get()


@pytest.mark.parametrize("has_worker", [True, False])
async def test_process_follows_from_its_start_on(kit: RoomKit, has_worker: bool) -> None:
    registrations, life = Registrations(kit), KitLife(lambda: kit, has_worker=has_worker)
    await run(kit, keep, "before")
    life.start()
    assert await registrations.next() == "before"

    await run(kit, keep, "after")

    assert await registrations.next() == "after"
    await life.stop()


async def test_saving_in_another_thread_wakes_the_process(
    kit: RoomKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "LOOK_EVERY_S", 1000.0)
    registrations, life = Registrations(kit), KitLife(lambda: kit, has_worker=False)
    await run(kit, keep, "before")
    life.start()
    await registrations.next()
    await run(kit, keep, "after")

    await asyncio.to_thread(wake_all)

    assert await registrations.next() == "after"
    await life.stop()
