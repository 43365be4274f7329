"""What must hold after a run, however many processes died during it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.cluster.cluster import Cluster
from tests.cluster.customer import Ack
from tests.cluster.provider_server import Call

Timelines = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Account:
    """The deliveries of one channel, counted.

    Attributes:
        due: How many events its recipients should be shown.
        shown: How many of them they were.
        doubled: How many of them more than once.
        unknown: How many rows say that nobody can know.
        repeats: How often the vendor saw again what it had taken already.
    """

    due: int
    shown: int
    doubled: int
    unknown: int
    repeats: int


class Verdict:
    """Compares what customers were promised, what is stored and what vendors got.

    Args:
        cluster: Settled: nothing is open any more.
        acks: What was acknowledged, by room.
    """

    def __init__(self, cluster: Cluster, acks: Mapping[str, Sequence[Ack]]) -> None:
        self._cluster = cluster
        self._acks = acks
        self._timelines: Timelines = {room: cluster.records.timeline(room) for room in acks}

    def check_timelines(self) -> None:
        """Every acknowledged message once, where it was promised; indexes without a gap."""
        for room, acks in self._acks.items():
            places = {row["id"]: (row["index"], row["body"]) for row in self._timelines[room]}
            assert {a.event_id: (a.index, a.body) for a in acks}.items() <= places.items()
            said = [row["body"] for row in self._timelines[room] if _is_said(row)]
            assert sorted(said) == sorted(ack.body for ack in acks)
            assert [row["index"] for row in self._timelines[room]] == list(range(len(places)))
            assert self._cluster.records.counters(room).agree

    def check_answers(self) -> None:
        """Every message answered once, with words that the model did generate."""
        generated = {(each.room, each.answer) for each in self._cluster.provider.generations()}
        for room, acks in self._acks.items():
            answers = [row for row in self._timelines[room] if row["channel"] == "assistant"]
            answered = Counter(row["parent"] for row in answers if row["type"] == "message")
            rows = self._rows("assistant")
            wrong = [rows.get(a.event_id, a) for a in acks if answered[a.event_id] != 1]
            assert wrong == [], (wrong, answered)
            assert {(room, row["body"]) for row in answers if row["body"]} <= generated

    def check_order(self, channel: str) -> None:
        """Recipients got first what was said first."""
        firsts: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for call in self._calls(channel):
            firsts[call.room].setdefault(call.event, call.index)
        for room, indexes in firsts.items():
            assert list(indexes.values()) == sorted(indexes.values()), (room, channel)

    def account(self, channel: str) -> Account:
        """Count a channel's deliveries."""
        shown = Counter(call.event for call in self._calls(channel) if call.taken)
        arrived = Counter(call.event for call in self._calls(channel))
        return Account(
            due=len(self._due()),
            shown=len(shown),
            doubled=sum(times > 1 for times in shown.values()),
            unknown=sum(row["state"] == "unknown" for row in self._rows(channel).values()),
            repeats=sum(times - 1 for times in arrived.values()),
        )

    def check_at_least_once(self, channel: str) -> None:
        """Nothing is missing."""
        shown = {call.event for call in self._calls(channel) if call.taken}
        rows = self._rows(channel)
        missing = [rows.get(event, f"{event} has no row") for event in self._due() - shown]
        assert missing == [], missing
        assert shown <= self._due()

    def check_at_most_once(self, channel: str) -> None:
        """Nothing is shown twice, and whatever is missing is known to be unknown."""
        shown = Counter(call.event for call in self._calls(channel) if call.taken)
        doubled = [event for event, times in shown.items() if times > 1]
        assert doubled == [], doubled
        rows = self._rows(channel)
        missing = [rows.get(event, {"event": event}) for event in self._due() - set(shown)]
        wrong = [row for row in missing if row.get("state") != "unknown"]
        assert wrong == [], wrong

    def check_exactly_once(self, channel: str) -> None:
        """Nothing is missing and nothing is shown twice, as a vendor with keys can promise."""
        self.check_at_least_once(channel)
        self.check_at_most_once(channel)

    def slowest_s(self, channel: str) -> float:
        """Return how long the slowest message took from its promise to its recipient."""
        arrived = {call.event: call.at for call in reversed(self._calls(channel)) if call.taken}
        acks = [ack for each in self._acks.values() for ack in each]
        return max(arrived[a.event_id] - a.at for a in acks if a.event_id in arrived)

    def _due(self) -> set[str]:
        rows = [row for timeline in self._timelines.values() for row in timeline]
        return {row["id"] for row in rows if row["type"] == "message"}

    def _calls(self, channel: str) -> list[Call]:
        return [call for call in self._cluster.provider.calls(channel) if call.room in self._acks]

    def _rows(self, channel: str) -> dict[str, dict[str, Any]]:
        deliveries = self._cluster.records.deliveries
        rows = [row for room in self._acks for row in deliveries(room, channel)]
        return {row["event"]: row for row in rows}


def _is_said(row: Mapping[str, Any]) -> bool:
    """Tell whether a customer said it."""
    return (row["type"], row["channel"]) == ("message", "web-chat")
