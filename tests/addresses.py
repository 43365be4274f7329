"""Where the services are that some tests need."""

import os

POSTGRES_URL = os.environ.get(
    "ROOMKIT_TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres"
)
REDIS_URL = os.environ.get("ROOMKIT_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
CHROMIUM = os.environ.get("ROOMKIT_TEST_CHROMIUM", "/usr/bin/chromium")
