"""Settings of the test suite: the project's own, on a database and data directory of its own.

``ROOMKIT_TEST_DATABASE`` chooses the one database: ``sqlite`` (default) or ``postgres``. SQLite
is a file, not memory, so that other threads and processes see the same rows.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_data_dir = Path(tempfile.mkdtemp(prefix="roomkit-tests-"))
atexit.register(shutil.rmtree, _data_dir, ignore_errors=True)

# The environment of whoever runs the tests must not reach into them.
_OF_THE_SITE = ("ROOMKIT_", "DATABASE_URL", "DJANGO_SECRET_KEY", "ALLOWED_HOSTS", "CSRF_", "TZ")
for _name in [name for name in os.environ if name.startswith(_OF_THE_SITE)]:
    if not _name.startswith("ROOMKIT_TEST_"):
        del os.environ[_name]
os.environ["ROOMKIT_DATA_DIR"] = str(_data_dir)
os.environ["ROOMKIT_SECRET_KEY"] = "a-fixed-key-for-tests-only"

from roomkit_project.databases import postgres, sqlite  # noqa: E402 - reads the environment above
from roomkit_project.settings import *  # noqa: E402, F403 - the suite runs on the real settings
from tests.addresses import POSTGRES_URL  # noqa: E402 - kept with its siblings

TEST_DATABASE = os.environ.get("ROOMKIT_TEST_DATABASE", "sqlite")

if TEST_DATABASE == "postgres":
    # No pool: a connection that waits in one would keep the test database from being dropped.
    DATABASES = {"default": postgres(POSTGRES_URL, pooled=False)}
    # Several runs may share one server.
    DATABASES["default"]["TEST"] = {"NAME": f"test_roomkit_{os.getpid()}"}
    # No test outlives the server; waiting for its disk would take half of the time.
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
elif TEST_DATABASE == "sqlite":
    DATABASES = {"default": sqlite(_data_dir / "db.sqlite3")}
    DATABASES["default"]["TEST"] = {"NAME": str(_data_dir / "test.sqlite3")}
else:
    _msg = f"ROOMKIT_TEST_DATABASE is {TEST_DATABASE!r}; use sqlite or postgres."
    raise ValueError(_msg)

# Hashing that takes long on purpose only slows the suite.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
