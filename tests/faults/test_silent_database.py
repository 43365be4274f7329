"""PostgreSQL falls silent without hanging up; the store gives its connections up and comes back."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from rooms.stores.orm.executor import THREADS
from tests.addresses import POSTGRES_URL
from tests.cluster.ports import HOST
from tests.faults.silent_proxy import silent_proxy
from tests.repository import ROOT
from tests.together import ENDS_WITHIN_S, GO, READY

POSTGRES_PORT = 5432


@pytest.mark.postgres
def test_silent_connections_are_given_up_and_replaced(tmp_path: Path) -> None:
    parts = urlsplit(POSTGRES_URL)
    server = (parts.hostname or HOST, parts.port or POSTGRES_PORT)
    with silent_proxy(server) as proxy:
        user = parts.netloc.rpartition("@")[0]
        url = parts._replace(netloc=f"{user}@{HOST}:{proxy.port}").geturl()
        environment = {
            "DJANGO_SETTINGS_MODULE": "roomkit_project.settings",
            "DATABASE_URL": url,
            "ROOMKIT_DATA_DIR": str(tmp_path),
        }
        with subprocess.Popen(
            [sys.executable, "-m", "tests.faults.silenced_reader"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as reader:
            assert reader.stdout is not None
            assert reader.stdout.readline() == READY
            proxy.fall_silent()
            said = json.loads(reader.communicate(GO, timeout=ENDS_WITHIN_S)[0])
    assert said == {
        "during": ["StoreUnavailableError"] * 2 * THREADS,
        "after": ["NoneType"] * 2 * THREADS,
        "left": 0,
    }
