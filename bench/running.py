"""Processes of the project's own, for as long as a measurement lasts."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

STOPS_WITHIN_S = 20.0
READY_WITHIN_S = 90.0
LOOKS_EVERY_S = 0.1
ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
WORKER = [PYTHON, "-m", "celery", "-A", "roomkit_project", "worker", "--pool", "threads"]
QUEUES = ["-Q", "deliver,ai,default"]


@contextmanager
def running(
    command: Sequence[str], log: Path, variables: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Run a command until the block ends; what it said is shown if something went wrong.

    Args:
        command: What is run, in the project's folder.
        log: Where its output goes.
        variables: Of its environment, beside ours.
    """
    environment = {**os.environ, **(variables or {})}
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        yield
    except BaseException:
        print(log.read_text(), file=sys.stderr)
        raise
    finally:
        process.terminate()
        try:
            process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_page(url: str) -> None:
    """Wait until an address answers with 200.

    Raises:
        TimeoutError: If it never does.
    """
    _wait_until(lambda: _answers(url), url)


def wait_for_words(log: Path, words: str) -> None:
    """Wait until a log says something.

    Raises:
        TimeoutError: If it never does.
    """
    _wait_until(lambda: words in log.read_text(), f"{words!r} in {log.name}")


def _wait_until(is_there: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + READY_WITHIN_S
    while not is_there():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {READY_WITHIN_S:g} s in vain for {what}")
        time.sleep(LOOKS_EVERY_S)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as answer:  # noqa: S310 - our own site
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
