"""Channels: the ways into and out of a room, and the vendors behind them.

Every public name is importable from here. Importing this package imports none of them: each is
looked up when it is first used, so that it costs nothing and needs no Django to be set up.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from channels_app.ai.channel import AIChannel as AIChannel
    from channels_app.ai.hook_events import AIContextBuildEvent as AIContextBuildEvent
    from channels_app.ai.hook_events import AIGenerationEvent as AIGenerationEvent
    from channels_app.ai.hook_events import AIResponseEvent as AIResponseEvent
    from channels_app.ai.hook_events import InputRequest as InputRequest
    from channels_app.ai.hook_events import ToolCallEvent as ToolCallEvent
    from channels_app.ai.knowledge.base import KnowledgeResult as KnowledgeResult
    from channels_app.ai.knowledge.base import KnowledgeSource as KnowledgeSource
    from channels_app.ai.knowledge.mock import MockKnowledgeSource as MockKnowledgeSource
    from channels_app.ai.knowledge.stored import StoredKnowledgeSource as StoredKnowledgeSource
    from channels_app.ai.ledger import BudgetExceeded as BudgetExceeded
    from channels_app.ai.ledger import Ledger as Ledger
    from channels_app.ai.ledger import Reservation as Reservation
    from channels_app.ai.ledger import Spend as Spend
    from channels_app.ai.memory import MemoryProvider as MemoryProvider
    from channels_app.ai.memory import MemoryResult as MemoryResult
    from channels_app.ai.memory import MockMemoryProvider as MockMemoryProvider
    from channels_app.ai.memory import SlidingWindowMemory as SlidingWindowMemory
    from channels_app.ai.memory.budget import BudgetAwareMemory as BudgetAwareMemory
    from channels_app.ai.memory.compacting import CompactingMemory as CompactingMemory
    from channels_app.ai.memory.retrieval import RetrievalMemory as RetrievalMemory
    from channels_app.ai.memory.summarizing import SummarizingMemory as SummarizingMemory
    from channels_app.ai.pipeline import AIPipelineConfig as AIPipelineConfig
    from channels_app.ai.pipeline import PipelineState as PipelineState
    from channels_app.ai.skills.errors import SkillParseError as SkillParseError
    from channels_app.ai.skills.errors import SkillValidationError as SkillValidationError
    from channels_app.ai.skills.executor import ScriptExecutor as ScriptExecutor
    from channels_app.ai.skills.executor import ScriptResult as ScriptResult
    from channels_app.ai.skills.metadata import Skill as Skill
    from channels_app.ai.skills.metadata import SkillMetadata as SkillMetadata
    from channels_app.ai.skills.registry import SkillRegistry as SkillRegistry
    from channels_app.ai.skills.subprocess_executor import (
        SubprocessScriptExecutor as SubprocessScriptExecutor,
    )
    from channels_app.ai.statuses import StatusBus as StatusBus
    from channels_app.ai.statuses import StatusEntry as StatusEntry
    from channels_app.ai.steering import Cancel as Cancel
    from channels_app.ai.steering import InjectMessage as InjectMessage
    from channels_app.ai.steering import SteeringDirective as SteeringDirective
    from channels_app.ai.steering import UpdateSystemPrompt as UpdateSystemPrompt
    from channels_app.ai.tools.base import Tool as Tool
    from channels_app.ai.tools.base import ToolContext as ToolContext
    from channels_app.ai.tools.base import ToolFault as ToolFault
    from channels_app.ai.tools.base import ToolHandler as ToolHandler
    from channels_app.ai.tools.base import ToolRules as ToolRules
    from channels_app.ai.tools.base import Toolset as Toolset
    from channels_app.ai.tools.base import current_tool_context as current_tool_context
    from channels_app.ai.tools.compose import compose_tool_handlers as compose_tool_handlers
    from channels_app.ai.tools.function import FunctionTool as FunctionTool
    from channels_app.ai.tools.function import tool as tool
    from channels_app.ai.tools.human import ask_human_tool as ask_human_tool
    from channels_app.ai.tools.mcp import MCPToolProvider as MCPToolProvider
    from channels_app.ai.tools.policy import RoleOverride as RoleOverride
    from channels_app.ai.tools.policy import ToolPolicy as ToolPolicy
    from channels_app.channels.email import EmailChannel as EmailChannel
    from channels_app.channels.http import HTTPChannel as HTTPChannel
    from channels_app.channels.messenger import MessengerChannel as MessengerChannel
    from channels_app.channels.rcs import RCSChannel as RCSChannel
    from channels_app.channels.sms import SMSChannel as SMSChannel
    from channels_app.channels.stream_frames import SendFn as SendFn
    from channels_app.channels.stream_frames import StreamChunk as StreamChunk
    from channels_app.channels.stream_frames import StreamEnd as StreamEnd
    from channels_app.channels.stream_frames import StreamError as StreamError
    from channels_app.channels.stream_frames import StreamMessage as StreamMessage
    from channels_app.channels.stream_frames import StreamSendFn as StreamSendFn
    from channels_app.channels.stream_frames import StreamStart as StreamStart
    from channels_app.channels.teams import TeamsChannel as TeamsChannel
    from channels_app.channels.telegram import TelegramChannel as TelegramChannel
    from channels_app.channels.transport import TransportChannel as TransportChannel
    from channels_app.channels.websocket import WebSocketChannel as WebSocketChannel
    from channels_app.channels.whatsapp import WhatsAppChannel as WhatsAppChannel
    from channels_app.channels.whatsapp_personal import (
        WhatsAppPersonalChannel as WhatsAppPersonalChannel,
    )
    from channels_app.delegation.handler import DelegateHandler as DelegateHandler
    from channels_app.delegation.setup import setup_delegation as setup_delegation
    from channels_app.delegation.tool import DELEGATE_TOOL as DELEGATE_TOOL
    from channels_app.delegation.tool import build_delegate_tool as build_delegate_tool
    from channels_app.orchestration.agent import Agent as Agent
    from channels_app.orchestration.handoff import HandoffHandler as HandoffHandler
    from channels_app.orchestration.handoff_memory import (
        HandoffMemoryProvider as HandoffMemoryProvider,
    )
    from channels_app.orchestration.handoff_setup import setup_handoff as setup_handoff
    from channels_app.orchestration.handoff_tool import HANDOFF_TOOL as HANDOFF_TOOL
    from channels_app.orchestration.handoff_tool import HandoffRequest as HandoffRequest
    from channels_app.orchestration.handoff_tool import HandoffResult as HandoffResult
    from channels_app.orchestration.handoff_tool import build_handoff_tool as build_handoff_tool
    from channels_app.orchestration.pipeline import ConversationPipeline as ConversationPipeline
    from channels_app.orchestration.pipeline import PipelineStage as PipelineStage
    from channels_app.orchestration.router import ConversationRouter as ConversationRouter
    from channels_app.orchestration.selection import RoutingConditions as RoutingConditions
    from channels_app.orchestration.selection import RoutingRule as RoutingRule
    from channels_app.orchestration.state import ConversationPhase as ConversationPhase
    from channels_app.orchestration.state import ConversationState as ConversationState
    from channels_app.orchestration.state import PhaseTransition as PhaseTransition
    from channels_app.orchestration.state import (
        change_conversation_state as change_conversation_state,
    )
    from channels_app.orchestration.state import get_conversation_state as get_conversation_state
    from channels_app.orchestration.state import set_conversation_state as set_conversation_state
    from channels_app.orchestration.strategies.base import Orchestration as Orchestration
    from channels_app.orchestration.strategies.loop import Loop as Loop
    from channels_app.orchestration.strategies.pipeline import Pipeline as Pipeline
    from channels_app.orchestration.strategies.supervisor import Supervisor as Supervisor
    from channels_app.orchestration.strategies.swarm import Swarm as Swarm
    from channels_app.providers.anthropic.ai import AnthropicAIProvider as AnthropicAIProvider
    from channels_app.providers.anthropic.config import AnthropicConfig as AnthropicConfig
    from channels_app.providers.base.ai import AIContext as AIContext
    from channels_app.providers.base.ai import AIImagePart as AIImagePart
    from channels_app.providers.base.ai import AIMessage as AIMessage
    from channels_app.providers.base.ai import AIProvider as AIProvider
    from channels_app.providers.base.ai import AIResponse as AIResponse
    from channels_app.providers.base.ai import AITextPart as AITextPart
    from channels_app.providers.base.ai import AIThinkingPart as AIThinkingPart
    from channels_app.providers.base.ai import AITool as AITool
    from channels_app.providers.base.ai import AIToolCall as AIToolCall
    from channels_app.providers.base.ai import AIToolCallPart as AIToolCallPart
    from channels_app.providers.base.ai import AIToolResultPart as AIToolResultPart
    from channels_app.providers.base.ai import ProviderError as ProviderError
    from channels_app.providers.base.ai import StreamDone as StreamDone
    from channels_app.providers.base.ai import StreamEvent as StreamEvent
    from channels_app.providers.base.ai import StreamTextDelta as StreamTextDelta
    from channels_app.providers.base.ai import StreamThinkingDelta as StreamThinkingDelta
    from channels_app.providers.base.ai import StreamToolCall as StreamToolCall
    from channels_app.providers.base.email import EmailProvider as EmailProvider
    from channels_app.providers.base.http import HTTPProvider as HTTPProvider
    from channels_app.providers.base.messenger import MessengerProvider as MessengerProvider
    from channels_app.providers.base.phone import is_valid_phone as is_valid_phone
    from channels_app.providers.base.phone import normalize_phone as normalize_phone
    from channels_app.providers.base.rcs import RCSDeliveryResult as RCSDeliveryResult
    from channels_app.providers.base.rcs import RCSProvider as RCSProvider
    from channels_app.providers.base.sms import SMSProvider as SMSProvider
    from channels_app.providers.base.teams import TeamsProvider as TeamsProvider
    from channels_app.providers.base.telegram import TelegramProvider as TelegramProvider
    from channels_app.providers.base.whatsapp import WhatsAppProvider as WhatsAppProvider
    from channels_app.providers.demo import DemoShopProvider as DemoShopProvider
    from channels_app.providers.elasticemail.config import ElasticEmailConfig as ElasticEmailConfig
    from channels_app.providers.elasticemail.email import (
        ElasticEmailProvider as ElasticEmailProvider,
    )
    from channels_app.providers.gemini.ai import GeminiAIProvider as GeminiAIProvider
    from channels_app.providers.gemini.config import GeminiConfig as GeminiConfig
    from channels_app.providers.http_webhook.config import HTTPProviderConfig as HTTPProviderConfig
    from channels_app.providers.http_webhook.parsing import parse_http_webhook as parse_http_webhook
    from channels_app.providers.http_webhook.provider import (
        WebhookHTTPProvider as WebhookHTTPProvider,
    )
    from channels_app.providers.meta.config import MessengerConfig as MessengerConfig
    from channels_app.providers.meta.config import WhatsAppCloudConfig as WhatsAppCloudConfig
    from channels_app.providers.meta.messenger import (
        FacebookMessengerProvider as FacebookMessengerProvider,
    )
    from channels_app.providers.meta.messenger_parsing import (
        parse_messenger_webhook as parse_messenger_webhook,
    )
    from channels_app.providers.meta.whatsapp import WhatsAppCloudProvider as WhatsAppCloudProvider
    from channels_app.providers.mock.ai import MockAIProvider as MockAIProvider
    from channels_app.providers.mock.email import MockEmailProvider as MockEmailProvider
    from channels_app.providers.mock.http import MockHTTPProvider as MockHTTPProvider
    from channels_app.providers.mock.messenger import MockMessengerProvider as MockMessengerProvider
    from channels_app.providers.mock.rcs import MockRCSProvider as MockRCSProvider
    from channels_app.providers.mock.sms import MockSMSProvider as MockSMSProvider
    from channels_app.providers.mock.teams import MockTeamsProvider as MockTeamsProvider
    from channels_app.providers.mock.telegram import MockTelegramProvider as MockTelegramProvider
    from channels_app.providers.mock.whatsapp import MockWhatsAppProvider as MockWhatsAppProvider
    from channels_app.providers.neonize.config import (
        WhatsAppPersonalConfig as WhatsAppPersonalConfig,
    )
    from channels_app.providers.neonize.provider import (
        WhatsAppPersonalProvider as WhatsAppPersonalProvider,
    )
    from channels_app.providers.openai.ai import OpenAIAIProvider as OpenAIAIProvider
    from channels_app.providers.openai.config import OpenAIConfig as OpenAIConfig
    from channels_app.providers.sendgrid.config import SendGridConfig as SendGridConfig
    from channels_app.providers.sendgrid.email import SendGridProvider as SendGridProvider
    from channels_app.providers.sinch.config import SinchConfig as SinchConfig
    from channels_app.providers.sinch.parsing import parse_sinch_webhook as parse_sinch_webhook
    from channels_app.providers.sinch.sms import SinchSMSProvider as SinchSMSProvider
    from channels_app.providers.sms_meta import WebhookMeta as WebhookMeta
    from channels_app.providers.sms_meta import extract_sms_meta as extract_sms_meta
    from channels_app.providers.smtp.config import SMTPConfig as SMTPConfig
    from channels_app.providers.smtp.email import SMTPProvider as SMTPProvider
    from channels_app.providers.teams.bot_framework import (
        BotFrameworkTeamsProvider as BotFrameworkTeamsProvider,
    )
    from channels_app.providers.teams.config import TeamsConfig as TeamsConfig
    from channels_app.providers.teams.conversation_store import (
        ConversationReferenceStore as ConversationReferenceStore,
    )
    from channels_app.providers.teams.conversation_store import (
        InMemoryConversationReferenceStore as InMemoryConversationReferenceStore,
    )
    from channels_app.providers.teams.parsing import is_bot_added as is_bot_added
    from channels_app.providers.teams.parsing import parse_teams_activity as parse_teams_activity
    from channels_app.providers.teams.parsing import parse_teams_reactions as parse_teams_reactions
    from channels_app.providers.teams.parsing import parse_teams_webhook as parse_teams_webhook
    from channels_app.providers.telegram.bot import TelegramBotProvider as TelegramBotProvider
    from channels_app.providers.telegram.config import TelegramConfig as TelegramConfig
    from channels_app.providers.telegram.webhook import (
        parse_telegram_webhook as parse_telegram_webhook,
    )
    from channels_app.providers.telnyx.config import TelnyxConfig as TelnyxConfig
    from channels_app.providers.telnyx.config import TelnyxRCSConfig as TelnyxRCSConfig
    from channels_app.providers.telnyx.rcs import TelnyxRCSProvider as TelnyxRCSProvider
    from channels_app.providers.telnyx.rcs import (
        parse_telnyx_rcs_webhook as parse_telnyx_rcs_webhook,
    )
    from channels_app.providers.telnyx.sms import TelnyxSMSProvider as TelnyxSMSProvider
    from channels_app.providers.telnyx.sms import parse_telnyx_webhook as parse_telnyx_webhook
    from channels_app.providers.twilio.config import TwilioConfig as TwilioConfig
    from channels_app.providers.twilio.config import TwilioRCSConfig as TwilioRCSConfig
    from channels_app.providers.twilio.config import TwilioWhatsAppConfig as TwilioWhatsAppConfig
    from channels_app.providers.twilio.parsing import (
        parse_twilio_rcs_webhook as parse_twilio_rcs_webhook,
    )
    from channels_app.providers.twilio.parsing import parse_twilio_webhook as parse_twilio_webhook
    from channels_app.providers.twilio.rcs import TwilioRCSProvider as TwilioRCSProvider
    from channels_app.providers.twilio.sms import TwilioSMSProvider as TwilioSMSProvider
    from channels_app.providers.twilio.whatsapp import (
        TwilioWhatsAppProvider as TwilioWhatsAppProvider,
    )
    from channels_app.providers.vllm.ai import create_vllm_provider as create_vllm_provider
    from channels_app.providers.vllm.config import VLLMConfig as VLLMConfig
    from channels_app.providers.voicemeup.config import VoiceMeUpConfig as VoiceMeUpConfig
    from channels_app.providers.voicemeup.halves import (
        configure_voicemeup_mms as configure_voicemeup_mms,
    )
    from channels_app.providers.voicemeup.halves import (
        parse_voicemeup_webhook as parse_voicemeup_webhook,
    )
    from channels_app.providers.voicemeup.sms import VoiceMeUpSMSProvider as VoiceMeUpSMSProvider
    from channels_app.sources.base import BaseSourceProvider as BaseSourceProvider
    from channels_app.sources.base import SourceProvider as SourceProvider
    from channels_app.sources.imap import IMAPSource as IMAPSource
    from channels_app.sources.imap_config import IMAPConfig as IMAPConfig
    from channels_app.sources.sse import SSESource as SSESource
    from channels_app.sources.websocket import WebSocketSource as WebSocketSource
    from channels_app.sources.whatsapp_personal import (
        WhatsAppPersonalSourceProvider as WhatsAppPersonalSourceProvider,
    )
    from channels_app.stores.closed_endpoints import (
        DatabaseEndpointStore as DatabaseEndpointStore,
    )
    from channels_app.stores.conversation_references import (
        DatabaseConversationReferenceStore as DatabaseConversationReferenceStore,
    )
    from rooms.delegated.records import DelegatedTaskResult as DelegatedTaskResult
    from rooms.delegated.runner import InMemoryTaskRunner as InMemoryTaskRunner
    from rooms.delegated.runner import TaskRunner as TaskRunner
    from rooms.delegated.strategies import (
        BackgroundTaskDeliveryStrategy as BackgroundTaskDeliveryStrategy,
    )
    from rooms.delegated.strategies import ContextOnlyDelivery as ContextOnlyDelivery
    from rooms.delegated.strategies import ImmediateDelivery as ImmediateDelivery
    from rooms.delegated.strategies import TaskDeliveryContext as TaskDeliveryContext
    from rooms.delegated.strategies import WaitForIdleDelivery as WaitForIdleDelivery
    from rooms.delegated.task import DelegatedTask as DelegatedTask
    from rooms.domain.source import SourceHealth as SourceHealth
    from rooms.domain.source import SourceStatus as SourceStatus
    from rooms.ports import EmitCallback as EmitCallback

__all__ = [
    "DELEGATE_TOOL",
    "HANDOFF_TOOL",
    "AIChannel",
    "AIContext",
    "AIContextBuildEvent",
    "AIGenerationEvent",
    "AIImagePart",
    "AIMessage",
    "AIPipelineConfig",
    "AIProvider",
    "AIResponse",
    "AIResponseEvent",
    "AITextPart",
    "AIThinkingPart",
    "AITool",
    "AIToolCall",
    "AIToolCallPart",
    "AIToolResultPart",
    "Agent",
    "AnthropicAIProvider",
    "AnthropicConfig",
    "BackgroundTaskDeliveryStrategy",
    "BaseSourceProvider",
    "BotFrameworkTeamsProvider",
    "BudgetAwareMemory",
    "BudgetExceeded",
    "Cancel",
    "CompactingMemory",
    "ContextOnlyDelivery",
    "ConversationPhase",
    "ConversationPipeline",
    "ConversationReferenceStore",
    "ConversationRouter",
    "ConversationState",
    "DatabaseConversationReferenceStore",
    "DatabaseEndpointStore",
    "DelegateHandler",
    "DelegatedTask",
    "DelegatedTaskResult",
    "DemoShopProvider",
    "ElasticEmailConfig",
    "ElasticEmailProvider",
    "EmailChannel",
    "EmailProvider",
    "EmitCallback",
    "FacebookMessengerProvider",
    "FunctionTool",
    "GeminiAIProvider",
    "GeminiConfig",
    "HTTPChannel",
    "HTTPProvider",
    "HTTPProviderConfig",
    "HandoffHandler",
    "HandoffMemoryProvider",
    "HandoffRequest",
    "HandoffResult",
    "IMAPConfig",
    "IMAPSource",
    "ImmediateDelivery",
    "InMemoryConversationReferenceStore",
    "InMemoryTaskRunner",
    "InjectMessage",
    "InputRequest",
    "KnowledgeResult",
    "KnowledgeSource",
    "Ledger",
    "Loop",
    "MCPToolProvider",
    "MemoryProvider",
    "MemoryResult",
    "MessengerChannel",
    "MessengerConfig",
    "MessengerProvider",
    "MockAIProvider",
    "MockEmailProvider",
    "MockHTTPProvider",
    "MockKnowledgeSource",
    "MockMemoryProvider",
    "MockMessengerProvider",
    "MockRCSProvider",
    "MockSMSProvider",
    "MockTeamsProvider",
    "MockTelegramProvider",
    "MockWhatsAppProvider",
    "OpenAIAIProvider",
    "OpenAIConfig",
    "Orchestration",
    "PhaseTransition",
    "Pipeline",
    "PipelineStage",
    "PipelineState",
    "ProviderError",
    "RCSChannel",
    "RCSDeliveryResult",
    "RCSProvider",
    "Reservation",
    "RetrievalMemory",
    "RoleOverride",
    "RoutingConditions",
    "RoutingRule",
    "SMSChannel",
    "SMSProvider",
    "SMTPConfig",
    "SMTPProvider",
    "SSESource",
    "ScriptExecutor",
    "ScriptResult",
    "SendFn",
    "SendGridConfig",
    "SendGridProvider",
    "SinchConfig",
    "SinchSMSProvider",
    "Skill",
    "SkillMetadata",
    "SkillParseError",
    "SkillRegistry",
    "SkillValidationError",
    "SlidingWindowMemory",
    "SourceHealth",
    "SourceProvider",
    "SourceStatus",
    "Spend",
    "StatusBus",
    "StatusEntry",
    "SteeringDirective",
    "StoredKnowledgeSource",
    "StreamChunk",
    "StreamDone",
    "StreamEnd",
    "StreamError",
    "StreamEvent",
    "StreamMessage",
    "StreamSendFn",
    "StreamStart",
    "StreamTextDelta",
    "StreamThinkingDelta",
    "StreamToolCall",
    "SubprocessScriptExecutor",
    "SummarizingMemory",
    "Supervisor",
    "Swarm",
    "TaskDeliveryContext",
    "TaskRunner",
    "TeamsChannel",
    "TeamsConfig",
    "TeamsProvider",
    "TelegramBotProvider",
    "TelegramChannel",
    "TelegramConfig",
    "TelegramProvider",
    "TelnyxConfig",
    "TelnyxRCSConfig",
    "TelnyxRCSProvider",
    "TelnyxSMSProvider",
    "Tool",
    "ToolCallEvent",
    "ToolContext",
    "ToolFault",
    "ToolHandler",
    "ToolPolicy",
    "ToolRules",
    "Toolset",
    "TransportChannel",
    "TwilioConfig",
    "TwilioRCSConfig",
    "TwilioRCSProvider",
    "TwilioSMSProvider",
    "TwilioWhatsAppConfig",
    "TwilioWhatsAppProvider",
    "UpdateSystemPrompt",
    "VLLMConfig",
    "VoiceMeUpConfig",
    "VoiceMeUpSMSProvider",
    "WaitForIdleDelivery",
    "WebSocketChannel",
    "WebSocketSource",
    "WebhookHTTPProvider",
    "WebhookMeta",
    "WhatsAppChannel",
    "WhatsAppCloudConfig",
    "WhatsAppCloudProvider",
    "WhatsAppPersonalChannel",
    "WhatsAppPersonalConfig",
    "WhatsAppPersonalProvider",
    "WhatsAppPersonalSourceProvider",
    "WhatsAppProvider",
    "ask_human_tool",
    "build_delegate_tool",
    "build_handoff_tool",
    "change_conversation_state",
    "compose_tool_handlers",
    "configure_voicemeup_mms",
    "create_vllm_provider",
    "current_tool_context",
    "extract_sms_meta",
    "get_conversation_state",
    "is_bot_added",
    "is_valid_phone",
    "normalize_phone",
    "parse_http_webhook",
    "parse_messenger_webhook",
    "parse_sinch_webhook",
    "parse_teams_activity",
    "parse_teams_reactions",
    "parse_teams_webhook",
    "parse_telegram_webhook",
    "parse_telnyx_rcs_webhook",
    "parse_telnyx_webhook",
    "parse_twilio_rcs_webhook",
    "parse_twilio_webhook",
    "parse_voicemeup_webhook",
    "set_conversation_state",
    "setup_delegation",
    "setup_handoff",
    "tool",
]

_DEFINED_IN = {
    "AIChannel": "channels_app.ai.channel",
    "AIContext": "channels_app.providers.base.ai",
    "AIContextBuildEvent": "channels_app.ai.hook_events",
    "AIGenerationEvent": "channels_app.ai.hook_events",
    "AIImagePart": "channels_app.providers.base.ai",
    "AIMessage": "channels_app.providers.base.ai",
    "AIPipelineConfig": "channels_app.ai.pipeline",
    "AIProvider": "channels_app.providers.base.ai",
    "AIResponse": "channels_app.providers.base.ai",
    "AIResponseEvent": "channels_app.ai.hook_events",
    "AITextPart": "channels_app.providers.base.ai",
    "AIThinkingPart": "channels_app.providers.base.ai",
    "AITool": "channels_app.providers.base.ai",
    "AIToolCall": "channels_app.providers.base.ai",
    "AIToolCallPart": "channels_app.providers.base.ai",
    "AIToolResultPart": "channels_app.providers.base.ai",
    "Agent": "channels_app.orchestration.agent",
    "AnthropicAIProvider": "channels_app.providers.anthropic.ai",
    "AnthropicConfig": "channels_app.providers.anthropic.config",
    "BackgroundTaskDeliveryStrategy": "rooms.delegated.strategies",
    "BaseSourceProvider": "channels_app.sources.base",
    "BotFrameworkTeamsProvider": "channels_app.providers.teams.bot_framework",
    "BudgetAwareMemory": "channels_app.ai.memory.budget",
    "BudgetExceeded": "channels_app.ai.ledger",
    "Cancel": "channels_app.ai.steering",
    "CompactingMemory": "channels_app.ai.memory.compacting",
    "ContextOnlyDelivery": "rooms.delegated.strategies",
    "ConversationPhase": "channels_app.orchestration.state",
    "ConversationPipeline": "channels_app.orchestration.pipeline",
    "ConversationReferenceStore": "channels_app.providers.teams.conversation_store",
    "ConversationRouter": "channels_app.orchestration.router",
    "ConversationState": "channels_app.orchestration.state",
    "DELEGATE_TOOL": "channels_app.delegation.tool",
    "DatabaseConversationReferenceStore": "channels_app.stores.conversation_references",
    "DatabaseEndpointStore": "channels_app.stores.closed_endpoints",
    "DelegateHandler": "channels_app.delegation.handler",
    "DelegatedTask": "rooms.delegated.task",
    "DelegatedTaskResult": "rooms.delegated.records",
    "DemoShopProvider": "channels_app.providers.demo",
    "ElasticEmailConfig": "channels_app.providers.elasticemail.config",
    "ElasticEmailProvider": "channels_app.providers.elasticemail.email",
    "EmailChannel": "channels_app.channels.email",
    "EmailProvider": "channels_app.providers.base.email",
    "EmitCallback": "rooms.ports",
    "FacebookMessengerProvider": "channels_app.providers.meta.messenger",
    "FunctionTool": "channels_app.ai.tools.function",
    "GeminiAIProvider": "channels_app.providers.gemini.ai",
    "GeminiConfig": "channels_app.providers.gemini.config",
    "HANDOFF_TOOL": "channels_app.orchestration.handoff_tool",
    "HTTPChannel": "channels_app.channels.http",
    "HTTPProvider": "channels_app.providers.base.http",
    "HTTPProviderConfig": "channels_app.providers.http_webhook.config",
    "HandoffHandler": "channels_app.orchestration.handoff",
    "HandoffMemoryProvider": "channels_app.orchestration.handoff_memory",
    "HandoffRequest": "channels_app.orchestration.handoff_tool",
    "HandoffResult": "channels_app.orchestration.handoff_tool",
    "IMAPConfig": "channels_app.sources.imap_config",
    "IMAPSource": "channels_app.sources.imap",
    "ImmediateDelivery": "rooms.delegated.strategies",
    "InMemoryConversationReferenceStore": "channels_app.providers.teams.conversation_store",
    "InMemoryTaskRunner": "rooms.delegated.runner",
    "InjectMessage": "channels_app.ai.steering",
    "InputRequest": "channels_app.ai.hook_events",
    "KnowledgeResult": "channels_app.ai.knowledge.base",
    "KnowledgeSource": "channels_app.ai.knowledge.base",
    "Ledger": "channels_app.ai.ledger",
    "Loop": "channels_app.orchestration.strategies.loop",
    "MCPToolProvider": "channels_app.ai.tools.mcp",
    "MemoryProvider": "channels_app.ai.memory",
    "MemoryResult": "channels_app.ai.memory",
    "MessengerChannel": "channels_app.channels.messenger",
    "MessengerConfig": "channels_app.providers.meta.config",
    "MessengerProvider": "channels_app.providers.base.messenger",
    "MockAIProvider": "channels_app.providers.mock.ai",
    "MockEmailProvider": "channels_app.providers.mock.email",
    "MockHTTPProvider": "channels_app.providers.mock.http",
    "MockKnowledgeSource": "channels_app.ai.knowledge.mock",
    "MockMemoryProvider": "channels_app.ai.memory",
    "MockMessengerProvider": "channels_app.providers.mock.messenger",
    "MockRCSProvider": "channels_app.providers.mock.rcs",
    "MockSMSProvider": "channels_app.providers.mock.sms",
    "MockTeamsProvider": "channels_app.providers.mock.teams",
    "MockTelegramProvider": "channels_app.providers.mock.telegram",
    "MockWhatsAppProvider": "channels_app.providers.mock.whatsapp",
    "OpenAIAIProvider": "channels_app.providers.openai.ai",
    "OpenAIConfig": "channels_app.providers.openai.config",
    "Orchestration": "channels_app.orchestration.strategies.base",
    "PhaseTransition": "channels_app.orchestration.state",
    "Pipeline": "channels_app.orchestration.strategies.pipeline",
    "PipelineStage": "channels_app.orchestration.pipeline",
    "PipelineState": "channels_app.ai.pipeline",
    "ProviderError": "channels_app.providers.base.ai",
    "RCSChannel": "channels_app.channels.rcs",
    "RCSDeliveryResult": "channels_app.providers.base.rcs",
    "RCSProvider": "channels_app.providers.base.rcs",
    "Reservation": "channels_app.ai.ledger",
    "RetrievalMemory": "channels_app.ai.memory.retrieval",
    "RoleOverride": "channels_app.ai.tools.policy",
    "RoutingConditions": "channels_app.orchestration.selection",
    "RoutingRule": "channels_app.orchestration.selection",
    "SMSChannel": "channels_app.channels.sms",
    "SMSProvider": "channels_app.providers.base.sms",
    "SMTPConfig": "channels_app.providers.smtp.config",
    "SMTPProvider": "channels_app.providers.smtp.email",
    "SSESource": "channels_app.sources.sse",
    "ScriptExecutor": "channels_app.ai.skills.executor",
    "ScriptResult": "channels_app.ai.skills.executor",
    "SendFn": "channels_app.channels.stream_frames",
    "SendGridConfig": "channels_app.providers.sendgrid.config",
    "SendGridProvider": "channels_app.providers.sendgrid.email",
    "SinchConfig": "channels_app.providers.sinch.config",
    "SinchSMSProvider": "channels_app.providers.sinch.sms",
    "Skill": "channels_app.ai.skills.metadata",
    "SkillMetadata": "channels_app.ai.skills.metadata",
    "SkillParseError": "channels_app.ai.skills.errors",
    "SkillRegistry": "channels_app.ai.skills.registry",
    "SkillValidationError": "channels_app.ai.skills.errors",
    "SlidingWindowMemory": "channels_app.ai.memory",
    "SourceHealth": "rooms.domain.source",
    "SourceProvider": "channels_app.sources.base",
    "SourceStatus": "rooms.domain.source",
    "Spend": "channels_app.ai.ledger",
    "StatusBus": "channels_app.ai.statuses",
    "StatusEntry": "channels_app.ai.statuses",
    "SteeringDirective": "channels_app.ai.steering",
    "StoredKnowledgeSource": "channels_app.ai.knowledge.stored",
    "StreamChunk": "channels_app.channels.stream_frames",
    "StreamDone": "channels_app.providers.base.ai",
    "StreamEnd": "channels_app.channels.stream_frames",
    "StreamError": "channels_app.channels.stream_frames",
    "StreamEvent": "channels_app.providers.base.ai",
    "StreamMessage": "channels_app.channels.stream_frames",
    "StreamSendFn": "channels_app.channels.stream_frames",
    "StreamStart": "channels_app.channels.stream_frames",
    "StreamTextDelta": "channels_app.providers.base.ai",
    "StreamThinkingDelta": "channels_app.providers.base.ai",
    "StreamToolCall": "channels_app.providers.base.ai",
    "SubprocessScriptExecutor": "channels_app.ai.skills.subprocess_executor",
    "SummarizingMemory": "channels_app.ai.memory.summarizing",
    "Supervisor": "channels_app.orchestration.strategies.supervisor",
    "Swarm": "channels_app.orchestration.strategies.swarm",
    "TaskDeliveryContext": "rooms.delegated.strategies",
    "TaskRunner": "rooms.delegated.runner",
    "TeamsChannel": "channels_app.channels.teams",
    "TeamsConfig": "channels_app.providers.teams.config",
    "TeamsProvider": "channels_app.providers.base.teams",
    "TelegramBotProvider": "channels_app.providers.telegram.bot",
    "TelegramChannel": "channels_app.channels.telegram",
    "TelegramConfig": "channels_app.providers.telegram.config",
    "TelegramProvider": "channels_app.providers.base.telegram",
    "TelnyxConfig": "channels_app.providers.telnyx.config",
    "TelnyxRCSConfig": "channels_app.providers.telnyx.config",
    "TelnyxRCSProvider": "channels_app.providers.telnyx.rcs",
    "TelnyxSMSProvider": "channels_app.providers.telnyx.sms",
    "Tool": "channels_app.ai.tools.base",
    "ToolCallEvent": "channels_app.ai.hook_events",
    "ToolContext": "channels_app.ai.tools.base",
    "ToolFault": "channels_app.ai.tools.base",
    "ToolHandler": "channels_app.ai.tools.base",
    "ToolPolicy": "channels_app.ai.tools.policy",
    "ToolRules": "channels_app.ai.tools.base",
    "Toolset": "channels_app.ai.tools.base",
    "TransportChannel": "channels_app.channels.transport",
    "TwilioConfig": "channels_app.providers.twilio.config",
    "TwilioRCSConfig": "channels_app.providers.twilio.config",
    "TwilioRCSProvider": "channels_app.providers.twilio.rcs",
    "TwilioSMSProvider": "channels_app.providers.twilio.sms",
    "TwilioWhatsAppConfig": "channels_app.providers.twilio.config",
    "TwilioWhatsAppProvider": "channels_app.providers.twilio.whatsapp",
    "UpdateSystemPrompt": "channels_app.ai.steering",
    "VLLMConfig": "channels_app.providers.vllm.config",
    "VoiceMeUpConfig": "channels_app.providers.voicemeup.config",
    "VoiceMeUpSMSProvider": "channels_app.providers.voicemeup.sms",
    "WaitForIdleDelivery": "rooms.delegated.strategies",
    "WebSocketChannel": "channels_app.channels.websocket",
    "WebSocketSource": "channels_app.sources.websocket",
    "WebhookHTTPProvider": "channels_app.providers.http_webhook.provider",
    "WebhookMeta": "channels_app.providers.sms_meta",
    "WhatsAppChannel": "channels_app.channels.whatsapp",
    "WhatsAppCloudConfig": "channels_app.providers.meta.config",
    "WhatsAppCloudProvider": "channels_app.providers.meta.whatsapp",
    "WhatsAppPersonalChannel": "channels_app.channels.whatsapp_personal",
    "WhatsAppPersonalConfig": "channels_app.providers.neonize.config",
    "WhatsAppPersonalProvider": "channels_app.providers.neonize.provider",
    "WhatsAppPersonalSourceProvider": "channels_app.sources.whatsapp_personal",
    "WhatsAppProvider": "channels_app.providers.base.whatsapp",
    "ask_human_tool": "channels_app.ai.tools.human",
    "build_delegate_tool": "channels_app.delegation.tool",
    "build_handoff_tool": "channels_app.orchestration.handoff_tool",
    "change_conversation_state": "channels_app.orchestration.state",
    "compose_tool_handlers": "channels_app.ai.tools.compose",
    "configure_voicemeup_mms": "channels_app.providers.voicemeup.halves",
    "create_vllm_provider": "channels_app.providers.vllm.ai",
    "current_tool_context": "channels_app.ai.tools.base",
    "extract_sms_meta": "channels_app.providers.sms_meta",
    "get_conversation_state": "channels_app.orchestration.state",
    "is_bot_added": "channels_app.providers.teams.parsing",
    "is_valid_phone": "channels_app.providers.base.phone",
    "normalize_phone": "channels_app.providers.base.phone",
    "parse_http_webhook": "channels_app.providers.http_webhook.parsing",
    "parse_messenger_webhook": "channels_app.providers.meta.messenger_parsing",
    "parse_sinch_webhook": "channels_app.providers.sinch.parsing",
    "parse_teams_activity": "channels_app.providers.teams.parsing",
    "parse_teams_reactions": "channels_app.providers.teams.parsing",
    "parse_teams_webhook": "channels_app.providers.teams.parsing",
    "parse_telegram_webhook": "channels_app.providers.telegram.webhook",
    "parse_telnyx_rcs_webhook": "channels_app.providers.telnyx.rcs",
    "parse_telnyx_webhook": "channels_app.providers.telnyx.sms",
    "parse_twilio_rcs_webhook": "channels_app.providers.twilio.parsing",
    "parse_twilio_webhook": "channels_app.providers.twilio.parsing",
    "parse_voicemeup_webhook": "channels_app.providers.voicemeup.halves",
    "set_conversation_state": "channels_app.orchestration.state",
    "setup_delegation": "channels_app.delegation.setup",
    "setup_handoff": "channels_app.orchestration.handoff_setup",
    "tool": "channels_app.ai.tools.function",
}

# Hidden from type checkers, which would otherwise accept every misspelt import.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name on first use."""
        if name not in _DEFINED_IN:
            raise AttributeError(f"module 'channels_app' has no attribute {name!r}")
        value = getattr(import_module(_DEFINED_IN[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted({*globals(), *__all__})
