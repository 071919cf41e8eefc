"""What their apps have in common: our own graph with a tool that streams, and the model server outside."""

from __future__ import annotations

import os
from typing import Literal

from langchain_openai import ChatOpenAI

from agent.graphs.langchain import Graph, react
from agent.tools.demo import get_items

MODES: list[Literal["messages", "custom"]] = ["messages", "custom"]


def agent() -> Graph:
    """The graph that the app runs too."""
    return react(ChatOpenAI(model="bench", base_url=os.environ["OPENAI_BASE_URL"]), [get_items])
