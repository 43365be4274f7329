"""The whole site in a process of its own, as `manage.py up` starts it."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from tests.repository import ROOT

STARTS_WITHIN_S = 60
STOPS_WITHIN_S = 20


class SiteProcess:
    """One run of ``manage.py up``.

    Args:
        data_dir: Where it keeps everything.
        options: More words for the command line.
        port: Where it listens; 0 takes a free one.
        environment: Variables beside those of whoever runs the tests.

    Attributes:
        data_dir: Where it keeps everything.
        output: What it has printed so far.
    """

    def __init__(
        self,
        data_dir: Path,
        *options: str,
        port: int = 0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        variables = {**os.environ, "ROOMKIT_DATA_DIR": str(data_dir)}
        for name in ("DJANGO_SETTINGS_MODULE", "ROOMKIT_SECRET_KEY"):
            variables.pop(name, None)
        self.data_dir = data_dir
        self.output = ""
        self._ready = threading.Event()
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(port), *options],
            cwd=ROOT,
            env=variables | dict(environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    @property
    def url(self) -> str:
        """Where the site is, without a slash at the end."""
        found = re.search(r"Site +(http://\S+)/", self.output)
        assert found is not None, self.output
        return found[1]

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.url.rpartition(":")[2])

    def wait_until_ready(self) -> None:
        """Wait until it has said that it is running."""
        assert self._ready.wait(STARTS_WITHIN_S), self.output
        assert "RoomKit is running" in self.output, self.output

    def get(self, path: str) -> str:
        """Return the body of a page."""
        with urlopen(self.url + path, timeout=10) as answer:  # noqa: S310 - our own site
            body: str = answer.read().decode()
        return body

    def stop(self) -> int:
        """Ask it to stop, as a process supervisor does; return its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it without warning."""
        self._end(signal.SIGKILL)

    def wait(self) -> int:
        """Wait until it ends by itself; return its exit code."""
        code = self._process.wait(STARTS_WITHIN_S)
        self._reading.join()
        return code

    def _end(self, how: signal.Signals) -> int:
        if self._process.poll() is None:
            self._process.send_signal(how)
        code = self._process.wait(STOPS_WITHIN_S)
        self._reading.join()
        return code

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self.output += line
                if "Worker " in line:
                    self._ready.set()
        self._ready.set()


@contextmanager
def running_site(
    data_dir: Path,
    *options: str,
    port: int = 0,
    environment: Mapping[str, str] | None = None,
) -> Iterator[SiteProcess]:
    """Run the site until the block ends."""
    site = SiteProcess(data_dir, *options, port=port, environment=environment)
    try:
        site.wait_until_ready()
        yield site
    finally:
        site.kill()
