"""What people see of webhooks, and how they have them handled again."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from channels_app.models import ReceiptState, WebhookReceipt
from channels_app.providers.base.webhook import WebhookRequest
from channels_app.services.receipts import Arrival, Terms, keep_receipts, lease_receipts
from rooms.models import AuditEntry
from tests.admin.rows import make_user

pytestmark = [pytest.mark.database, pytest.mark.django_db]

LIST = "admin:roomkit_channels_webhookreceipt_changelist"
PAGE = "admin:roomkit_channels_webhookreceipt_change"
VIEWING = ("roomkit_rooms.view_room", "roomkit_channels.view_webhookreceipt")


def keep(body: bytes = b"{}", *, error: str = "", **more: Any) -> WebhookReceipt:
    request = WebhookRequest(
        method="POST",
        url="https://site.example/webhooks/sms/toy/phone?token=s3cret&d=7",
        headers={"x-toy": "1", "authorization": "Bearer s3cret"},
        body=body,
    )
    terms = Terms(lane=more.pop("lane", "+1"), error=error)
    fields: dict[str, Any] = {"channel_id": "phone", "provider": "Toy", "terms": terms} | more
    [number] = keep_receipts([Arrival(request=request, **fields)])
    assert number is not None
    return WebhookReceipt.objects.get(pk=number)


def handle_again(client: Client, *rows: WebhookReceipt) -> Any:
    chosen = {"action": "handle_again", "_selected_action": [row.pk for row in rows]}
    return client.post(reverse(LIST), chosen, follow=True)


def test_dead_letter_is_listed_with_its_error(admin_client: Client) -> None:
    keep(error="MalformedWebhook: no items")

    page = admin_client.get(reverse(LIST), {"state": "dead"}).content.decode()

    assert "MalformedWebhook: no items" in page


def test_page_shows_the_body_and_no_secret(admin_client: Client) -> None:
    row = keep(b"na\xc3\xafve \xff")

    page = admin_client.get(reverse(PAGE, args=[row.pk])).content.decode()

    assert "naïve \N{REPLACEMENT CHARACTER}" in page
    assert "s3cret" not in page
    assert "d=7" in page


def test_dead_webhook_is_handled_again(admin_client: Client) -> None:
    dead, waiting = keep(error="boom"), keep(lane="+2")
    WebhookReceipt.objects.filter(pk=dead.pk).update(attempts=6)

    page = handle_again(admin_client, dead, waiting)

    assert "1 webhook will be handled again." in page.content.decode()
    taken = {row.pk: row.attempts for row in lease_receipts(owner="n", seconds=9, limit=9)}
    assert taken == {dead.pk: 0, waiting.pk: 0}
    entry = AuditEntry.objects.get(action="webhook_retried")
    assert (entry.object_id, entry.detail) == (str(dead.pk), {"error": "boom"})


def test_whoever_may_only_look_cannot_have_it_handled_again(client: Client) -> None:
    client.force_login(make_user(*VIEWING))
    dead = keep(error="boom")

    handle_again(client, dead)

    dead.refresh_from_db()
    assert dead.state == ReceiptState.DEAD


def test_receipts_of_others_are_not_shown(client: Client, settings: Any) -> None:
    settings.ROOMKIT = {"ORGANIZATIONS_OF_USER": "tests.admin.test_webhook_receipts.acme_only"}
    client.force_login(make_user(*VIEWING))
    ours, theirs = keep(organization_id="acme"), keep(organization_id="other", lane="+2")

    assert client.get(reverse(PAGE, args=[ours.pk])).status_code == 200
    assert client.get(reverse(PAGE, args=[theirs.pk])).status_code != 200


def acme_only(user: User) -> list[str]:
    """Open one organization to everybody."""
    return ["acme"]
