"""Requests to the fake of Telnyx, written by hand after the vendor's API reference."""

from typing import Any

import httpx

from channels_app.testing.fakes.telnyx import API_KEY, FakeTelnyx
from channels_app.testing.fakes.telnyx_desk import AGENT_ID, PROFILE_ID

SMS: dict[str, Any] = {"from": "+15145550199", "to": "+15145550123", "text": "Hello, World!"}
RCS: dict[str, Any] = {
    "type": "RCS",
    "agent_id": AGENT_ID,
    "messaging_profile_id": PROFILE_ID,
    "to": "+15145550123",
    "agent_message": {"content_message": {"text": "Hello from RCS"}},
}
IMAGE = "https://files.example.org/a.jpg"


def post(fake: FakeTelnyx, path: str, body: Any, **headers: str) -> httpx.Response:
    given = {"Authorization": f"Bearer {API_KEY}"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return httpx.post(f"{fake.api}{path}", json=body, headers=given)


def codes(answer: httpx.Response) -> list[str]:
    return [error["code"] for error in answer.json()["errors"]]
