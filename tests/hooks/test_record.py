from datetime import UTC, datetime
from http import HTTPStatus
from typing import ClassVar

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.test import TestCase
from django.urls import reverse

from hooks.models import REASON_MAX_CHARS, HookRun
from hooks.outcomes import HookOutcome, OutcomeKind
from hooks.services import record_runs
from hooks.triggers import HookTrigger


def outcome(kind: OutcomeKind = OutcomeKind.BLOCKED, reason: str = "rude") -> HookOutcome:
    return HookOutcome(
        room_id="room-1",
        trigger=HookTrigger.BEFORE_BROADCAST,
        hook_name="moderate",
        kind=kind,
        duration_ms=12.6,
        event_id="event-1",
        reason=reason,
    )


@pytest.mark.parametrize("choice", HookRun.Outcome)
def test_every_choice_of_the_record_is_an_outcome_worth_recording(choice: HookRun.Outcome) -> None:
    row = HookRun.from_outcome(outcome(OutcomeKind(choice.value)))
    assert row.outcome is choice


def test_a_hook_that_let_pass_is_not_recorded() -> None:
    with pytest.raises(ValueError, match="'moderate' ended as allowed"):
        HookRun.from_outcome(outcome(OutcomeKind.ALLOWED))


def test_a_reason_is_cut_and_cleaned_for_the_database() -> None:
    row = HookRun.from_outcome(outcome(reason="a\x00" + "b" * 2 * REASON_MAX_CHARS))
    assert row.reason.startswith("ab")
    assert len(row.reason) == REASON_MAX_CHARS


class RecordingRuns(TestCase):
    def test_runs_are_stored_with_what_is_known_of_them(self) -> None:
        record_runs([HookRun.from_outcome(outcome(), organization_id="acme")])
        row = HookRun.objects.get()
        assert (row.organization_id, row.room_id, row.event_id) == ("acme", "room-1", "event-1")
        assert (row.trigger, row.hook_name) == ("before_broadcast", "moderate")
        assert (row.outcome, row.reason, row.duration_ms) == ("blocked", "rude", 13)

    def test_many_runs_take_one_statement(self) -> None:
        rows = [HookRun.from_outcome(outcome()) for _ in range(40)]
        with self.assertNumQueries(3):  # savepoint, insert, release
            record_runs(rows)

    def test_either_all_runs_are_stored_or_none(self) -> None:
        broken = HookRun.from_outcome(outcome())
        broken.duration_ms = None  # type: ignore[assignment]
        with pytest.raises(IntegrityError):
            record_runs([HookRun.from_outcome(outcome()), broken])
        assert not HookRun.objects.exists()

    def test_two_runs_alike_can_be_told_apart(self) -> None:
        first, second = record_runs([HookRun.from_outcome(outcome()) for _ in range(2)])
        assert str(first) != str(second)
        assert "moderate on before_broadcast: blocked in room-1" in str(first)


class ReadingTheRecord(TestCase):
    admin: ClassVar[User]
    run_row: ClassVar[HookRun]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.admin = User.objects.create_superuser("admin", "admin@example.com", "pw")
        row = HookRun.from_outcome(outcome())
        row.created_at = datetime(2026, 3, 1, tzinfo=UTC)
        [cls.run_row] = record_runs([row])

    def setUp(self) -> None:
        self.client.force_login(self.admin)

    def test_the_list_shows_searches_and_filters(self) -> None:
        url = reverse("admin:roomkit_hooks_hookrun_changelist")
        page = self.client.get(url, {"q": "moderate", "outcome__exact": "blocked"})
        self.assertContains(page, "room-1")
        self.assertContains(page, "before_broadcast")

    def test_the_list_cuts_a_long_reason(self) -> None:
        record_runs([HookRun.from_outcome(outcome(reason="x" * 500))])
        page = self.client.get(reverse("admin:roomkit_hooks_hookrun_changelist"))
        self.assertContains(page, "x" * 79 + "…")
        self.assertNotContains(page, "x" * 80)

    def test_the_search_leaves_out_what_does_not_match(self) -> None:
        url = reverse("admin:roomkit_hooks_hookrun_changelist")
        self.assertNotContains(self.client.get(url, {"q": "elsewhere"}), "room-1")

    def test_a_row_can_be_read(self) -> None:
        url = reverse("admin:roomkit_hooks_hookrun_change", args=[self.run_row.pk])
        self.assertContains(self.client.get(url), "rude")

    def test_a_row_cannot_be_added_changed_or_deleted(self) -> None:
        pk = self.run_row.pk
        for verb, args in [("add", []), ("change", [pk]), ("delete", [pk])]:
            url = reverse(f"admin:roomkit_hooks_hookrun_{verb}", args=args)
            assert self.client.post(url, {"reason": "x"}).status_code == HTTPStatus.FORBIDDEN
        assert HookRun.objects.get().reason == "rude"
