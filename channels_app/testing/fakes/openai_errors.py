"""What OpenAI says when something is wrong.

Sources: the page "Error codes" of the vendor's guides, the exceptions of the SDK openai 3.54.0 for
Python (which reads `message`, `type`, `param` and `code` of `error`), and answers quoted in public
reports. Unconfirmed: the wording, and the headers of an answer to too many requests.
"""

from typing import Any

from channels_app.testing.fakes.server import Refused, Response

HEADERS = {"x-request-id": "req_0123456789abcdef"}


def error_body(
    message: str,
    kind: str = "invalid_request_error",
    *,
    code: str | int | None = None,
    param: str | None = None,
) -> dict[str, Any]:
    """Return the JSON of an error."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def refusal(
    status: int,
    message: str,
    *,
    kind: str = "invalid_request_error",
    code: str | None = None,
    param: str | None = None,
) -> Refused:
    """Return what is raised to refuse a request."""
    body = error_body(message, kind, code=code, param=param)
    return Refused(Response(status, body, HEADERS))


def wrong_key() -> Refused:
    return refusal(
        401,
        "Incorrect API key provided: sk-wrong. You can find your API key at "
        "https://platform.openai.com/account/api-keys.",
        code="invalid_api_key",
    )


def no_such_model(model: str) -> Refused:
    return refusal(
        404,
        f"The model `{model}` does not exist or you do not have access to it.",
        code="model_not_found",
    )


def too_many_requests(retry_after: str = "7") -> Response:
    """Return what is answered above the rate limit."""
    body = error_body(
        "Rate limit reached for gpt-4o in organization org-1 on requests per min (RPM): "
        "Limit 3, Used 3, Requested 1. Please try again in 7s.",
        "requests",
        code="rate_limit_exceeded",
    )
    return Response(429, body, HEADERS | {"retry-after": retry_after})


def request_too_large() -> Response:
    """Return what is answered to a request of more tokens than the account has in a minute."""
    body = error_body(
        "Request too large for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000, "
        "Requested 40000. The input or output tokens must be reduced in order to run successfully.",
        "tokens",
        code="rate_limit_exceeded",
    )
    return Response(429, body, HEADERS)


def no_quota() -> Response:
    """Return what is answered to an account that has nothing left to spend."""
    message = "You exceeded your current quota, please check your plan and billing details."
    return Response(429, error_body(message, "insufficient_quota", code="insufficient_quota"))


def too_long() -> Response:
    """Return what Chat Completions answers to more tokens than the model can read."""
    body = error_body(
        "This model's maximum context length is 128000 tokens. However, your messages resulted in "
        "204308 tokens. Please reduce the length of the messages.",
        code="context_length_exceeded",
        param="messages",
    )
    return Response(400, body, HEADERS)


def too_long_for_responses() -> Response:
    """Return what Responses answers to more tokens than the model can read."""
    body = error_body(
        "Your input exceeds the context window of this model. Please adjust your input and try "
        "again.",
        code="context_length_exceeded",
        param="input",
    )
    return Response(400, body, HEADERS)


def too_long_for_vllm() -> Response:
    """Return what a server of vLLM 0.16 answers to more tokens than the model can read."""
    body = error_body(
        "You passed 1015 input tokens and requested 10 output tokens. However, the model's context "
        "length is only 1024 tokens, resulting in a maximum input length of 1014 tokens. Please "
        "reduce the length of the input prompt. (parameter=input_tokens, value=1015)",
        "BadRequestError",
        code=400,
        param="input_tokens",
    )
    return Response(400, body)


def broken(status: int) -> Response:
    """Return what is answered when the vendor itself fails: 500, or 503 when it has too much."""
    words = {
        500: "The server had an error while processing your request. Sorry about that!",
        503: "The engine is currently overloaded, please try again later",
    }
    return Response(status, error_body(words.get(status, "Something failed."), "server_error"))
