"""Text that a model, a tool or a visitor wrote, made fit for `st.markdown`.

Formatting stays: headings, lists, tables, code, emphasis. What could load something, hide where a link leads, turn
into Streamlit's own directives or into a formula does not. Code fences at the start of a line are left as they
are: nothing in them is interpreted.
"""

from __future__ import annotations

import re

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_SPECIAL = re.compile(
    r"(?P<escaped>\\[\\!\[\]()<>$:&])"
    r"|!(?=\[)"  # an image
    r"|(?<=\])(?=\()"  # a link whose text says something else than its target
    r"|[<$&]"  # HTML, formulas, entities that could spell any of these
    r"|:(?=[A-Za-z:])"  # Streamlit's directives, icons and emoji
)
_CODE_SPAN = re.compile(r"(?<![`\\])(`+)(?!`).+?(?<!`)\1(?!`)")
_LOADING = re.compile(r"!(?=\[)|(?<=\])(?=\()")
_DEFINITION = re.compile(r"^(\s*(?:[>*+-]\s*|\d+[.)]\s*)*)\[(?=[^\]]*\]:)")


def safe_markdown(text: str) -> str:
    """The text as markdown that shows what was written and does nothing else."""
    lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if fence:
            lines.append(line)
            if match and match[1].startswith(fence) and not match[2].strip():
                fence = ""
        elif match and not (match[1][0] == "`" and "`" in match[2]):
            fence = match[1]
            lines.append(match[1] + re.sub(r"[^\w+#.-]", "", match[2])[:20])
        else:
            lines.append(_safe_line(line))
    return "\n".join(lines)


def safe_label(text: str, limit: int = 80) -> str:
    """The text on one line and without any formatting, for labels and chips."""
    line = " ".join(text.split())
    line = line if len(line) <= limit else line[: limit - 1] + "…"
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|$&:~^=])", r"\\\1", line)


def _safe_line(line: str) -> str:
    line = _DEFINITION.sub(r"\1\\[", line)
    safe, end = [], 0
    for span in _CODE_SPAN.finditer(line):
        # What looks like code here may not be code for the browser (its backticks may pair up with those of
        # another line), so what could load or mislead is escaped there as well.
        safe += [_SPECIAL.sub(_escape, line[end : span.start()]), _LOADING.sub(r"\\\g<0>", span[0])]
        end = span.end()
    return "".join([*safe, _SPECIAL.sub(_escape, line[end:])])


def _escape(match: re.Match[str]) -> str:
    return match[0] if match["escaped"] else "\\" + match[0]
