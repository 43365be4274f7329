"""The engine runs where no web framework can even be imported."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

BLOCK = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"django", "channels", "ninja", "celery"}:
            raise ModuleNotFoundError(f"{name} is blocked here", name=name)

sys.meta_path.insert(0, Blocked())
"""

QUICKSTART = """
import asyncio
from rooms import ChannelCategory, InboundMessage, RoomKit, TextContent
from channels_app import AIChannel, MockAIProvider, WebSocketChannel

async def main():
    kit = RoomKit()
    kit.register_channel(WebSocketChannel("customer-ws"))
    kit.register_channel(AIChannel("assistant", provider=MockAIProvider(
        responses=["I found your order — it shipped yesterday."]
    )))
    await kit.create_room(room_id="support-42")
    await kit.attach_channel("support-42", "customer-ws")
    await kit.attach_channel("support-42", "assistant", category=ChannelCategory.INTELLIGENCE)
    await kit.process_inbound(InboundMessage(
        channel_id="customer-ws",
        sender_id="customer-1",
        content=TextContent(body="Where is my order?"),
    ))
    for event in await kit.store.list_events("support-42"):
        print(f"[{event.source.channel_id}] {event.content.body}")

asyncio.run(main())
"""

LINES = [
    "[customer-ws] Where is my order?",
    "[assistant] I found your order — it shipped yesterday.",
]


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.mark.rfc("0.48")
def test_quickstart_runs_without_any_framework() -> None:
    result = run(BLOCK + QUICKSTART)

    assert result.stderr == "" or "Traceback" not in result.stderr, result.stderr
    assert result.stdout.splitlines() == LINES


@pytest.mark.rfc("0.48")
def test_quickstart_loads_no_framework_even_where_there_is_one() -> None:
    tell = "\nimport sys; print(sorted({m.partition('.')[0] for m in sys.modules} & {'django'}))"

    result = run(QUICKSTART + tell)

    assert result.stdout.splitlines() == [*LINES, "[]"], result.stderr


@pytest.mark.rfc("0.48")
@pytest.mark.parametrize(
    "module",
    ["rooms.domain.event", "rooms.channel", "rooms.kit", "hooks.engine", "channels_app.ai.channel"],
)
def test_module_of_the_engine_loads_without_any_framework(module: str) -> None:
    result = run(BLOCK + f"import {module}")

    assert result.returncode == 0, result.stderr
