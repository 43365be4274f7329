"""Every sample in the documentation runs."""

import subprocess
import sys

import pytest

from hooks.decorators import declared_temporarily, discovered
from rooms.conf import find_faults
from tests.docs.pages import Block, blocks
from tests.repository import ROOT

KINDS = ("sample: program", "sample: django", "sample: settings", "file: ")


def block_id(block: Block) -> str:
    return block.id


@pytest.mark.parametrize("block", blocks(), ids=block_id)
def test_block_says_how_it_is_run(block: Block) -> None:
    assert block.what.startswith(KINDS)


@pytest.mark.parametrize("block", blocks("sample: program"), ids=block_id)
def test_program_prints_what_the_page_says(block: Block) -> None:
    run = subprocess.run(
        [sys.executable, "-c", block.code],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert run.stderr == ""
    assert run.stdout == block.output


@pytest.mark.parametrize("block", blocks("sample: django"), ids=block_id)
def test_module_of_a_site_declares_hooks(block: Block) -> None:
    with declared_temporarily():
        before = len(discovered())

        exec(compile(block.code, block.id, "exec"), {})  # noqa: S102 - our own page

        assert len(discovered()) > before


@pytest.mark.parametrize("block", blocks("sample: settings"), ids=block_id)
def test_setting_has_no_fault(block: Block) -> None:
    names: dict[str, object] = {}

    exec(compile(block.code, block.id, "exec"), names)  # noqa: S102 - our own page

    assert find_faults(names.get("ROOMKIT", {})) == []
