"""Free ports of this machine."""

import socket

HOST = "127.0.0.1"


def take_free_port() -> int:
    """Return a port that nobody listened on a moment ago."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
    return port


def answers(port: int) -> bool:
    """Tell whether somebody listens on a port."""
    with socket.socket() as caller:
        caller.settimeout(1)
        return caller.connect_ex((HOST, port)) == 0
