"""Texts that put a markdown parser to the test, and a reader that forgives nothing."""

from __future__ import annotations

from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

PIECES = (
    *("a", "b ", "word ", "12", "é", "한", ".", "!", "@", "a@b.cd", "www.", "http://", "http://a.b/_c_"),
    *("1. ", "2) ", "- ", "* ", "+ ", "> ", "# ", "## ", "[ ] ", "[x] ", "\n", "\n", "\n\n", "  ", "    ", "\t"),
    *("`", "``", "```", "```py\n", "~~~", "~~", "~", "*", "**", "_", "__", "\\", "===", "---", "=", "-"),
    *("[", "]", "(", ")", "![", "](", "](http://e.vil/x)", "[x](http://a.b)", " <http://a.b> ", "[^1]", "[^1]: "),
    *("<", "<b>", "<!--", "&", "&amp;", "&#91;", "&#x202e;", "&lt;", "{", "}", "^", "$", "$$"),
    *("|", "| a | b |\n|---|---|\n", "|---|\n", "\\|", ":", ":red[", "::", ":::", ":material/x:", ":smile:"),
    *("\r", "\r\n", "\u202e", "\x00", "\x0b", "\u00a0", "\u2028", "\ud800"),
)
"""All that means something in markdown, in Streamlit or to a browser."""

texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=25).map("".join)

_READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
"""Takes everything for a link, an image or HTML that anybody could."""


def harmful(markdown: str) -> list[Token]:
    """The links, images and HTML in a text."""
    tokens = [each for token in _READER.parse(markdown) for each in (token, *(token.children or []))]
    return [token for token in tokens if token.type in ("link_open", "image", "html_inline", "html_block")]
