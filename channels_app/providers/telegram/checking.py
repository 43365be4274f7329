"""Asking Telegram who the bot is, and whether its webhook works."""

from typing import Any

from channels_app.providers.base.checking import CheckFailed, explain, unreadable
from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.telegram.access import BotAPI

VENDOR = "Telegram"
WRONG = "the token is wrong or was taken back. @BotFather shows the bot's token by /mybots"


async def check_bot(api: BotAPI, username: str | None) -> None:
    """Ask for the bot and its webhook.

    A webhook that has failed counts while updates wait for it: Telegram goes on showing its last
    error when all is well again.

    Raises:
        CheckFailed: If the token is wrong or of another bot, or if updates do not get through.
    """
    bot = await _ask(api, "getMe")
    if username and str(bot.get("username", "")).lower() != username.lower():
        raise CheckFailed(
            f"{VENDOR}: the token belongs to @{bot.get('username')}", field="bot_username"
        )
    webhook = await _ask(api, "getWebhookInfo")
    told = webhook.get("last_error_message")
    if told and webhook.get("pending_update_count"):
        raise CheckFailed(f"The token is right, but {VENDOR} cannot call the webhook: {told}")


async def _ask(api: BotAPI, method: str) -> dict[str, Any]:
    try:
        found = await api.call(method)
    except SendProblem as problem:
        raise explain(problem.result, VENDOR, WRONG, field="bot_token") from None
    if not isinstance(found, dict):
        raise unreadable(VENDOR)
    return found
