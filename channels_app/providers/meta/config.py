"""How to reach Meta, as whom, and how to know that it calls us."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

GRAPH = "https://graph.facebook.com"

MEDIA_HOSTS = ("lookaside.fbsbx.com",)
"""The hosts that may be shown the token when a file is fetched."""


class GraphConfig(BaseModel):
    """What both of Meta's messaging APIs need.

    Attributes:
        app_secret: The app's secret; it signs the webhooks. Without it they are refused.
        verify_token: What the app's dashboard was told; without it Meta cannot set up webhooks.
        api_version: The version of the Graph API that is spoken.
        timeout: Seconds until an answer.
        api_base: Where the Graph API is; another one only for tests and gateways.
    """

    model_config = ConfigDict(extra="forbid")

    app_secret: SecretStr | None = Field(
        default=None,
        description="App Dashboard: App settings, Basic. Without it no webhook is taken",
    )
    verify_token: SecretStr | None = Field(
        default=None, description="Make one up, and enter it at Meta beside the webhook's address"
    )
    api_version: str = Field(default="v25.0", pattern=r"^v\d+\.\d+$")
    timeout: float = Field(default=30.0, gt=0)
    api_base: str = GRAPH

    @property
    def base_url(self) -> str:
        """The address of the API with its version, without a slash at the end."""
        return f"{self.api_base.rstrip('/')}/{self.api_version}"


class WhatsAppCloudConfig(GraphConfig):
    """One business number.

    Attributes:
        access_token: A system user's token.
        phone_number_id: The number's id in Meta's dashboard, not the number itself.
        waba_id: The WhatsApp Business Account; webhooks of others are left alone.
        template_language: The language of templates that are sent by name alone.
        choices_label: What opens a list of choices, at most 20 characters.
        media_hosts: Hosts that may be shown the token when a file is fetched.
        max_media_bytes: The largest file that is fetched.
    """

    access_token: SecretStr = Field(
        description="Business settings: Users, System users, Generate token, with the permissions "
        "whatsapp_business_messaging and whatsapp_business_management"
    )
    phone_number_id: str = Field(
        pattern=r"^\d+$",
        description="Digits, not the number itself. App Dashboard: WhatsApp, API Setup",
    )
    waba_id: str | None = Field(
        default=None,
        description="WhatsApp Business Account ID. App Dashboard: WhatsApp, API Setup",
    )
    template_language: str = "en"
    choices_label: str = Field(default="Options", min_length=1, max_length=20)
    media_hosts: tuple[str, ...] = MEDIA_HOSTS
    max_media_bytes: int = Field(default=100 * 1024 * 1024, gt=0)


class MessengerConfig(GraphConfig):
    """One Facebook page.

    Attributes:
        page_access_token: The page's token.
        page_id: The page; webhooks of others are left alone. Without it the token says whose.
        messaging_type: What messages are sent as.
        human_agent_tag: Whether people's answers that come later than 24 hours after the
            customer's last message are sent again as HUMAN_AGENT, for which the app needs Meta's
            permission. What an agent of ours wrote never is.
        choices_label: What stands above buttons whose words are too long for them.
    """

    page_access_token: SecretStr = Field(
        description="App Dashboard: Messenger, API settings, Generate access tokens"
    )
    api_version: str = Field(default="v21.0", pattern=r"^v\d+\.\d+$")
    page_id: str | None = Field(
        default=None,
        pattern=r"^\d+$",
        description="On Facebook: the page, About, Page transparency",
    )
    messaging_type: Literal["RESPONSE", "UPDATE"] = "RESPONSE"
    human_agent_tag: bool = False
    choices_label: str = Field(default="Options", min_length=1, max_length=640)
