"""Asking Twilio whether account, credentials and sender belong together; nothing is sent."""

from collections.abc import Awaitable
from typing import Any, TypeVar

from channels_app.providers.base.checking import PHONE_NUMBER, CheckFailed, explain, unreadable
from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.twilio.config import TwilioAccount
from channels_app.providers.twilio.extra import Client

VENDOR = "Twilio"
ACTIVE = "active"
WRONG_CREDENTIALS = "20003"
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)

Found = TypeVar("Found")


async def check_account(sdk: Client, account: TwilioAccount) -> None:
    """Ask for the account by its auth token, which also proves webhooks.

    API keys other than the main ones may not ask this (Twilio's error 20003).

    Raises:
        CheckFailed: If the two do not belong together, or the account is not active.
    """
    words = (
        "account SID and auth token do not belong together, or the account is suspended. Copy both "
        "from the first page of the Twilio Console"
    )
    found = await _ask(
        sdk.api.v2010.accounts(account.account_sid).fetch_async(), words, field="auth_token"
    )
    if found.status != ACTIVE:
        raise CheckFailed(f"{VENDOR}: the account is {found.status}", field="account_sid")


async def check_key(sdk: Client) -> None:
    """Ask for a message by the API key.

    Raises:
        CheckFailed: If the key is wrong, or may not see messages.
    """
    try:
        await sdk.messages.list_async(limit=1, page_size=1)
    except SendProblem as problem:
        if problem.result.code == WRONG_CREDENTIALS:
            words, field = "API key, secret, account and region do not match", "api_key_secret"
        else:
            words, field = "the API key lacks the permission to read messages", "api_key_sid"
        raise explain(problem.result, VENDOR, words, field=field) from None
    except UNREADABLE:
        raise unreadable(VENDOR) from None


async def check_service(sdk: Client, service_sid: str) -> None:
    """Ask for a messaging service.

    Raises:
        CheckFailed: If the account has no such service.
    """
    words = "the account has no such messaging service"
    await _ask(
        sdk.messaging.v1.services(service_sid).fetch_async(), words, field="messaging_service_sid"
    )


async def check_number(sdk: Client, number: str) -> None:
    """Ask for a phone number that texts are sent from; of short codes and names nothing is asked.

    Raises:
        CheckFailed: If the account has no such number, or it cannot text.
    """
    if not PHONE_NUMBER.fullmatch(number):
        return
    words = "the phone numbers of the account may not be read"
    found = await _ask(
        sdk.incoming_phone_numbers.list_async(phone_number=number, limit=1),
        words,
        field="from_number",
    )
    if not found:
        raise CheckFailed(f"{VENDOR}: the account has no such number", field="from_number")
    if not _can_text(found[0]):
        raise CheckFailed(f"{VENDOR}: this number cannot send texts", field="from_number")


def _can_text(number: Any) -> bool:
    told = number.capabilities
    return not isinstance(told, dict) or told.get("sms") is not False


async def _ask(question: Awaitable[Found], words: str, *, field: str) -> Found:
    try:
        return await question
    except SendProblem as problem:
        raise explain(problem.result, VENDOR, words, field=field) from None
    except UNREADABLE:
        raise unreadable(VENDOR) from None
