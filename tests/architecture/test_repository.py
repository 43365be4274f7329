import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.repository import PACKAGES, ROOT


@pytest.fixture(scope="module")
def wheel_files(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*command, "--directory", target], cwd=ROOT, check=True, capture_output=True)
    [wheel] = target.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_declares_its_types(package: str, wheel_files: set[str]) -> None:
    assert f"{package}/py.typed" in wheel_files


def test_wheel_holds_the_apps_and_the_project_and_nothing_beside_them(
    wheel_files: set[str],
) -> None:
    top_level = {name.split("/")[0] for name in wheel_files}

    assert {name for name in top_level if not name.endswith(".dist-info")} == set(PACKAGES)


def test_wheel_ships_every_template_and_static_file_of_the_apps(wheel_files: set[str]) -> None:
    shipped = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for folder in ("templates", "static")
        for path in (ROOT / package / folder).rglob("*")
        if path.is_file()
    }

    assert shipped <= wheel_files


def test_make_alone_lists_every_target_with_a_sentence() -> None:
    makefile = (ROOT / "Makefile").read_text()
    declared = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert declared is not None

    listing = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert re.findall(r"^  make (\w+) +\S", listing, re.MULTILINE) == declared[1].split()


def test_make_without_a_new_enough_python_says_which_one_it_needs(tmp_path: Path) -> None:
    old_python = tmp_path / "old-python"
    old_python.write_text("#!/bin/sh\nexit 1\n")
    old_python.chmod(0o755)

    attempt = subprocess.run(
        ["make", "setup", f"PYTHON={old_python}", f"VENV={tmp_path / 'venv'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert attempt.returncode != 0
    assert "Python 3.11 or newer is needed" in attempt.stdout
