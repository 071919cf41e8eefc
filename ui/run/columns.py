"""Names of columns in tables and charts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.projections.label import one_line

_NOT_PLAIN = re.compile(r"[^\w %°€()/+-]")


def named(keys: Sequence[str]) -> list[str]:
    """Unique names, in the same order; anything that is part of a chart's own language becomes a space."""
    names: dict[str, None] = {}
    for number, key in enumerate(keys, 1):
        name = " ".join(_NOT_PLAIN.sub(" ", one_line(key, 60)).split())
        while not name or name in names:
            name = f"{name} {number}".strip()
        names[name] = None
    return list(names)
