"""Processes that start at the same moment on a database without tables."""

from pathlib import Path

import pytest

from tests.workers.ground import own_ground, running

pytestmark = [pytest.mark.postgres, pytest.mark.redis_server]


def test_two_sites_and_a_worker_prepare_one_database(tmp_path: Path) -> None:
    with own_ground(tmp_path, migrated=False) as ground:
        web = {"ROOMKIT_ROLE": "web"}
        sites = [
            ground.manage(name, "Dispatcher", "up", "--port", "0", **web) for name in ("one", "two")
        ]
        worker = ground.manage("worker", "The worker is running.", "roomkit_worker")
        with running(*sites, worker):
            codes = [process.stop() for process in (*sites, worker)]
        admins = ground.database.rows("SELECT username FROM auth_user")

    assert codes == [0, 0, 0]
    assert admins == [{"username": "admin"}]
    shown = [site.output().count("(shown this once)") for site in sites]
    assert sorted(shown) == [0, 1]
