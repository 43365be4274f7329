"""`manage.py up` as a person meets it: a process, its pages and its words."""

import json
import re
import socket
import subprocess
import sys
from pathlib import Path

from tests.repository import ROOT
from tests.site_process import SiteProcess, running_site

PASSWORD = re.compile(r"user admin, password (\S+) \(shown this once\)")


def test_site_comes_up_on_nothing_and_says_where_everything_is(tmp_path: Path) -> None:
    with running_site(tmp_path) as site:
        ready = json.loads(site.get("/readyz"))
        pages = [site.get("/"), site.get("/chat/"), site.get("/admin/login/")]

    assert ready["status"] == "ok"
    assert all(pages)
    for word in ("/chat/", "/admin/", f"SQLite, {tmp_path}", "in memory", "in this process"):
        assert word in site.output


def test_password_of_the_admin_is_shown_once(tmp_path: Path) -> None:
    with running_site(tmp_path) as first:
        assert PASSWORD.search(first.output)

    with running_site(tmp_path) as second:
        assert not PASSWORD.search(second.output)


def test_site_stops_in_order_when_it_is_told_to(tmp_path: Path) -> None:
    with running_site(tmp_path) as site:
        code = site.stop()

    assert (code, "Traceback" in site.output) == (0, False)
    assert site.output.rstrip().endswith("Stopped.")


def test_port_in_use_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        site = SiteProcess(tmp_path, port=port)

        assert site.wait() == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in site.output
    assert "already in use. Choose another --port" in site.output


def test_demo_is_served_with_its_static_files(tmp_path: Path) -> None:
    with running_site(tmp_path, "--demo") as site:
        script = site.get("/static/channels_app/chat.js")

    assert "customElements.define" in script
    assert "Traceback" not in site.output


CANNOT_START = """
from rooms.serving.server import SiteServer

async def site(scope, receive, send): ...
async def fail(): raise LookupError("no such channel")
async def nothing(): ...

server = SiteServer(site, host="127.0.0.1", port=0, on_start=fail, on_stop=nothing)
server.run()
print(repr(server.failure))
"""


def test_site_that_cannot_start_ends_and_says_why() -> None:
    command = [sys.executable, "-c", CANNOT_START]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=30
    )

    assert (done.stdout, done.stderr) == ("LookupError('no such channel')\n", "")
