"""Sinch's SMS API: batches of one service plan.

Sources: the SDK sinch 2.1.0 for Python (`SendSMSEndpoint` of the batches, bearer token of a service
plan, `ListBatchesEndpoint`, `TextResponse`, `MediaResponse`) and the page "HTTP Status Codes for
the SMS REST API" (error envelope). Unconfirmed: which code is told of which wrong field, and the
status of a sender that is not the plan's.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from channels_app.testing.fakes.server import FakeVendor, Refused, Request, Response
from channels_app.testing.fakes.sinch_requests import MediaBatch, TextBatch

PLAN_ID = "9f1c2d3e4b5a49d1b0c3d4e5f6a7b8c9"
API_TOKEN = "sinch-token-0001"
CREATED_AT = "2026-01-01T00:00:00.000Z"
LIST_QUERY = {"page", "page_size", "from", "start_date", "end_date", "client_reference"}
CONSTRAINT = "syntax_constraint_violation"

KINDS: dict[str, type[TextBatch | MediaBatch]] = {"mt_text": TextBatch, "mt_media": MediaBatch}
JSON_OBJECT = TypeAdapter(dict[str, Any])


@dataclass(frozen=True)
class SinchBatch:
    """One batch that was taken."""

    id: str
    request: TextBatch | MediaBatch


class FakeSinch(FakeVendor):
    """Serves one service plan: its id and token are the constants above.

    Attributes:
        sent: What was taken, oldest first. Nothing keeps the same from being taken twice: the
            vendor knows no idempotency key for batches.
        senders: Who may send; everybody if it is empty.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[SinchBatch] = []
        self.senders: set[str] = set()

    @property
    def batches(self) -> str:
        """The address that batches are posted to."""
        return f"{self.url}/xms/v1/{PLAN_ID}/batches"

    def answer(self, request: Request) -> Response:
        """Take a batch."""
        if request.headers.get("authorization") != f"Bearer {API_TOKEN}":
            raise Refused(Response(401, None))
        if request.path != f"/xms/v1/{PLAN_ID}/batches":
            raise refusal(404, "not_found", "Not found")
        if request.method == "GET":
            return self._list(dict(request.query))
        if request.query:
            raise refusal(404, "not_found", "Not found")
        if request.method != "POST":
            raise refusal(405, "method_not_allowed", "Method not allowed")
        batch = _read(request)
        if self.senders and batch.from_ not in self.senders:
            raise refusal(403, "forbidden", f"sender {batch.from_!r} is not allowed")
        taken = SinchBatch(f"01FC{len(self.sent):022}", batch)
        self.sent.append(taken)
        echo = batch.model_dump(mode="json", by_alias=True, exclude_none=True)
        more = {"created_at": CREATED_AT, "modified_at": CREATED_AT, "canceled": False}
        return Response(201, {"id": taken.id} | echo | more)

    def _list(self, asked: dict[str, str]) -> Response:
        if asked.keys() - LIST_QUERY or not asked.get("page_size", "30").isdecimal():
            raise refusal(400, "syntax_invalid_parameter_format", "Invalid query")
        size = int(asked.get("page_size", "30"))
        batches = [{"id": batch.id, "type": batch.request.type} for batch in self.sent[-size:]]
        count = {"count": len(self.sent), "page": 0, "page_size": len(batches)}
        return Response(200, {**count, "batches": batches})


def refusal(status: int, code: str, text: str) -> Refused:
    """Return an error in the vendor's envelope."""
    return Refused(Response(status, {"code": code, "text": text}))


def _read(request: Request) -> TextBatch | MediaBatch:
    """Read a batch; the first thing wrong with it is what is refused.

    Raises:
        Refused: If it is no JSON object, or not what the endpoint takes.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise refusal(415, "unsupported_media_type", "Content-Type must be application/json")
    try:
        body = JSON_OBJECT.validate_json(request.body)
    except ValidationError as error:
        raise refusal(400, "syntax_invalid_json", "The body is no JSON object") from error
    kind = KINDS.get(str(body.get("type", "mt_text")))
    if kind is None:
        raise refusal(400, "syntax_invalid_parameter_format", "Unknown type")
    try:
        return kind.model_validate_json(request.body)
    except ValidationError as error:
        first = error.errors()[0]
    field = ".".join(map(str, first["loc"]))
    if first["type"] == "missing":
        raise refusal(400, "missing_parameter", f"{field} is missing")
    if first["type"] in ("string_too_long", "too_long", "too_short", "string_too_short"):
        raise refusal(400, CONSTRAINT, f"{field}: {first['msg']}")
    raise refusal(400, "syntax_invalid_parameter_format", f"{field}: {first['msg']}")
