"""Sending mails by a mail server, and taking those that one posts to us."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from channels_app.providers.base import standard_webhooks
from channels_app.providers.base.decoded import first_message
from channels_app.providers.base.email import EmailProvider
from channels_app.providers.base.mail.capabilities import mail_capabilities
from channels_app.providers.base.mail.composing import NotSendableError, compose
from channels_app.providers.base.mail.reading import Reader
from channels_app.providers.base.webhook import WebhookItem, WebhookRequest
from channels_app.providers.smtp.checking import check_server
from channels_app.providers.smtp.config import SMTPConfig
from channels_app.providers.smtp.inbound import read_posted_mail
from channels_app.providers.smtp.sending import send_mail
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage


class SMTPProvider(EmailProvider):
    """Sends by SMTP through Django's mail framework, whose settings it needs, in its own threads.

    The `Message-ID` is the `provider_message_id`. That the server took a mail does not mean that it
    arrived: bounces come as mails, to wherever `envelope_from` leads.
    """

    slug = "smtp"
    config_model = SMTPConfig

    def __init__(self, config: SMTPConfig) -> None:
        self._config = config
        self.attached_bytes = config.max_file_bytes
        self._threads: ThreadPoolExecutor | None = None

    @property
    def name(self) -> str:
        """The vendor's name."""
        return "smtp"

    def capabilities(self) -> ChannelCapabilities:
        """Return what mails can show."""
        return mail_capabilities(self._config.max_file_bytes)

    async def send(
        self, event: RoomEvent, to: str, from_: str | None = None, subject: str | None = None
    ) -> ProviderResult:
        """Send one event to the mailbox `to`; without `from_` the config's sender is used."""
        try:
            mail = compose(event, to, self._config, from_=from_, subject=subject)
            mail.check_size(self._config.max_file_bytes)
            mail.check_ascii()
        except NotSendableError as error:
            return error.result()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool(), send_mail, mail, event.id, self._config)

    async def verify(self, request: WebhookRequest) -> None:
        """Prove that our own mail server posts.

        Raises:
            WebhookRefused: If it does not, or if no secret is configured.
        """
        secrets = [secret.get_secret_value() for secret in self._config.webhook_secrets]
        standard_webhooks.verify(request, secrets)

    def parse(self, request: WebhookRequest, channel_id: str) -> list[WebhookItem]:
        """Read a posted mail: a message, or a report on one of ours.

        Raises:
            MalformedWebhook: If the body is none.
        """
        reader = Reader(self._config, self.name, now=request.received_at)
        return reader.read(read_posted_mail(request), channel_id)

    async def parse_inbound(self, payload: JsonObject, channel_id: str = "") -> InboundMessage:
        """Return the mail whose MIME text is `payload["email"]`.

        Raises:
            MalformedWebhook: If there is none.
        """
        mime = str(payload.get("email", "")).encode()
        return first_message(self.parse(WebhookRequest("POST", "", body=mime), channel_id))

    async def check(self) -> None:
        """Connect, log in and name the sender; no mail is begun.

        Raises:
            CheckFailed: If one of it does not work.
        """
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._pool(), check_server, self._config)

    async def close(self) -> None:
        """End the threads once they are done with their mails; twice does no harm."""
        threads, self._threads = self._threads, None
        if threads is not None:
            await asyncio.to_thread(threads.shutdown)

    def _pool(self) -> ThreadPoolExecutor:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(
                self._config.connections, thread_name_prefix="roomkit-smtp"
            )
        return self._threads
