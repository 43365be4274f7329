"""A phone and its network, behind an object with neonize's methods; no program is started.

What it is given is checked as the program behind neonize would: types, and fields that must be set.
"""

import asyncio
import hashlib
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from channels_app.testing.fakes.neonize_checks import (
    ChatPresence,
    ChatPresenceMedia,
    DownloadError,
    GetUserDevicesError,
    MarkReadError,
    MediaType,
    Presence,
    ReceiptType,
    SendMessageError,
    SendPresenceError,
    UploadError,
    check,
    check_jid,
    check_message,
    e2e,
    wire,
)
from channels_app.testing.fakes.neonize_program import FakeProgram

NOT_CONNECTED = "websocket not connected"


def jid(user: str, server: str = "s.whatsapp.net", device: int = 0) -> Any:
    """Return an id."""
    return wire.JID(
        User=user, Server=server, Device=device, RawAgent=0, Integrator=0, IsEmpty=not user
    )


ME = jid("15550100000", device=7)


@dataclass(frozen=True)
class Sent:
    """A message that was taken: to whom, under which id, and its content."""

    to: str
    id: str
    message: Any

    @property
    def text(self) -> str:
        """The words of a message that has nothing else."""
        return str(self.message.conversation or self.message.extendedTextMessage.text)


@dataclass
class Account:
    """One personal account, over all clients that were made for it.

    Attributes:
        sent: What was taken, oldest first.
        files: What was uploaded or sent, by the digest of its bytes.
        presences: What was shown of us, such as `available`.
        typing: Chats, and whether typing was shown there.
        read: Chats and ids that were marked as read.
        fails_with: Raised by the next send instead of taking it.
        keeps_waiting: Lets sends wait until it is set.
        fetched: The digests of files that were asked for, oldest first.
        keeps_fetching: Lets files wait until it is set.
        needs_pairing: Whether a client shows pictures instead of connecting at once.
        clients: The clients that were made, oldest first.
    """

    sent: list[Sent] = field(default_factory=list)
    files: dict[bytes, bytes] = field(default_factory=dict)
    presences: list[str] = field(default_factory=list)
    typing: list[tuple[str, bool]] = field(default_factory=list)
    read: list[tuple[str, str]] = field(default_factory=list)
    fails_with: Exception | None = None
    keeps_waiting: asyncio.Event | None = None
    fetched: list[bytes] = field(default_factory=list)
    keeps_fetching: asyncio.Event | None = None
    needs_pairing: bool = False
    clients: list["FakeClient"] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))

    def make_client(self, config: Any) -> "FakeClient":
        """Make a client; pass this as `make_client`."""
        self.clients.append(FakeClient(self, config.session))
        return self.clients[-1]

    @property
    def program(self) -> FakeProgram:
        """The program behind the client that was made last."""
        return self.clients[-1].program

    def keep(self, content: bytes) -> bytes:
        """Keep a file on WhatsApp's servers; return its digest."""
        digest = hashlib.sha256(content).digest()
        self.files[digest] = content
        return digest


class FakeClient:
    """Has those of the methods of `neonize.aioze.client.NewAClient` that a channel needs."""

    def __init__(self, account: Account, name: str) -> None:
        self.account = account
        self.name = name
        self.program = FakeProgram(self)
        self.event = self.program.events

    # -- neonize's methods

    async def connect(self) -> "asyncio.Task[None]":
        """Begin; what is returned ends when the program does."""
        running = self.program.begin()
        if not self.account.needs_pairing:
            self.program.tell(wire.Connected(status=True))
        return running

    async def stop(self) -> None:
        """End the program."""
        self.program.stop()

    async def get_me(self) -> Any:
        """Return the device that we are."""
        if not self.program.is_up:
            raise GetUserDevicesError(NOT_CONNECTED)
        return wire.Device(
            JID=ME, Platform="android", BussinessName="", PushName="Shop", Initialized=True
        )

    async def PairPhone(self, phone: str, show_push_notification: bool) -> str:  # noqa: N802
        """Return the code that links the account."""
        if not phone.isdigit() or not isinstance(show_push_notification, bool):
            raise TypeError(f"{phone!r} are not digits")
        return "ABCD-EFGH"

    async def send_presence(self, presence: Presence) -> None:
        """Show that we are there."""
        check(presence, Presence)
        if not self.program.is_up:
            raise SendPresenceError(NOT_CONNECTED)
        self.account.presences.append(presence.value.decode())

    async def send_message(self, to: Any, message: Any) -> Any:
        """Take a message."""
        check_jid(to)
        check_message(message, self.account.files)
        if self.account.keeps_waiting is not None:
            await self.account.keeps_waiting.wait()
        error, self.account.fails_with = self.account.fails_with, None
        if error is not None:
            raise error
        if not self.program.is_up:
            raise SendMessageError(NOT_CONNECTED)
        number = f"3EB0{next(self.account.numbers):016X}"
        copy = e2e.Message.FromString(message.SerializeToString())
        self.account.sent.append(Sent(f"{to.User}@{to.Server}", number, copy))
        return wire.SendResponse(ID=number)

    async def edit_message(self, chat: Any, message_id: str, new_message: Any) -> Any:
        """Take new words for a message of ours."""
        change = e2e.ProtocolMessage(
            type=e2e.ProtocolMessage.MESSAGE_EDIT, editedMessage=new_message
        )
        change.key.ID, change.key.fromMe = message_id, True
        inner = e2e.Message(protocolMessage=change)
        return await self.send_message(
            chat, e2e.Message(editedMessage=e2e.FutureProofMessage(message=inner))
        )

    async def revoke_message(self, chat: Any, sender: Any, message_id: str) -> Any:
        """Take back a message."""
        check(sender, wire.JID)
        change = e2e.ProtocolMessage(type=e2e.ProtocolMessage.REVOKE)
        change.key.ID, change.key.fromMe = message_id, sender.User == ME.User
        return await self.send_message(chat, e2e.Message(protocolMessage=change))

    async def upload(self, binary: bytes, media_type: MediaType) -> Any:
        """Take a file."""
        check(binary, bytes)
        check(media_type, MediaType)
        if not self.program.is_up:
            raise UploadError(NOT_CONNECTED)
        digest = self.account.keep(binary)
        return wire.UploadResponse(
            url=f"https://mmg.whatsapp.net/{digest.hex()[:8]}",
            DirectPath="/v/1",
            Handle="",
            MediaKey=b"key",
            FileEncSHA256=b"encrypted",
            FileSHA256=digest,
            FileLength=len(binary),
        )

    async def download_any(self, message: Any) -> bytes:
        """Return the file of a message."""
        check(message, e2e.Message)
        for _, part in message.ListFields():
            digest = getattr(part, "fileSHA256", b"")
            if digest in self.account.files:
                await self._fetch(digest)
                return self.account.files[digest]
        raise DownloadError("download failed with status code 410")

    async def _fetch(self, digest: bytes) -> None:
        self.account.fetched.append(digest)
        if self.account.keeps_fetching is not None:
            await self.account.keeps_fetching.wait()

    async def mark_read(
        self, *message_ids: str, chat: Any, sender: Any, receipt: ReceiptType
    ) -> None:
        """Take that messages were read."""
        check_jid(chat)
        check_jid(sender)
        check(receipt, ReceiptType)
        if not self.program.is_up:
            raise MarkReadError(NOT_CONNECTED)
        self.account.read += [(f"{chat.User}@{chat.Server}", each) for each in message_ids]

    async def send_chat_presence(
        self, jid: Any, state: ChatPresence, media: ChatPresenceMedia
    ) -> None:
        """Take that something is written."""
        check_jid(jid)
        check(state, ChatPresence)
        check(media, ChatPresenceMedia)
        if not self.program.is_up:
            raise SendPresenceError(NOT_CONNECTED)
        typed = state is ChatPresence.CHAT_PRESENCE_COMPOSING
        self.account.typing.append((f"{jid.User}@{jid.Server}", typed))
