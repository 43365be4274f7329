import pytest
from django.test import AsyncClient, Client

STYLESHEET = "/static/admin/css/base.css"


def test_static_file_of_an_app_is_served_without_collecting_it(client: Client) -> None:
    response = client.get(STYLESHEET)

    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/css")
    assert b"--primary" in response.content


async def test_static_file_is_served_on_the_event_loop_too(async_client: AsyncClient) -> None:
    response = await async_client.get(STYLESHEET)

    assert response.status_code == 200
    assert b"--primary" in response.content


def test_unchanged_static_file_is_not_sent_again(client: Client) -> None:
    stamp = client.get(STYLESHEET).headers["Last-Modified"]

    response = client.get(STYLESHEET, headers={"If-Modified-Since": stamp})

    assert (response.status_code, response.content) == (304, b"")


def test_part_of_a_static_file_can_be_asked_for(client: Client) -> None:
    response = client.get(STYLESHEET, headers={"Range": "bytes=0-9"})

    assert response.status_code == 206
    assert len(response.content) == 10


def test_static_file_comes_with_the_security_headers_of_a_page(client: Client) -> None:
    response = client.get(STYLESHEET)

    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/static/nothing.css", "/static/../manage.py"])
def test_what_is_no_static_file_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


async def test_other_requests_reach_their_view(async_client: AsyncClient) -> None:
    response = await async_client.get("/admin/login/")

    assert response.status_code == 200
