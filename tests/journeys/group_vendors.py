"""Vendors whose groups have an address of their own: what is asked there is answered there."""

from typing import Any, ClassVar, TypeAlias

from channels_app.testing.fakes import teams_activities
from channels_app.testing.fakes.teams import FakeTeams
from channels_app.testing.fakes.teams_activities import ANA, THREAD
from channels_app.testing.fakes.teams_tokens import APP_ID, PASSWORD
from rooms.domain.json import JsonObject
from tests.journeys.chat_vendors import READ, ChatVendor, Telegram
from tests.journeys.sms_vendors import Posted, Sent

TELEGRAM_GROUP: JsonObject = {"id": -100123, "type": "supergroup", "title": "Family"}


class TelegramGroup(Telegram):
    """The same bot in a group."""

    customer = "-100123"
    members: ClassVar[tuple[JsonObject, ...]] = (
        {"id": 42, "is_bot": False, "first_name": "Ana"},
        {"id": 43, "is_bot": False, "first_name": "Bea"},
    )

    def inbound(self, text: str, number: int = 1) -> Posted:
        by = self.members[number - 1]
        updates = self.fake.updates
        webhook = updates.inbound_text(text, message_id=number, chat=TELEGRAM_GROUP, sender=by)
        return Posted(*webhook, self.path)


class Teams(ChatVendor[FakeTeams]):
    """A bot in a thread of a channel; Teams tells who has read, and nothing before."""

    kind, slug = "teams", "botframework"
    factory = "channels_app.TeamsChannel"
    customer = THREAD["id"]
    members: ClassVar[tuple[JsonObject, ...]] = (ANA, {"id": "29:1-bea", "name": "Bea"})
    steps = (READ,)

    @classmethod
    def make(cls) -> "Teams":
        return cls(FakeTeams())

    def provider(self) -> JsonObject:
        config = {
            "FACTORY": "channels_app.TeamsConfig",
            "app_id": APP_ID,
            "app_password": PASSWORD,
            "tenant_id": self.fake.tokens.tenant_id,
            "service_hosts": [self.fake.url],
            "login_url": self.fake.url,
            "openid_url": self.fake.openid_url,
        }
        return {"FACTORY": "channels_app.BotFrameworkTeamsProvider", "config": config}

    def inbound(self, text: str, number: int = 1) -> Posted:
        asked = teams_activities.inbound_mention(
            self.fake.tokens.bot_id, f"<at>RoomBot</at> {text}"
        )
        by = self.members[number - 1]
        activity = {**asked, "id": str(1767225600000 + number), "from": by}
        return Posted(*self.fake.post(activity), self.path)

    def statuses(self, message: Sent) -> list[Posted]:
        last = message.id.rpartition("|")[2]
        read = {**teams_activities.inbound_read(last), "conversation": THREAD}
        return [Posted(*self.fake.post(read), self.path)]

    def sent(self) -> list[Sent]:
        return [_of_teams(each, self.path) for each in self.fake.sent]


def _of_teams(message: Any, reports_to: str) -> Sent:
    """Read a message; the threads of a channel count as one place in the ids of messages."""
    place = message.conversation_id.partition(";messageid=")[0]
    words = message.activity.text
    return Sent(f"{place}|{message.id}", message.conversation_id, words, reports_to)


GroupVendor: TypeAlias = TelegramGroup | Teams

VENDORS: tuple[type[GroupVendor], ...] = (TelegramGroup, Teams)
