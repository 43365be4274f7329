"""The vocabulary of hooks: when a hook runs, whether it may block, and what it is handed."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class HookExecution(StrEnum):
    """How a hook runs, and also whether a trigger waits for its hooks (RFC §9.2)."""

    SYNC = "sync"
    """One after the other, before the operation goes on; may block and modify."""
    ASYNC = "async"
    """All at once, after the operation; may only observe."""


class HookTrigger(StrEnum):
    """A point at which hooks run. `TRIGGERS` says what each one may do."""

    # Events of a room
    BEFORE_BROADCAST = "before_broadcast"
    AFTER_BROADCAST = "after_broadcast"
    ON_EVENT_UPDATED = "on_event_updated"
    ON_EVENT_DELETED = "on_event_deleted"
    ON_ERROR = "on_error"

    # Rooms and channel bindings
    ON_ROOM_CREATED = "on_room_created"
    ON_ROOM_PAUSED = "on_room_paused"
    ON_ROOM_CLOSED = "on_room_closed"
    ON_CHANNEL_ATTACHED = "on_channel_attached"
    ON_CHANNEL_DETACHED = "on_channel_detached"
    ON_CHANNEL_MUTED = "on_channel_muted"
    ON_CHANNEL_UNMUTED = "on_channel_unmuted"
    ON_SESSION_STARTED = "on_session_started"
    ON_PROTOCOL_TRACE = "on_protocol_trace"

    # Participants and identity
    ON_IDENTITY_AMBIGUOUS = "on_identity_ambiguous"
    ON_IDENTITY_UNKNOWN = "on_identity_unknown"
    ON_PARTICIPANT_IDENTIFIED = "on_participant_identified"
    ON_PARTICIPANT_JOINED = "on_participant_joined"
    ON_PARTICIPANT_LEFT = "on_participant_left"
    ON_PARTICIPANT_UPDATED = "on_participant_updated"

    # Deliveries and side effects
    BEFORE_DELIVER = "before_deliver"
    AFTER_DELIVER = "after_deliver"
    ON_DELIVERY_STATUS = "on_delivery_status"
    ON_TASK_CREATED = "on_task_created"
    ON_TASK_DELEGATED = "on_task_delegated"
    ON_TASK_COMPLETED = "on_task_completed"
    ON_STATUS_POSTED = "on_status_posted"
    ON_FEEDBACK = "on_feedback"

    # AI
    BEFORE_AI_CONTEXT_BUILD = "before_ai_context_build"
    BEFORE_AI_GENERATION = "before_ai_generation"
    ON_AI_THINKING = "on_ai_thinking"
    ON_AI_RESPONSE = "on_ai_response"
    BEFORE_TOOL_USE = "before_tool_use"
    ON_TOOL_CALL = "on_tool_call"
    ON_REALTIME_TOOL_CALL = "on_realtime_tool_call"
    """Superseded: hooks registered for it run on `ON_TOOL_CALL`."""
    ON_USER_INPUT_REQUIRED = "on_user_input_required"
    ON_PLAN_UPDATED = "on_plan_updated"
    ON_PHASE_TRANSITION = "on_phase_transition"
    ON_HANDOFF = "on_handoff"
    ON_HANDOFF_REJECTED = "on_handoff_rejected"

    # Voice
    ON_SPEECH_START = "on_speech_start"
    ON_SPEECH_END = "on_speech_end"
    ON_PARTIAL_TRANSCRIPTION = "on_partial_transcription"
    ON_TRANSCRIPTION = "on_transcription"
    BEFORE_TTS = "before_tts"
    AFTER_TTS = "after_tts"
    ON_TTS_CANCELLED = "on_tts_cancelled"
    ON_BARGE_IN = "on_barge_in"
    ON_BACKCHANNEL = "on_backchannel"
    ON_TURN_COMPLETE = "on_turn_complete"
    ON_TURN_INCOMPLETE = "on_turn_incomplete"
    ON_VAD_SILENCE = "on_vad_silence"
    ON_VAD_AUDIO_LEVEL = "on_vad_audio_level"
    ON_INPUT_AUDIO_LEVEL = "on_input_audio_level"
    ON_OUTPUT_AUDIO_LEVEL = "on_output_audio_level"
    ON_SPEAKER_CHANGE = "on_speaker_change"
    ON_DTMF = "on_dtmf"
    ON_RECORDING_STARTED = "on_recording_started"
    ON_RECORDING_STOPPED = "on_recording_stopped"
    ON_REALTIME_TEXT_INJECTED = "on_realtime_text_injected"
    BEFORE_BRIDGE_AUDIO = "before_bridge_audio"


class TriggerRow(NamedTuple):
    """What hooks of one trigger may do and what they are handed."""

    execution: HookExecution
    """SYNC when hooks of this trigger may block or modify."""
    payload: str
    """The hook's first argument, in one word."""
    section: str
    """The rule this row follows."""
    fails_closed: bool = False
    """Whether a hook that fails blocks, instead of counting as an allow."""

    @property
    def can_block(self) -> bool:
        """Tell whether a hook of this trigger can stop what triggered it."""
        return self.execution is HookExecution.SYNC


def _blocking(payload: str, section: str = "RFC §9.2", *, fails_closed: bool = False) -> TriggerRow:
    return TriggerRow(HookExecution.SYNC, payload, section, fails_closed)


def _observing(payload: str, section: str = "RFC §9.2") -> TriggerRow:
    return TriggerRow(HookExecution.ASYNC, payload, section)


TRIGGERS: Mapping[HookTrigger, TriggerRow] = MappingProxyType(
    {
        HookTrigger.BEFORE_BROADCAST: _blocking("RoomEvent", "RFC §10.1"),
        HookTrigger.AFTER_BROADCAST: _observing("RoomEvent", "RFC §10.2"),
        HookTrigger.ON_EVENT_UPDATED: _observing("RoomEvent"),
        HookTrigger.ON_EVENT_DELETED: _observing("RoomEvent"),
        HookTrigger.ON_ERROR: _observing("RoomEvent"),
        HookTrigger.ON_ROOM_CREATED: _observing("RoomEvent"),
        HookTrigger.ON_ROOM_PAUSED: _observing("RoomEvent"),
        HookTrigger.ON_ROOM_CLOSED: _observing("RoomEvent"),
        HookTrigger.ON_CHANNEL_ATTACHED: _observing("RoomEvent"),
        HookTrigger.ON_CHANNEL_DETACHED: _observing("RoomEvent"),
        HookTrigger.ON_CHANNEL_MUTED: _observing("RoomEvent"),
        HookTrigger.ON_CHANNEL_UNMUTED: _observing("RoomEvent"),
        HookTrigger.ON_SESSION_STARTED: _observing("SessionStartedEvent"),
        HookTrigger.ON_PROTOCOL_TRACE: _observing("ProtocolTrace"),
        HookTrigger.ON_IDENTITY_AMBIGUOUS: _blocking("RoomEvent"),
        HookTrigger.ON_IDENTITY_UNKNOWN: _blocking("RoomEvent"),
        HookTrigger.ON_PARTICIPANT_IDENTIFIED: _observing("RoomEvent"),
        HookTrigger.ON_PARTICIPANT_JOINED: _observing("RoomEvent"),
        HookTrigger.ON_PARTICIPANT_LEFT: _observing("RoomEvent"),
        HookTrigger.ON_PARTICIPANT_UPDATED: _observing("RoomEvent"),
        HookTrigger.BEFORE_DELIVER: _blocking("RoomEvent", "RFC §22"),
        HookTrigger.AFTER_DELIVER: _observing("RoomEvent", "RFC §22"),
        HookTrigger.ON_DELIVERY_STATUS: _observing("DeliveryStatus"),
        HookTrigger.ON_TASK_CREATED: _observing("Task"),
        HookTrigger.ON_TASK_DELEGATED: _observing("RoomEvent", "RFC §19"),
        HookTrigger.ON_TASK_COMPLETED: _observing("RoomEvent", "RFC §19"),
        HookTrigger.ON_STATUS_POSTED: _observing("StatusEntry", "RFC §19.8"),
        HookTrigger.ON_FEEDBACK: _observing("Feedback"),
        HookTrigger.BEFORE_AI_CONTEXT_BUILD: _blocking("AIContextBuildEvent", "RFC §12.9"),
        HookTrigger.BEFORE_AI_GENERATION: _blocking("AIGenerationEvent", "RFC §6.4"),
        HookTrigger.ON_AI_THINKING: _observing("RoomEvent", "RFC §6.4"),
        HookTrigger.ON_AI_RESPONSE: _observing("AIResponseEvent", "RFC §6.4"),
        HookTrigger.BEFORE_TOOL_USE: _blocking("ToolCallEvent"),
        HookTrigger.ON_TOOL_CALL: _blocking("ToolCallEvent"),
        HookTrigger.ON_REALTIME_TOOL_CALL: _blocking("ToolCallEvent"),
        HookTrigger.ON_USER_INPUT_REQUIRED: _blocking("InputRequest", "RFC §9.3"),
        HookTrigger.ON_PLAN_UPDATED: _observing("Plan"),
        HookTrigger.ON_PHASE_TRANSITION: _observing("RoomEvent", "RFC §19.2"),
        HookTrigger.ON_HANDOFF: _observing("RoomEvent", "RFC §19"),
        HookTrigger.ON_HANDOFF_REJECTED: _observing("RoomEvent", "RFC §19"),
        HookTrigger.ON_SPEECH_START: _observing("VoiceSession", "RFC §12.2"),
        HookTrigger.ON_SPEECH_END: _observing("VoiceSession", "RFC §12.2"),
        HookTrigger.ON_PARTIAL_TRANSCRIPTION: _observing("PartialTranscriptionEvent", "RFC §12.2"),
        HookTrigger.ON_TRANSCRIPTION: _blocking("str", "RFC §9.3", fails_closed=True),
        HookTrigger.BEFORE_TTS: _blocking("str", "RFC §9.3", fails_closed=True),
        HookTrigger.AFTER_TTS: _observing("str", "RFC §12.2"),
        HookTrigger.ON_TTS_CANCELLED: _observing("TTSCancelledEvent", "RFC §12.2"),
        HookTrigger.ON_BARGE_IN: _observing("BargeInEvent", "RFC §12.2"),
        HookTrigger.ON_BACKCHANNEL: _observing("BackchannelEvent", "RFC §12.3"),
        HookTrigger.ON_TURN_COMPLETE: _observing("TurnCompleteEvent", "RFC §12.3.12"),
        HookTrigger.ON_TURN_INCOMPLETE: _observing("TurnIncompleteEvent", "RFC §12.3.12"),
        HookTrigger.ON_VAD_SILENCE: _observing("VADSilenceEvent", "RFC §12.3"),
        HookTrigger.ON_VAD_AUDIO_LEVEL: _observing("VADAudioLevelEvent", "RFC §12.3"),
        HookTrigger.ON_INPUT_AUDIO_LEVEL: _observing("AudioLevelEvent", "RFC §12.3"),
        HookTrigger.ON_OUTPUT_AUDIO_LEVEL: _observing("AudioLevelEvent", "RFC §12.3"),
        HookTrigger.ON_SPEAKER_CHANGE: _observing("SpeakerChangeEvent", "RFC §12.3"),
        HookTrigger.ON_DTMF: _observing("DTMFDetectedEvent", "RFC §12.3"),
        HookTrigger.ON_RECORDING_STARTED: _observing("RecordingStartedEvent", "RFC §17.6"),
        HookTrigger.ON_RECORDING_STOPPED: _observing("RecordingStoppedEvent", "RFC §17.6"),
        HookTrigger.ON_REALTIME_TEXT_INJECTED: _observing("RoomEvent", "RFC §12.2"),
        HookTrigger.BEFORE_BRIDGE_AUDIO: _blocking("BridgeAudioEvent", "RFC §12.2"),
    }
)

_SUPERSEDED: Mapping[HookTrigger, HookTrigger] = MappingProxyType(
    {HookTrigger.ON_REALTIME_TOOL_CALL: HookTrigger.ON_TOOL_CALL}
)


def canonical(trigger: HookTrigger) -> HookTrigger:
    """Return the trigger that hooks registered for `trigger` really run on."""
    return _SUPERSEDED.get(trigger, trigger)
