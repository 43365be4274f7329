"""One of several processes that share a state: `python -m tests.shared.member URL PREFIX`.

It lets three attempts fail, takes turns and says what came of it.
"""

import asyncio
import json
import sys

from rooms.domain.breaker import BreakerPolicy, BreakerWord
from rooms.domain.policies import RateLimit
from rooms.shared.redis import RedisSharedState
from tests.together import wait_for_the_others

FAILURES = 3
TURNS = 10
LIMIT = RateLimit(max_per_hour=1, burst=13)


async def main(url: str, prefix: str) -> None:
    """Do all of it."""
    shared, policy = RedisSharedState(url, prefix=prefix), BreakerPolicy()
    admissions = [await shared.admit("sms", policy) for _ in range(FAILURES)]
    await asyncio.to_thread(wait_for_the_others)
    edges = [
        await shared.report(admission, BreakerWord.FAILURE) for admission in admissions if admission
    ]
    waits = [await shared.take_turn("sms", LIMIT) for _ in range(TURNS)]
    print(json.dumps({"edges": [edge for edge in edges if edge], "turns": waits.count(0.0)}))
    await shared.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
