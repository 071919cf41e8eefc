"""Text from a model, a tool or a visitor, made safe for `st.markdown`.

Formatting stays: headings, lists, tables, code, emphasis. Anything that could load something, hide where a link leads,
or become one of Streamlit's directives, a formula or a diagram does not.

The text is parsed and written anew: all text with its special characters escaped, code between marks that do not occur
in it, links and images as words and addresses. So nothing depends on how the browser would have read the original.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent.markdown import plain
from agent.projections.blocks import Blocks
from ui.markdown.escape import NAMED, without_emoji
from ui.markdown.writer import Writer


def safe_markdown(text: str) -> str:
    """The text as Markdown that shows what was written and does nothing else."""
    blocks = Blocks(text)
    return safe_blocks([*blocks.done, blocks.tail])


def safe_blocks(blocks: Iterable[str]) -> str:
    """Blocks of a text, made by `Blocks`, as the Markdown of one element."""
    return without_emoji("\n\n".join(filter(None, (Writer().written(block) for block in blocks))))


def safe_label(text: str, limit: int = 80) -> str:
    """The text on one line without any formatting, for labels and chips."""
    line = " ".join(plain(text).split())
    line = line if len(line) <= limit else line[: limit - 1] + "…"
    escaped = re.sub(r"([\\`*_{}\[\]()<>#+\-.!|$&:~^=])", r"\\\1", NAMED.sub(":\u2060", line))
    return without_emoji(escaped).replace("@", "@\u2060")  # a label is often a button, and a link must not be in one
