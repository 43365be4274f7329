"""How agents did, side by side on a terminal."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from textwrap import wrap

from channels_app.evaluation.answers import Answered
from channels_app.evaluation.results import passed_share
from channels_app.evaluation.trials import Outcome

GAP = " │ "
NARROWEST = 16


def describe_case(outcomes: dict[str, Outcome], *, width: int) -> Iterator[str]:
    """Yield the lines of one case.

    Args:
        outcomes: How each version did, by its label.
        width: Of the terminal, in characters.
    """
    first = next(iter(outcomes.values()))
    told = ", ".join(f"{label} {_word(outcome)}" for label, outcome in outcomes.items())
    yield f"{first.case}: {told}"
    heads = ["customer", "recorded", *outcomes]
    columns = max(NARROWEST, (width - len(GAP) * (len(heads) - 1)) // len(heads))
    yield from _row(heads, columns)
    yield "─" * min(width, columns * len(heads) + len(GAP) * (len(heads) - 1))
    for number, answered in enumerate(first.answers):
        said = [_said(outcome.answers[number]) for outcome in outcomes.values()]
        yield from _row([answered.customer, answered.recorded or "-", *said], columns)
        yield ""
    for label, outcome in outcomes.items():
        for verdict in outcome.verdicts:
            reason = f": {verdict.reason}" if verdict.reason else ""
            yield f"  {'✓' if verdict.passed else '✗'} {label}: {verdict.check}{reason}"


def describe_sum(label: str, model: str, outcomes: Sequence[Outcome]) -> str:
    """Return how a version did in all cases, in a sentence."""
    passed = sum(outcome.passed for outcome in outcomes)
    costs = [outcome.cost for outcome in outcomes]
    known = [cost for cost in costs if cost is not None]
    cost = f"{sum(known):.6f} USD" if len(known) == len(costs) else "unpriced"
    tokens = sum(sum(outcome.usage.values()) for outcome in outcomes)
    share = f"{passed_share(outcomes):.0%}"
    return (
        f"{label} ({model}): {passed} of {len(outcomes)} passed ({share}), {tokens} tokens, {cost}"
    )


def _word(outcome: Outcome) -> str:
    return "passed" if outcome.passed else "FAILED"


def _said(answered: Answered) -> str:
    tools = [f"[{call.name}: {call.source}]" for call in answered.tools]
    error = f"({answered.error})" if answered.error else ""
    return "\n".join(filter(None, [*tools, answered.answer, error]))


def _row(cells: Sequence[str], width: int) -> Iterator[str]:
    wrapped = [_wrapped(cell, width) for cell in cells]
    for pieces in zip_longest(*wrapped, fillvalue=""):
        yield GAP.join(piece.ljust(width) for piece in pieces).rstrip()


def _wrapped(text: str, width: int) -> list[str]:
    return [piece for line in text.splitlines() for piece in (wrap(line, width) or [""])]
