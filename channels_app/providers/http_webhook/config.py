"""What a system is reached with that takes our webhooks."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from channels_app.providers.base.standard_webhooks import key_of


class HTTPProviderConfig(BaseModel):
    """Posts events to one address and takes what is posted to us.

    Attributes:
        webhook_url: Where events go.
        secret: Signs what we post and tells what is posted to us from forgeries: `whsec_` and
            base64, or any text. Without it we post unsigned and take nothing.
        timeout: Seconds until an answer.
        headers: Sent with each event; they may hold credentials.
        previous_secrets: Still good besides `secret`, while it is being changed.
        allow_private_hosts: Whether the address may be of our own network; for tests and
            development.
        allow_http: Whether events may go unencrypted.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    webhook_url: str = Field(description="Begins with https://")
    secret: SecretStr | None = Field(
        default=None, description="Shared with the receiver: whsec_ and base64, or any text"
    )
    timeout: float = 30.0
    headers: dict[str, str] = Field(default={}, repr=False)
    previous_secrets: list[SecretStr] = []
    allow_private_hosts: bool = Field(default=False, json_schema_extra={"settings_only": True})
    allow_http: bool = Field(default=False, json_schema_extra={"settings_only": True})

    @field_validator("secret", "previous_secrets")
    @classmethod
    def check_secrets(
        cls, value: SecretStr | list[SecretStr] | None
    ) -> SecretStr | list[SecretStr] | None:
        """Refuse a secret that there is no key in.

        Raises:
            ValueError: If one is empty, or not base64 after `whsec_`.
        """
        for secret in value if isinstance(value, list) else [value]:
            if secret is not None:
                key_of(secret.get_secret_value())
        return value

    @property
    def secrets(self) -> list[str]:
        """All secrets that are good, the current one first."""
        given = [self.secret, *self.previous_secrets]
        return [secret.get_secret_value() for secret in given if secret is not None]
