"""A process whose database falls silent: `python -m tests.faults.silenced_reader`.

It reads on every thread of the store, says so, and reads again when it is told that the database
has fallen silent. It says what became of those reads and of the ones after them.
"""

import asyncio
import json
import threading

import django
from django.db import connection

django.setup()

from rooms.stores.orm.executor import THREADS, DatabaseThreads  # noqa: E402 - after Django's apps
from tests.together import wait_for_the_others  # noqa: E402

TIMEOUT_S = 1.0
ENDS_WITHIN_S = 5.0


def read() -> None:
    """Ask the database for anything."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


async def try_to_read(threads: DatabaseThreads) -> list[str]:
    """Read on every thread, and twice as often; return how the reads ended."""
    reads = (threads.run(read) for _ in range(2 * THREADS))
    ends = await asyncio.gather(*reads, return_exceptions=True)
    return [type(end).__name__ for end in ends]


async def count_stuck() -> int:
    """Return how many threads of the store have not ended, though they were given time."""
    stuck = [thread for thread in threading.enumerate() if thread.name == "roomkit-database"]
    for thread in stuck:
        await asyncio.to_thread(thread.join, ENDS_WITHIN_S)
    return sum(thread.is_alive() for thread in stuck)


async def main() -> None:
    """Read before, during and after the silence."""
    threads = DatabaseThreads(timeout_s=TIMEOUT_S)
    await threads.run_on_each(read)
    await asyncio.to_thread(wait_for_the_others)
    during, after = await try_to_read(threads), await try_to_read(threads)
    await threads.close()
    print(json.dumps({"during": during, "after": after, "left": await count_stuck()}))


if __name__ == "__main__":
    asyncio.run(main())
