"""The suite of providers over the provider that the page shows, and over one that is careless."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import files, read_page

PAGE = "adding-a-provider.md"
[PIGEON] = re.findall(r"```python\n(.*?)\nasync def main\(\):", read_page(PAGE), re.DOTALL)
SETTINGS = "[pytest]\nasyncio_mode = strict\naddopts = -p no:cacheprovider -p no:randomly -q\n"


def run_suite(folder: Path, provider: str) -> tuple[int, str]:
    """Run the page's test over a provider, as its author would; return how it ends."""
    (folder / "pigeon.py").write_text(provider)
    (folder / "test_pigeon.py").write_text(files(PAGE)["test_pigeon.py"])
    (folder / "pytest.ini").write_text(SETTINGS)
    command = [sys.executable, "-m", "pytest", "-p", "no:django", "test_pigeon.py"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout


def test_provider_of_the_page_passes(tmp_path: Path) -> None:
    code, told = run_suite(tmp_path, PIGEON)

    assert code == 0, told
    assert "passed" in told


@pytest.mark.parametrize(
    ("good", "careless", "caught"),
    [
        ('raise WebhookRefused("wrong signature")', "pass", "false_proof"),
        ("except KeyError as missing", "except IndexError as missing", "malformed"),
        ("raw_payload=note", "raw_payload={}", "webhook_holds"),
        ('f"{to} is no number"', "str(self.secret.get_secret_value())", "no_secret"),
        ('accepted(f"pigeon-{len(self.flown)}")', 'accepted("pigeon")', "two_messages"),
        ("SendOutcome.REJECTED", "SendOutcome.TRANSIENT", "trouble"),
    ],
)
def test_careless_provider_does_not_pass(
    tmp_path: Path, good: str, careless: str, caught: str
) -> None:
    assert good in PIGEON

    code, told = run_suite(tmp_path, PIGEON.replace(good, careless))

    assert code == pytest.ExitCode.TESTS_FAILED
    assert re.search(rf"^FAILED .*{caught}", told, re.MULTILINE)
