"""The addresses that vendors post to."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.base.provider import Provider
from channels_app.providers.base.webhook import WebhookRefused, WebhookReply, WebhookRequest
from channels_app.webhooks.handling import get_webhooks
from channels_app.webhooks.intake import find_provider, take_in
from channels_app.webhooks.reading import TooLarge, read_request
from rooms.domain.errors import StoreUnavailableError
from rooms.runtime import get_kit

logger = logging.getLogger("roomkit.channels.webhooks")

REFUSALS: dict[type[Exception], int] = {
    TooLarge: 413,
    WebhookRefused: 403,
    # Of the host above all: without PUBLIC_URL it must be one of the site's own.
    SuspiciousOperation: 400,
}


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
async def webhook(
    request: HttpRequest, channel_type: str, provider: str, channel_id: str
) -> HttpResponse:
    """Take a vendor's webhook: 2xx once it is stored, whatever becomes of it.

    Nothing is stored without proof of who sent it (403), for an unknown address (404), for a host
    that is not the site's (400), beyond the limit of size (413) or while the database or the
    vendor's keys cannot be had (503, so that the vendor tries again). The answers say no more: who
    asks may be anybody.
    """
    facts = {"channel_id": channel_id}
    try:
        vendor = await find_provider(
            get_kit(), channel_type=channel_type, slug=provider, channel_id=channel_id
        )
        if vendor is None:
            return HttpResponse(status=404)
        reply = await _answer(vendor, read_request(request, channel_type), channel_id)
    except tuple(REFUSALS) as refusal:
        logger.warning("webhook refused", extra={**facts, "reason": str(refusal)})
        return HttpResponse(status=_status_of(refusal))
    except (StoreUnavailableError, SendProblem):
        logger.exception("webhook could not be kept", extra=facts)
        return HttpResponse(status=503, headers={"Retry-After": "5"})
    if reply is None:
        return HttpResponse(status=404)
    return HttpResponse(reply.body, status=reply.status, content_type=reply.content_type)


async def _answer(vendor: Provider, asked: WebhookRequest, channel_id: str) -> WebhookReply | None:
    if asked.method == "GET" and not vendor.is_event(asked):
        return vendor.handshake(asked)
    webhooks = get_webhooks()
    reply = await take_in(
        webhooks.store,
        vendor,
        asked,
        channel_id=channel_id,
        organization_id=get_kit().pipeline.parts.channels.organization_of(channel_id),
    )
    webhooks.wake()
    return reply


def _status_of(refusal: Exception) -> int:
    return next(status for kind, status in REFUSALS.items() if isinstance(refusal, kind))
