"""Real processes that begin at the same moment and say as JSON what came of it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from tests.repository import ROOT

READY, GO = "ready\n", "go\n"
ENDS_WITHIN_S = 60


def wait_for_the_others() -> None:
    """Say that this process can begin, and wait until all can."""
    sys.stdout.write(READY)
    sys.stdout.flush()
    assert sys.stdin.readline() == GO


def run_together(*modules: tuple[str, ...], environment: Mapping[str, str] | None = None) -> Any:
    """Run modules with their arguments, let them begin together and return what each said."""
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", *module],
                    cwd=ROOT,
                    env={**os.environ, **(environment or {})},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for module in modules
        ]
        for process in processes:
            stack.callback(process.kill)
            assert process.stdout is not None
            assert process.stdout.readline() == READY, "it ended instead"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(GO)
            process.stdin.flush()
        return [json.loads(process.communicate(timeout=ENDS_WITHIN_S)[0]) for process in processes]
