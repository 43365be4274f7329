"""A vendor's loopback server in a process of its own, so that it does not take our time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

from channels_app.testing.fakes.anthropic import API_KEY, FakeAnthropic
from channels_app.testing.fakes.anthropic_script import Reply

HEARD_WITHIN_S = 60.0
MODEL = "claude-haiku-4-5"


class Vendor:
    """The near end of the process.

    Attributes:
        url: Where the API is.
        api_key: What opens it.
    """

    api_key = API_KEY

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.url = str(self._hear())

    def reply_with(self, *replies: Reply, times: int = 1) -> None:
        """Let the next requests be answered like this, the whole row so many times over."""
        self._pipe.send((replies, times))
        assert self._hear() == 0, "the vendor has refused a request"

    def close(self) -> None:
        """End the process; what it has refused is an error."""
        self.reply_with()
        self._pipe.send(None)

    def _hear(self) -> object:
        if not self._pipe.poll(HEARD_WITHIN_S):
            raise TimeoutError(f"the vendor said nothing for {HEARD_WITHIN_S:g} s")
        return self._pipe.recv()


@contextmanager
def vendor() -> Iterator[Vendor]:
    """Run the process until the block ends."""
    context = get_context("spawn")
    near, far = context.Pipe()
    process = context.Process(target=_serve, args=(far,))
    process.start()
    try:
        served = Vendor(near)
        yield served
        served.close()
        process.join(HEARD_WITHIN_S)
    finally:
        process.kill()
        process.join()


def _serve(pipe: Connection) -> None:
    with FakeAnthropic().serving() as fake:
        pipe.send(fake.url)
        while (order := pipe.recv()) is not None:
            replies, times = order
            fake.reply_with(*_repeated(replies, times))
            pipe.send(len(fake.refusals))


def _repeated(replies: Sequence[Reply], times: int) -> list[Reply]:
    return [*replies] * times
