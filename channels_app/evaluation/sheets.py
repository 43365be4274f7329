"""How one version does, case by case, written down as it goes."""

from collections.abc import Sequence

from channels_app.evaluation.results import keep_result
from channels_app.evaluation.running import Entry
from channels_app.evaluation.trials import Outcome
from channels_app.models import EvalCase, EvalSet
from channels_app.services.evaluations import end_evaluation, open_evaluation

BY_COMMAND = "roomkit_eval"


class Sheet:
    """What a version did in the cases so far.

    Args:
        entry: The version.
        eval_set: Whose cases they are; None keeps nothing in the database.
    """

    def __init__(self, entry: Entry, eval_set: EvalSet | None) -> None:
        self.label, self.model = entry.label, entry.model
        self._outcomes: list[Outcome] = []
        self._run = None
        if eval_set is not None:
            self._run = open_evaluation(
                eval_set=eval_set,
                version=entry.version,
                label=entry.label,
                model=entry.model,
                started_by=BY_COMMAND,
            )

    @property
    def outcomes(self) -> Sequence[Outcome]:
        """How it did, in the order of the cases."""
        return tuple(self._outcomes)

    def write(self, case: EvalCase | None, outcome: Outcome) -> None:
        """Add how it did in a case; None is one that is not kept."""
        self._outcomes.append(outcome)
        if self._run is not None and case is not None:
            keep_result(self._run.pk, case.pk, outcome)

    def close(self, error: str = "") -> None:
        """Write that there are no more, and why if that is not as it should be."""
        if self._run is not None:
            end_evaluation(run_id=self._run.pk, error=error)
