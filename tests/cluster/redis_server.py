"""A Redis of one's own, which may be killed without disturbing anybody."""

import shutil
from pathlib import Path

from tests.cluster.ports import HOST, answers, take_free_port
from tests.cluster.process import Process
from tests.plugins.programs import REDIS_SERVER


class RedisServer:
    """A Redis server on a port of its own that keeps nothing on disk.

    Attributes:
        url: Where it listens, also after a restart.
        process: Runs it.
    """

    def __init__(self, directory: Path) -> None:
        port = take_free_port()
        program = shutil.which(REDIS_SERVER)
        assert program is not None, f"no program {REDIS_SERVER}"
        self.url = f"redis://{HOST}:{port}/0"
        self.process = Process(
            "redis",
            [program, "--port", str(port), "--bind", HOST, "--save", "", "--appendonly", "no"],
            {},
            directory,
            lambda _output: answers(port),
        )

    def start(self) -> None:
        """Run it and wait until it answers."""
        self.process.start()
        self.process.wait_until_ready()
