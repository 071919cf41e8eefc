"""All tools on offer; modules that define tools are imported here."""

from agent.tools import approvals, business, demo, survey, warehouse
from agent.tools.registry import TOOLS

__all__ = ["TOOLS", "approvals", "business", "demo", "survey", "warehouse"]
