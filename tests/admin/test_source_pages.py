"""The page of a source shows what a phone is linked by, as long as that is asked for."""

import pytest
from django.test import Client
from django.urls import reverse

from rooms import models

pytestmark = pytest.mark.django_db

PICTURE = 'class="segno"'


def page_of(admin_client: Client, metadata: dict[str, str]) -> tuple[str, str]:
    """Return the page of a source, and how soon it comes again."""
    models.SourceState.objects.create(channel_id="wa", metadata=metadata)
    address = reverse("admin:roomkit_rooms_sourcestate_change", args=["wa"])
    response = admin_client.get(address)
    return response.content.decode(), response.headers.get("Refresh", "")


def test_a_picture_for_the_phone_is_drawn_and_followed(admin_client: Client) -> None:
    page, comes_again = page_of(admin_client, {"qr": "2@one,two"})

    assert PICTURE in page
    assert comes_again == "10"


def test_a_code_for_the_phone_is_shown(admin_client: Client) -> None:
    page, comes_again = page_of(admin_client, {"pair_code": "ABCD-EFGH"})

    assert "<strong>ABCD-EFGH</strong>" in page
    assert comes_again == "10"


def test_a_linked_account_stands_still(admin_client: Client) -> None:
    page, comes_again = page_of(admin_client, {"account": "+15550100000"})

    assert (PICTURE in page, comes_again) == (False, "")
