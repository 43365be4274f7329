"""Django's admin of channels and agents: which there are, what came, what was done and spent."""

from channels_app.admin.agent_configs import AgentConfigAdmin
from channels_app.admin.agent_runs import AgentRunAdmin
from channels_app.admin.agent_versions import AgentVersionAdmin
from channels_app.admin.channel_configs import ChannelConfigAdmin
from channels_app.admin.closed_endpoints import ClosedEndpointAdmin
from channels_app.admin.evaluations import EvalCaseAdmin, EvalRunAdmin, EvalSetAdmin
from channels_app.admin.spending import BudgetAdmin, PriceRowAdmin, UsageRecordAdmin
from channels_app.admin.tool_approvals import ToolApprovalAdmin
from channels_app.admin.webhook_receipts import WebhookReceiptAdmin

__all__ = [
    "AgentConfigAdmin",
    "AgentRunAdmin",
    "AgentVersionAdmin",
    "BudgetAdmin",
    "ChannelConfigAdmin",
    "ClosedEndpointAdmin",
    "EvalCaseAdmin",
    "EvalRunAdmin",
    "EvalSetAdmin",
    "PriceRowAdmin",
    "ToolApprovalAdmin",
    "UsageRecordAdmin",
    "WebhookReceiptAdmin",
]
