"""The rows of channels and agents, one noun a file."""

from channels_app.models.agent_config import AgentConfig, NewMessagePolicy
from channels_app.models.agent_run import AgentRun
from channels_app.models.agent_step import AgentStep
from channels_app.models.agent_version import AgentVersion, VersionIsFixed, VersionState
from channels_app.models.budget import Budget, BudgetAction, BudgetPeriod, BudgetScope
from channels_app.models.channel_config import ChannelConfig
from channels_app.models.closed_endpoint import ClosedEndpoint
from channels_app.models.conversation_reference import ConversationReference
from channels_app.models.delegated_task import DelegatedTask
from channels_app.models.eval_case import EvalCase
from channels_app.models.eval_result import EvalResult
from channels_app.models.eval_run import EvalRun
from channels_app.models.eval_set import EvalSet
from channels_app.models.knowledge_entry import KnowledgeEntry
from channels_app.models.price_row import PriceRow
from channels_app.models.room_summary import RoomSummary
from channels_app.models.skill_activation import SkillActivation
from channels_app.models.spending_reservation import SpendingReservation
from channels_app.models.status_entry import StatusEntry
from channels_app.models.steer_directive import SteerDirective
from channels_app.models.stored_tool_result import StoredToolResult
from channels_app.models.tool_approval import ToolApproval
from channels_app.models.usage_record import UsageRecord
from channels_app.models.webhook_receipt import ReceiptState, WebhookReceipt

__all__ = [
    "AgentConfig",
    "AgentRun",
    "AgentStep",
    "AgentVersion",
    "Budget",
    "BudgetAction",
    "BudgetPeriod",
    "BudgetScope",
    "ChannelConfig",
    "ClosedEndpoint",
    "ConversationReference",
    "DelegatedTask",
    "EvalCase",
    "EvalResult",
    "EvalRun",
    "EvalSet",
    "KnowledgeEntry",
    "NewMessagePolicy",
    "PriceRow",
    "ReceiptState",
    "RoomSummary",
    "SkillActivation",
    "SpendingReservation",
    "StatusEntry",
    "SteerDirective",
    "StoredToolResult",
    "ToolApproval",
    "UsageRecord",
    "VersionIsFixed",
    "VersionState",
    "WebhookReceipt",
]
