"""What Twilio answers, and the one account that is there.

Sources: twilio-python 9.13.0 `MessageInstance` (the resource), `Version.exception` (both shapes of
errors); Twilio Docs "Message Resource" and "Error and Warning Dictionary" (`{code, message,
more_info, status}`).
"""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from channels_app.providers.base.segments import count_segments
from channels_app.testing.fakes.server import Refused, Request, Response
from channels_app.testing.fakes.twilio_requests import MessageForm

ACCOUNT_SID = "AC" + "0" * 31 + "1"
AUTH_TOKEN = "fake-auth-token"
SERVICE_SID = "MG" + "0" * 31 + "1"
NUMBER = "+15145550199"
WHATSAPP_NUMBER = f"whatsapp:{NUMBER}"
RCS_AGENT = "rcs:willow_lane_agent"
ACCOUNT_PATH = "/2010-04-01/Accounts"
CREATED_AT = datetime(2026, 1, 1, tzinfo=UTC)


def error_response(status: int, code: int, message: str, **headers: str) -> Response:
    """Return an error as the 2010 API words it; `headers` such as `Retry_After="2"`."""
    return Response(
        status,
        {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        },
        {name.replace("_", "-"): value for name, value in headers.items()},
    )


def problem_response(status: int, code: int, title: str, detail: str = "") -> Response:
    """Return an error as the newer interfaces word it (RFC 9457)."""
    return Response(
        status,
        {
            "type": f"https://www.twilio.com/docs/errors/{code}",
            "title": title,
            "status": status,
            "code": code,
            "detail": detail,
        },
        {"Content-Type": "application/problem+json"},
    )


def not_found(request: Request) -> Refused:
    """Return the refusal of an unknown address, to be raised."""
    text = f"The requested resource {request.path} was not found"
    return Refused(error_response(404, 20404, text))


def message_resource(sid: str, form: MessageForm) -> dict[str, Any]:
    """Return the resource of a message that was just taken."""
    moment = format_datetime(CREATED_AT)
    path = f"{ACCOUNT_PATH}/{ACCOUNT_SID}/Messages/{sid}"
    # A service picks the sender later, and with it the encoding.
    segments = 0 if form.MessagingServiceSid else count_segments(form.Body or "").segments
    return {
        "account_sid": ACCOUNT_SID,
        "api_version": "2010-04-01",
        "body": form.Body or "",
        "date_created": moment,
        "date_sent": None,
        "date_updated": moment,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": form.From,
        "messaging_service_sid": form.MessagingServiceSid,
        "num_media": str(len(form.MediaUrl or ())),
        "num_segments": str(segments),
        "price": None,
        "price_unit": None,
        "sid": sid,
        "status": "accepted" if form.MessagingServiceSid else "queued",
        "subresource_uris": {"media": f"{path}/Media.json"},
        "to": form.To,
        "uri": f"{path}.json",
    }
