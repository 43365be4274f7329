"""Asking Meta whether a token works, and whether the app's secret belongs to it."""

import hashlib
import hmac

from pydantic import SecretStr

from channels_app.providers.base.checking import CheckFailed, explain, unreadable
from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.meta.config import MessengerConfig, WhatsAppCloudConfig
from channels_app.providers.meta.graph import Graph
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.json import JsonObject

PROOF = "appsecret_proof"
BAD_TOKEN = "190"  # noqa: S105 - an error code
MOST_NUMBERS = "100"


async def check_whatsapp(graph: Graph, config: WhatsAppCloudConfig) -> None:
    """Ask for the number, and for the account it is said to belong to.

    Raises:
        CheckFailed: If token, secret, number and account do not belong together, or if Meta could
            not be asked.
    """
    questions = _Questions(graph, "WhatsApp", "access_token", config.access_token, config)
    words = "there is no such number, or the token may not use it"
    await questions.ask(
        config.phone_number_id, "id,display_phone_number", words, field="phone_number_id"
    )
    if config.waba_id is None:
        return
    path, words = f"{config.waba_id}/phone_numbers", "there is no such WhatsApp Business Account"
    found = await questions.ask(path, "id", words, field="waba_id", limit=MOST_NUMBERS)
    if config.phone_number_id not in _ids(found):
        words = "the number belongs to another WhatsApp Business Account"
        raise CheckFailed(f"WhatsApp: {words}", field="waba_id")


async def check_messenger(graph: Graph, config: MessengerConfig) -> None:
    """Ask for the page, and for its Messenger profile, which takes the right to send.

    Raises:
        CheckFailed: If token, secret and page do not belong together, if the token may not send, or
            if Meta could not be asked.
    """
    token = "page_access_token"  # noqa: S105 - a field's name
    questions = _Questions(graph, "Messenger", token, config.page_access_token, config)
    words = "the token is of no page"
    found = await questions.ask("me", "id,name", words, field=token)
    if config.page_id and found.get("id") != config.page_id:
        raise CheckFailed("Messenger: the token is of another page", field="page_id")
    words = "the token lacks the permission pages_messaging"
    await questions.ask("me/messenger_profile", "get_started", words, field=token)


class _Questions:
    """Questions by one token.

    Args:
        graph: Asks.
        vendor: The name in error texts.
        token_field: The config's field that holds the token.
        token: The token.
        config: May hold the app's secret.
    """

    def __init__(
        self,
        graph: Graph,
        vendor: str,
        token_field: str,
        token: SecretStr,
        config: WhatsAppCloudConfig | MessengerConfig,
    ) -> None:
        self._graph = graph
        self._vendor = vendor
        self._token_field = token_field
        self._proof = _proof_of(token, config.app_secret)

    async def ask(
        self, path: str, fields: str, words: str, *, field: str, **query: str
    ) -> JsonObject:
        """Return what is at a path.

        Raises:
            CheckFailed: With `words` on `field`, unless token or secret are to blame.
        """
        try:
            return await self._graph.get(path, {"fields": fields, **query, **self._proof})
        except SendProblem as problem:
            raise self._failure(problem.result, words, field) from None

    def _failure(self, result: ProviderResult, words: str, field: str) -> CheckFailed:
        if PROOF in (result.error or ""):
            words, field = "this is not the secret of the app that made the token", "app_secret"
        elif (result.code or "").partition("/")[0] == BAD_TOKEN:
            words, field = "the token is wrong or has ended. Make a new one", self._token_field
        elif result.outcome is SendOutcome.AUTH:
            words = "the token lacks a permission (whatsapp_business_management, pages_messaging)"
            field = self._token_field
        return explain(result, self._vendor, words, field=field)


def _proof_of(token: SecretStr, secret: SecretStr | None) -> dict[str, str]:
    """Return the parameter by which Meta tells whether token and secret are of the same app."""
    if secret is None or not secret.get_secret_value():
        return {}
    key, message = secret.get_secret_value().encode(), token.get_secret_value().encode()
    return {PROOF: hmac.new(key, message, hashlib.sha256).hexdigest()}


def _ids(found: JsonObject) -> set[str]:
    data = found.get("data")
    if not isinstance(data, list):
        raise unreadable("WhatsApp")
    return {str(each.get("id")) for each in data if isinstance(each, dict)}
