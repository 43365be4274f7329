"""Which tools a policy allows, by name and by role (check 46)."""

import pytest
from pydantic import ValidationError

from channels_app.ai.tools.policy import RoleOverride, ToolPolicy

NAMES = ["read_order", "read_note", "write_order", "refund", "Refund"]


def allowed(policy: ToolPolicy) -> list[str]:
    return [name for name in NAMES if policy.is_allowed(name)]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param(ToolPolicy(), NAMES, id="empty-allows-all"),
        pytest.param(ToolPolicy(allow=["refund"]), ["refund"], id="only-what-is-listed"),
        pytest.param(ToolPolicy(allow=["read_*"]), ["read_order", "read_note"], id="star"),
        pytest.param(ToolPolicy(allow=["?efund"]), ["refund", "Refund"], id="one-letter"),
        pytest.param(ToolPolicy(deny=["*_order"]), ["read_note", "refund", "Refund"], id="deny"),
        # What is forbidden stays so, however clearly it is allowed too.
        pytest.param(ToolPolicy(allow=["refund"], deny=["refund"]), [], id="deny-beats-allow"),
        pytest.param(ToolPolicy(allow=["nothing"]), [], id="list-without-a-match"),
    ],
)
def test_names_are_matched_by_patterns(policy: ToolPolicy, expected: list[str]) -> None:
    assert allowed(policy) == expected


@pytest.mark.parametrize(
    ("base", "override", "expected"),
    [
        pytest.param(
            ToolPolicy(allow=["read_*", "refund"]),
            RoleOverride(allow=["*_order", "refund"]),
            ["read_order", "refund"],
            id="restrict-must-pass-both-lists",
        ),
        pytest.param(
            ToolPolicy(deny=["refund"]),
            RoleOverride(deny=["read_*"]),
            ["write_order", "Refund"],
            id="restrict-forbids-what-either-forbids",
        ),
        pytest.param(
            ToolPolicy(allow=["read_*"]),
            RoleOverride(),
            ["read_order", "read_note"],
            id="restrict-by-nothing-changes-nothing",
        ),
        pytest.param(
            ToolPolicy(), RoleOverride(allow=["refund"]), ["refund"], id="restrict-of-everything"
        ),
        pytest.param(
            ToolPolicy(allow=["read_*"], deny=["refund"]),
            RoleOverride(allow=["refund"], mode="replace"),
            ["refund"],
            id="replace-forgets-the-base",
        ),
        pytest.param(
            ToolPolicy(allow=["read_*"]),
            RoleOverride(mode="replace"),
            NAMES,
            id="replace-by-nothing-allows-all",
        ),
    ],
)
def test_role_changes_what_is_allowed(
    base: ToolPolicy, override: RoleOverride, expected: list[str]
) -> None:
    policy = base.model_copy(update={"role_overrides": {"guest": override}})

    assert allowed(policy.resolve("guest")) == expected


@pytest.mark.parametrize("role", [None, "unknown"])
def test_other_roles_have_the_base_policy(role: str | None) -> None:
    policy = ToolPolicy(
        allow=["read_*"], role_overrides={"guest": RoleOverride(allow=["refund"], mode="replace")}
    )

    assert allowed(policy.resolve(role)) == ["read_order", "read_note"]


def test_resolved_policy_stays_as_narrow_when_it_is_stored() -> None:
    policy = ToolPolicy(
        allow=["read_*"], role_overrides={"guest": RoleOverride(allow=["*_order"])}
    ).resolve("guest")

    stored = ToolPolicy.model_validate_json(policy.model_dump_json())

    assert allowed(stored) == ["read_order"]
    assert allowed(stored.resolve("guest")) == ["read_order"]


def test_misspelt_key_is_refused_rather_than_allowing_everything() -> None:
    with pytest.raises(ValidationError, match="denied"):
        ToolPolicy.model_validate({"denied": ["refund"]})


def test_policy_filters_names() -> None:
    assert list(filter(ToolPolicy(deny=["read_*", "Refund"]).as_filter(), NAMES)) == [
        "write_order",
        "refund",
    ]
