"""Anthropic's API: messages, whole or streamed, and the list of models.

Sources: the SDK anthropic 2.12.0 for Python (see the modules beside this one; `ModelInfo`,
`ErrorResponse`, `_client.py` for the headers, `_exceptions.py` for the statuses) and
https://platform.claude.com/docs/en/api/errors. Versions 2023-06-01 and 2026-10-21 are served. The
key is taken from `x-api-key`, as older SDKs send it, else from `Authorization: Bearer`.
"""

from collections import deque
from collections.abc import Mapping

from pydantic import ValidationError

from channels_app.testing.fakes.anthropic_rules import (
    MODELS,
    VERSIONS,
    Issued,
    RuleBroken,
    begun_by,
    check,
)
from channels_app.testing.fakes.anthropic_schema import CreateMessage
from channels_app.testing.fakes.anthropic_script import (
    Broken,
    Cut,
    Hold,
    Reply,
    Text,
    content_of,
    message_of,
    stream_of,
)
from channels_app.testing.fakes.server import (
    FakeVendor,
    Fault,
    Refused,
    Request,
    Response,
    Streamed,
)

API_KEY = "sk-ant-fake-0123456789"
BYTES_PER_TOKEN = 4

STATUSES: Mapping[str, int] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


class FakeAnthropic(FakeVendor):
    """Serves one workspace.

    Attributes:
        bodies: The requests for messages that were taken, oldest first.
        max_prompt_tokens: How long a request may be; four bytes count as a token.
    """

    def __init__(self, api_key: str = API_KEY) -> None:
        super().__init__()
        self.api_key = api_key
        self.bodies: list[CreateMessage] = []
        self.max_prompt_tokens = 200_000
        self._replies: deque[Reply] = deque()
        self._issued: list[Issued] = []

    def reply_with(self, *replies: Reply) -> None:
        """Let the next requests be answered like this; later ones get a short text."""
        self._replies.extend(replies)

    def answer(self, request: Request) -> Response:
        """Take a request."""
        version = self._admit(request)
        match request.method, request.path:
            case "POST", "/v1/messages":
                return self._create(request, version)
            case "GET", "/v1/models":
                return Response(200, _page([_model_info(name) for name in MODELS]))
            case "GET", path if path.removeprefix("/v1/models/") in MODELS:
                return Response(200, _model_info(path.removeprefix("/v1/models/")))
            case "GET", path if path.startswith("/v1/models/"):
                raise refusal("not_found_error", f"model: {path.removeprefix('/v1/models/')}")
        raise refusal("not_found_error", "Not found")

    def _admit(self, request: Request) -> str:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if request.headers.get("x-api-key", bearer) != self.api_key:
            raise refusal("authentication_error", "invalid x-api-key")
        version = request.headers.get("anthropic-version", "")
        if version not in VERSIONS:
            raise refusal("invalid_request_error", f"anthropic-version: {version!r} is not valid")
        return version

    def _create(self, request: Request, version: str) -> Response:
        body = _read(request)
        tokens = len(request.body) // BYTES_PER_TOKEN
        if tokens > self.max_prompt_tokens:
            raise refusal(
                "invalid_request_error",
                f"prompt is too long: {tokens} tokens > {self.max_prompt_tokens} maximum",
            )
        try:
            check(body, version=version, issued=self._issued)
        except RuleBroken as broken:
            raise refusal("invalid_request_error", str(broken)) from None
        self.bodies.append(body)
        return self._give(body)

    def _give(self, body: CreateMessage) -> Response:
        reply = self._replies.popleft() if self._replies else Reply(Text("Hello", " there."))
        content = [content_of(block) for block in reply.blocks]
        turn = [*begun_by(body), *content]
        self._issued.append(Issued(turn, paused=reply.stop_reason == "pause_turn"))
        message_id = f"msg_fake{len(self._issued):04}"
        if body.stream:
            return Response(200, stream_of(reply, message_id, body.model), _headers())
        return _whole(reply, message_id, body.model)


def _whole(reply: Reply, message_id: str, model: str) -> Response:
    within = [piece for block in reply.blocks for piece in block.pieces]
    for each in [*reply.parts, *within]:
        match each:
            case Hold():
                each.gate.wait()
            case Cut():
                return Response(200, Streamed((b'{"id":', None), "application/json"))
            case Broken():
                raise refusal(each.type, each.message)
    return Response(200, message_of(reply, message_id, model), _headers())


def _read(request: Request) -> CreateMessage:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise refusal("invalid_request_error", "Content-Type must be application/json")
    try:
        body = CreateMessage.model_validate_json(request.body)
    except ValidationError as error:
        worst = max(error.errors(), key=lambda each: len(each["loc"]))
    else:
        if body.model not in MODELS:
            raise refusal("not_found_error", f"model: {body.model}")
        return body
    place = ".".join(map(str, worst["loc"]))
    raise refusal("invalid_request_error", f"{place}: {worst['msg']}")


def refusal(type: str, message: str) -> Refused:
    """Return an error in the vendor's envelope."""
    return Refused(_error(STATUSES[type], type, message))


def failure(status: int, type: str, message: str = "no", *, retry_after: str = "") -> Fault:
    """Return how the next request fails; `retry_after` is the header's text, '' sends none."""
    headers = {"retry-after": retry_after} if retry_after else {}
    return Fault(_error(status, type, message, headers))


def _error(
    status: int, type: str, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    body = {
        "type": "error",
        "error": {"type": type, "message": message},
        "request_id": "req_fake",
    }
    return Response(status, body, _headers() | dict(headers or {}))


def _headers() -> dict[str, str]:
    return {"request-id": "req_fake"}


def _model_info(name: str) -> dict[str, object]:
    return {
        "id": name,
        "type": "model",
        "display_name": name.replace("-", " ").title(),
        "created_at": "2025-01-01T00:00:00Z",
        "lifecycle": "active",
        "capabilities": None,
        "max_input_tokens": 200_000,
        "max_tokens": 64_000,
    }


def _page(models: list[dict[str, object]]) -> dict[str, object]:
    ids = [each["id"] for each in models]
    return {"data": models, "has_more": False, "first_id": ids[0], "last_id": ids[-1]}
