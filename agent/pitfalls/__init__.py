"""The traps of streaming from tools: each a module with `wrong` and `right`, which really run, and what to say of them.

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
)
"""The modules, in the order of the page."""


def pitfall(name: str) -> Pitfall:
    """What there is to say of a trap; raises KeyError if there is none of this name."""
    if name not in NAMES:
        raise KeyError(name)
    found = importlib.import_module(f"agent.pitfalls.{name}").PITFALL
    assert isinstance(found, Pitfall)
    return found


def source(name: str, side: Side) -> str:
    """The source of one side, as it runs."""
    text = inspect.getsource(getattr(importlib.import_module(f"agent.pitfalls.{name}"), side)).rstrip()
    return re.sub(r"  # (noqa|type):.*", "", text)
