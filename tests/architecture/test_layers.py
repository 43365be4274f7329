import subprocess
import sys
from pathlib import Path

from tests.repository import ROOT


def test_imports_point_only_in_the_directions_we_allow() -> None:
    command = Path(sys.executable).with_name("lint-imports")

    report = subprocess.run(
        [command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert report.returncode == 0, report.stdout + report.stderr
