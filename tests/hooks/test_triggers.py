import pytest

from hooks.triggers import TRIGGERS, HookExecution, HookTrigger, canonical


@pytest.mark.parametrize("trigger", HookTrigger)
def test_every_trigger_has_a_complete_row(trigger: HookTrigger) -> None:
    row = TRIGGERS[trigger]
    assert isinstance(row.execution, HookExecution)
    assert row.payload
    assert row.section.startswith("RFC §")


@pytest.mark.parametrize("trigger", HookTrigger)
def test_values_are_the_lower_case_of_the_names(trigger: HookTrigger) -> None:
    assert trigger.value == trigger.name.lower()


def test_only_speech_in_and_speech_out_fail_closed() -> None:
    closed = {trigger for trigger, row in TRIGGERS.items() if row.fails_closed}
    assert closed == {HookTrigger.BEFORE_TTS, HookTrigger.ON_TRANSCRIPTION}


def test_the_triggers_that_can_block_are_these() -> None:
    blocking = {trigger.name for trigger, row in TRIGGERS.items() if row.can_block}
    assert blocking == {
        "BEFORE_BROADCAST",
        "BEFORE_DELIVER",
        "BEFORE_AI_CONTEXT_BUILD",
        "BEFORE_AI_GENERATION",
        "BEFORE_TOOL_USE",
        "BEFORE_TTS",
        "BEFORE_BRIDGE_AUDIO",
        "ON_TOOL_CALL",
        "ON_REALTIME_TOOL_CALL",
        "ON_TRANSCRIPTION",
        "ON_IDENTITY_AMBIGUOUS",
        "ON_IDENTITY_UNKNOWN",
        "ON_USER_INPUT_REQUIRED",
    }


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        TRIGGERS[HookTrigger.BEFORE_TTS] = TRIGGERS[HookTrigger.AFTER_TTS]  # type: ignore[index]


@pytest.mark.parametrize("trigger", HookTrigger)
def test_only_the_superseded_trigger_stands_for_another(trigger: HookTrigger) -> None:
    superseded = trigger is HookTrigger.ON_REALTIME_TOOL_CALL
    assert canonical(trigger) is (HookTrigger.ON_TOOL_CALL if superseded else trigger)
