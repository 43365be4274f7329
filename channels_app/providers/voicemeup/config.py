"""What an account of VoiceMeUp is reached with."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, Field, SecretStr, field_validator

HOSTS = {
    "production": "https://clients.voicemeup.com",
    "sandbox": "https://dev-clients.voicemeup.com",
}
TIMEZONE = "America/Toronto"


class VoiceMeUpConfig(BaseModel):
    """Sends SMS and MMS.

    Attributes:
        username: The account.
        auth_token: The account's token.
        from_number: In E.164.
        environment: production or sandbox.
        timeout: Seconds until an answer.
        webhook_token: What the `token` of a webhook's address must be: VoiceMeUp signs nothing.
            Without it no webhook is taken.
        timezone: Where the clock hangs that VoiceMeUp's times are read from.
        mms_wait_s: Seconds that one half of a split MMS waits for the other.
        host: Replaces the environment's address; without a slash at the end.
    """

    username: str = Field(description="As you log in at clients.voicemeup.com")
    auth_token: SecretStr = Field(description="The API token of your account at VoiceMeUp")
    from_number: str = Field(description="Such as +15145550199")
    environment: str = "production"
    timeout: float = 10.0
    webhook_token: SecretStr | None = Field(
        default=None,
        description="Make one up, and add ?token=… with it to the address that you give VoiceMeUp",
    )
    timezone: str = TIMEZONE
    mms_wait_s: float = Field(default=5.0, ge=0)
    host: str | None = None

    @field_validator("environment")
    @classmethod
    def _check_environment(cls, name: str) -> str:
        if name not in HOSTS:
            raise ValueError(f"environment must be one of {', '.join(HOSTS)}, got {name!r}")
        return name

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"timezone must be a name such as {TIMEZONE}, got {name!r}") from error
        return name

    @property
    def base_url(self) -> str:
        """The address that names of calls are added to."""
        return f"{(self.host or HOSTS[self.environment]).rstrip('/')}/api/v1.1/json/"
