"""The names of agents that a user of RoomKit's library moves with, and how they are called.

Tables as in `test_api_names`. `AnthropicConfig.model` has another default than there, for the
vendor has retired that model.
"""

import inspect
from collections.abc import Callable

import pytest

import channels_app
from rooms import RoomKit
from rooms.stores.memory import InMemoryStore
from tests.architecture.promises import REQUIRED, SOME, broken, by_name, fields_of, lines, read

VALUES = """
MemoryResult(messages=[], events=[])
Cancel(reason='cancelled')
InjectMessage(content, role='user')
UpdateSystemPrompt(append)
HandoffRequest(target_agent_id, reason='', summary='', context={}, channel_escalation=None, \
urgent=False)
HandoffResult(accepted=True, new_agent_id=None, new_phase=None, message='', reason='')
PipelineStage(phase, agent_id, next=None, can_return_to=..., description=None)
RoutingConditions(phases=None, channel_types=None, intents=None, source_channel_ids=None, \
custom=...)
RoutingRule(agent_id, conditions, priority=0)
ConversationState(phase=..., active_agent_id=None, previous_agent_id=None, handoff_count=0, \
phase_started_at=..., phase_history=[], context={})
PhaseTransition(from_phase, to_phase, from_agent=None, to_agent=None, reason='', timestamp=..., \
metadata={})
AIContext(messages=[], system_prompt=None, temperature=0.7, max_tokens=1024, \
thinking_budget=None, tools=[], room=None, target_capabilities=None, target_media_types=[], \
metadata={})
AIImagePart(url, mime_type=None)
AIMessage(role, content, metadata={})
AIResponse(content, thinking=None, thinking_signature=None, finish_reason=None, usage={}, \
metadata={}, tasks=[], observations=[], tool_calls=[])
AITextPart(text)
AIThinkingPart(thinking, signature=None)
AITool(name, description, parameters={})
AIToolCall(id, name, arguments={})
AIToolCallPart(id, name, arguments={})
AIToolResultPart(tool_call_id, name, result)
StreamDone(finish_reason=None, usage={}, metadata={})
StreamTextDelta(text)
StreamThinkingDelta(thinking)
StreamToolCall(id, name, arguments={})
AnthropicConfig(api_key, model=..., max_tokens=1024, temperature=0.7)
GeminiConfig(api_key, model='gemini-2.0-flash', max_tokens=1024, temperature=1.0)
OpenAIConfig(api_key, base_url=None, model='gpt-4o', max_tokens=1024, temperature=0.7, \
timeout=120.0, include_stream_usage=False)
VLLMConfig(model, base_url='http://localhost:8000/v1', api_key=..., max_tokens=1024, \
temperature=0.7, timeout=120.0, include_stream_usage=False)
ScriptResult(exit_code, stdout='', stderr='', success=True, metadata={})
Skill(metadata, instructions, path)
SkillMetadata(name, description, license=None, compatibility=None, allowed_tools=None, \
extra_metadata={})
DelegatedTaskResult(task_id, child_room_id, parent_room_id, agent_id, status=..., output=None, \
error=None, duration_ms=0.0, metadata={})
TaskDeliveryContext(kit, result, notify_channel_id)
RoleOverride(allow=[], deny=[], mode='restrict')
ToolPolicy(allow=[], deny=[], role_overrides={})
"""

FUNCTIONS = """
build_handoff_tool(targets)
setup_handoff(channel, handler, *, tool=None)
get_conversation_state(room)
set_conversation_state(room, state)
create_vllm_provider(config)
build_delegate_tool(targets)
setup_delegation(channel, handler, *, tool=None)
compose_tool_handlers(*handlers)
"""

METHODS = """
Agent.__init__(channel_id, *, provider=None, role=None, description=None, scope=None, \
voice=None, greeting=None, language=None, auto_greet=True)
Agent.build_identity_block(language=None)
AIChannel.__init__(channel_id, provider, system_prompt=None, temperature=0.7, max_tokens=1024, \
max_context_events=50, tool_handler=None, max_tool_rounds=200, tool_loop_timeout_seconds=300.0, \
tool_loop_warn_after=50, retry_policy=None, fallback_provider=None, skills=None, \
script_executor=None, memory=None, tool_policy=None, thinking_budget=None)
AIChannel.steer(directive, *, loop_id=None)
async AIChannel.close()
AIChannel.capabilities()
async AIChannel.handle_inbound(message, context)
async AIChannel.on_event(event, binding, context)
async AIChannel.deliver(event, binding, context)
async MemoryProvider.retrieve(room_id, current_event, context, *, channel_id=None)
async MemoryProvider.ingest(room_id, event, *, channel_id=None)
async MemoryProvider.clear(room_id)
async MemoryProvider.close()
MockMemoryProvider.__init__(messages=None, events=None)
async MockMemoryProvider.retrieve(room_id, current_event, context, *, channel_id=None)
async MockMemoryProvider.ingest(room_id, event, *, channel_id=None)
async MockMemoryProvider.clear(room_id)
async MockMemoryProvider.close()
SlidingWindowMemory.__init__(max_events=50)
async SlidingWindowMemory.retrieve(room_id, current_event, context, *, channel_id=None)
HandoffHandler.__init__(kit, router, agent_aliases=None, phase_map=None, \
allowed_transitions=None, known_agents=None, on_handoff_complete=None, event_channel_id=None)
HandoffHandler.get_room_language(room, agent_id)
async HandoffHandler.handle(room_id, calling_agent_id, arguments)
async HandoffHandler.send_greeting(room_id, *, channel_id=None)
async HandoffHandler.set_language(room_id, language, *, channel_id=None)
HandoffMemoryProvider.__init__(inner)
async HandoffMemoryProvider.retrieve(room_id, current_event, context, *, channel_id=None)
async HandoffMemoryProvider.ingest(room_id, event, *, channel_id=None)
async HandoffMemoryProvider.clear(room_id)
async HandoffMemoryProvider.close()
ConversationPipeline.__init__(stages, default_phase=None, supervisor_id=None)
ConversationPipeline.to_router()
ConversationPipeline.get_phase_map()
ConversationPipeline.get_allowed_transitions()
ConversationPipeline.install(kit, agents, *, agent_aliases=None, hook_priority=-100, \
greet_on_handoff=False, voice_channel_id=None, greeting_prompt=None, farewell_prompt=None)
ConversationRouter.__init__(rules=None, default_agent_id=None, supervisor_id=None)
ConversationRouter.select_agent(event, context, state)
ConversationRouter.as_hook()
ConversationRouter.install(kit, agents, *, agent_aliases=None, phase_map=None, \
hook_priority=-100)
ConversationState.transition(to_phase, to_agent=None, reason='', metadata=None)
async AIProvider.generate(context)
async AIProvider.generate_stream(context)
async AIProvider.generate_structured_stream(context)
async AIProvider.close()
ProviderError.__init__(message, *, retryable=False, provider='', status_code=None)
MockAIProvider.__init__(responses=None, *, vision=False, ai_responses=None, streaming=False)
async MockAIProvider.generate(context)
async MockAIProvider.generate_stream(context)
async MockAIProvider.generate_structured_stream(context)
AnthropicAIProvider.__init__(config)
async AnthropicAIProvider.generate_structured_stream(context)
async AnthropicAIProvider.generate(context)
async AnthropicAIProvider.generate_stream(context)
async AnthropicAIProvider.close()
GeminiAIProvider.__init__(config)
async GeminiAIProvider.generate_structured_stream(context)
async GeminiAIProvider.generate(context)
async GeminiAIProvider.generate_stream(context)
async GeminiAIProvider.close()
OpenAIAIProvider.__init__(config)
async OpenAIAIProvider.generate(context)
async OpenAIAIProvider.generate_structured_stream(context)
async OpenAIAIProvider.generate_stream(context)
async OpenAIAIProvider.close()
async ScriptExecutor.execute(skill, script_name, arguments=None)
async ScriptExecutor.close()
Skill.list_scripts()
Skill.list_references()
Skill.read_reference(filename)
SkillRegistry.__init__()
SkillRegistry.discover(*directories)
SkillRegistry.register(skill_dir)
SkillRegistry.get_metadata(name)
SkillRegistry.get_skill(name)
SkillRegistry.all_metadata()
SkillRegistry.to_prompt_xml()
async BackgroundTaskDeliveryStrategy.deliver(ctx)
async ContextOnlyDelivery.deliver(ctx)
DelegatedTask.__init__(*, id, child_room_id, parent_room_id, agent_id, task)
async DelegatedTask.wait(timeout=None)
DelegatedTask.cancel()
DelegateHandler.__init__(kit, *, notify=None, default_share_channels=None, \
delivery_strategy=None)
async DelegateHandler.handle(room_id, calling_agent_id, arguments)
ImmediateDelivery.__init__(prompt=None)
async ImmediateDelivery.deliver(ctx)
InMemoryTaskRunner.__init__()
async InMemoryTaskRunner.submit(kit, task, *, context=None, on_complete=None)
async InMemoryTaskRunner.cancel(task_id)
async InMemoryTaskRunner.close()
async TaskDeliveryContext.find_transport_channel_id()
async TaskRunner.submit(kit, task, *, context=None, on_complete=None)
async TaskRunner.cancel(task_id)
async TaskRunner.close()
WaitForIdleDelivery.__init__(prompt=None, playback_timeout=15.0, interrupt_playback=False)
async WaitForIdleDelivery.deliver(ctx)
ToolPolicy.resolve(role=None)
ToolPolicy.is_allowed(tool_name)
ToolPolicy.as_filter()
"""

OF_A_MODEL = "model_name supports_streaming supports_structured_streaming supports_vision"

PROPERTIES = {
    "Agent": "system_prompt",
    "AIChannel": "tool_handler extra_tools info",
    "MemoryProvider": "name",
    "MockMemoryProvider": "name",
    "SlidingWindowMemory": "name",
    "HandoffHandler": "greeting_map agents",
    "HandoffMemoryProvider": "name",
    "ConversationPipeline": "stages",
    "AIProvider": f"name {OF_A_MODEL}",
    "MockAIProvider": OF_A_MODEL,
    "AnthropicAIProvider": OF_A_MODEL,
    "GeminiAIProvider": OF_A_MODEL,
    "OpenAIAIProvider": OF_A_MODEL,
    "Skill": "name description has_scripts has_references",
    "SkillMetadata": "gated_tool_names",
    "SkillRegistry": "skill_names skill_count",
    "TaskDeliveryContext": "room_id",
}

# What is owed without a signature, or is no class.
OWED = (
    *("SteeringDirective", "HANDOFF_TOOL", "ConversationPhase", "StreamEvent", "DELEGATE_TOOL"),
    *("MCPToolProvider", "StatusBus", "Pipeline", "Swarm", "Supervisor", "Loop"),
    *("SkillParseError", "SkillValidationError"),
)


@pytest.mark.parametrize("line", lines(VALUES), ids=by_name)
def test_value_has_its_fields_and_defaults(line: str) -> None:
    name, _, promised = read(line)
    ours = fields_of(getattr(channels_app, name))

    assert {each.name: ours.get(each.name, "missing") for each in promised} == {
        # What is given there may be left out here.
        each.name: ours.get(each.name) if each.default in (SOME, REQUIRED) else each.default
        for each in promised
    }


@pytest.mark.parametrize("line", lines(FUNCTIONS), ids=by_name)
def test_function_is_called_as_promised(line: str) -> None:
    name, _, promised = read(line)

    ours = inspect.signature(getattr(channels_app, name)).parameters

    assert broken(promised, list(ours.values())) == []


@pytest.mark.parametrize("line", lines(METHODS), ids=by_name)
def test_method_is_called_as_promised(line: str) -> None:
    owner, _, call = line.removeprefix("async ").partition(".")
    name, _, promised = read(call)
    method = getattr(getattr(channels_app, owner), name)

    _, *ours = inspect.signature(method).parameters.values()

    assert broken(promised, ours) == []
    if line.startswith("async ") and not name.endswith("_stream"):
        assert inspect.iscoroutinefunction(method)


@pytest.mark.parametrize(
    ("owner", "name"),
    [(owner, name) for owner, each in PROPERTIES.items() for name in each.split()],
)
def test_property_is_there(owner: str, name: str) -> None:
    found = inspect.getattr_static(getattr(channels_app, owner), name)

    assert not inspect.isfunction(found)


def test_attribute_is_there() -> None:
    handler = channels_app.HandoffHandler(
        RoomKit(InMemoryStore()), channels_app.ConversationRouter()
    )

    assert handler.on_handoff_complete is None
    assert channels_app.Agent("a").is_config_only


@pytest.mark.parametrize("name", OWED)
def test_owed_name_is_there(name: str) -> None:
    assert getattr(channels_app, name)


@pytest.mark.parametrize(
    "verb", ["delegate", "take_over", "hand_back", "queue_room", "pause_ai", "resume_ai", "reply"]
)
def test_kit_has_the_verb(verb: str) -> None:
    assert inspect.iscoroutinefunction(getattr(RoomKit, verb))


@pytest.mark.parametrize("taker", [RoomKit.__init__, RoomKit.create_room])
def test_strategy_is_given_by_name(taker: Callable[..., object]) -> None:
    ours = inspect.signature(taker).parameters["orchestration"]

    assert ours.kind is inspect.Parameter.KEYWORD_ONLY
    assert ours.default is not inspect.Parameter.empty
