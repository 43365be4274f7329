import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from roomkit_project.secrets import load_or_create_secret


def test_secret_is_made_once_and_read_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret_key"

    first = load_or_create_secret(path)

    assert len(first) >= 50
    assert load_or_create_secret(path) == first


def test_secret_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"

    load_or_create_secret(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path) -> None:
    paths = [tmp_path / "secret_key"] * 16

    with ThreadPoolExecutor(max_workers=16) as pool:
        secrets = set(pool.map(load_or_create_secret, paths))

    assert len(secrets) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_empty_secret_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    path.touch()

    with pytest.raises(ValueError, match="secret_key is empty"):
        load_or_create_secret(path)
