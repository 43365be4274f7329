"""Clients that belong to the event loop in which they were opened."""

import asyncio
from collections.abc import AsyncGenerator

from channels_app.providers.base.loop_clients import LoopClients


class Doors:
    """Opens numbered clients and notes which were closed."""

    def __init__(self) -> None:
        self.opened = 0
        self.closed: list[int] = []

    async def serve(self) -> AsyncGenerator[int, None]:
        self.opened += 1
        number = self.opened
        try:
            yield number
        finally:
            self.closed.append(number)


async def test_one_loop_has_one_client() -> None:
    clients = LoopClients(Doors().serve)

    assert [await clients.current() for _ in range(2)] == [1, 1]


def test_loop_that_ends_closes_its_client_and_the_next_opens_another() -> None:
    doors = Doors()
    clients = LoopClients(doors.serve)

    first = asyncio.run(clients.current())
    closed = [*doors.closed]
    second = asyncio.run(clients.current())

    assert (first, closed, second, doors.closed) == (1, [1], 2, [1, 2])


async def test_closing_leaves_the_clients_of_other_loops() -> None:
    doors = Doors()
    clients = LoopClients(doors.serve)
    await clients.current()
    there = await asyncio.to_thread(asyncio.run, clients.current())

    await clients.close()
    await clients.close()

    assert (there, sorted(doors.closed), await clients.current()) == (2, [1, 2], 3)
