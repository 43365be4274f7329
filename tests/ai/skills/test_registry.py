"""Finding skills, and knowing them."""

import logging
from pathlib import Path

import pytest

from channels_app.ai.skills.errors import SkillParseError, SkillValidationError
from channels_app.ai.skills.registry import SkillRegistry
from tests.ai.skills.bundles import write_skill


def test_skills_are_found_right_below_a_directory_in_order(tmp_path: Path) -> None:
    write_skill(tmp_path, "b-skill")
    write_skill(tmp_path, "a-skill")
    write_skill(tmp_path / "deeper", "c-skill")
    (tmp_path / "notes.txt").write_text("no skill")
    registry = SkillRegistry()

    assert registry.discover(tmp_path) == 2
    assert registry.skill_names == ["a-skill", "b-skill"]
    assert registry.skill_count == 2
    assert [each.name for each in registry.all_metadata()] == ["a-skill", "b-skill"]


def test_one_bad_skill_leaves_the_registry_as_it_was(tmp_path: Path) -> None:
    """RFC §24.5: all or nothing."""
    registry = SkillRegistry()
    registry.register(write_skill(tmp_path / "before", "known"))
    write_skill(tmp_path / "new", "a-skill")
    write_skill(tmp_path / "new", "z-skill", description="")

    with pytest.raises(SkillValidationError, match="z-skill"):
        registry.discover(tmp_path / "new")

    assert registry.skill_names == ["known"]


def test_lenient_discovery_logs_each_skill_it_leaves_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_skill(tmp_path, "a-skill")
    write_skill(tmp_path, "bad-skill", description="")
    (write_skill(tmp_path, "worse-skill") / "SKILL.md").write_text("nothing")
    registry = SkillRegistry()

    with caplog.at_level(logging.WARNING, "roomkit.ai"):
        assert registry.discover(tmp_path, tmp_path / "nowhere", strict=False) == 1

    assert registry.skill_names == ["a-skill"]
    assert [Path(vars(each)["path"]).name for each in caplog.records] == [
        "bad-skill",
        "worse-skill",
        "nowhere",
    ]


def test_a_directory_that_does_not_exist_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(SkillValidationError, match="nowhere"):
        SkillRegistry().discover(tmp_path / "nowhere")


def test_two_skills_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    registry = SkillRegistry()
    write_skill(tmp_path / "one")
    write_skill(tmp_path / "two")

    with pytest.raises(SkillValidationError, match="two skills"):
        registry.discover(tmp_path / "one", tmp_path / "two")

    assert registry.skill_count == 0


def test_a_link_that_leads_out_of_the_directory_is_no_skill(tmp_path: Path) -> None:
    outside = write_skill(tmp_path / "outside", "secret")
    (tmp_path / "skills").mkdir()
    (tmp_path / "skills" / "secret").symlink_to(outside)
    with pytest.raises(SkillValidationError, match="leads out"):
        SkillRegistry().discover(tmp_path / "skills")


def test_instructions_do_not_come_from_outside_the_skill(tmp_path: Path) -> None:
    bundle = write_skill(tmp_path, "hello")
    (bundle / "SKILL.md").rename(tmp_path / "elsewhere.md")
    (bundle / "SKILL.md").symlink_to(tmp_path / "elsewhere.md")
    with pytest.raises(SkillValidationError, match="leads out"):
        SkillRegistry().register(bundle)


def test_instructions_are_read_when_first_needed_and_once(tmp_path: Path) -> None:
    registry = SkillRegistry()
    bundle = write_skill(tmp_path, body="old")
    registry.register(bundle)

    write_skill(tmp_path, body="new")
    first = registry.get_skill("refund-policy")
    write_skill(tmp_path, body="newer")

    assert first is not None
    assert first.instructions == "new"
    assert registry.get_skill("refund-policy") is first


def test_registering_again_reads_anew(tmp_path: Path) -> None:
    registry = SkillRegistry()
    registry.register(write_skill(tmp_path, body="old"))
    registry.get_skill("refund-policy")

    registry.register(write_skill(tmp_path, body="new", description="Other"))

    skill = registry.get_skill("refund-policy")
    assert skill is not None
    assert (skill.instructions, skill.description) == ("new", "Other")


def test_unknown_skills_are_none(tmp_path: Path) -> None:
    registry = SkillRegistry()
    assert registry.get_skill("unknown") is None
    assert registry.get_metadata("unknown") is None
    assert registry.to_prompt_xml() == ""


def test_instructions_that_are_gone_cannot_be_read(tmp_path: Path) -> None:
    registry = SkillRegistry()
    bundle = write_skill(tmp_path)
    registry.register(bundle)
    (bundle / "SKILL.md").unlink()
    with pytest.raises(SkillParseError, match="cannot be read"):
        registry.get_skill("refund-policy")


def test_what_a_model_is_told_is_escaped(tmp_path: Path) -> None:
    registry = SkillRegistry()
    registry.register(write_skill(tmp_path, description='"A" <b> & c', front="license: <MIT>\n"))
    assert registry.to_prompt_xml() == (
        "<available_skills>\n"
        '<skill name="refund-policy">'
        "<description>&quot;A&quot; &lt;b&gt; &amp; c</description>"
        "<license>&lt;MIT&gt;</license></skill>\n"
        "</available_skills>"
    )
