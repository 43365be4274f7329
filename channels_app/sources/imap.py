"""Reading a mailbox: each new mail becomes a message, or news of a mail of ours."""

import asyncio
import logging
from datetime import date, timedelta

from channels_app.providers.base.webhook import MalformedWebhook
from channels_app.sources.base import BaseSourceProvider
from channels_app.sources.imap_config import IMAPConfig
from channels_app.sources.imap_line import Line, LineBroken
from channels_app.sources.imap_mailbox import Mailbox, MailboxState
from channels_app.sources.imap_mails import MailReading
from channels_app.sources.packages import needed
from rooms.domain.errors import SourceLostError, StoreUnavailableError
from rooms.domain.frozen import utc_now
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage
from rooms.domain.source import SourceStatus
from rooms.ports import EmitCallback

logger = logging.getLogger("roomkit.channels.sources")

RECONNECT_S = 1.0
# So soon a stop is noticed by the thread that waits for news.
SLICE_S = 0.5
MAX_ATTEMPTS = 3
# Days are those of the server, whose zone nobody tells.
RESYNC_DAYS = timedelta(days=1)

MAILBOX, UIDVALIDITY, LAST_UID, READ_ON = "mailbox", "uidvalidity", "last_uid", "read_on"
FAILING_UID, FAILURES = "failing_uid", "failures"


class IMAPSource(BaseSourceProvider):
    """Takes the mails of a mailbox as messages of a channel. Needs the extra `imap`.

    It begins with the mails that come after its first start. Mails are left as they are: unread,
    and where they are. One that cannot be taken is logged with its UID, counted and passed over.

    Args:
        channel_id: Where the messages come in.
        config: The mailbox.

    Raises:
        ImportError: If IMAPClient is not installed.
    """

    def __init__(self, channel_id: str, config: IMAPConfig) -> None:
        super().__init__()
        self.channel_id = channel_id
        needed("imapclient", extra="imap")
        self._config = config
        self._reading = MailReading(config, channel_id, self.name)
        self._set_aside = 0

    @property
    def name(self) -> str:
        """The name that events and logs show."""
        return "imap"

    async def start(self, emit: EmitCallback) -> None:
        """Read the mailbox until stopped.

        Raises:
            MailboxRefused: If the server lets us in no more.
            LineBroken: If it cannot be reached.
        """

        async def connect() -> float:
            return await self._serve(emit)

        await self._keep_connected(connect)

    async def _serve(self, emit: EmitCallback) -> float:
        """Read until the connection ends; return after how many seconds to come back."""
        line = Line(self._config)
        try:
            state = await line.ask(Mailbox.open)
            await self._find_place(line, state)
            self._set_status(SourceStatus.CONNECTED)
            await self._read_on(line, state, emit)
        except LineBroken as error:
            if self.status is not SourceStatus.CONNECTED:
                raise
            logger.info("connection to a mailbox ended", extra=self._facts_of(reason=str(error)))
        finally:
            await line.close()
        return RECONNECT_S

    async def _read_on(self, line: Line, state: MailboxState, emit: EmitCallback) -> None:
        while True:
            for uid in await line.ask(Mailbox.find_after, self._cursor[LAST_UID]):
                await self._take_mail(line, uid, emit)
            await self._wait(line, tells_news=state.tells_news)

    async def _wait(self, line: Line, *, tells_news: bool) -> None:
        """Wait for new mails, or until it is time to look all the same."""
        if not tells_news:
            await asyncio.sleep(self._config.poll_seconds)
            return
        loop = asyncio.get_running_loop()
        # What came between the last question and this one may have been told already.
        until = loop.time() + self._config.poll_seconds
        await line.ask(Mailbox.begin_waiting)
        while (left := until - loop.time()) > 0:
            if await line.ask(Mailbox.has_news, min(left, SLICE_S)):
                break
        await line.ask(Mailbox.end_waiting)

    # -- where to go on

    async def _find_place(self, line: Line, state: MailboxState) -> None:
        """Find out after which mail to go on.

        A new UIDVALIDITY means that the UIDs mean other mails now. Then all mails are read that
        came since the day of the last one; those that were taken before are known by their ids.
        """
        cursor = self._cursor
        if cursor.get(MAILBOX) != self._config.identity:
            await self._go_on(state, 0 if self._config.read_backlog else state.uid_next - 1)
        elif cursor[UIDVALIDITY] != state.uidvalidity:
            day = date.fromisoformat(cursor[READ_ON]) - RESYNC_DAYS
            found = await line.ask(Mailbox.find_since, day)
            logger.warning("a mailbox has new UIDs", extra=self._facts_of(mails=len(found)))
            await self._go_on(state, min(found, default=state.uid_next) - 1)

    async def _go_on(self, state: MailboxState, last_uid: int) -> None:
        await self._keep_cursor(
            {
                MAILBOX: self._config.identity,
                UIDVALIDITY: state.uidvalidity,
                LAST_UID: last_uid,
                READ_ON: utc_now().date().isoformat(),
            }
        )

    # -- one mail

    async def _take_mail(self, line: Line, uid: int, emit: EmitCallback) -> None:
        """Take a mail, and note that it was taken; one that fails is tried a few times."""
        try:
            why_not = await self._try_mail(line, uid, emit)
        except (LineBroken, StoreUnavailableError, SourceLostError):
            raise  # nothing is wrong with this mail
        except Exception as error:  # one bad mail must not hold up all others for ever
            why_not = f"{type(error).__name__}: {error}"
            if not await self._is_given_up(uid):
                raise
        if why_not:
            self._set_aside += 1
            self._set_fact("mails_set_aside", str(self._set_aside))
            self._set_fact("last_set_aside", f"UID {uid}: {why_not}")
            logger.error("mail set aside", extra=self._facts_of(uid=uid, reason=why_not))
        kept = {MAILBOX, UIDVALIDITY}
        cursor: JsonObject = {name: self._cursor[name] for name in kept}
        cursor |= {LAST_UID: uid, READ_ON: utc_now().date().isoformat()}
        await self._keep_cursor(cursor)

    async def _try_mail(self, line: Line, uid: int, emit: EmitCallback) -> str | None:
        """Take a mail; return why it cannot be taken, None if it was."""
        size = await line.ask(Mailbox.fetch_size, uid)
        if size is not None and size > self._config.max_mail_bytes:
            return f"it has {size} bytes, more than {self._config.max_mail_bytes}"
        content = await line.ask(Mailbox.fetch, uid) if size is not None else None
        if content is None:
            return None  # somebody deleted it
        try:
            items = await asyncio.to_thread(self._reading.read, content)
        except MalformedWebhook as error:
            return str(error)
        for item in items:
            if isinstance(item, InboundMessage):
                await self._deliver(emit, item)
            else:
                await self._apply([item])
        if self._config.mark_seen:
            await line.ask(Mailbox.mark_seen, uid)
        return None

    async def _is_given_up(self, uid: int) -> bool:
        """Count a failed attempt; tell whether it was the last one."""
        before = self._cursor.get(FAILURES, 0) if self._cursor.get(FAILING_UID) == uid else 0
        await self._keep_cursor({**self._cursor, FAILING_UID: uid, FAILURES: before + 1})
        return bool(before + 1 >= MAX_ATTEMPTS)

    def _facts_of(self, **facts: object) -> dict[str, object]:
        return {"source": self.name, "channel_id": self.channel_id, **facts}
