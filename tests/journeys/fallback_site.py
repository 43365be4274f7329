"""A site whose customer has WhatsApp, a phone and mail, and three vendors who can be told off."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Any

from channels_app.testing.fakes.meta_whatsapp import NOT_WHATSAPP
from rooms import FallbackPolicy, RoomEvent, RoomKit, TextContent, Worker, models
from rooms.domain.frozen import utc_now
from rooms.domain.json import JsonObject
from rooms.runtime import build_kit
from rooms.stores.orm import OrmStore
from tests.journeys.mail_vendors import SMTP
from tests.journeys.phone_vendors import WhatsAppCloud
from tests.journeys.sms_vendors import CUSTOMER, Posted, Twilio
from tests.journeys.vendor_sites import CHANNEL, post

MAIL_ADDRESS = "ana@example.com"
DIGITS = CUSTOMER.removeprefix("+")


class Vendors:
    """WhatsApp Cloud, Twilio and a mail server, each on loopback."""

    def __init__(self) -> None:
        self.whatsapp = WhatsAppCloud.make()
        self.twilio = Twilio.make()
        self.smtp = SMTP()

    @contextmanager
    def serving(self) -> Iterator["Vendors"]:
        """Run the three servers; some of them are meant to refuse."""
        with ExitStack() as stack:
            stack.enter_context(self.whatsapp.fake.serving())
            stack.enter_context(self.twilio.serving())
            stack.enter_context(self.smtp.serving())
            yield self

    def channels(self) -> JsonObject:
        """Return the settings entries of the channels."""
        sms = {"provider": self.twilio.provider()}
        mail = {"provider": self.smtp.provider()}
        return {
            CHANNEL: self.whatsapp.channel(),
            "sms": {"FACTORY": "channels_app.SMSChannel", "OPTIONS": sms},
            "mail": {"FACTORY": "channels_app.EmailChannel", "OPTIONS": mail},
            "desk": {"FACTORY": "channels_app.WebSocketChannel"},
        }

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many messages went out by WhatsApp, by SMS and by mail."""
        return len(self.whatsapp.sent()), len(self.twilio.sent()), len(self.smtp.sent())


class FallbackSite:
    """One room of the site, in which the desk writes to the customer."""

    def __init__(self, kit: RoomKit, vendors: Vendors) -> None:
        self.kit = kit
        self.vendors = vendors
        self.room_id = ""

    async def open(self, **policy: Any) -> None:
        """Let the customer write by WhatsApp, and attach the other ways to reach her."""
        await post(self.kit, self.vendors.whatsapp.inbound("Hello"))
        [room] = await self.kit.store.list_rooms()
        self.room_id = room.id
        await self.kit.attach_channel(self.room_id, "desk")
        await self.kit.attach_channel(self.room_id, "sms", metadata={"phone_number": CUSTOMER})
        mail = {"email_address": MAIL_ADDRESS}
        await self.kit.attach_channel(self.room_id, "mail", metadata=mail)
        chain = FallbackPolicy(**({"channels": ["sms", "mail"]} | policy))
        await self.kit.set_fallback(self.room_id, CHANNEL, chain)

    async def write(self, body: str = "Your table is ready") -> RoomEvent:
        """Let the desk write, and wait until everything that follows at once is done."""
        event = await self.kit.send_event(self.room_id, "desk", TextContent(body=body))
        await self.settle()
        return event

    async def settle(self) -> None:
        """Wait until everything that has begun is done."""
        await self.kit.pipeline.parts.tasks.close(timeout=10)

    async def pass_time(self) -> None:
        """Let the waiting time of every message be over."""
        waiting = models.Delivery.objects.filter(follow_up_at__isnull=False)
        await self.write_rows(lambda: waiting.update(follow_up_at=utc_now() - timedelta(days=1)))

    async def write_rows(self, step: Callable[[], object]) -> None:
        """Write to the database where the store does."""
        assert isinstance(self.kit.store, OrmStore)
        await self.kit.store.threads.run(step)

    async def look(self) -> None:
        """Let a worker look after what was sent, and what follows happen."""
        await Worker(self.kit).look_after()
        await self.settle()

    async def records(self) -> list[tuple[str | None, JsonObject]]:
        """Return code and data of what the timeline says of fallbacks."""
        events = await self.kit.store.list_events(self.room_id, include_internal=True)
        contents = [event.content for event in events if event.type == "system"]
        return [(each.code, each.data) for each in contents if each.type == "system"]

    def refusal(self) -> Posted:
        """Return the webhook by which WhatsApp gives the newest message up."""
        [*_, message] = self.vendors.whatsapp.sent()
        error = {"code": NOT_WHATSAPP, "title": "Message undeliverable"}
        signed = self.vendors.whatsapp.fake.hooks.status(message.id, "failed", error=error)
        return Posted(*signed, self.vendors.whatsapp.path)


@asynccontextmanager
async def another_process() -> AsyncIterator[RoomKit]:
    """Run another process of the same site while the block lasts."""
    kit = build_kit()
    yield kit
    await kit.close()
