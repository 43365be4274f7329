"""The vendor at which the shop's agents ask a model, and the people who look after them."""

import re
import threading
from typing import Any

import httpx

from channels_app.testing.fakes.anthropic import FakeAnthropic
from channels_app.testing.fakes.anthropic_script import Hold, Reply, Text, ToolUse
from channels_app.testing.fakes.server import Request, Response

ASKS = "My chair is broken."
FIRST_WORDS = "I ask whether I may pay it back."
PAID = "Your money is on its way."
REFUSED = "I am sorry, we cannot pay it back."
HELLO = "I am here."
TELLS = "Tell me a long story."
STORY = ("Once upon a time ", "there was a chair ", "that had no name.")


class Shop(FakeAnthropic):
    """Answers by what the request ends with, so that whoever asks again is answered again.

    Attributes:
        gates: What the second and the third part of the story wait for.
        results: What it was told of tools: text, and whether it is an error.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gates = (threading.Event(), threading.Event())
        self.results: list[tuple[str, bool]] = []
        self._calls = 0

    def answer(self, request: Request) -> Response:
        """Answer to the last turn."""
        if request.path == "/v1/messages":
            self.reply_with(self._reply(request.json()["messages"][-1]["content"]))
        return super().answer(request)

    def _reply(self, blocks: list[dict[str, Any]]) -> Reply:
        last = blocks[-1]
        if last["type"] == "tool_result":
            self.results.append((last["content"], last.get("is_error", False)))
            return Reply(Text(REFUSED if last.get("is_error") else PAID))
        if ASKS in last["text"]:
            self._calls += 1
            call = ToolUse(f"toolu_{self._calls}", "refund", {"euros": 40})
            return Reply(Text(FIRST_WORDS), call)
        if TELLS in last["text"]:
            first, second = map(Hold, self.gates)
            return Reply(Text(STORY[0], first, STORY[1], second, STORY[2]))
        return Reply(Text(HELLO))


class Colleague:
    """Somebody who is signed in to the admin.

    Args:
        url: Where the web process is that serves the pages.
    """

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, follow_redirects=True, timeout=30.0)
        credentials = {"username": "admin", "password": "admin"}
        self._post("/admin/login/?next=/admin/", credentials, page="/admin/login/")

    def decide(self, approval_id: str, decision: str, **fields: str) -> str:
        """Decide about a tool call on its page; return what the page says then."""
        page = f"/admin/roomkit_channels/toolapproval/{approval_id}/"
        return self._post(f"{page}decide/", {"decision": decision, **fields}, page=f"{page}change/")

    def close(self) -> None:
        """Go home."""
        self._client.close()

    def _post(self, address: str, fields: dict[str, str], *, page: str) -> str:
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', self._client.get(page).text)
        assert token is not None, page
        answer = self._client.post(address, data=fields | {"csrfmiddlewaretoken": token[1]})
        assert answer.is_success, answer.text
        return answer.text
