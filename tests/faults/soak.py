"""The long run: `python -m tests.faults.soak`, or `make soak`.

2,000 messages to 20 rooms over two web processes and two Celery workers, while a random process is
killed -9 every few seconds and started again; once for each delivery policy. Prints a table in
Markdown, and fails with the first broken promise.
"""

import argparse
import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic

from tests.cluster.chaos import Chaos, Death
from tests.cluster.cluster import Cluster, Plan, RoomPlan, running_cluster
from tests.cluster.customer import Ack
from tests.cluster.traffic import Load, talk
from tests.cluster.verdict import Account, Verdict
from tests.plugins.seed import choose_seed

CHANNELS = ("sms-keyed", "sms-plain")
POLICIES = ("at_least_once", "at_most_once")
SETTLES_WITHIN_S = 300.0


@dataclass(frozen=True)
class Wish:
    """What is run."""

    messages: int
    rooms: int
    kills: int
    over_s: float
    seed: int

    @property
    def names(self) -> list[str]:
        """The rooms."""
        return [f"room-{number}" for number in range(self.rooms)]

    @property
    def pause_s(self) -> tuple[float, float]:
        """Between which bounds to wait before a kill, so that all fit into the talk."""
        each = self.over_s * 0.9 / self.kills
        return 0.5 * each, 1.5 * each


@dataclass(frozen=True)
class Run:
    """What came of it."""

    policy: str
    seconds: float
    deaths: list[Death]
    acks: int
    answers: int
    accounts: dict[str, Account]
    slowest_s: float


def run(wish: Wish, policy: str) -> Run:
    """Run one policy and check everything that must hold after it.

    Raises:
        AssertionError: If a promise was broken; then the logs of all processes are kept.
    """
    directory = Path(tempfile.mkdtemp(prefix="roomkit-soak-"))
    print(f"{policy}: logs are in {directory} until all is well", flush=True)
    with running_cluster(directory, Plan(workers=2), seed=wish.seed) as cluster:
        result = _run(cluster, wish, policy)
    shutil.rmtree(directory)
    return result


def _run(cluster: Cluster, wish: Wish, policy: str) -> Run:
    options = {"delivery_policy": policy}
    channels = dict.fromkeys(CHANNELS, options)
    cluster.open_rooms(*(RoomPlan(name, channels) for name in wish.names))
    chaos = Chaos(cluster, seed=wish.seed, pause_s=wish.pause_s)
    began = monotonic()
    acks = asyncio.run(_talk_among_deaths(cluster, chaos, wish))
    cluster.settle(within_s=SETTLES_WITHIN_S)
    seconds = monotonic() - began
    verdict = Verdict(cluster, acks)
    check(verdict, policy)
    return Run(
        policy=policy,
        seconds=seconds,
        deaths=chaos.deaths,
        acks=sum(map(len, acks.values())),
        answers=sum(len(cluster.records.answers(room)) for room in acks),
        accounts={channel: verdict.account(channel) for channel in CHANNELS},
        slowest_s=max(verdict.slowest_s(channel) for channel in CHANNELS),
    )


async def _talk_among_deaths(cluster: Cluster, chaos: Chaos, wish: Wish) -> dict[str, list[Ack]]:
    load = Load(messages=wish.messages // wish.rooms, over_s=wish.over_s, seed=wish.seed)
    talking = asyncio.create_task(talk(cluster, wish.names, load))
    await chaos.reign(wish.kills)
    return await talking


def check(verdict: Verdict, policy: str) -> None:
    """Check every promise.

    Raises:
        AssertionError: If one was broken.
    """
    verdict.check_timelines()
    verdict.check_answers()
    for channel in CHANNELS:
        verdict.check_order(channel)
    verdict.check_exactly_once("sms-keyed")
    if policy == "at_least_once":
        verdict.check_at_least_once("sms-plain")
    else:
        verdict.check_at_most_once("sms-plain")


def report(runs: Sequence[Run]) -> str:
    """Return what came of the runs as two tables in Markdown."""
    outcomes = [_outcome(each, channel) for each in runs for channel in CHANNELS]
    titles = ("policy", "messages, answers", "kills", "s", "vendor")
    counts = ("shown", "doubled", "unknown", "missing", "repeats")
    times = ("policy", "process back after, median", "longest", "slowest delivery")
    return "\n".join(
        [*_table((*titles, *counts), outcomes), "", *_table(times, [_times(r) for r in runs])]
    )


def _outcome(run: Run, channel: str) -> tuple[str, ...]:
    account = run.accounts[channel]
    return (
        f"`{run.policy}`",
        f"{run.acks:,}, {run.answers:,}",
        str(len(run.deaths)),
        f"{run.seconds:.0f}",
        "takes a key" if channel == "sms-keyed" else "takes none",
        f"{account.shown:,} of {account.due:,}",
        str(account.doubled),
        str(account.unknown),
        str(account.due - account.shown),
        str(account.repeats),
    )


def _times(run: Run) -> tuple[str, ...]:
    back = [death.back_after_s for death in run.deaths]
    seconds = (median(back), max(back), run.slowest_s)
    return f"`{run.policy}`", *(f"{each:.1f} s" for each in seconds)


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (titles, ["---"] * len(titles), *rows)]


def main() -> None:
    """Run both policies and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--rooms", type=int, default=20)
    parser.add_argument("--kills", type=int, default=16)
    parser.add_argument("--over", type=float, default=150.0, help="seconds the customers talk")
    parser.add_argument("--policy", choices=POLICIES, action="append")
    asked = parser.parse_args()
    seed = choose_seed()
    print(f"ROOMKIT_TEST_SEED={seed}", flush=True)
    wish = Wish(asked.messages, asked.rooms, asked.kills, asked.over, seed)
    runs = []
    for policy in asked.policy or POLICIES:
        runs.append(run(wish, policy))
        deaths = [f"{death.name} {death.back_after_s:.1f} s" for death in runs[-1].deaths]
        print(f"{policy}: every promise was kept; killed: {', '.join(deaths)}", flush=True)
    print(report(runs))


if __name__ == "__main__":
    main()
