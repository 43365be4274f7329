"""How the reports of a provider add up, in whatever order they come."""

from itertools import permutations

import pytest

from rooms.domain.provider_message import MessageStatus, fold

GOOD = (MessageStatus.QUEUED, MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ)


def stand(*reported: MessageStatus) -> MessageStatus:
    status = MessageStatus.PENDING
    for report in reported:
        status = fold(status, report)
    return status


@pytest.mark.parametrize("reports", list(permutations(GOOD)))
def test_order_of_good_reports_does_not_matter(reports: tuple[MessageStatus, ...]) -> None:
    assert stand(*reports) is MessageStatus.READ


@pytest.mark.parametrize("bad", [MessageStatus.FAILED, MessageStatus.EXPIRED])
def test_bad_end_counts_until_it_arrives(bad: MessageStatus) -> None:
    assert stand(MessageStatus.SENT, bad) is bad
    assert stand(bad, MessageStatus.SENT) is bad
    assert stand(bad, MessageStatus.DELIVERED) is MessageStatus.DELIVERED
    assert stand(MessageStatus.READ, bad) is MessageStatus.READ


def test_first_bad_end_stays() -> None:
    assert stand(MessageStatus.EXPIRED, MessageStatus.FAILED) is MessageStatus.EXPIRED
