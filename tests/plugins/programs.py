"""Servers that tests start themselves, so that they may also end them."""

import os
import shutil
from pathlib import Path

REDIS_SERVER = os.environ.get("ROOMKIT_TEST_REDIS_SERVER", "redis-server")
# Debian keeps PostgreSQL's programs out of the path.
POSTGRES_PLACES = (Path("/usr/lib/postgresql"), Path("/usr/pgsql"), Path("/opt/homebrew/opt"))


def find_postgres_programs() -> Path | None:
    """Return the directory of `initdb` and `postgres`, the newest version's, or None."""
    named = shutil.which("postgres")
    if named is not None:
        return Path(named).parent
    found = [path for place in POSTGRES_PLACES for path in place.glob("*/bin/postgres")]
    return max(found).parent if found else None


def require_redis_server() -> None:
    """Raise FileNotFoundError where no Redis server can be started."""
    if shutil.which(REDIS_SERVER) is None:
        msg = f"no program {REDIS_SERVER}"
        raise FileNotFoundError(msg)


def require_postgres_server() -> None:
    """Raise FileNotFoundError where no PostgreSQL server can be started."""
    if find_postgres_programs() is None:
        msg = f"no PostgreSQL programs in {', '.join(map(str, POSTGRES_PLACES))}"
        raise FileNotFoundError(msg)
