"""Asking Telnyx whether key, profile and sender belong together; nothing is sent."""

from typing import Any
from urllib.parse import quote

from channels_app.providers.base.checking import PHONE_NUMBER, CheckFailed, explain, unreadable
from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.telnyx.client import TelnyxAPI
from channels_app.providers.telnyx.errors import read_refusal
from rooms.domain.delivery import SendOutcome

VENDOR = "Telnyx"
WRONG_KEY = "the API key is not taken. Make one in the portal, under API Keys"
PROFILE, SENDER, AGENT = "messaging_profile_id", "from_number", "agent_id"


async def check_key(api: TelnyxAPI) -> None:
    """Ask for the messaging profiles, whichever there are.

    Raises:
        CheckFailed: If the key is not taken.
    """
    await _look_up(api, "/messaging_profiles?page[size]=1", "may not be read", field="api_key")


async def check_profile(api: TelnyxAPI, profile_id: str) -> None:
    """Ask for one messaging profile.

    Raises:
        CheckFailed: If it is not there or disabled, or if the key is not taken.
    """
    words = "there is no such messaging profile"
    found = await _look_up(
        api, f"/messaging_profiles/{quote(profile_id, '')}", words, field=PROFILE
    )
    if _entry(found).get("enabled") is False:
        raise CheckFailed(f"{VENDOR}: the messaging profile is disabled", field=PROFILE)


async def check_number(api: TelnyxAPI, number: str, profile_id: str | None) -> None:
    """Ask what a phone number is set to; of short codes and names nothing is asked.

    Raises:
        CheckFailed: If it is not ours or cannot send by the profile, or if the key is not taken.
    """
    if not PHONE_NUMBER.fullmatch(number):
        return
    path = f"/phone_numbers/messaging?filter[phone_number]={quote(number, '')}"
    found = await _look_up(api, path, "the numbers may not be read", field=SENDER)
    if not isinstance(found, list):
        raise unreadable(VENDOR)
    if not found:
        raise CheckFailed(f"{VENDOR}: the account has no such number", field=SENDER)
    profile = _entry(found[0]).get("messaging_profile_id")
    if not profile:
        raise CheckFailed(
            f"{VENDOR}: the number has no messaging profile. Give it one in the portal, under "
            "My Numbers",
            field=SENDER,
        )
    if profile_id and profile != profile_id:
        raise CheckFailed(
            f"{VENDOR}: the number belongs to another messaging profile", field=SENDER
        )


async def check_agent(api: TelnyxAPI, agent_id: str) -> None:
    """Ask for an RCS agent.

    Raises:
        CheckFailed: If it is not there or disabled, or if the key is not taken.
    """
    words = "there is no such RCS agent"
    found = await _look_up(api, f"/messaging/rcs/agents/{quote(agent_id, '')}", words, field=AGENT)
    if _entry(found).get("enabled") is False:
        raise CheckFailed(f"{VENDOR}: the RCS agent is disabled", field=AGENT)


async def _look_up(api: TelnyxAPI, path: str, words: str, *, field: str) -> Any:
    """Return the `data` that Telnyx has at a path."""
    try:
        response = await api.get(path)
    except SendProblem as problem:
        raise explain(problem.result, VENDOR, "base_url is no address", field="base_url") from None
    if not response.is_success:
        result = read_refusal(response)
        if result.outcome is SendOutcome.AUTH:
            words, field = WRONG_KEY, "api_key"
        raise explain(result, VENDOR, words, field=field)
    try:
        return response.json()["data"]
    except (ValueError, LookupError, TypeError):
        raise unreadable(VENDOR) from None


def _entry(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise unreadable(VENDOR)
    return data
