"""The messages of a personal account of WhatsApp, and the session that they come by."""

import asyncio
import logging
from typing import Any

from channels_app.providers.base.media import NOT_NOW, TOO_LARGE, MediaUnavailable
from channels_app.providers.base.webhook import Unread, WebhookItem
from channels_app.providers.neonize import extra, jids
from channels_app.providers.neonize.client import MakeClient
from channels_app.providers.neonize.client import make_client as make_neonize_client
from channels_app.providers.neonize.config import WhatsAppPersonalConfig
from channels_app.providers.neonize.errors import not_connected
from channels_app.providers.neonize.parsing import NAME, EventReader
from channels_app.providers.neonize.relay import Relay
from channels_app.providers.neonize.sending import KnownMessages, Speaker
from channels_app.providers.neonize.verdicts import Verdict, judge
from channels_app.sources.base import BaseSourceProvider
from channels_app.sources.whatsapp_intake import Intake
from rooms.domain.delivery import ProviderResult
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage
from rooms.domain.source import SourceStatus
from rooms.ports import EmitCallback
from rooms.resilience.clock import Clock, SystemClock

logger = logging.getLogger("roomkit.channels.sources")

QR, PAIR_CODE, ACCOUNT = "qr", "pair_code", "account"
CONNECTION_NEWS = (
    "Connected",
    "Disconnected",
    "KeepAliveTimeout",
    "KeepAliveRestored",
    "LoggedOut",
    "StreamReplaced",
    "TemporaryBan",
    "ConnectFailure",
    "ClientOutdated",
)
# The first picture is good for a minute, each later one for twenty seconds.
PAIRING_S = 90.0
LOOK_S = 5.0
STOP_S = 2.0


class NotPaired(ConnectionError):
    """Nobody has linked the account while pictures were shown."""


class WhatsAppPersonalSourceProvider(BaseSourceProvider):
    """Links a personal account as one more device, and brings what it is sent.

    Unofficial: WhatsApp's terms do not allow it, and it may ban the account. WhatsApp believes a
    message delivered as soon as the client has it: what comes in the instant in which the process
    is killed is lost here, and stays on the phone.

    Args:
        config: The account.
        channel_id: Where its messages come in; a channel whose provider has this source says it
            itself.
        make_client: Makes the client; None takes neonize's.
        clock: Paces pairing and repetitions; None takes the machine's.

    Raises:
        ImportError: If neonize is not installed.
    """

    def __init__(
        self,
        config: WhatsAppPersonalConfig,
        *,
        channel_id: str = "",
        make_client: MakeClient | None = None,
        clock: Clock | None = None,
    ) -> None:
        super().__init__()
        if make_client is None:
            extra.require()
        self.channel_id = channel_id
        self._config = config
        self._make_client = make_client or make_neonize_client
        self._clock: Clock = clock or SystemClock()
        self._relay = Relay(self._perform, self._clock)
        self._known = KnownMessages()
        self._intake: Intake | None = None
        self._client: Any = None
        self._me: Any = None
        self._fate: asyncio.Future[None] | None = None
        self._paired_until: float | None = None

    @property
    def name(self) -> str:
        """The name that events and logs show."""
        return NAME

    @property
    def config(self) -> WhatsAppPersonalConfig:
        """What it is connected with."""
        return self._config

    @property
    def relay(self) -> Relay:
        """The way to the process that is connected."""
        return self._relay

    @property
    def is_idle(self) -> bool:
        """Whether everything that came in has taken effect."""
        return self._intake is None or self._intake.is_idle

    async def start(self, emit: EmitCallback) -> None:
        """Be connected until stopped, or until a person is needed.

        Raises:
            NotPaired: If the account was not linked in time; pictures are shown again later.
            OSError: If there is no place for the session, or the connection ends.
            neonize.exc.NeonizeError: If the session cannot be opened.
        """
        self._begin()
        self._fate = asyncio.get_running_loop().create_future()
        self._paired_until = None
        self._client = self._make_client(self._config)
        intake = self._intake = self._make_intake(emit)
        self._listen(intake)
        await self._relay.open()
        try:
            await self._stay(await self._client.connect(), self._fate)
        finally:
            await self._hang_up()
            await intake.drain(STOP_S)

    # -- the connection

    def _listen(self, intake: Intake) -> None:
        events, on = extra.events(), self._client.event
        for news in CONNECTION_NEWS:
            on(getattr(events, news))(self._take_news)
        on(events.PairStatus)(self._take_pairing)
        on(events.Message)(intake.take_message)
        on(events.Receipt)(intake.take_receipt)
        on(events.ChatPresence)(intake.take_presence)
        on.qr(self._show_code)

    async def _stay(self, running: "asyncio.Task[None]", fate: "asyncio.Future[None]") -> None:
        """Wait for the end: asked for, of the client, or by a word that needs a person."""
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            while not stopping.done() and not fate.done():
                await self._wait({running, stopping, fate})
                self._check(running)
        finally:
            stopping.cancel()
        if fate.done():
            fate.result()

    async def _wait(self, ends: "set[asyncio.Future[Any]]") -> None:
        pause = asyncio.ensure_future(self._clock.sleep(LOOK_S))
        await asyncio.wait({pause, *ends}, return_when=asyncio.FIRST_COMPLETED)
        pause.cancel()

    def _check(self, running: "asyncio.Task[None]") -> None:
        if self._stopping.is_set() or self._is_over:
            return
        if running.done():
            running.result()
            raise ConnectionError("the client has ended")
        if self._paired_until is not None and self._clock.monotonic() > self._paired_until:
            raise NotPaired("nobody has linked the account: a new picture is shown later")

    @property
    def _is_over(self) -> bool:
        return self._fate is None or self._fate.done()

    async def _hang_up(self) -> None:
        await self._relay.close()
        client, self._client = self._client, None
        self._forget_codes()
        try:
            async with asyncio.timeout(STOP_S):
                await client.stop()
        except Exception:  # it is left behind either way
            logger.warning("client did not stop", exc_info=True, extra=self._about)

    async def _take_news(self, _: Any, event: Any) -> None:
        verdict = judge(event)
        if verdict.status is SourceStatus.CONNECTED:
            await self._greet()
        # What follows a last word changes nothing.
        if not self._is_over and not self._stopping.is_set():
            self._note(verdict)

    def _note(self, verdict: Verdict) -> None:
        self._set_status(verdict.status, verdict.words)
        if verdict.status is SourceStatus.ERROR and self._fate is not None:
            logger.error("account needs a person: %s", verdict.words, extra=self._about)
            self._fate.set_result(None)

    async def _greet(self) -> None:
        """Learn who we are, and be seen: only those who are seen are told who types."""
        self._forget_codes()
        problems = extra.problems()
        try:
            self._me = (await self._client.get_me()).JID
        except problems.NeonizeError as error:
            self._fail(ConnectionError(f"the account does not say who it is: {error}"))
            return
        self._set_fact(ACCOUNT, jids.address_of(self._me))
        try:
            await self._client.send_presence(extra.words().Presence.AVAILABLE)
        except problems.NeonizeError:
            logger.warning("account is not seen as available", exc_info=True, extra=self._about)

    def _fail(self, error: Exception) -> None:
        if self._fate is not None and not self._fate.done():
            self._fate.set_exception(error)

    # -- pairing

    async def _show_code(self, client: Any, code: bytes) -> None:
        """Show what links the account, each time it changes."""
        is_first = self._paired_until is None
        self._paired_until = self._clock.monotonic() + PAIRING_S
        if self._config.phone is None:
            self._set_fact(QR, code.decode())
        elif is_first:
            try:
                self._set_fact(PAIR_CODE, await client.PairPhone(self._config.phone, True))
            except extra.problems().NeonizeError as error:
                self._set_status(SourceStatus.CONNECTING, f"WhatsApp gives no code: {error}")

    async def _take_pairing(self, _: Any, event: Any) -> None:
        if event.PStatus.Name(event.Status) == "SUCCESS":
            self._forget_codes()
        else:
            self._set_status(SourceStatus.CONNECTING, f"not linked: {event.Error}")

    def _forget_codes(self) -> None:
        self._paired_until = None
        self._set_fact(QR, None)
        self._set_fact(PAIR_CODE, None)

    # -- what comes in

    def _make_intake(self, emit: EmitCallback) -> Intake:
        async def bring(item: WebhookItem | Unread) -> None:
            if isinstance(item, InboundMessage):
                await self._deliver(emit, item)
            else:
                await self._apply([item])

        reader = EventReader(
            self.channel_id,
            self_chat=self._config.self_chat,
            fetch=self._fetch_file,
            me=lambda: self._me,
        )
        return Intake(
            reader, self._known, bring=bring, clock=self._clock, channel_id=self.channel_id
        )

    async def _fetch_file(self, message: Any, file: Any) -> bytes:
        if file.fileLength > self._config.max_file_bytes:
            raise MediaUnavailable(f"a file has {file.fileLength} bytes", reason=TOO_LARGE)
        try:
            return bytes(await self._client.download_any(message))
        except extra.problems().NeonizeError as error:
            raise MediaUnavailable(str(error), reason=NOT_NOW) from None

    # -- what goes out

    async def _perform(self, task: JsonObject) -> ProviderResult:
        """Do what the provider asks for, here or in another process."""
        if self._status is not SourceStatus.CONNECTED or self._me is None:
            return not_connected(f"the account is {self._status}")
        return await Speaker(self._client, self._me, self._known).do(task, self._clock.now())

    @property
    def _about(self) -> dict[str, str]:
        return {"channel_id": self.channel_id}
