"""One process of a cluster: started, killed, asked to stop and started again by name."""

import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.cluster.waiting import wait_until
from tests.repository import ROOT

READY_WITHIN_S = 60.0
STOPS_WITHIN_S = 30.0
DIES_WITHIN_S = 10.0


class Process:
    """A command with a name and a log file, run any number of times.

    Args:
        name: What tests call it.
        command: What is run.
        environment: Every variable it sees.
        directory: Where its log is written.
        is_ready: Told what this run has written so far; says whether it can be used.
        user: Whom it runs as; None is whoever runs the tests.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        directory: Path,
        is_ready: Callable[[str], bool],
        user: str | None = None,
    ) -> None:
        self.name = name
        self.log = directory / f"{name}.log"
        self._command = list(command)
        self._environment = dict(environment)
        self._is_ready = is_ready
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None
        self._begins_at = 0

    @property
    def is_running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Run the command; returns at once."""
        assert not self.is_running, f"{self.name} runs already"
        with self.log.open("ab") as log:
            self._begins_at = log.tell()
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                user=self._user,
                group=self._user,
                extra_groups=None if self._user is None else [],
            )

    def wait_until_ready(self) -> None:
        """Wait until it can be used.

        Raises:
            RuntimeError: If it ended instead; shows what it wrote.
        """
        wait_until(self._is_ready_or_dead, within_s=READY_WITHIN_S, what=f"{self.name} is ready")
        if not self.is_running:
            raise RuntimeError(f"{self.name} ended by itself:\n{self.output()}")

    def kill(self) -> None:
        """End it without warning."""
        self.end(signal.SIGKILL, DIES_WITHIN_S)

    def stop(self) -> int:
        """Ask it to stop, wait, and return its exit code."""
        return self.end(signal.SIGTERM, STOPS_WITHIN_S)

    def end(self, how: signal.Signals, within_s: float) -> int:
        """Send a signal, wait for the end and return the exit code; 0 if it never ran."""
        if self._process is None:
            return 0
        if self.is_running:
            self._process.send_signal(how)
        return self._process.wait(within_s)

    def ask_to_stop(self) -> None:
        """Ask it to stop and return at once."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        """Wait for its end and return its exit code."""
        assert self._process is not None
        return self._process.wait(STOPS_WITHIN_S)

    def output(self) -> str:
        """Return what this run has written so far."""
        with self.log.open("rb") as log:
            log.seek(self._begins_at)
            return log.read().decode(errors="replace")

    def _is_ready_or_dead(self) -> bool:
        return not self.is_running or self._is_ready(self.output())
