"""``manage.py roomkit_eval``: record, list, run."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django import Settings

from channels_app.ai.records import RunStatus
from channels_app.evaluation.contestants import Contestant
from channels_app.models import (
    AgentRun,
    Budget,
    EvalCase,
    EvalResult,
    EvalRun,
    SpendingReservation,
    ToolApproval,
    UsageRecord,
)
from channels_app.stores.agent_configs import agent_record_of
from channels_app.testing.fakes.anthropic import FakeAnthropic, failure
from channels_app.testing.fakes.anthropic_script import Reply, Text, ToolUse
from rooms.domain.json import JsonObject
from rooms.models import Delivery, Event, Room
from tests.evaluation.conversations import REFUNDED
from tests.evaluation.rows import PAST, TOOLS, keep_conversation, keep_past, keep_versions, said

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("site", "database")]

REAL = (Room, Event, Delivery, AgentRun, SpendingReservation, ToolApproval)


@pytest.fixture
def database(committed_database: None) -> Iterator[None]:
    """Let the command's own threads see what tests store."""
    yield
    User.objects.all().delete()


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(["On its way.", "Done."]))
    return path


def evaluate(*arguments: str) -> str:
    out = StringIO()
    call_command("roomkit_eval", *arguments, stdout=out)
    return out.getvalue()


def record(*checks: str, case: str = "first") -> str:
    said_to = [f"--check={check}" for check in checks]
    return evaluate("record", "--room", PAST, "--set", "shop", "--case", case, *said_to)


def run(*arguments: str) -> str:
    return evaluate("run", "--agent", "support", *arguments)


def counts() -> list[int]:
    return [each.objects.count() for each in REAL]


def test_room_is_recorded_and_listed() -> None:
    keep_conversation()

    assert record("contains=shipped", "max_chars=80") == "first: 5 entries, 2 checks\n"

    assert evaluate("list") == "shop: 1 cases\n  first: 2 checks, from room past-room\n"
    assert EvalCase.objects.get().source_room_id == PAST


def test_case_is_written_over_only_if_asked_to() -> None:
    keep_conversation()
    record()

    with pytest.raises(CommandError, match="has a case 'first' already"):
        record("contains=shipped")
    assert EvalCase.objects.get().checks == []

    evaluate("record", "--room", PAST, "--set", "shop", "--case", "first", "--replace")
    assert EvalCase.objects.count() == 1


def test_room_without_a_customer_is_no_case() -> None:
    keep_past()
    with pytest.raises(CommandError, match="no customer has said anything"):
        record()


def test_two_versions_are_shown_side_by_side(script: Path) -> None:
    keep_conversation()
    keep_versions()
    record("contains@1=on its way", "contains=never")

    text = run("--set=shop", "--against=draft", f"--model=mock:{script}")

    head = next(line for line in text.splitlines() if line.startswith("customer"))
    assert [each.strip() for each in head.split("│")] == [
        "customer",
        "recorded",
        "support-1",
        "support-2",
    ]
    assert "first: support-1 FAILED, support-2 FAILED" in text
    assert "✓ support-2: contains@1=on its way" in text
    assert "✗ support-1: contains=never: no answer says that" in text
    assert f"support-1 (mock:{script}): 0 of 1 passed (0%)" in text


def test_vendor_is_asked_with_the_prompt_of_the_version(model: FakeAnthropic) -> None:
    keep_conversation()
    keep_versions(model.url)
    record()

    run("--set=shop", "--version=draft")

    assert ["Be kind." in str(body.system) for body in model.bodies] == [True, True]
    result = EvalResult.objects.get()
    assert (result.passed, result.turns[0]["answer"]) == (True, "Hello there.")
    assert result.usage["output_tokens"] > 0


def test_nothing_real_is_touched(model: FakeAnthropic) -> None:
    keep_conversation()
    keep_versions(model.url)
    record("tool_called=refund")
    wants = ToolUse("toolu_1", "refund", {"order": "7"})
    model.reply_with(Reply(Text("One moment.")), Reply(wants), Reply(Text("Refunded.")))
    before = counts()

    run("--set=shop", "--fail-under=1")

    [called] = EvalResult.objects.get().turns[1]["tools"]
    assert (called["source"], called["result"]) == ("recorded", "refunded 12 EUR")
    assert counts() == before
    assert REFUNDED == []


def test_what_models_cost_is_written_as_evaluation(model: FakeAnthropic) -> None:
    keep_conversation()
    keep_versions(model.url)
    record("judge=The customer is told where the order is")

    run("--set=shop")

    rows = list(UsageRecord.objects.all())
    assert len(rows) == len(model.bodies) == 3  # two questions and the judge
    assert {(each.purpose, each.room_id, each.channel_id) for each in rows} == {
        ("evaluation", "", "support")
    }
    assert sum(each.cost or 0 for each in rows) == (EvalRun.objects.get().cost or 0) > 0


def test_budget_of_the_day_that_is_used_up_ends_it(model: FakeAnthropic) -> None:
    keep_conversation()
    keep_versions(model.url)
    record()
    budget = Budget.objects.create(limit=1)
    run("--set=shop")
    asked = len(model.bodies)
    budget.limit = sum(each.cost or 0 for each in UsageRecord.objects.all())
    budget.save()

    with pytest.raises(CommandError, match="the budget organization day does not allow the call"):
        run("--set=shop")

    assert len(model.bodies) == asked
    refused = EvalRun.objects.latest("pk")
    assert (refused.status, refused.results.count()) == (RunStatus.FAILED, 0)
    assert "raise the limit, or wait for the next day" in refused.error


def test_script_costs_nothing_and_keeps_to_no_budget(script: Path) -> None:
    keep_conversation()
    keep_versions()
    record()
    Budget.objects.create(limit=0)

    assert "1 of 1 passed" in run("--set=shop", f"--model=mock:{script}")

    assert UsageRecord.objects.count() == 0


def test_model_that_fails_fails_the_case_and_says_why(model: FakeAnthropic) -> None:
    keep_conversation()
    keep_versions(model.url)
    record()
    model.fail_next(*[failure(400, "invalid_request_error")] * 2)

    with pytest.raises(CommandError) as refused:
        run("--set=shop", "--fail-under=0.5")

    result = EvalResult.objects.get()
    assert refused.value.returncode == 1
    assert str(refused.value) == "0% of the cases passed, 50% have to."
    assert (result.passed, result.answer) == (False, "\n\n")
    assert "ProviderError" in result.error


@pytest.mark.parametrize(("share", "fails"), [("0.5", False), ("0.9", True)])
def test_threshold_is_the_share_of_cases(share: str, script: Path, *, fails: bool) -> None:
    keep_conversation()
    keep_versions()
    record("contains=on its way")
    record("contains=never", case="second")
    arguments = ["--set=shop", f"--model=mock:{script}", f"--fail-under={share}"]

    if fails:
        with pytest.raises(CommandError, match="50% of the cases passed, 90% have to"):
            run(*arguments)
    else:
        assert "1 of 2 passed (50%)" in run(*arguments)


def test_results_are_kept_and_written_as_json(script: Path, tmp_path: Path) -> None:
    keep_conversation()
    keep_versions()
    record("contains=done")
    out = tmp_path / "results.json"

    run("--set=shop", f"--model=mock:{script}", f"--json={out}")

    [version] = json.loads(out.read_text())["versions"]
    [case] = version["cases"]
    assert (version["version"], version["passed_share"], case["score"]) == ("support-1", 1.0, 1.0)
    kept = EvalRun.objects.get()
    assert (kept.status, kept.version_label, kept.error) == (RunStatus.COMPLETED, "support-1", "")
    assert kept.results.get().turns == case["turns"]


def test_room_of_the_past_is_tried_without_a_case(script: Path) -> None:
    keep_conversation()
    keep_versions()

    text = run(f"--room={PAST}", f"--model=mock:{script}")

    assert "It has shipped." in text
    assert EvalRun.objects.count() == 0


def test_model_judges(script: Path, tmp_path: Path) -> None:
    keep_conversation()
    keep_versions()
    record("judge=The customer is told where the order is")
    call: JsonObject = {"passed": False, "reason": "It says when, not where."}
    rules = [{"content": "", "tool_calls": [{"id": "t", "name": "verdict", "arguments": call}]}]
    judge = tmp_path / "judge.json"
    judge.write_text(json.dumps(rules))

    text = run("--set=shop", f"--model=mock:{script}", f"--judge-model=mock:{judge}")

    assert "✗ support-1: judge=The customer is told" in text
    assert "It says when, not where." in text


def test_another_provider_answers(settings: Settings, tmp_path: Path) -> None:
    settings.ROOMKIT = {"TOOLS": TOOLS, "PROVIDERS": ["tests.agents_admin.models.OwlAIProvider"]}
    keep_conversation()
    keep_versions()
    config = tmp_path / "owl.json"
    config.write_text(json.dumps({"feather": "f"}))

    text = run(
        f"--room={PAST}",
        "--provider=tests.agents_admin.models.OwlAIProvider",
        f"--provider-config={config}",
    )

    assert "Who?" in text


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--set=none"], "no case in set 'none'"),
        (["--set=shop", "--version=9"], "agent 'support' has no version 9"),
        (["--room=none"], "no room 'none'"),
        (["--set=shop", "--version=last"], "'last' is no version"),
        (["--set=shop", "--fail-under=90"], "not between 0 and 1"),
        (["--set=shop", "--model=mock:none.json"], "cannot be read"),
        (["--set=shop", "--provider=gone.Provider"], "gone.Provider is not listed"),
        (["--set=shop", "--room=past-room"], "not allowed with"),
    ],
)
def test_what_is_not_there_is_named(arguments: list[str], problem: str) -> None:
    keep_past(said(1, "Hello?"))
    keep_versions()
    record()

    with pytest.raises(CommandError, match=problem):
        run(*arguments)


def test_agent_that_cannot_be_made_ends_its_run(settings: Settings) -> None:
    keep_past(said(1, "Hello?"))
    keep_versions()
    record()
    settings.ROOMKIT = {}

    with pytest.raises(CommandError, match="no tool 'look_up'"):
        run("--set=shop")

    kept = EvalRun.objects.get()
    assert (kept.status, "no tool" in kept.error) == (RunStatus.FAILED, True)


def test_judge_reads_no_file_that_a_version_names_as_its_model(script: Path) -> None:
    [version] = keep_versions().versions.drafts()
    version.model = f"mock:{script}"
    contestant = Contestant.enter("support-2", agent_record_of(version.agent, version))

    judge = contestant.build_judge("")

    assert judge.name != "MockAIProvider"
    assert judge.model_name == f"mock:{script}"
