"""What can be read about the one account at Twilio: itself, its numbers, services and messages.

Sources: twilio-python 9.13.0 `AccountInstance`, `IncomingPhoneNumberList`, `MessageList.page`,
`messaging.v1.ServiceInstance` (paths, fields, query); Twilio Docs "API keys overview" and "Error
20003" (who may read the account), "Error 403" (a restricted key). Unconfirmed: the code of a
restricted key's refusal.
"""

import base64
import re
from typing import Any

from channels_app.testing.fakes.server import Refused, Request, Response
from channels_app.testing.fakes.twilio_answers import (
    ACCOUNT_PATH,
    ACCOUNT_SID,
    NUMBER,
    error_response,
    not_found,
)

HERE = f"{ACCOUNT_PATH}/{ACCOUNT_SID}"
SERVICE_PATH = re.compile(r"/v1/Services/(MG[0-9a-f]{32})")
ANY_ACCOUNT = re.compile(rf"{ACCOUNT_PATH}/AC[0-9a-f]{{32}}\.json")


class TwilioAccountDesk:
    """Answers questions about the account.

    Attributes:
        status: `active`, `suspended` or `closed`.
        keys: API keys (`SK…`) and their secrets; standard ones, which do not see the account.
        blind_keys: Those of them that are restricted and may not read messages.
        numbers: The account's phone numbers, and whether each can send texts.
    """

    def __init__(self) -> None:
        self.status = "active"
        self.keys: dict[str, str] = {}
        self.blind_keys: set[str] = set()
        self.numbers = {NUMBER: True}

    def answer(self, request: Request, services: set[str]) -> Response | None:
        """Return what is known at a path; None if it is of another part."""
        if ANY_ACCOUNT.fullmatch(request.path):
            return self._account(request)
        if request.path == f"{HERE}/IncomingPhoneNumbers.json":
            return self._numbers(request)
        if request.path == f"{HERE}/Messages.json":
            return self._messages(request)
        if service := SERVICE_PATH.fullmatch(request.path):
            if service[1] not in services:
                raise not_found(request)
            return Response(200, {"sid": service[1], "account_sid": ACCOUNT_SID})
        return None

    def _account(self, request: Request) -> Response:
        if _user(request) != ACCOUNT_SID or request.path != f"{HERE}.json":
            raise Refused(error_response(401, 20003, "Authentication Error - invalid username"))
        return Response(
            200,
            {
                "sid": ACCOUNT_SID,
                "friendly_name": "Willow Lane",
                "status": self.status,
                "type": "Full",
                "uri": f"{HERE}.json",
            },
        )

    def _numbers(self, request: Request) -> Response:
        asked = _query(request, {"PhoneNumber", "PageSize"})
        wanted = asked.get("PhoneNumber", "")
        found = [
            {
                "sid": f"PN{at:032x}",
                "account_sid": ACCOUNT_SID,
                "phone_number": number,
                "capabilities": {"voice": True, "sms": can_text, "mms": can_text, "fax": False},
            }
            for at, (number, can_text) in enumerate(self.numbers.items())
            if wanted in number
        ]
        return _page("incoming_phone_numbers", found)

    def _messages(self, request: Request) -> Response:
        _query(request, {"PageSize"})
        if _user(request) in self.blind_keys:
            raise Refused(error_response(403, 70051, "Authorization Error - missing permissions"))
        return _page("messages", [])


def _user(request: Request) -> str:
    given = request.headers["authorization"].partition(" ")[2]
    return base64.b64decode(given).decode().partition(":")[0]


def _query(request: Request, known: set[str]) -> dict[str, str]:
    asked = dict(request.query)
    if unknown := asked.keys() - known:
        raise Refused(error_response(400, 20001, f"Unknown parameters: {sorted(unknown)}"))
    return asked


def _page(name: str, items: list[dict[str, Any]]) -> Response:
    return Response(
        200,
        {name: items, "page": 0, "page_size": 50, "next_page_uri": None, "uri": f"{HERE}.json"},
    )
