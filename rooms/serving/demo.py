"""What ``up --demo`` shows: each app brings its own conversations.

register_demo(seed_chats)  # in AppConfig.ready()
"""

from collections.abc import Awaitable, Callable

from rooms.kit import RoomKit

DemoSeed = Callable[[RoomKit], Awaitable[None]]

_seeds: list[DemoSeed] = []


def register_demo(seed: DemoSeed) -> None:
    """Add to the demo. `seed` must do nothing where its rooms exist already."""
    if seed not in _seeds:
        _seeds.append(seed)


async def seed_demo(kit: RoomKit) -> None:
    """Make the rooms of the demo, app after app."""
    for seed in _seeds:
        await seed(kit)
