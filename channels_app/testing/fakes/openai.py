"""OpenAI's API: Chat Completions, Responses and Models, or a server that is compatible with it.

Sources: the SDK openai 3.54.0 for Python (paths in `resources`, bodies and answers in `types`,
streams in `_streaming`) and the pages that the modules beside this one name. What a compatible
server does otherwise is told of vLLM: it serves any model, lists models but does not retrieve one,
puts reasoning into a field of its own, and takes it back there.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import unquote

from pydantic import ValidationError

from channels_app.testing.fakes import openai_chat_rules, openai_responses_rules
from channels_app.testing.fakes.openai_chat_answers import build_chunks, build_completion
from channels_app.testing.fakes.openai_chat_requests import ChatRequest, Wire
from channels_app.testing.fakes.openai_errors import HEADERS, no_such_model, refusal, wrong_key
from channels_app.testing.fakes.openai_models import MODELS, Model
from channels_app.testing.fakes.openai_responses_answers import (
    build_events,
    build_response,
    error_event,
    failed_event,
)
from channels_app.testing.fakes.openai_responses_requests import ResponsesRequest
from channels_app.testing.fakes.openai_responses_rules import Issued
from channels_app.testing.fakes.openai_script import Answer, encode, play
from channels_app.testing.fakes.server import FakeVendor, Request, Response, Streamed

API_KEY = "sk-test-0123456789"
SERVED = "Qwen/Qwen3-8B"
MODELS_PATH = "/v1/models/"

Body = TypeVar("Body", bound=Wire)


class FakeOpenAI(FakeVendor):
    """Serves one account, whose key is `API_KEY`.

    Args:
        compatible: Whether it is somebody else's server, whose model is `SERVED`.
        reasoning_field: Where a compatible server puts the reasoning.

    Attributes:
        script: What is answered next, one each; without any it says Hello.
        fails_by_event: Whether a stream of Responses that breaks ends in `error` rather than in
            `response.failed`.
    """

    def __init__(
        self, *, compatible: bool = False, reasoning_field: str = "reasoning_content"
    ) -> None:
        super().__init__()
        self.script: deque[Answer] = deque()
        self.fails_by_event = False
        self._compatible = compatible
        self._reasoning_field = reasoning_field
        self._issued = Issued()
        self._number = 0

    def will(self, *answers: Answer) -> None:
        """Let these be the next answers."""
        self.script.extend(answers)

    @property
    def api(self) -> str:
        """The address that stands for https://api.openai.com/v1."""
        return f"{self.url}/v1"

    def answer(self, request: Request) -> Response:
        """Answer a conversation, or tell of a model."""
        if request.headers.get("authorization") != f"Bearer {API_KEY}":
            raise wrong_key()
        match request.method, request.path:
            case "POST", "/v1/chat/completions":
                return self._complete(request)
            case "POST", "/v1/responses":
                return self._respond(request)
            case "GET", "/v1/models":
                return self._list_models()
        if request.method == "GET" and request.path.startswith(MODELS_PATH):
            return self._tell_model(unquote(request.path.removeprefix(MODELS_PATH)))
        raise refusal(404, f"Invalid URL ({request.method} {request.path})")

    # -- what is asked

    def _complete(self, request: Request) -> Response:
        body = read(request, ChatRequest)
        openai_chat_rules.check_request(body, self._model(body.model))
        answer = self._next()
        if not body.stream:
            whole = build_completion(answer, body.model, self._reasoning_field)
            return Response(body=whole, headers=HEADERS)
        told = body.stream_options is not None and body.stream_options.include_usage
        chunks = build_chunks(answer, body.model, self._reasoning_field, with_usage=told)
        broken = None if answer.breaks_with is None else encode({"error": answer.breaks_with})
        return Response(body=Streamed(play(answer, chunks, broken)), headers=HEADERS)

    def _respond(self, request: Request) -> Response:
        body = read(request, ResponsesRequest)
        openai_responses_rules.check_request(body, self._model(body.model), self._issued)
        answer = self._next()
        whole = build_response(body, answer, self._number)
        self._note(whole["output"])
        if not body.stream:
            return Response(body=whole, headers=HEADERS)
        events = build_events(body, answer, self._number)
        broken = None if answer.breaks_with is None else self._breaks(body, answer.breaks_with)
        return Response(body=Streamed(play(answer, events, broken)), headers=HEADERS)

    def _breaks(self, body: ResponsesRequest, error: dict[str, Any]) -> bytes:
        return error_event(error) if self.fails_by_event else failed_event(body, error)

    def _list_models(self) -> Response:
        names = [SERVED] if self._compatible else list(MODELS)
        return Response(body={"object": "list", "data": [_told(name) for name in names]})

    def _tell_model(self, name: str) -> Response:
        if self._compatible:
            return Response(404, {"detail": "Not Found"})
        self._model(name)
        return Response(body=_told(name), headers=HEADERS)

    # -- what is known

    def _model(self, name: str) -> Model | None:
        if self._compatible:
            return None
        if name not in MODELS:
            raise no_such_model(name)
        return MODELS[name]

    def _next(self) -> Answer:
        self._number += 1
        return self.script.popleft() if self.script else Answer(text=("Hello",))

    def _note(self, output: list[dict[str, Any]]) -> None:
        """Remember what has to come back with the next request."""
        last = ""
        for item in output:
            if item["type"] == "reasoning" and "encrypted_content" in item:
                last = item["id"]
                self._issued.encrypted[last] = item["encrypted_content"]
            elif item["type"] == "function_call" and last:
                self._issued.reasoning_of[item["call_id"]] = last


def read(request: Request, kind: type[Body]) -> Body:
    """Read a JSON body; the first thing wrong with it is what is refused.

    Raises:
        Refused: If it is not JSON, or not what the endpoint takes.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise refusal(415, "Unsupported content type: use 'application/json'.")
    try:
        return kind.model_validate_json(request.body)
    except ValidationError as error:
        first = error.errors()[0]
    param = ".".join(map(str, first["loc"]))
    if first["type"] == "json_invalid":
        raise refusal(400, "We could not parse the JSON body of your request.")
    tell = _WORDS.get(first["type"], _invalid)
    words, code = tell(param, first["msg"])
    raise refusal(400, words, code=code, param=param)


def _invalid(param: str, reason: str) -> tuple[str, str]:
    return f"Invalid value for '{param}': {reason}", "invalid_value"


def _unknown(param: str, reason: str) -> tuple[str, str]:
    return f"Unknown parameter: '{param}'.", "unknown_parameter"


def _missing(param: str, reason: str) -> tuple[str, str]:
    return f"Missing required parameter: '{param}'.", "missing_required_parameter"


_WORDS: dict[str, Callable[[str, str], tuple[str, str]]] = {
    "extra_forbidden": _unknown,
    "missing": _missing,
}


def _told(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 1_767_225_600, "owned_by": "system"}
