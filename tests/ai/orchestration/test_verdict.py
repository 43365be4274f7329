"""Reviews: nothing counts as approval but the plain word for it."""

import pytest

from channels_app.orchestration.verdict import read_verdict

APPROVED = '{"approved": true, "feedback": ""}'


@pytest.mark.parametrize(
    "text",
    [
        APPROVED,
        f"```json\n{APPROVED}\n```",
        f"  {APPROVED}\n",
        '{"approved": true, "next_task": null}',
    ],
)
def test_plain_approval_counts(text: str) -> None:
    assert read_verdict(text).approved


@pytest.mark.parametrize(
    "text",
    [
        "APPROVED",
        "NOT APPROVED",
        "true",
        "",
        '{"approved": "true"}',
        '{"approved": 1}',
        '{"approved": false}',
        '{"feedback": "fine"}',
        '{"approved": true',
        f"I would say {APPROVED}",
        f"{APPROVED} {APPROVED}",
        # the second value would win unseen
        '{"approved": false, "approved": true}',
        '["approved", true]',
        "null",
    ],
)
def test_anything_else_does_not(text: str) -> None:
    assert not read_verdict(text).approved


def test_words_of_a_review_are_read() -> None:
    verdict = read_verdict('{"approved": false, "feedback": "Too long.", "next_task": "Shorten"}')

    assert (verdict.feedback, verdict.next_task) == ("Too long.", "Shorten")
