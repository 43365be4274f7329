"""One customer on three channels, and a stranger with her number at another company."""

import pytest

from channels_app import EmailChannel, MockEmailProvider, MockSMSProvider, SMSChannel
from channels_app.providers.base.sms import SMSProvider
from hooks import HookTrigger
from rooms import (
    ChannelType,
    EventType,
    Identity,
    IdentityRoomRouter,
    ProviderResult,
    RichContent,
    RoomContext,
    RoomEvent,
    RoomKit,
    RoomNotFoundError,
    StoredIdentityResolver,
)
from rooms.stores.base import ConversationStore
from rooms.testing.rig import Recorder, ScriptedAgent, Turn, bodies, text
from tests.kit_fixtures import MakeKit
from tests.steps import full_timeline, stored, timeline

PHONE = "+15550100"
EMAIL = "alice@example.com"
ALICE = Identity(
    id="alice",
    organization_id="t1",
    display_name="Alice",
    channel_addresses={
        ChannelType.SMS: [PHONE],
        ChannelType.EMAIL: [EMAIL],
        ChannelType.WEBSOCKET: ["alice-chat"],
    },
)
STRANGER = Identity(
    id="zoe", organization_id="t2", display_name="Zoe", channel_addresses={"sms": [PHONE]}
)
SAID = ["order?", "any news?", "hi"]
ANSWER = RichContent(body="**Soon.** " + "Promise. " * 300, plain_text="Soon. " + "Promise. " * 300)


class PigeonSMS(SMSProvider):
    """Another vendor's way of sending text messages."""

    def __init__(self) -> None:
        self.flown: list[tuple[str, str]] = []

    @property
    def from_number(self) -> str:
        """Return the loft."""
        return "+15559999"

    async def send(self, event: RoomEvent, to: str, from_: str | None = None) -> ProviderResult:
        """Let a pigeon fly."""
        self.flown.append((to, bodies([event])[0]))
        return ProviderResult(success=True, provider_message_id=f"pigeon-{len(self.flown)}")


class Company:
    """Tenant t1 with three channels and an agent; tenant t2 with a phone of its own."""

    def __init__(self, kit: RoomKit, sms: SMSProvider) -> None:
        self.kit = kit
        self.sms = sms
        self.mail = MockEmailProvider()
        self.ws = Recorder("ws")
        self.agent = ScriptedAgent("ai", Turn(ANSWER))
        kit.register_channel(SMSChannel("sms", provider=sms), organization_id="t1")
        kit.register_channel(EmailChannel("email", provider=self.mail), organization_id="t1")
        kit.register_channel(self.ws, organization_id="t1")
        kit.register_channel(self.agent)
        kit.register_channel(SMSChannel("sms-t2", provider=sms), organization_id="t2")
        kit.hook(HookTrigger.ON_ROOM_CREATED, name="hire")(self._hire)

    async def open(self) -> None:
        """Enter both people into the directory."""
        for person in (ALICE, STRANGER):
            await self.kit.store.create_identity(person)

    async def alice_writes(self) -> str:
        """Write on all three channels and return the room."""
        await self.kit.process_inbound(text("sms", PHONE, SAID[0]))
        mail = text("email", EMAIL, SAID[1], thread_id="<1@example.com>")
        await self.kit.process_inbound(mail)
        last = text("ws", "alice-chat", SAID[2])
        return stored(await self.kit.process_inbound(last)).room_id

    async def stranger_writes(self) -> str:
        """Write to the other tenant from the same number and return the room."""
        message = text("sms-t2", PHONE, "hello")
        return stored(await self.kit.process_inbound(message)).room_id

    async def _hire(self, event: RoomEvent, context: RoomContext) -> None:
        await self.kit.attach_channel(event.room_id, "ai")


@pytest.fixture(params=[MockSMSProvider, PigeonSMS])
async def company(
    make_kit: MakeKit, store: ConversationStore, request: pytest.FixtureRequest
) -> Company:
    kit = make_kit(
        inbound_router=IdentityRoomRouter(store), identity_resolver=StoredIdentityResolver(store)
    )
    opened = Company(kit, request.param())
    await opened.open()
    return opened


async def test_three_channels_make_one_conversation(company: Company) -> None:
    room_id = await company.alice_writes()

    rows = await timeline(company.kit, room_id)
    asked = [row for row in rows if row.source.channel_id != "ai"]
    assert bodies(asked) == SAID
    assert [row.source.channel_id for row in rows] == ["sms", "ai", "email", "ai", "ws", "ai"]
    assert (await company.kit.get_room(room_id)).organization_id == "t1"


async def test_three_addresses_are_one_person(company: Company) -> None:
    room_id = await company.alice_writes()

    [person] = await company.kit.store.list_participants(room_id)
    assert person.identity_id == "alice"
    assert person.connected_via == ["sms", "email", "ws"]
    assert person.channel_id == "sms"
    rows = await timeline(company.kit, room_id)
    assert {row.source.participant_id for row in rows[::2]} == {person.id}


async def test_she_joins_once(company: Company) -> None:
    room_id = await company.alice_writes()

    rows = await full_timeline(company.kit, room_id)
    types = [row.type for row in rows]
    assert types.count(EventType.PARTICIPANT_JOINED) == 1
    assert EventType.PARTICIPANT_UPDATED not in types


async def test_each_channel_gets_the_answers_in_its_own_form(company: Company) -> None:
    await company.alice_writes()

    mailed = [sent["event"] for sent in company.mail.sent]
    answers = [event.content for event in mailed if event.source.channel_id == "ai"]
    assert answers == [ANSWER] * 2  # e-mail joined after the first
    assert [event.content.type for event in company.ws.delivered] == ["text"]


async def test_text_messages_are_short_and_go_to_her(make_kit: MakeKit) -> None:
    kit = make_kit()
    pigeons = PigeonSMS()
    company = Company(kit, pigeons)

    await company.kit.process_inbound(text("sms", PHONE, SAID[0]))

    [(to, body)] = pigeons.flown
    assert to == PHONE
    assert len(body) == 1600
    assert body.startswith("Soon. Promise.")


async def test_agent_remembers_what_was_said_on_the_other_channels(company: Company) -> None:
    await company.alice_writes()

    prompt = company.agent.asked[-1].prompt
    assert [line for line in prompt if line in SAID] == SAID
    assert len(prompt) == 5


async def test_same_number_at_another_company_is_another_person(company: Company) -> None:
    hers = await company.alice_writes()

    theirs = await company.stranger_writes()

    assert theirs != hers
    [person] = await company.kit.store.list_participants(theirs)
    assert person.identity_id == "zoe"
    assert (await company.kit.get_room(theirs)).organization_id == "t2"


async def test_room_of_another_company_does_not_exist_for_us(company: Company) -> None:
    theirs = await company.stranger_writes()

    with pytest.raises(RoomNotFoundError):
        await company.kit.get_room(theirs, organization_id="t1")


@pytest.mark.parametrize(("organization_id", "identity"), [("t1", "alice"), ("t2", "zoe")])
async def test_directory_answers_for_one_company_at_a_time(
    company: Company, organization_id: str, identity: str
) -> None:
    found = await company.kit.store.resolve_identity("sms", PHONE, organization_id)

    assert found is not None
    assert found.id == identity
