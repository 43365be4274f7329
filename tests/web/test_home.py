import pytest
from django.conf import settings
from django.test import AsyncClient, override_settings

from rooms import RoomKit


@pytest.mark.parametrize("address", ["/chat/", "/admin/", "/readyz"])
async def test_front_page_leads_on(address: str) -> None:
    page = (await AsyncClient().get("/")).content.decode()

    assert f'href="{address}"' in page


@pytest.mark.parametrize("address", ["/", "/chat/"])
async def test_pages_come_with_the_strict_policy(kit: RoomKit, address: str) -> None:
    policy = (await AsyncClient().get(address))["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


async def test_installed_package_without_front_page_shows_the_chat() -> None:
    [usual] = settings.TEMPLATES
    with override_settings(TEMPLATES=[{**usual, "DIRS": []}]):
        response = await AsyncClient().get("/")

    assert response.status_code == 302
    assert response["Location"] == "/chat/"
