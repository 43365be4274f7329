"""What a bot of Telegram is reached with."""

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator

API_BASE = "https://api.telegram.org"

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class TelegramConfig(BaseModel):
    """Sends by one bot.

    Attributes:
        bot_token: As BotFather gave it.
        webhook_secret: What `setWebhook` is told and Telegram sends with each webhook: 1 to 256 of
            `A-Z a-z 0-9 _ -`; without it none is taken.
        timeout: Seconds until an answer.
        bot_username: The bot's name without `@`; tells commands of it from those of other bots.
        api_base: The Bot API's address, without a slash at the end; a server of one's own has
            another one.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    bot_token: SecretStr = Field(description="@BotFather shows it: /mybots, API Token")
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="Make one up: 1 to 256 of A-Z a-z 0-9 _ -. Without it no webhook is taken",
    )
    timeout: float = 30.0
    bot_username: Annotated[str, StringConstraints(pattern=r"^\w+$")] | None = None
    api_base: str = API_BASE

    @field_validator("webhook_secret")
    @classmethod
    def check_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        """Refuse a secret that Telegram would not take.

        Raises:
            ValueError: If it is empty, too long or has other characters in it.
        """
        if secret is not None and not _SECRET.fullmatch(secret.get_secret_value()):
            raise ValueError("webhook_secret must be 1 to 256 of A-Z, a-z, 0-9, _ and -")
        return secret

    @property
    def base_url(self) -> str:
        """The address that methods are called below. The token is in it: never log it."""
        return f"{self.api_base}/bot{self.bot_token.get_secret_value()}"
