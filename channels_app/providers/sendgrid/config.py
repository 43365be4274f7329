"""What a SendGrid account is reached with."""

from pydantic import Field, SecretStr

from channels_app.providers.base.mail.config import MailConfig


class SendGridConfig(MailConfig):
    """A SendGrid account.

    Attributes:
        api_key: Needs the right to send mail.
        base_url: `https://api.eu.sendgrid.com` for accounts in the EU region.
        timeout: Seconds until an answer.
        event_public_key: Of the signed event webhook (Mail Settings), without which no news of
            mails are taken.
        parse_public_key: Of the security policy of the inbound parse webhook, without which no
            mails are taken.
        webhook_tolerance_s: How old a webhook may be, in seconds.
        track_opens: Whether SendGrid adds a picture that tells when a mail is opened.
    """

    api_key: SecretStr = Field(
        description="Begins with SG. Settings, API Keys; with the permission Mail Send"
    )
    base_url: str = "https://api.sendgrid.com"
    timeout: float = Field(default=30.0, gt=0)
    event_public_key: str | None = Field(
        default=None,
        description="Settings, Mail Settings, Event Webhooks, Signature verification",
    )
    parse_public_key: str | None = Field(
        default=None,
        description="Of the security policy of the inbound parse webhook, which its API shows",
    )
    webhook_tolerance_s: int = Field(default=600, gt=0)
    track_opens: bool = False
