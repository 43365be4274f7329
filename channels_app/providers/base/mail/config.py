"""What every e-mail provider is told, whoever sends for it."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from channels_app.providers.base.mail.addresses import Mailbox, read_mailbox

DEFAULT_SUBJECT = "New message"


class MailConfig(BaseModel):
    """Senders, answers and threads.

    Attributes:
        from_email: The sender where the channel names none.
        from_name: The sender's name where the address brings none.
        message_id_domain: The right side of our Message-IDs, by which bounces and answers are
            recognised; the domain of `from_email` if None.
        default_subject: The subject of a mail that starts a thread and was given none.
        reply_address: Where answers go; the sender if None. It must accept plus tags if
            `reply_secrets` are set, because the room is written into the tag.
        reply_secrets: Sign the rooms in reply addresses. The first one signs, all are accepted.
        reply_valid_days: How long a reply address leads to its room, in days.
        own_addresses: Further mailboxes of ours; mails from them are loops.
        authserv_id: The name our own mail server writes into `Authentication-Results`; without it,
            nobody's word on the sender is believed.
        remote_images: Whether pictures on other servers are kept in received HTML; showing them
            tells the sender that the mail was read.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    from_email: str = Field(description="Such as support@example.org; verified at the vendor")
    from_name: str | None = None
    message_id_domain: str | None = None
    default_subject: str = DEFAULT_SUBJECT
    reply_address: str | None = None
    reply_secrets: list[SecretStr] = []
    reply_valid_days: int = Field(default=90, gt=0)
    own_addresses: list[str] = []
    authserv_id: str | None = None
    remote_images: bool = False

    @field_validator("from_email", "reply_address")
    @classmethod
    def check_mailbox(cls, address: str | None) -> str | None:
        """Refuse what is no address.

        Raises:
            ValueError: If it is none.
        """
        if address is not None:
            read_mailbox("the address", address)
        return address

    @field_validator("reply_secrets")
    @classmethod
    def refuse_empty(cls, secrets: list[SecretStr]) -> list[SecretStr]:
        """Refuse a secret that everybody knows.

        Raises:
            ValueError: If one is empty.
        """
        if not all(secret.get_secret_value() for secret in secrets):
            raise ValueError("a secret of reply addresses may not be empty")
        return secrets

    @property
    def sender(self) -> Mailbox:
        """The sender where the channel names none."""
        return read_mailbox("from_email", self.from_email, name=self.from_name)

    @property
    def domain(self) -> str:
        """The right side of our Message-IDs."""
        return self.message_id_domain or self.sender.domain

    @property
    def reply_keys(self) -> list[str]:
        """The secrets of reply addresses, in the clear."""
        return [secret.get_secret_value() for secret in self.reply_secrets]

    @property
    def mailboxes(self) -> list[str]:
        """All addresses of ours."""
        replies = [self.reply_address] if self.reply_address else []
        return [self.sender.address, *replies, *self.own_addresses]
