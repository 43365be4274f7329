"""How a process tells its children that it is stopping, before it waits for them to end."""

import os
import threading
from collections.abc import Callable


class StopNotice:
    """A pipe that nobody writes to; when its writing end closes, whoever reads knows.

    Made before the children are, so that each inherits both ends. It also tells of a parent that
    died.
    """

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()
        self._given = False

    def give(self) -> None:
        """Tell all children; returns at once and takes no lock, so that a signal may call it."""
        if not self._given:
            self._given = True
            os.close(self._writing)

    def on_stop(self, call: Callable[[], None]) -> None:
        """Call `call` in this child, on a thread, when the parent stops."""
        # As long as a child holds a writing end, no reader of its siblings sees the end.
        self.give()

        def wait() -> None:
            os.read(self._reading, 1)
            call()

        threading.Thread(target=wait, name="roomkit-stop-notice", daemon=True).start()
