"""What an account of Telnyx is reached with."""

from pydantic import BaseModel, Field, SecretStr

BASE_URL = "https://api.telnyx.com/v2"


class TelnyxConfig(BaseModel):
    """Sends SMS and MMS.

    Attributes:
        api_key: Begins with KEY.
        from_number: In E.164, a short code or a sender's name; empty lets the messaging profile
            choose one of its numbers.
        messaging_profile_id: Needed for a sender's name and for an empty `from_number`.
        timeout: Seconds until an answer.
        public_key: Base64 of the key that webhooks are verified with; without it none is taken.
        webhook_url: Where statuses go; None leaves that to the messaging profile.
        base_url: The API's address, without a slash at the end.
    """

    api_key: SecretStr = Field(description="Begins with KEY. Portal: Account, API Keys")
    from_number: str = Field(description="Such as +15145550199. Portal: Numbers, My Numbers")
    messaging_profile_id: str | None = Field(
        default=None, description="Portal: Messaging, Programmable Messaging, the profile's ID"
    )
    timeout: float = 10.0
    public_key: str | None = Field(
        default=None,
        description="Portal: Account, Public Key. Without it no webhook is taken",
    )
    webhook_url: str | None = None
    base_url: str = BASE_URL


class TelnyxRCSConfig(BaseModel):
    """Sends RCS messages.

    Attributes:
        api_key: Begins with KEY.
        agent_id: Who recipients see.
        messaging_profile_id: Telnyx sends nothing without it.
        timeout: Seconds until an answer.
        fallback_from: Who sends the SMS to phones without RCS, in E.164; None lets the messaging
            profile choose.
        public_key: Base64 of the key that webhooks are verified with; without it none is taken.
        webhook_url: Where statuses go; None leaves that to the messaging profile. What people
            write goes to the address that the agent has.
        base_url: The API's address, without a slash at the end.
    """

    api_key: SecretStr = Field(description="Begins with KEY. Portal: Account, API Keys")
    agent_id: str = Field(description="Portal: Messaging, RCS, the agent's ID")
    messaging_profile_id: str | None = Field(
        default=None, description="Portal: Messaging, Programmable Messaging, the profile's ID"
    )
    timeout: float = 10.0
    fallback_from: str | None = None
    public_key: str | None = Field(
        default=None,
        description="Portal: Account, Public Key. Without it no webhook is taken",
    )
    webhook_url: str | None = None
    base_url: str = BASE_URL
