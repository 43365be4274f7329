"""The package's public names: one list in three places, looked up when first used."""

import ast
import inspect
import subprocess
import sys
from importlib import import_module

import pytest

import channels_app

DUE_NOW = {
    *("SMSChannel", "RCSChannel", "EmailChannel", "WhatsAppChannel", "WhatsAppPersonalChannel"),
    *("MessengerChannel", "TeamsChannel", "TelegramChannel", "HTTPChannel"),
    *("TransportChannel", "WebSocketChannel", "AIChannel"),
    *("StreamStart", "StreamChunk", "StreamEnd", "StreamError", "StreamMessage"),
    *("SendFn", "StreamSendFn", "MockAIProvider", "DemoShopProvider", "AIProvider"),
    *("MockSMSProvider", "MockRCSProvider", "MockEmailProvider", "MockWhatsAppProvider"),
    *("MockMessengerProvider", "MockTeamsProvider", "MockTelegramProvider", "MockHTTPProvider"),
    *("SMSProvider", "RCSProvider", "EmailProvider", "WhatsAppProvider", "MessengerProvider"),
    *("TeamsProvider", "TelegramProvider", "HTTPProvider", "RCSDeliveryResult"),
    *("AIContext", "AIMessage", "AIResponse", "AITool", "AIToolCall", "AITextPart"),
    *("AIImagePart", "AIToolCallPart", "AIToolResultPart", "AIThinkingPart", "ProviderError"),
    *("StreamEvent", "StreamTextDelta", "StreamThinkingDelta", "StreamToolCall", "StreamDone"),
    *("MemoryProvider", "MemoryResult", "SlidingWindowMemory", "MockMemoryProvider"),
    # vendors
    *("TwilioConfig", "TwilioRCSConfig", "TwilioWhatsAppConfig", "TwilioSMSProvider"),
    *("TwilioRCSProvider", "TwilioWhatsAppProvider", "parse_twilio_webhook"),
    *("parse_twilio_rcs_webhook", "TelnyxConfig", "TelnyxRCSConfig", "TelnyxSMSProvider"),
    *("TelnyxRCSProvider", "parse_telnyx_webhook", "parse_telnyx_rcs_webhook", "SinchConfig"),
    *("SinchSMSProvider", "parse_sinch_webhook", "VoiceMeUpConfig", "VoiceMeUpSMSProvider"),
    *("parse_voicemeup_webhook", "WhatsAppCloudConfig", "WhatsAppCloudProvider"),
    *("MessengerConfig", "FacebookMessengerProvider", "parse_messenger_webhook"),
    *("TelegramConfig", "TelegramBotProvider", "parse_telegram_webhook", "HTTPProviderConfig"),
    *("WebhookHTTPProvider", "parse_http_webhook", "TeamsConfig", "BotFrameworkTeamsProvider"),
    *("ConversationReferenceStore", "InMemoryConversationReferenceStore", "is_bot_added"),
    *("DatabaseConversationReferenceStore", "DatabaseEndpointStore"),
    *("parse_teams_activity", "parse_teams_reactions", "parse_teams_webhook"),
    *("SendGridConfig", "SendGridProvider", "SMTPConfig", "SMTPProvider"),
    *("ElasticEmailConfig", "ElasticEmailProvider", "is_valid_phone", "normalize_phone"),
    *("WebhookMeta", "extract_sms_meta", "configure_voicemeup_mms"),
    # agents
    *("AIContextBuildEvent", "AIGenerationEvent", "AIPipelineConfig", "AIResponseEvent", "Agent"),
    *("AnthropicAIProvider", "AnthropicConfig", "BackgroundTaskDeliveryStrategy"),
    *(
        "BudgetAwareMemory",
        "BudgetExceeded",
        "Cancel",
        "CompactingMemory",
        "ContextOnlyDelivery",
        "ConversationPhase",
    ),
    *("ConversationPipeline", "ConversationRouter", "ConversationState", "DELEGATE_TOOL"),
    *("DelegateHandler", "DelegatedTask", "DelegatedTaskResult", "FunctionTool"),
    *("GeminiAIProvider", "GeminiConfig", "HANDOFF_TOOL", "HandoffHandler"),
    *("HandoffMemoryProvider", "HandoffRequest", "HandoffResult", "ImmediateDelivery"),
    *("InMemoryTaskRunner", "InjectMessage", "InputRequest", "KnowledgeResult"),
    *("KnowledgeSource", "Ledger", "Loop", "MCPToolProvider", "MockKnowledgeSource"),
    *("OpenAIAIProvider", "OpenAIConfig", "Orchestration", "PhaseTransition", "Pipeline"),
    *("PipelineStage", "PipelineState", "Reservation", "RetrievalMemory", "RoleOverride"),
    *("RoutingConditions", "RoutingRule", "ScriptExecutor", "ScriptResult", "Skill"),
    *("SkillMetadata", "SkillParseError", "SkillRegistry", "SkillValidationError", "Spend"),
    *("StatusBus", "StatusEntry", "SteeringDirective", "StoredKnowledgeSource"),
    *("SubprocessScriptExecutor", "SummarizingMemory", "Supervisor", "Swarm"),
    *("TaskDeliveryContext", "TaskRunner", "Tool", "ToolCallEvent", "ToolContext", "ToolFault"),
    *("ToolHandler", "ToolPolicy", "ToolRules", "Toolset", "UpdateSystemPrompt", "VLLMConfig"),
    *("WaitForIdleDelivery", "ask_human_tool", "build_delegate_tool", "build_handoff_tool"),
    *("change_conversation_state", "compose_tool_handlers", "create_vllm_provider"),
    *("current_tool_context", "get_conversation_state", "set_conversation_state"),
    *("setup_delegation", "setup_handoff", "tool"),
    # sources
    *("SourceProvider", "BaseSourceProvider", "SourceHealth", "SourceStatus", "EmitCallback"),
    *("WebSocketSource", "SSESource", "IMAPSource", "IMAPConfig"),
    *("WhatsAppPersonalSourceProvider", "WhatsAppPersonalProvider", "WhatsAppPersonalConfig"),
}

IMPORTS_NOTHING = """
import sys
import channels_app
assert not [name for name in sys.modules if name.startswith("channels_app.")]
channels_app.AIChannel
assert "django" not in sys.modules, "an agent must not need Django"
"""


def typed_names() -> set[str]:
    """Return the names that the package imports for type checkers."""
    tree = ast.parse(inspect.getsource(channels_app))
    (block,) = [
        node for node in tree.body if isinstance(node, ast.If) and isinstance(node.test, ast.Name)
    ]
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    return {alias.asname or "" for node in imports for alias in node.names}


def test_names_for_people_types_and_lookup_are_the_same() -> None:
    assert set(channels_app.__all__) == DUE_NOW
    assert set(channels_app._DEFINED_IN) == DUE_NOW
    assert typed_names() == DUE_NOW
    assert set(dir(channels_app)) >= DUE_NOW


@pytest.mark.parametrize("name", sorted(DUE_NOW))
def test_name_is_the_object_of_its_module(name: str) -> None:
    home = import_module(channels_app._DEFINED_IN[name])

    assert getattr(channels_app, name) is getattr(home, name)


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'channels_app' has no attribute 'PigeonChannel'"):
        channels_app.PigeonChannel  # type: ignore[attr-defined]  # noqa: B018 - it must fail


def test_importing_the_package_imports_neither_its_parts_nor_django() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS_NOTHING], capture_output=True, text=True, check=False
    )

    assert done.stderr == ""
