"""A site that is built as the page says works: checks, tables, pages, socket."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.docs.pages import files

LOOK = """
import asyncio

from mysite.asgi import application
from channels.testing import WebsocketCommunicator
from django.test import Client
from django.test.utils import setup_test_environment
from mysite import views


async def shake_hands(room_id, cookie):
    headers = [(b"cookie", cookie), (b"origin", b"http://localhost:8000")]
    socket = WebsocketCommunicator(application, f"/ws/{room_id}", headers=headers)
    connected, _ = await socket.connect()
    assert connected
    print((await socket.receive_json_from(timeout=10))["type"])
    await views.tell(None, room_id)
    print((await socket.receive_json_from(timeout=10))["event"]["content"]["body"])
    await socket.disconnect()


setup_test_environment()  # keeps the contexts of templates
client = Client()
print([client.get(path).status_code for path in ("/healthz", "/readyz", "/chat/", "/admin/")])
room_id = client.get("/chat/").context["settings"]["roomId"]
cookie = f"roomkit_visitor={client.cookies['roomkit_visitor'].value}".encode()
asyncio.run(shake_hands(room_id, cookie))
"""

Site = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    home = tmp_path_factory.mktemp("site")
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    environment["DJANGO_SETTINGS_MODULE"] = "mysite.settings"

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command],
            cwd=home,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    run("-m", "django", "startproject", "mysite", ".")
    write(home / "mysite", files("adding-to-a-site.md"))
    return run


def write(package: Path, parts: dict[str, str]) -> None:
    with (package / "settings.py").open("a", encoding="utf-8") as settings:
        settings.write(parts["settings"])
    for name in ("urls", "asgi", "views"):
        (package / f"{name}.py").write_text(parts[name], encoding="utf-8")


def test_site_has_nothing_to_complain_about(site: Site) -> None:
    report = site("manage.py", "check", "--fail-level", "WARNING")

    assert report.returncode == 0, report.stderr


def test_site_needs_no_migrations_of_its_own(site: Site) -> None:
    report = site("manage.py", "makemigrations", "--check", "--dry-run")

    assert report.returncode == 0, report.stdout


def test_site_shows_its_pages_and_speaks_over_its_socket(site: Site) -> None:
    assert site("manage.py", "migrate").returncode == 0

    look = site("-c", LOOK)

    assert look.returncode == 0, look.stderr
    assert look.stdout.splitlines() == [
        "[200, 200, 200, 302]",
        "hello",
        "Your parcel is here.",
    ]
