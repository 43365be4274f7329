"""How an agent did, as rows and as JSON."""

from collections.abc import Iterable
from dataclasses import asdict

from channels_app.evaluation.trials import Outcome
from channels_app.services.evaluations import save_result
from rooms.domain.json import JsonObject


def keep_result(run_id: int, case_id: int, outcome: Outcome) -> None:
    """Store how an agent did in a case."""
    save_result(
        run_id=run_id,
        case_id=case_id,
        passed=outcome.passed,
        score=outcome.score,
        turns=[answered.model_dump(mode="json") for answered in outcome.answers],
        checks=[asdict(verdict) for verdict in outcome.verdicts],
        error=outcome.error,
        usage=outcome.usage,
        cost=outcome.cost,
        duration_ms=outcome.duration_ms,
    )


def as_json(label: str, model: str, outcomes: Iterable[Outcome]) -> JsonObject:
    """Return how a version did, for other programs."""
    done = list(outcomes)
    return {
        "version": label,
        "model": model,
        "passed_share": passed_share(done),
        "cases": [_case(outcome) for outcome in done],
    }


def passed_share(outcomes: Iterable[Outcome]) -> float:
    """Return which share of cases passed, from 0 to 1; of none it is 0."""
    passed = [outcome.passed for outcome in outcomes]
    return sum(passed) / len(passed) if passed else 0.0


def _case(outcome: Outcome) -> JsonObject:
    return {
        "case": outcome.case,
        "passed": outcome.passed,
        "score": outcome.score,
        "error": outcome.error,
        "turns": [answered.model_dump(mode="json") for answered in outcome.answers],
        "checks": [asdict(verdict) for verdict in outcome.verdicts],
        "usage": outcome.usage,
        "cost": None if outcome.cost is None else str(outcome.cost),
        "duration_ms": outcome.duration_ms,
    }
