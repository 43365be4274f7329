"""People whom vendors know by several names, or by another one from now on."""

import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from pytest_django import Settings

from channels_app.testing.fakes import meta_whatsapp_webhooks
from channels_app.testing.fakes.meta_whatsapp_webhooks import Person
from channels_app.testing.fakes.twilio_webhooks import TwilioWebhooks
from rooms import EventType, RoomEvent, RoomKit
from tests.journeys.chat_vendors import ChatVendor, Telegram
from tests.journeys.phone_vendors import WhatsAppCloud, WhatsAppTwilio
from tests.journeys.sms_vendors import CUSTOMER, SITE, Posted
from tests.journeys.vendor_sites import CHANNEL, post, said_in, serving

pytestmark = pytest.mark.database

USER_ID = "CA.1349000000000000001"
NEW_NUMBER = "+15145550177"
GROUP, SUPERGROUP = -5, -1001234567890


class Cloud(WhatsAppCloud):
    """WhatsApp itself."""

    def written_by(self, phone: str | None, user_id: str | None, number: int) -> Posted:
        """Return the webhook of a message; what is None is not told."""
        person = Person(wa_id=phone.removeprefix("+") if phone else None, user_id=user_id)
        hooks = self.fake.hooks
        told = {"message_id": f"wamid.IN{number}", "timestamp": str(int(time.time()))}
        webhook = hooks.inbound_text("Hello", person=person, **told)
        return Posted(*webhook, self.path)


class Twilio(WhatsAppTwilio):
    """WhatsApp by way of Twilio."""

    def written_by(self, phone: str | None, user_id: str | None, number: int) -> Posted:
        """Return the webhook of a message; what is None is not told."""
        fields = {
            "sender": f"whatsapp:{phone or user_id}",
            "sid": f"SM{number:032x}",
            "WaId": phone.removeprefix("+") if phone else "",
            "ExternalUserId": user_id or "",
        }
        webhook = TwilioWebhooks(SITE + self.path).inbound_whatsapp("Hello", **fields)
        return Posted(*webhook, self.path)


@pytest.fixture(params=[Cloud, Twilio])
def whatsapp(request: pytest.FixtureRequest) -> Iterator[Cloud | Twilio]:
    with request.param.make().serving() as running:
        yield running


@pytest.fixture
def telegram() -> Iterator[Telegram]:
    made = Telegram.make()
    made.fake.chats |= {GROUP, SUPERGROUP}
    with made.serving() as running:
        yield running


@pytest.fixture
async def vendor(request: pytest.FixtureRequest) -> ChatVendor[Any]:
    named: str = getattr(request, "param", "whatsapp")
    found: ChatVendor[Any] = request.getfixturevalue(named)
    return found


@pytest.fixture
async def kit(
    vendor: ChatVendor[Any],
    settings: Settings,
    committed_database: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RoomKit]:
    async with serving(vendor.channel(), settings, monkeypatch) as made:
        yield made


async def questions(kit: RoomKit) -> list[RoomEvent]:
    return [event for event in await said_in(kit) if event.source.channel_id == CHANNEL]


async def moves(kit: RoomKit) -> list[dict[str, Any]]:
    """Return what the timeline of the only room tells of changed addresses."""
    [room] = await kit.store.list_rooms()
    rows = await kit.store.list_events(room.id, include_internal=True)
    system = [row.content.model_dump() for row in rows if row.type is EventType.SYSTEM]
    return [each["data"] for each in system if each["code"] == "address_changed"]


async def recipient(kit: RoomKit, key: str) -> object:
    [room] = await kit.store.list_rooms()
    binding = await kit.store.get_binding(room.id, CHANNEL)
    return binding.metadata[key] if binding else None


@pytest.mark.parametrize(
    "told",
    [
        [(None, USER_ID), (CUSTOMER, USER_ID), (CUSTOMER, None)],
        [(CUSTOMER, None), (CUSTOMER, USER_ID), (None, USER_ID)],
        [(CUSTOMER, USER_ID), (None, USER_ID), (CUSTOMER, None)],
    ],
    ids=["id first", "number first", "both first"],
)
async def test_user_with_a_hidden_number_stays_one_person(
    kit: RoomKit, whatsapp: Cloud | Twilio, told: list[tuple[str | None, str | None]]
) -> None:
    for number, (phone, user_id) in enumerate(told, 1):
        await post(kit, whatsapp.written_by(phone, user_id, number))

    said = await questions(kit)
    [room] = await kit.store.list_rooms()
    [person] = await kit.store.list_participants(room.id)
    assert [event.source.participant_id for event in said] == [person.id] * 3
    snapshot = await kit.store.load_snapshot(room.id)
    assert snapshot is not None
    assert {row.address for row in snapshot.addresses} == {CUSTOMER, USER_ID}


async def test_user_with_a_hidden_number_is_answered(
    kit: RoomKit, whatsapp: Cloud | Twilio
) -> None:
    await post(kit, whatsapp.written_by(None, USER_ID, 1))

    assert len(whatsapp.fake.sent) == 1
    assert await recipient(kit, "phone_number") == USER_ID


@pytest.mark.parametrize("whatsapp", [Cloud], indirect=True)
async def test_conversation_follows_a_new_number(kit: RoomKit, whatsapp: Cloud) -> None:
    await post(kit, whatsapp.inbound("Hello"))
    news = meta_whatsapp_webhooks.number_changed(NEW_NUMBER.removeprefix("+"))
    webhook = Posted(*whatsapp.fake.hooks.inbound(news), whatsapp.path)
    await post(kit, webhook)
    await post(kit, webhook)

    await post(kit, whatsapp.written_by(NEW_NUMBER, None, 2))

    assert len(await questions(kit)) == 2
    assert await recipient(kit, "phone_number") == NEW_NUMBER
    assert await moves(kit) == [{"channel_id": CHANNEL, "from": CUSTOMER, "to": NEW_NUMBER}]


def in_group(telegram: Telegram, chat_id: int, **fields: Any) -> Posted:
    chat = {"id": chat_id, "type": "supergroup" if chat_id < -1000 else "group", "title": "Family"}
    sender = {"id": 42, "is_bot": False, "first_name": "Ana"}
    message = {"date": 1767225600, "chat": chat, "from": sender, **fields}
    return Posted(*telegram.fake.updates.post(message=message), telegram.path)


@pytest.mark.parametrize("vendor", ["telegram"], indirect=True)
async def test_group_that_became_a_supergroup_keeps_its_room(
    kit: RoomKit, telegram: Telegram
) -> None:
    await post(kit, in_group(telegram, GROUP, message_id=1, text="Hello"))
    await post(kit, in_group(telegram, GROUP, message_id=2, migrate_to_chat_id=SUPERGROUP))

    await post(kit, in_group(telegram, SUPERGROUP, message_id=1, text="Here we are"))

    assert len(await questions(kit)) == 2
    assert await recipient(kit, "telegram_chat_id") == str(SUPERGROUP)
    assert [each["to"] for each in await moves(kit)] == [str(SUPERGROUP)]


@pytest.mark.parametrize("vendor", ["telegram"], indirect=True)
async def test_answer_learns_that_the_group_has_moved(kit: RoomKit, telegram: Telegram) -> None:
    telegram.fake.migrated[GROUP] = SUPERGROUP

    await post(kit, in_group(telegram, GROUP, message_id=1, text="Hello"))

    telegram.fake.refusals.clear()  # the group's own, which the bot was told
    assert [sent.to for sent in telegram.sent()] == [str(SUPERGROUP)]
    assert await recipient(kit, "telegram_chat_id") == str(SUPERGROUP)
    await post(kit, in_group(telegram, SUPERGROUP, message_id=2, text="Again"))
    assert len(await questions(kit)) == 2
    assert len(await moves(kit)) == 1
