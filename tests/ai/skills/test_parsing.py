"""What is read from a SKILL.md, and what is refused."""

from pathlib import Path

import pytest

from channels_app.ai.skills.errors import SkillParseError, SkillValidationError
from channels_app.ai.skills.metadata import SkillMetadata
from channels_app.ai.skills.registry import SkillRegistry
from tests.ai.skills.bundles import BODY, write_skill


def _register(root: Path, **written: str) -> SkillMetadata:
    return SkillRegistry().register(write_skill(root, **written))


def test_front_matter_and_body_are_read(tmp_path: Path) -> None:
    registry = SkillRegistry()
    bundle = write_skill(tmp_path, front="license: MIT\ncompatibility: all\nversion: 1.10\n")

    metadata = registry.register(bundle)
    skill = registry.get_skill("refund-policy")

    assert metadata.model_dump() == {
        "name": "refund-policy",
        "description": "How refunds work",
        "license": "MIT",
        "compatibility": "all",
        "allowed_tools": None,
        "extra_metadata": {"version": "1.10"},
    }
    assert skill is not None
    assert (skill.name, skill.description) == ("refund-policy", "How refunds work")
    assert (skill.instructions, skill.path) == (BODY, bundle)


def test_lists_and_mappings_stay_what_they_are(tmp_path: Path) -> None:
    metadata = _register(tmp_path, front="tags: [a, b]\nmetadata:\n  author: Ann\n")
    assert metadata.extra_metadata == {"tags": ["a", "b"], "metadata": {"author": "Ann"}}


@pytest.mark.parametrize(
    "front",
    [
        "allowed-tools: refund_*, look_up\n",
        "allowed_tools: refund_* look_up\n",
        "allowed-tools: [refund_*, look_up]\n",
        "allowed_tools:\n  - refund_*\n  - look_up\n",
    ],
)
def test_tools_are_named_in_any_of_the_usual_ways(tmp_path: Path, front: str) -> None:
    metadata = _register(tmp_path, front=front)
    assert metadata.gated_tool_names == ["refund_*", "look_up"]
    assert metadata.extra_metadata == {}


def test_a_skill_without_tools_gates_none() -> None:
    metadata = SkillMetadata(name="a", description="b")
    assert metadata.gated_tool_names == []


def test_a_colon_in_a_description_is_no_mistake(tmp_path: Path) -> None:
    metadata = _register(tmp_path, description="Use when: a refund is asked for")
    assert metadata.description == "Use when: a refund is asked for"


@pytest.mark.parametrize("prefix", ["\ufeff", ""])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["SKILL.md", "skill.md", "Skill.MD"])
def test_file_may_come_from_any_editor(tmp_path: Path, prefix: str, ending: str, name: str) -> None:
    bundle = tmp_path / "hello"
    bundle.mkdir()
    text = prefix + ending.join(["---", "name: hello", "description: Greets", "--- ", "Say hi."])
    (bundle / name).write_bytes(text.encode())
    registry = SkillRegistry()

    registry.register(bundle)

    skill = registry.get_skill("hello")
    assert skill is not None
    assert skill.instructions == "Say hi."


@pytest.mark.parametrize(
    "name", ["Refunds", "refund_policy", "-a", "a-", "a--b", "réfund", "a" * 65, "a b"]
)
def test_names_are_words_with_hyphens(tmp_path: Path, name: str) -> None:
    with pytest.raises(SkillValidationError, match="no name for a skill"):
        _register(tmp_path, name=name)


def test_name_is_that_of_the_directory(tmp_path: Path) -> None:
    bundle = write_skill(tmp_path)
    with pytest.raises(SkillValidationError, match="give both one name"):
        SkillRegistry().register(bundle.rename(tmp_path / "other"))


@pytest.mark.parametrize("description", ["", "x" * 1025, "[a, b]"])
def test_description_is_a_short_text(tmp_path: Path, description: str) -> None:
    with pytest.raises(SkillValidationError, match="description"):
        _register(tmp_path, description=description)


def test_patterns_of_tools_are_texts(tmp_path: Path) -> None:
    with pytest.raises(SkillValidationError, match="allowed-tools"):
        _register(tmp_path, front="allowed-tools: [{a: b}]\n")


@pytest.mark.parametrize(
    "text",
    [
        b"# No front matter",
        b"---\nname: broken\n",  # it never ends
        b"---\n- a\n- b\n---\n",  # a list
        b"---\nname: 'broken\nwhatever\n---\n",  # neither YAML nor lines of keys
        b"---\nname: \xff\n---\n",
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, text: bytes) -> None:
    bundle = tmp_path / "broken"
    bundle.mkdir()
    (bundle / "SKILL.md").write_bytes(text)
    with pytest.raises(SkillParseError):
        SkillRegistry().register(bundle)


def test_a_directory_without_a_skill_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SkillParseError, match=r"has no SKILL\.md"):
        SkillRegistry().register(tmp_path)
