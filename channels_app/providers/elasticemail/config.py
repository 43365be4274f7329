"""What an ElasticEmail account is reached with."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from channels_app.providers.base.mail.config import MailConfig


class ElasticEmailConfig(MailConfig):
    """An ElasticEmail account.

    Attributes:
        api_key: Needs the access level SendHttp.
        is_transactional: Whether mails are answers and notices, rather than mails to a list.
        base_url: Where version 4 of the API is; version 2 had the key in the body and is not used.
        timeout: Seconds until an answer.
        webhook_secret: Shown once when a signed webhook is made (`whsec_…`).
        webhook_token: For notifications and inbound mails that are not signed: put it into their
            address as `?token=…`.
        webhook_tolerance_s: How old a signed webhook may be, in seconds.
        track_opens: Whether a picture is added that tells when a mail is opened.
        max_file_bytes: How many bytes the files of one mail may have.
    """

    api_key: SecretStr = Field(
        description="Settings, Manage API Keys; with the access level Send via HTTP API"
    )
    is_transactional: bool = True
    base_url: str = "https://api.elasticemail.com/v4"
    timeout: float = Field(default=30.0, gt=0)
    webhook_secret: SecretStr | None = None
    webhook_token: SecretStr | None = Field(
        default=None,
        description="Make one up, and add ?token=… with it to the address you give ElasticEmail",
    )
    webhook_tolerance_s: int = Field(default=600, gt=0)
    track_opens: bool = False
    max_file_bytes: int = Field(default=10_000_000, gt=0)

    @field_validator("base_url")
    @classmethod
    def check_address(cls, url: str) -> str:
        """Refuse addresses that would show the key to others, and those of the old API.

        Raises:
            ValueError: If it is not https, except on this machine, or of version 2.
        """
        parts = urlsplit(url)
        if parts.scheme != "https" and not _is_here(parts.hostname or ""):
            raise ValueError("base_url must begin with https://: the key is sent to it")
        if "/v2/" in f"{parts.path}/":
            raise ValueError("base_url names version 2 of the API: use https://…/v4")
        return url.rstrip("/")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
