"""What a reviewer says of somebody's work, read so that no doubt counts as approval."""

import json
import re

from pydantic import StrictBool, ValidationError

from rooms.domain.frozen import Frozen

UNREADABLE = "The review could not be read."
FORM = (
    'Answer with one JSON object and nothing else: {"approved": true or false, "feedback": "what '
    'must be changed, or an empty text"}'
)
FORM_WITH_NEXT = (
    'Answer with one JSON object and nothing else: {"approved": true or false, "feedback": "what '
    'must be changed, or an empty text", "next_task": "the task for the next one, or an empty '
    'text"}'
)

_FENCE = re.compile(r"^```[a-zA-Z]*\s*(.*?)\s*```$", re.DOTALL)


class Verdict(Frozen):
    """Whether work is good as it is.

    Attributes:
        feedback: What must be changed.
        next_task: What whoever comes next is to do; '' leaves that open.
    """

    approved: StrictBool
    feedback: str = ""
    next_task: str = ""


def read_verdict(text: str) -> Verdict:
    """Return the verdict that a reviewer has written; whatever cannot be read is a refusal.

    The text must be one JSON object, with or without a code fence around it, in which `approved`
    is `true` itself: words do not count.
    """
    fenced = _FENCE.match(text.strip())
    try:
        found = json.loads(fenced[1] if fenced else text, object_pairs_hook=_without_repeats)
        return Verdict.model_validate({k: v for k, v in found.items() if v is not None})
    except (ValueError, ValidationError, AttributeError):
        return Verdict(approved=False, feedback=UNREADABLE)


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice")
    return found
