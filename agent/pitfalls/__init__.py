"""The pitfalls of streaming from tools: modules with a `wrong` and a `right` side, which really run, and a description.

To add one, write a module like `blocking_call` and name it in `NAMES`: it appears on the page.
"""

from __future__ import annotations

import importlib
import inspect
import re

from agent.pitfalls.pitfall import Pitfall, Side

NAMES = (
    "blocking_call",
    "stream_mode",
    "inner_graph",
    "whose_chunk",
    "stop",
    "truncated",
    "new_loop",
    "sync_model_call",
    "twice",
    "swallowed",
    "tools_alone",
    "calls_in_turn",
    "no_custom",
)
"""The modules, in the order of the page."""


def pitfall(name: str) -> Pitfall:
    """The description of a pitfall; raises KeyError for an unknown name."""
    if name not in NAMES:
        raise KeyError(name)
    found = importlib.import_module(f"agent.pitfalls.{name}").PITFALL
    assert isinstance(found, Pitfall)
    return found


def source(name: str, side: Side) -> str:
    """The source of one side, as it runs."""
    text = inspect.getsource(getattr(importlib.import_module(f"agent.pitfalls.{name}"), side)).rstrip()
    return re.sub(r"  # (noqa|type):.*", "", text)
