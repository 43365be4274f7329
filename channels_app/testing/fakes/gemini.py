"""The Gemini API: contents, whole or streamed, and models.

Sources: the SDK google-genai 3.4 for Python (see the modules beside this one; `errors.py` for the
envelope of errors, `_api_client.py` for the key's header and the path's version) and
https://ai.google.dev/gemini-api/docs/troubleshooting. A wrong key is answered 400, as by the
vendor.
"""

import re
from collections import deque
from typing import Any

from pydantic import ValidationError

from channels_app.testing.fakes.gemini_rules import MODELS, Issued, RuleBroken, check
from channels_app.testing.fakes.gemini_schema import GenerateContent
from channels_app.testing.fakes.gemini_script import (
    Broken,
    Cut,
    Hold,
    Reply,
    error_of,
    says,
    stream_of,
    whole_of,
)
from channels_app.testing.fakes.server import (
    FakeVendor,
    Fault,
    Refused,
    Request,
    Response,
    Streamed,
)

API_KEY = "AIzaFake0123456789"
PATH = re.compile(r"/(v1|v1beta)/models/([^/:]+)(?::(\w+))?")
BYTES_PER_TOKEN = 4

STATUSES = {
    "INVALID_ARGUMENT": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}


class FakeGemini(FakeVendor):
    """Serves one project.

    Attributes:
        bodies: The requests for answers that were taken, oldest first.
        max_prompt_tokens: How long a request may be; four bytes count as a token.
    """

    def __init__(self, api_key: str = API_KEY) -> None:
        super().__init__()
        self.api_key = api_key
        self.bodies: list[GenerateContent] = []
        self.max_prompt_tokens = 1_048_576
        self._replies: deque[Reply] = deque()
        self._issued = Issued()

    def reply_with(self, *replies: Reply) -> None:
        """Let the next requests be answered like this; later ones get a short text."""
        self._replies.extend(replies)

    def answer(self, request: Request) -> Response:
        """Take a request."""
        self._admit(request)
        found = PATH.fullmatch(request.path)
        if found is None:
            raise refusal("NOT_FOUND", "Requested entity was not found.")
        version, model, verb = found.groups()
        if model not in MODELS:
            raise refusal(
                "NOT_FOUND",
                f"models/{model} is not found for API version {version}, or is not supported for "
                "generateContent.",
            )
        match request.method, verb:
            case "GET", None:
                return Response(200, _model_info(model))
            case "POST", "generateContent":
                return self._generate(request, model)
            case "POST", "streamGenerateContent" if ("alt", "sse") in request.query:
                return self._stream(request, model)
        raise refusal("NOT_FOUND", "Requested entity was not found.")

    def _admit(self, request: Request) -> None:
        key = request.headers.get("x-goog-api-key")
        if key is None:
            raise refusal(
                "PERMISSION_DENIED", "Method doesn't allow unregistered callers. Use API Key."
            )
        if key != self.api_key:
            reason = {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
            }
            message = "API key not valid. Please pass a valid API key."
            raise refusal("INVALID_ARGUMENT", message, details=[reason])

    def _generate(self, request: Request, model: str) -> Response:
        reply = self._take(request, model)
        for piece in reply.pieces:
            match piece:
                case Hold():
                    piece.gate.wait()
                case Cut():
                    return Response(200, Streamed((b'{"candidates":', None), "application/json"))
                case Broken():
                    raise refusal(piece.word, piece.message)
        return Response(200, whole_of(reply, model))

    def _stream(self, request: Request, model: str) -> Response:
        return Response(200, stream_of(self._take(request, model), model))

    def _take(self, request: Request, model: str) -> Reply:
        body = _read(request)
        tokens = len(request.body) // BYTES_PER_TOKEN
        if tokens > self.max_prompt_tokens:
            raise refusal(
                "INVALID_ARGUMENT",
                f"The input token count ({tokens}) exceeds the maximum number of tokens allowed "
                f"({self.max_prompt_tokens}).",
            )
        try:
            check(body, model, self._issued)
        except RuleBroken as broken:
            raise refusal("INVALID_ARGUMENT", str(broken)) from None
        self.bodies.append(body)
        reply = self._replies.popleft() if self._replies else says("Hello", " there.")
        self._issued.note([part for chunk in reply.chunks for part in chunk.parts])
        return reply


def _read(request: Request) -> GenerateContent:
    try:
        return GenerateContent.model_validate_json(request.body)
    except ValidationError as error:
        first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    raise refusal("INVALID_ARGUMENT", f"Invalid JSON payload received. {place}: {first['msg']}")


def refusal(word: str, message: str, *, details: list[Any] | None = None) -> Refused:
    """Return an error in the vendor's envelope."""
    return Refused(Response(STATUSES[word], error_of(STATUSES[word], word, message, details)))


def failure(word: str, message: str = "no", *, retry_delay: str = "", header: str = "") -> Fault:
    """Return how the next request fails.

    Args:
        word: A key of `STATUSES`.
        message: What the vendor says.
        retry_delay: When to come back, as in the error's `RetryInfo`, such as `34.5s`.
        header: The same as the header `Retry-After`, such as `7`.
    """
    told = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": retry_delay}
    body = error_of(STATUSES[word], word, message, [told] if retry_delay else None)
    return Fault(Response(STATUSES[word], body, {"Retry-After": header} if header else {}))


def _model_info(name: str) -> dict[str, Any]:
    return {
        "name": f"models/{name}",
        "version": "001",
        "displayName": name.replace("-", " ").title(),
        "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
    }
