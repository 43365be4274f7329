"""Being told to end, by whoever started the process."""

import asyncio
import signal

ENDING = (signal.SIGTERM, signal.SIGINT)


async def wait_for_end() -> None:
    """Return when the process is told to end; being told again ends it at once."""
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for number in ENDING:
        loop.add_signal_handler(number, told.set)
    await told.wait()
    for number in ENDING:
        loop.remove_signal_handler(number)
    end_at_once_when_told()


def end_at_once_when_told() -> None:
    """Give the signals back to the system, which ends the process without a word."""
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)
