"""Processes that are told to end: once, and once more because it takes too long."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.cluster import Plan, RoomPlan, running_cluster
from tests.cluster.customer import in_the_room
from tests.cluster.provider_server import Reply
from tests.cluster.waiting import wait_for
from tests.repository import ROOT

WAITS = """
import asyncio
from rooms.serving.signals import wait_for_end

async def main():
    asyncio.get_running_loop().call_soon(print, "waiting")
    await wait_for_end()
    print("ending", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
# A child that hears of the stop ends with 0; one that does not is ended by the alarm.
NOTICES = """
import os, signal, threading
from channels_app.stop_notice import StopNotice

notice = StopNotice()
children = []
for _ in range(2):
    child = os.fork()
    if not child:
        signal.alarm(10)
        heard = threading.Event()
        notice.on_stop(heard.set)
        heard.wait()
        os._exit(0)
    children.append(child)
assert os.waitpid(-1, os.WNOHANG) == (0, 0), "a child heard what nobody said"
notice.give()
print([os.waitpid(child, 0)[1] for child in children])
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_second_signal_ends_a_process_at_once(number: signal.Signals) -> None:
    command = [sys.executable, "-u", "-c", WAITS]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for said in ("waiting\n", "ending\n"):
            assert process.stdout.readline() == said
            process.send_signal(number)

        assert process.wait(10) == -number


def test_children_hear_that_their_parent_stops() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NOTICES], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("[0, 0]\n", "")


@pytest.mark.postgres
@pytest.mark.redis_server
async def test_site_that_waits_for_a_delivery_ends_at_the_second_signal(tmp_path: Path) -> None:
    with running_cluster(tmp_path, Plan(level=2, webs=1, workers=0)) as cluster:
        cluster.open_rooms(RoomPlan("slow", {"sms-plain": {}}, agent=None))
        cluster.provider.next("sms-plain", Reply(wait_s=60))
        async with in_the_room(cluster, "slow") as customer:
            await customer.say("hello")
            sent = lambda: cluster.provider.calls("sms-plain")  # noqa: E731
            await wait_for(sent, within_s=10, what="the send began")
            cluster["web-a"].ask_to_stop()
            await wait_for(lambda: customer.closings, within_s=5, what="the socket is closed")
        assert cluster["web-a"].is_running

        assert cluster["web-a"].end(signal.SIGTERM, 2) == -signal.SIGTERM
