"""Secrets that a fresh installation makes for itself and keeps in its data directory."""

import os
import secrets
import tempfile
from pathlib import Path

SECRET_BYTES = 50


def load_or_create_secret(path: Path) -> str:
    """Return the secret kept in a file, making it on the first call.

    The file is readable by its owner only (mode 0600). It appears complete or not at all, so
    processes that start at the same moment on an empty data directory agree on one secret.

    Args:
        path: The file; missing parent directories are made.

    Raises:
        ValueError: The file exists but is empty.
        OSError: The file can neither be read nor written.
    """
    if not path.exists():
        _publish(path, secrets.token_urlsafe(SECRET_BYTES))
    secret = path.read_text(encoding="ascii").strip()
    if not secret:
        msg = f"Secret file {path} is empty; restore it, or delete it to make a new secret."
        raise ValueError(msg)
    return secret


def _publish(path: Path, secret: str) -> None:
    """Put a complete secret file in place, unless another process was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp makes the file with mode 0600 whatever the umask says.
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{secret}\n")
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        os.unlink(draft)
