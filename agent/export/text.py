"""Text of unknown origin as HTML: escaped, or with its Markdown rendered.

There are no links, images or raw HTML: an address is shown as the text it is.
"""

from __future__ import annotations

import html
from collections.abc import Iterable

from markdown_it.common.normalize_url import normalizeLink
from markdown_it.token import Token

from agent.markdown import block_tokens, inline_tokens, plain, without_scheme
from agent.projections.blocks import Blocks

_HIGHEST = 2
"""Levels of headings that the page has above the text; the text's own start one below."""

_TAGS = {
    "paragraph": "p",
    "blockquote": "blockquote",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "thead": "thead",
    "tbody": "tbody",
    "tr": "tr",
    "th": "th",
    "td": "td",
    "em": "em",
    "strong": "strong",
    "s": "s",
}


def escaped(text: object) -> str:
    """The text as HTML, safe in a quoted attribute, too."""
    return html.escape(plain(text), quote=True)


def rendered(text: str) -> str:
    """The Markdown of a text as HTML."""
    blocks = Blocks(text)
    return "\n".join(part for block in [*blocks.done, blocks.tail] if (part := _rendered(block_tokens(block))))


def _rendered(tokens: Iterable[Token]) -> str:
    parts: list[str] = []
    links: list[tuple[str, int]] = []
    before, bare = "", False
    for token in tokens:
        kind, _, side = token.type.rpartition("_")
        match token.type:
            case "inline":
                parts.append(_rendered(inline_tokens(token.content)))
            case "fence" | "code_block":
                parts.append(f"<pre>{escaped(token.content.removesuffix(chr(10)))}</pre>")
            case "code_inline":
                parts.append(f"<code>{escaped(token.content)}</code>")
            case "softbreak" | "hardbreak":
                parts.append("<br>")
            case "hr":
                parts.append("<hr>")
            case "heading_open" | "heading_close":
                level = min(int(token.tag[1:]) + _HIGHEST, 6)
                parts.append(f"<{'/' * (token.nesting < 0)}h{level}>")
            case "table_open":
                parts.append('<div class="wide"><table>')
            case "table_close":
                parts.append("</table></div>")
            case "ordered_list_open":
                start = int(token.attrs.get("start", 1))
                parts.append("<ol>" if start == 1 else f'<ol start="{start}">')
            case "list_item_open":
                box = ("☑ " if token.meta["checked"] else "☐ ") if "checked" in token.meta else ""
                parts.append(f"<li>{box}")
            case "paragraph_open" if token.hidden or before == "list_item_open":
                bare = True
            case "paragraph_close" if bare:
                bare = False
            case "link_open":
                links.append((str(token.attrs.get("href", "")), len(parts)))
            case "link_close":
                address, begin = links.pop()
                parts.append(_address(address, "".join(parts[begin:])))
            case "image":
                words = _rendered(token.children or [])
                parts.append(words + _address(str(token.attrs.get("src", "")), words))
            case _ if kind in _TAGS and side in ("open", "close"):
                parts.append(f"<{'/' * (token.nesting < 0)}{_TAGS[kind]}>")
            case _:
                parts.append(escaped(token.content))
        before = token.type
    return "".join(parts)


def _address(address: str, words: str) -> str:
    """What follows the words of a link to say where it leads."""
    address = without_scheme(address)
    if not words:
        return escaped(address)
    same = normalizeLink(html.unescape(words)) in (address, f"mailto:{address}")
    return "" if same or not address else f" ({escaped(address)})"
