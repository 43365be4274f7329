"""What a service plan of Sinch is reached with."""

from typing import Literal

from pydantic import BaseModel, Field, SecretStr


class SinchConfig(BaseModel):
    """Sends SMS and MMS.

    Attributes:
        service_plan_id: The plan; it is part of the address.
        api_token: The plan's token.
        from_number: In E.164, a short code or a sender's name.
        region: Where the plan lives.
        webhook_secret: Signs callbacks, once the account manager has enabled that.
        timeout: Seconds until an answer.
        webhook_username: With `webhook_password`, what callbacks show where they are not signed.
        webhook_password: See `webhook_username`.
        webhook_max_age: Seconds that a callback's timestamp may be away.
        callback_url: Where statuses go; None leaves that to the plan.
        base_url: Replaces the region's address; without a slash at the end.
    """

    service_plan_id: str = Field(description="Dashboard: SMS, Service APIs")
    api_token: SecretStr = Field(
        description="Dashboard: SMS, Service APIs, beside the service plan"
    )
    from_number: str = Field(description="Such as +15145550199. Dashboard: Numbers")
    region: Literal["us", "eu", "au", "br", "ca"] = "us"
    webhook_secret: SecretStr | None = Field(
        default=None, description="From your account manager, who enables signed callbacks"
    )
    timeout: float = 10.0
    webhook_username: str | None = None
    webhook_password: SecretStr | None = None
    webhook_max_age: float = 300.0
    callback_url: str | None = None
    base_url: str | None = None

    @property
    def api_url(self) -> str:
        """The address that batches are posted to."""
        base = self.base_url or f"https://{self.region}.sms.api.sinch.com"
        return f"{base.rstrip('/')}/xms/v1/{self.service_plan_id}/batches"
