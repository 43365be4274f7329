"""Everything a test of a room needs: a recording transport, a scripted agent, short messages."""

from rooms.testing.messages import bodies, text
from rooms.testing.recorder import PATIENCE_S, Recorder, Shown, StreamingRecorder
from rooms.testing.scripted import (
    Answer,
    Asked,
    Line,
    ScriptedAgent,
    ScriptedStream,
    Turn,
    streamed,
)

__all__ = [
    "PATIENCE_S",
    "Answer",
    "Asked",
    "Line",
    "Recorder",
    "ScriptedAgent",
    "ScriptedStream",
    "Shown",
    "StreamingRecorder",
    "Turn",
    "bodies",
    "streamed",
    "text",
]
