"""The wheel, built and installed once for all tests that look at it from outside."""

from pathlib import Path

import pytest

from tests.architecture.installed import build_wheel, install


@pytest.fixture(scope="session")
def installed_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed wheel and nothing else."""
    packages = tmp_path_factory.mktemp("packages")
    install(build_wheel(tmp_path_factory.mktemp("wheel")), packages)
    return packages
