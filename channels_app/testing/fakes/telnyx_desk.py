"""What can be looked up at Telnyx, and how it refuses.

Sources: `MessagingProfile`, `RcsAgent`, `PhoneNumberWithMessagingSettings` and
`MessagingListParams` of the SDK telnyx 4.189.0 for Python, "List messaging profiles" of the API
reference.
"""

from typing import Any
from urllib.parse import unquote

from channels_app.testing.fakes.server import Refused, Request, Response

PROFILE_ID = "4000eba1-a0c0-4563-9925-b25e842a7cb6"
AGENT_ID = "Agent007"
NUMBER = "+15145550199"
ORGANIZATION_ID = "b448f9cc-a842-4784-98e9-03c1a5872950"

PROFILES = "/v2/messaging_profiles"
NUMBERS = "/v2/phone_numbers/messaging"
AGENTS = "/v2/messaging/rcs/agents"
PAGE = {"page[number]", "page[size]"}


class TelnyxDesk:
    """Answers questions about the account.

    Attributes:
        profiles: The messaging profiles, and whether each is enabled.
        agents: The RCS agents, the same way.
        numbers: The phone numbers with the messaging profile of each, None for none.
    """

    def __init__(self) -> None:
        self.profiles = {PROFILE_ID: True}
        self.agents = {AGENT_ID: True}
        self.numbers: dict[str, str | None] = {NUMBER: PROFILE_ID}

    def answer(self, request: Request) -> Response | None:
        """Return what is known at a path; None if it is of another part."""
        parent, _, name = request.path.rpartition("/")
        if request.path == PROFILES:
            _asked(request, PAGE)
            return _listed([_profile(*each) for each in self.profiles.items()])
        if request.path == NUMBERS:
            return self._numbers(_asked(request, {*PAGE, "filter[phone_number]"}))
        if parent == PROFILES:
            return _one(request, _profile, unquote(name), self.profiles)
        if parent == AGENTS:
            return _one(request, _agent, unquote(name), self.agents)
        return None

    def _numbers(self, asked: dict[str, str]) -> Response:
        wanted = asked.get("filter[phone_number]")
        found = {
            number: profile
            for number, profile in self.numbers.items()
            if wanted is None or number in wanted.split(",")
        }
        return _listed([_number(*each) for each in found.items()])


def refusal(
    status: int, code: str, title: str, *, detail: str = "", pointer: str | None = None
) -> Refused:
    """Return an error in the vendor's envelope."""
    error: dict[str, Any] = {"code": code, "title": title, "detail": detail or title}
    if pointer is not None:
        error["source"] = {"pointer": pointer}
    return Refused(Response(status, {"errors": [error]}))


def _asked(request: Request, known: set[str]) -> dict[str, str]:
    asked = dict(request.query)
    if asked.keys() - known:
        raise refusal(400, "10015", "Bad Request", detail="unknown query parameter")
    return asked


def _one(request: Request, show: Any, name: str, known: dict[str, bool]) -> Response:
    _asked(request, set())
    if name not in known:
        raise refusal(404, "10005", "Resource not found")
    return Response(body={"data": show(name, known[name])})


def _listed(items: list[dict[str, Any]]) -> Response:
    meta = {"total_pages": 1, "total_results": len(items), "page_number": 1, "page_size": 20}
    return Response(body={"data": items, "meta": meta})


def _profile(name: str, enabled: bool) -> dict[str, Any]:
    return {
        "record_type": "messaging_profile",
        "id": name,
        "name": "Profile for Messages",
        "enabled": enabled,
        "webhook_url": None,
        "webhook_api_version": "2",
    }


def _agent(name: str, enabled: bool) -> dict[str, Any]:
    return {
        "agent_id": name,
        "agent_name": "Test Agent",
        "enabled": enabled,
        "profile_id": PROFILE_ID,
        "webhook_url": None,
    }


def _number(number: str, profile: str | None) -> dict[str, Any]:
    return {
        "record_type": "messaging_settings",
        "id": "1293384261075731499",
        "phone_number": number,
        "messaging_profile_id": profile,
        "organization_id": ORGANIZATION_ID,
        "type": "long-code",
    }
