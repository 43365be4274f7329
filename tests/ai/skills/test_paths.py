"""Nothing outside of a skill can be read by any name (RFC §24.6)."""

from pathlib import Path

import pytest

from channels_app.ai.skills.errors import SkillFileRefused
from channels_app.ai.skills.metadata import Skill
from channels_app.ai.skills.registry import SkillRegistry
from tests.ai.skills.bundles import add_file, write_skill

ESCAPES = [
    "",
    " ",
    ".",
    "..",
    "../SKILL.md",
    "..\\SKILL.md",
    "/etc/passwd",
    "C:secret.txt",
    "sub/secret.txt",
    "\uff0e\uff0e\uff0fSKILL.md",  # full-width dots and slash
    "\u2024\u2024",  # one-dot leaders
    "secret.txt\0",
    "sec\nret.txt",
    "sec\u200bret.txt",  # a space without width
    ".hidden",
    "x" * 300,
    "missing.txt",
]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    bundle = write_skill(tmp_path)
    add_file(bundle, "references", "prices.md", "Ten.")
    add_file(bundle, "references", ".hidden")
    (bundle / "references" / "sub").mkdir()
    (bundle / "references" / "sub" / "secret.txt").write_text("secret")
    return bundle


def _skill(bundle: Path) -> Skill:
    registry = SkillRegistry()
    registry.register(bundle)
    skill = registry.get_skill(bundle.name)
    assert skill is not None
    return skill


@pytest.mark.parametrize("name", ["prices.md", "\uff50rices.md"])
def test_a_reference_is_read_by_its_plain_name(bundle: Path, name: str) -> None:
    skill = _skill(bundle)
    assert skill.list_references() == ["prices.md"]
    assert skill.has_references
    assert skill.read_reference(name) == "Ten."


@pytest.mark.parametrize("name", ESCAPES)
def test_every_other_name_is_refused(bundle: Path, name: str) -> None:
    add_file(bundle, "scripts", "run.sh")
    skill = _skill(bundle)
    with pytest.raises(SkillFileRefused):
        skill.read_reference(name)
    with pytest.raises(SkillFileRefused):
        skill.script_path(name)


def test_links_that_lead_out_of_a_folder_are_refused(bundle: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    (bundle / "references" / "link.txt").symlink_to(secret)
    (bundle / "references" / "up.md").symlink_to(bundle / "SKILL.md")
    skill = _skill(bundle)

    for name in ("link.txt", "up.md"):
        with pytest.raises(SkillFileRefused):
            skill.read_reference(name)
    assert skill.list_references() == ["prices.md"]


def test_a_folder_that_is_a_link_to_the_outside_is_empty(bundle: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "run.sh").write_text("echo")
    (bundle / "scripts").symlink_to(outside)
    skill = _skill(bundle)

    assert not skill.has_scripts
    with pytest.raises(SkillFileRefused):
        skill.script_path("run.sh")


def test_a_link_within_a_folder_is_followed(bundle: Path) -> None:
    (bundle / "references" / "also.md").symlink_to(bundle / "references" / "prices.md")
    assert _skill(bundle).read_reference("also.md") == "Ten."


def test_a_reference_that_is_no_text_is_refused(bundle: Path) -> None:
    (bundle / "references" / "photo.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SkillFileRefused, match="no text"):
        _skill(bundle).read_reference("photo.md")


def test_a_skill_without_folders_has_no_files(tmp_path: Path) -> None:
    skill = _skill(write_skill(tmp_path))
    assert (skill.list_scripts(), skill.list_references()) == ([], [])
