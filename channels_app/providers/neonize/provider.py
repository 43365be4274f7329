"""Sending by a personal account."""

from typing import ClassVar, Protocol

from channels_app.providers.base.checking import CheckFailed
from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.base.whatsapp import WhatsAppProvider
from channels_app.providers.neonize import extra
from channels_app.providers.neonize.client import check_directory
from channels_app.providers.neonize.config import WhatsAppPersonalConfig
from channels_app.providers.neonize.parsing import NAME
from channels_app.providers.neonize.relay import Relay
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.ports import Source
from rooms.realtime.bus import Bus


class Account(Source, Protocol):
    """The source of an account's messages, which also has its session."""

    channel_id: str

    @property
    def config(self) -> WhatsAppPersonalConfig:
        """What it is connected with."""

    @property
    def relay(self) -> Relay:
        """The way to the process that is connected."""


class WhatsAppPersonalProvider(WhatsAppProvider):
    """Sends events by a personal account, which one process at a time is connected with.

    Unofficial: WhatsApp's terms do not allow it, and it may ban the account.

    Args:
        source: Brings the account's messages. Where the channel is registered and a worker runs,
            it is run by itself; else `kit.attach_source` does.
    """

    attached_bytes = 16_000_000
    config_model = WhatsAppPersonalConfig
    extra: ClassVar[str] = extra.EXTRA

    def __init__(self, source: Account) -> None:
        self.source = source

    @property
    def name(self) -> str:
        """The name that events and logs show."""
        return NAME

    def on_registered(self, channel_id: str, *, bus: Bus, node: str) -> None:
        """Learn whose provider this is, and how other processes are reached."""
        self.source.channel_id = channel_id
        self.source.relay.join(channel_id, bus=bus, node=node)

    async def send(self, event: RoomEvent, to: str) -> ProviderResult:
        """Send one event to `to`: a number, an id that hides one, or a group's.

        While no process is connected nothing is sent, and it is tried again.
        """
        return await self.source.relay.ask(
            {"do": "send", "event": event.model_dump(mode="json"), "to": to}
        )

    async def send_typing(self, to: str, *, is_typing: bool = True, media: str = "text") -> None:
        """Show in a chat that something is written, or with `media="audio"` recorded.

        Raises:
            SendProblem: If WhatsApp does not take it.
        """
        await self._do({"do": "typing", "to": to, "is_typing": is_typing, "media": media})

    async def mark_read(self, message_ids: list[str], chat: str, sender: str) -> None:
        """Show a person that we have read their messages; in groups `sender` wrote them.

        Raises:
            SendProblem: If WhatsApp does not take it.
        """
        await self._do({"do": "read", "ids": message_ids, "chat": chat, "sender": sender})

    async def send_reaction(self, chat: str, sender: str, message_id: str, emoji: str) -> None:
        """Put an emoji on a message of a chat; the empty one takes ours away.

        Args:
            chat: Where the message is.
            sender: Who wrote it; "" if we did.
            message_id: WhatsApp's id of it.
            emoji: One emoji.

        Raises:
            SendProblem: If WhatsApp does not take it.
        """
        task = {"do": "react", "chat": chat, "sender": sender, "id": message_id, "emoji": emoji}
        await self._do(task)

    async def check(self) -> None:
        """See whether neonize is there, and a place for the session; nothing is connected.

        Raises:
            CheckFailed: If one is missing.
        """
        try:
            extra.require()
            check_directory(self.source.config)
        except ImportError as error:
            raise CheckFailed(str(error)) from None
        except OSError as error:
            raise CheckFailed(str(error), field="session") from None

    async def close(self) -> None:
        """End the source, if it runs here."""
        await self.source.stop()
        await self.source.relay.leave()

    async def _do(self, task: JsonObject) -> None:
        result = await self.source.relay.ask(task)
        if not result.success:
            raise SendProblem(result)
