"""How agents did, as tables of a page."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from channels_app.models import EvalCase, EvalResult, EvalRun
from rooms.domain.json import JsonObject

RESULTS = "channels_app/admin/evaluation_results.html"
CONVERSATION = "channels_app/admin/evaluation_case.html"
MOST_CASES = 200


@dataclass(frozen=True)
class ShownTurn:
    """One question, and what each version answered; None where another did not."""

    question: JsonObject
    other: JsonObject | None


@dataclass(frozen=True)
class ShownCase:
    """How one version did in a case, and the other one beside it."""

    result: EvalResult
    other: EvalResult | None

    @property
    def turns(self) -> Iterator[ShownTurn]:
        """Every question."""
        others = self.other.turns if self.other else []
        for number, turn in enumerate(self.result.turns):
            yield ShownTurn(turn, others[number] if number < len(others) else None)


def draw_results(run: EvalRun, former: EvalRun | None) -> SafeString:
    """Return the answers of a run beside those of a former one, of the first cases if many."""
    others = {each.case_id: each for each in former.results.all()} if former else {}
    rows = run.results.select_related("case").order_by("case_id")[:MOST_CASES]
    cases = [ShownCase(row, others.get(row.case_id)) for row in rows]
    return render_to_string(RESULTS, {"run": run, "former": former, "cases": cases})


def draw_conversation(case: EvalCase) -> SafeString:
    """Return what was said in a case and what tools answered."""
    return render_to_string(CONVERSATION, {"lines": case.events})
