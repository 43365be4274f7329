"""The addresses that vendors post to."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.base.webhook import WebhookRefused, WebhookReply
from channels_app.webhooks.handling import get_webhooks
from channels_app.webhooks.intake import find_provider, take_in
from channels_app.webhooks.reading import TooLarge, read_request
from rooms.domain.errors import StoreUnavailableError
from rooms.runtime import get_kit

logger = logging.getLogger("roomkit.channels.webhooks")


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
async def webhook(
    request: HttpRequest, channel_type: str, provider: str, channel_id: str
) -> HttpResponse:
    """Take a vendor's webhook: 2xx once it is stored, whatever becomes of it.

    Nothing is stored without proof of who sent it (403), for an unknown address (404), beyond the
    limit of size (413) or while the database or the vendor's keys cannot be had (503, so that the
    vendor tries again). The
    answers say no more: who asks may be anybody.
    """
    kit = get_kit()
    vendor = find_provider(kit, channel_type=channel_type, slug=provider, channel_id=channel_id)
    if vendor is None:
        return HttpResponse(status=404)
    try:
        asked = read_request(request, channel_type)
        if request.method == "GET":
            reply = vendor.handshake(asked)
            return HttpResponse(status=404) if reply is None else _respond(reply)
        webhooks = get_webhooks()
        reply = await take_in(
            webhooks.store,
            vendor,
            asked,
            channel_id=channel_id,
            organization_id=kit.pipeline.parts.channels.organization_of(channel_id),
        )
        webhooks.wake()
    except TooLarge:
        return HttpResponse(status=413)
    except WebhookRefused as refusal:
        logger.warning("webhook refused", extra={"channel_id": channel_id, "reason": str(refusal)})
        return HttpResponse(status=403)
    except (StoreUnavailableError, SendProblem):
        logger.exception("webhook could not be kept", extra={"channel_id": channel_id})
        return HttpResponse(status=503, headers={"Retry-After": "5"})
    return _respond(reply)


def _respond(reply: WebhookReply) -> HttpResponse:
    return HttpResponse(reply.body, status=reply.status, content_type=reply.content_type)
