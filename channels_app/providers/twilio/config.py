"""What a Twilio account needs to be told."""

from pydantic import BaseModel, Field, SecretStr

API_VERSION = "2010-04-01"
DEFAULT_REGION = "us1"


class TwilioAccount(BaseModel):
    """What all channels of an account share.

    Attributes:
        account_sid: `AC…`.
        auth_token: Proves us to Twilio unless there is an API key, and Twilio to us always.
        secondary_auth_token: Also accepted on webhooks, while tokens are being exchanged.
        api_key_sid: `SK…`; sends instead of the auth token, together with `api_key_secret`.
        api_key_secret: The secret of that key.
        region: Where the account's data are processed, such as `ie1`.
        edge: Where Twilio's network is entered, such as `dublin`.
        base_url: Replaces Twilio's hosts, in tests and behind gateways.
        status_callback_url: Where Twilio reports what became of a message; the event's id is added
            to its query. None leaves it to what the number or service is set to.
        timeout: Seconds until an answer.
    """

    account_sid: str = Field(description="Begins with AC. On the first page of the Twilio Console")
    auth_token: SecretStr = Field(
        description="On the first page of the Twilio Console, below the account SID"
    )
    secondary_auth_token: SecretStr | None = None
    api_key_sid: str | None = Field(
        default=None,
        description="Begins with SK; sends instead of the token. Console: API keys & tokens",
    )
    api_key_secret: SecretStr | None = Field(
        default=None, description="Shown once, when the API key is made"
    )
    region: str | None = None
    edge: str | None = None
    base_url: str | None = None
    status_callback_url: str | None = None
    timeout: float = 10.0

    @property
    def root_url(self) -> str:
        """The address of the host that has messages and their media, without a slash at the end."""
        if self.base_url:
            return self.base_url.rstrip("/")
        region = self.region or (DEFAULT_REGION if self.edge else None)
        host = ".".join(filter(None, ("api", self.edge, region, "twilio.com")))
        return f"https://{host}"

    @property
    def api_url(self) -> str:
        """Where messages are created."""
        return f"{self.root_url}/{API_VERSION}/Accounts/{self.account_sid}/Messages.json"

    @property
    def credentials(self) -> tuple[str, str]:
        """User and password of requests: those of the API key, if there is one."""
        if self.api_key_sid and self.api_key_secret:
            return self.api_key_sid, self.api_key_secret.get_secret_value()
        return self.owner

    @property
    def owner(self) -> tuple[str, str]:
        """User and password of the account itself."""
        return self.account_sid, self.auth_token.get_secret_value()

    @property
    def webhook_secrets(self) -> list[str]:
        """The tokens by one of which a webhook must be signed."""
        tokens = (self.auth_token, self.secondary_auth_token)
        return [token.get_secret_value() for token in tokens if token and token.get_secret_value()]


class TwilioConfig(TwilioAccount):
    """How text messages are sent.

    Attributes:
        from_number: The sender if no other is named: a number (E.164), a short code or a name.
        messaging_service_sid: `MG…`; the service then picks the sender, unless one is named.
        handles_opt_out: Whether Twilio obeys and answers STOP, START and HELP by itself, as it does
            unless the sender is a short code or Twilio's support has switched it off.
    """

    from_number: str = Field(
        description="Such as +15145550199. Console: Phone Numbers, Active numbers"
    )
    messaging_service_sid: str | None = Field(
        default=None, description="Begins with MG. Console: Messaging, Services"
    )
    handles_opt_out: bool = Field(
        default=True,
        description="Twilio answers STOP, START and HELP itself; not on short codes",
    )


class TwilioRCSConfig(TwilioAccount):
    """How RCS messages are sent.

    Attributes:
        messaging_service_sid: `MG…` of a service that has an RCS sender.
        rcs_sender: The agent that recipients see, as `rcs:<agent>`; None leaves it to the service.
        fallback_from: Who sends text messages to phones without RCS; None leaves it to the service.
    """

    messaging_service_sid: str = Field(
        description="Begins with MG; the service has an RCS sender. Console: Messaging, Services"
    )
    rcs_sender: str | None = None
    fallback_from: str | None = None


class TwilioWhatsAppConfig(TwilioAccount):
    """How WhatsApp messages are sent.

    Attributes:
        from_number: The WhatsApp sender (E.164), with or without `whatsapp:` before it.
        messaging_service_sid: `MG…`; names the sender as well.
    """

    from_number: str = Field(
        description="Such as +15145550199. Console: Messaging, Senders, WhatsApp senders"
    )
    messaging_service_sid: str | None = Field(
        default=None, description="Begins with MG. Console: Messaging, Services"
    )
