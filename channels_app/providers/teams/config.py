"""As which bot we speak in Microsoft Teams, and whom we believe."""

import re
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

LOGIN_URL = "https://login.microsoftonline.com"
OPENID_URL = "https://login.botframework.com/v1/.well-known/openidconfiguration"
ISSUER = "https://api.botframework.com"
SCOPE = "https://api.botframework.com/.default"
MULTI_TENANT = "common"
MULTI_TENANT_DIRECTORY = "botframework.com"

SERVICE_HOSTS = (
    # Of trafficmanager.net only this one is Microsoft's: anybody can have a name below it.
    "smba.trafficmanager.net",
    "*.botframework.com",
    "*.botapi.skype.com",
    "*.teams.microsoft.com",
    "*.teams.microsoft.us",
    "*.botframework.us",
    "*.botframework.azure.us",
)
"""Where conversations may be, in the public clouds and in those of the US government."""

_THUMBPRINT = re.compile(r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$")


class TeamsConfig(BaseModel):
    """One bot.

    It proves itself with a password or with a certificate; without either it only receives.

    Attributes:
        app_id: The bot's registration in Microsoft Entra ID (a UUID).
        app_password: Its client secret.
        tenant_id: The directory of a single-tenant bot; `common` is a multi-tenant one.
        certificate_thumbprint: SHA-1 or SHA-256 of the certificate, in hex.
        certificate_private_key: Its key, as PEM.
        certificate_public: The certificate itself, as PEM; only needed where it is renewed by
            subject name and issuer.
        allowed_tenants: The directories whose people may write to the bot; empty allows all.
        service_hosts: The hosts that may be shown the bot's token: names, `*.` and a domain, or a
            whole origin such as `http://127.0.0.1:3978` for tests and gateways.
        login_url: Where tokens come from; national clouds have their own.
        openid_url: Where the keys of the calls to us are described.
        issuer: Who signs the calls to us.
        scope: What tokens are asked for.
        timeout: Seconds until an answer.
    """

    # A validation error must not repeat what it was given: it may hold the secret.
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    app_id: str = Field(
        min_length=1, description="Azure Portal: the bot, Configuration, Microsoft App ID"
    )
    app_password: SecretStr | None = Field(
        default=None,
        description="Azure Portal: App registrations, Certificates & secrets; the secret's value",
    )
    tenant_id: str = Field(
        default=MULTI_TENANT,
        min_length=1,
        description="Azure Portal: App registrations, Directory (tenant) ID. Or: common",
    )
    certificate_thumbprint: str | None = None
    certificate_private_key: SecretStr | None = Field(
        default=None, json_schema_extra={"multiline": True}
    )
    certificate_public: str | None = Field(default=None, json_schema_extra={"multiline": True})
    allowed_tenants: tuple[str, ...] = ()
    service_hosts: tuple[str, ...] = SERVICE_HOSTS
    login_url: str = LOGIN_URL
    openid_url: str = OPENID_URL
    issuer: str = ISSUER
    scope: str = SCOPE
    timeout: float = Field(default=30.0, gt=0)

    @field_validator("certificate_thumbprint")
    @classmethod
    def read_thumbprint(cls, given: str | None) -> str | None:
        """Accept any way of writing hex, with colons and blanks too.

        Raises:
            ValueError: If it is neither a SHA-1 nor a SHA-256.
        """
        if given is None:
            return None
        thumbprint = re.sub(r"[\s:]", "", given).lower()
        if not _THUMBPRINT.match(thumbprint):
            raise ValueError(f"a thumbprint has 40 or 64 hex digits, got {len(thumbprint)} signs")
        return thumbprint

    @model_validator(mode="after")
    def check_credentials(self) -> Self:
        """Refuse two proofs, and half of one.

        Raises:
            ValueError: If a password and a certificate are given, or a certificate's key or
                thumbprint without the other.
        """
        halves = (self.certificate_thumbprint is None, self.certificate_private_key is None)
        if halves[0] != halves[1]:
            raise ValueError("certificate_thumbprint and certificate_private_key go together")
        if self.app_password is not None and self.uses_certificate_auth:
            raise ValueError("give app_password or a certificate, not both")
        return self

    @property
    def uses_certificate_auth(self) -> bool:
        """Whether the bot proves itself with a certificate."""
        return self.certificate_private_key is not None

    @property
    def bot_id(self) -> str:
        """The bot as an account of Teams."""
        return f"28:{self.app_id}"

    @property
    def token_url(self) -> str:
        """Where this bot gets its tokens."""
        is_multi_tenant = self.tenant_id == MULTI_TENANT
        directory = MULTI_TENANT_DIRECTORY if is_multi_tenant else self.tenant_id
        return f"{self.login_url.rstrip('/')}/{directory}/oauth2/v2.0/token"
