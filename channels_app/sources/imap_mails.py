"""From the bytes of a mail in a mailbox to what it means for a room."""

from dataclasses import dataclass
from email.utils import parseaddr

from channels_app.providers.base.mail.addresses import without_tag
from channels_app.providers.base.mail.composing import EVENT_HEADER
from channels_app.providers.base.mail.message_ids import event_id_of, read_message_ids
from channels_app.providers.base.mail.reading import Reader
from channels_app.providers.base.mail.received import ReceivedMail
from channels_app.providers.base.webhook import WebhookItem
from channels_app.providers.smtp.inbound import read_delivered_mail
from channels_app.sources.imap_config import IMAPConfig


@dataclass(frozen=True)
class MailReading:
    """Reads the mails of one mailbox, as those are read that a mail server posts to us.

    Attributes:
        config: Our addresses and secrets.
        channel_id: Where the mails come in.
        provider: Whose name reports carry.
    """

    config: IMAPConfig
    channel_id: str
    provider: str

    def read(self, content: bytes) -> list[WebhookItem]:
        """Return what a mail is: a message, news of a mail of ours, or nothing if we sent it.

        Raises:
            MalformedWebhook: If it cannot be read.
        """
        mail = read_delivered_mail(content)
        if self._is_own(mail):
            return []
        return Reader(self.config, self.provider).read(mail, self.channel_id)

    def _is_own(self, mail: ReceivedMail) -> bool:
        """Tell whether we have sent a mail ourselves, as copies in a shared mailbox are.

        Relays may give a mail another Message-ID; then our own header and address tell.
        """
        ids = read_message_ids(mail.header("Message-ID"))
        if any(event_id_of(each, self.config.domain) for each in ids):
            return True
        author = without_tag(parseaddr(mail.header("From"))[1])
        ours = author in map(without_tag, self.config.mailboxes)
        return ours and bool(mail.header(EVENT_HEADER))
