"""All tools that are offered; one in a module of its own is imported here."""

from agent.tools import approvals, business, demo
from agent.tools.registry import TOOLS

__all__ = ["TOOLS", "approvals", "business", "demo"]
