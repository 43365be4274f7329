"""What a process says of itself when it has started."""

from collections.abc import Sequence

from rooms.topology import Topology

Line = tuple[str, str]


def describe_parts(topology: Topology) -> list[Line]:
    """Return label and value of what the process runs on."""
    return [
        ("Database", str(topology.database)),
        ("Layer", topology.describe_layer()),
        ("Locks", topology.locks),
        ("Dispatcher", topology.dispatcher),
    ]


def format_listing(title: str, lines: Sequence[Line]) -> str:
    """Return a title and aligned lines below it."""
    width = max(len(label) for label, _ in lines)
    rows = "\n".join(f"  {label:<{width}}  {value}" for label, value in lines)
    return f"{title}\n\n{rows}\n"
