"""Webhooks that somebody has decoded already, made into requests again: there is one reader."""

import json
from collections.abc import Iterable
from urllib.parse import urlencode
from uuid import uuid4

from channels_app.providers.base.webhook import MalformedWebhook, WebhookItem, WebhookRequest
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage


def json_request(payload: JsonObject) -> WebhookRequest:
    """Return the request that a JSON body was in."""
    return _request("application/json", json.dumps(payload, default=str).encode())


def form_request(payload: JsonObject) -> WebhookRequest:
    """Return the request that a urlencoded form was in."""
    fields = {name: str(value) for name, value in payload.items()}
    return _request(
        "application/x-www-form-urlencoded", urlencode(fields, errors="replace").encode()
    )


def multipart_request(payload: JsonObject) -> WebhookRequest:
    """Return the request that a form without files was in."""
    boundary = uuid4().hex
    fields = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in payload.items()
    ]
    body = f"{''.join(fields)}--{boundary}--\r\n".encode(errors="replace")
    return _request(f"multipart/form-data; boundary={boundary}", body)


def first_message(items: Iterable[WebhookItem]) -> InboundMessage:
    """Return the first message of a webhook.

    Raises:
        MalformedWebhook: If there is none.
    """
    for item in items:
        if isinstance(item, InboundMessage):
            return item
    raise MalformedWebhook("the webhook holds no message")


def _request(content_type: str, body: bytes) -> WebhookRequest:
    return WebhookRequest("POST", "", {"content-type": content_type}, body)
