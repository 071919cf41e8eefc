"""Text of unknown origin as HTML: escaped first, then a small part of markdown drawn.

There are no links, images or raw HTML: an address is shown as the text that it is.
"""

from __future__ import annotations

import html
import re

_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters, and marks that make text read in another order than it is written in."""
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})\s+(.*)")
_BULLET = re.compile(r"\s*[-*+]\s+(.*)")
_NUMBERED = re.compile(r"\s*\d{1,9}[.)]\s+(.*)")
_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_SPAN = re.compile(
    r"(?P<ticks>`+)(?P<code>[^`]+)(?P=ticks)|\*\*(?P<bold>[^*]+)\*\*|(?<![\w*])\*(?P<soft>[^*\s][^*]*)\*"
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def plain(text: object) -> str:
    """The text without what cannot be seen, and without halves of characters."""
    return _INVISIBLE.sub("", str(text).replace("\r\n", "\n")).encode("utf-8", "replace").decode()


def escaped(text: object) -> str:
    """The text as HTML text, also fit for an attribute in quotes."""
    return html.escape(plain(text), quote=True)


def rendered(text: str) -> str:
    """Paragraphs, headings, lists, tables, code, bold and italics of a markdown text as HTML."""
    lines, parts, at = plain(text).split("\n"), [], 0
    while at < len(lines):
        block, at = _block(lines, at)
        parts.append(block)
    return "\n".join(part for part in parts if part)


def _block(lines: list[str], at: int) -> tuple[str, int]:
    line = lines[at]
    if not line.strip():
        return "", at + 1
    if fence := _FENCE.match(line):
        return _code(lines, at + 1, fence[1])
    if heading := _HEADING.match(line):
        level = min(len(heading[1]) + 2, 6)
        return f"<h{level}>{_spans(heading[2].rstrip().rstrip('#').rstrip())}</h{level}>", at + 1
    if "|" in line and at + 1 < len(lines) and "-" in lines[at + 1] and _RULE.fullmatch(lines[at + 1]):
        return _table(lines, at)
    for pattern, tag in ((_BULLET, "ul"), (_NUMBERED, "ol")):
        if pattern.match(line):
            return _list(lines, at, pattern, tag)
    end = at + 1
    while end < len(lines) and lines[end].strip() and not _starts_block(lines[end]):
        end += 1
    return f"<p>{'<br>'.join(_spans(line) for line in lines[at:end])}</p>", end


def _starts_block(line: str) -> bool:
    return any(pattern.match(line) for pattern in (_FENCE, _HEADING, _BULLET, _NUMBERED))


def _code(lines: list[str], at: int, fence: str) -> tuple[str, int]:
    end = at
    while end < len(lines) and not lines[end].strip().startswith(fence):
        end += 1
    return f"<pre>{escaped(chr(10).join(lines[at:end]))}</pre>", end + 1


def _list(lines: list[str], at: int, pattern: re.Pattern[str], tag: str) -> tuple[str, int]:
    items: list[str] = []
    number = re.match(r"\s*(\d+)", lines[at])
    start = f' start="{int(number[1])}"' if number and int(number[1]) != 1 else ""
    end = at
    while at < len(lines) and (found := pattern.match(lines[at])):
        items.append(found[1])
        at += 1
        while at < len(lines) and lines[at].startswith(("  ", "\t")) and not _starts_block(lines[at]):
            items[-1] += " " + lines[at].strip()
            at += 1
        end = at
        while at < len(lines) and not lines[at].strip():  # items may stand apart
            at += 1
    return f"<{tag}{start}>{''.join(f'<li>{_spans(item)}</li>' for item in items)}</{tag}>", end


def _table(lines: list[str], at: int) -> tuple[str, int]:
    rows = [_cells(lines[at])]
    at += 2
    while at < len(lines) and "|" in lines[at] and lines[at].strip():
        rows.append(_cells(lines[at]))
        at += 1
    head = "".join(f"<th>{_spans(cell)}</th>" for cell in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{_spans(cell)}</td>' for cell in row)}</tr>" for row in rows[1:])
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>', at


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def _spans(text: str) -> str:
    parts, done = [], 0
    for found in _SPAN.finditer(text):
        parts.append(_unmarked(text[done : found.start()]))
        if (code := found["code"]) is not None:
            parts.append(f"<code>{escaped(code)}</code>")
        elif (bold := found["bold"]) is not None:
            parts.append(f"<strong>{_unmarked(bold)}</strong>")
        else:
            parts.append(f"<em>{_unmarked(found['soft'])}</em>")
        done = found.end()
    return "".join([*parts, _unmarked(text[done:])])


def _unmarked(text: str) -> str:
    return escaped(_ESCAPED.sub(r"\1", text))
