"""One connection to a mail server, asked from the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from imaplib import IMAP4
from typing import Concatenate, ParamSpec, TypeVar

from channels_app.sources.imap_config import IMAPConfig
from channels_app.sources.imap_mailbox import Mailbox

P = ParamSpec("P")
R = TypeVar("R")

CLOSE_S = 2.0


class LineBroken(Exception):
    """The connection to the mail server has ended, or did not come about."""


class Line:
    """A mailbox, and the one thread that speaks to it.

    Args:
        config: Where the mailbox is and what it is read with.
    """

    def __init__(self, config: IMAPConfig) -> None:
        self._mailbox = Mailbox(config)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="roomkit-imap")

    async def ask(
        self, verb: Callable[Concatenate[Mailbox, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Have the mailbox do something; whoever is cancelled meanwhile does not wait for it.

        Raises:
            LineBroken: If the connection broke.
        """
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(
                self._thread, lambda: verb(self._mailbox, *args, **kwargs)
            )
        except (IMAP4.abort, OSError, EOFError) as error:
            raise LineBroken(f"{type(error).__name__}: {error}") from error

    async def close(self) -> None:
        """End the connection; a thread that hangs is left to its own time limit."""
        closing = asyncio.wrap_future(self._thread.submit(self._mailbox.close))
        self._thread.shutdown(wait=False)
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                # Whoever is in a hurry leaves; the connection is closed all the same.
                await asyncio.shield(closing)
