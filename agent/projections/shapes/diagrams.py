"""Diagrams in Mermaid's language: those that a browser draws quickly, loading nothing; others as their source."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.markdown import plain
from agent.projections.shapes.code import as_code
from agent.projections.shapes.text import as_line
from agent.projections.shapes.types import Code, Diagram
from agent.streaming.events import JSON
from texts import sentence

MOST_DIAGRAMS, MOST_DIAGRAM = 5, 1_500
"""Diagrams of one tool call that are drawn, and characters of each. Mermaid lays them out in the browser, which stands
still meanwhile: the worst of this length took 2 to 3 s on two busy cores.
"""


def read_diagram(chunk: Mapping[str, JSON]) -> Diagram | Code | None:
    """`{"diagram": ...}` or `{"mermaid": ...}`; code that says why, if it is not drawn."""
    source = chunk.get("diagram", chunk.get("mermaid"))
    language = (as_line(chunk.get("language")) or "mermaid").lower()
    if not isinstance(source, str) or not source.strip():
        return None
    if language != "mermaid":
        return as_code(source, language, why=sentence("shape-diagram-language"))
    if len(source) > MOST_DIAGRAM:
        return as_code(source, why=sentence("shape-diagram-long", most=f"{MOST_DIAGRAM:,}"))
    source = plain(source).strip()
    if not _DIAGRAM.match(source):
        return as_code(source, why=sentence("shape-diagram-kind"))
    if _NOT_DRAWN.search(_HARMLESS.sub("", source)):
        return as_code(source, why=sentence("shape-diagram-parts"))
    return Diagram(source, as_line(chunk.get("alt")))


def undrawn(diagram: Diagram) -> Code:
    """A diagram as its source, where there are too many of them."""
    return as_code(diagram.source, title=diagram.alt, why=sentence("shape-diagram-many", most=MOST_DIAGRAMS))


_DIAGRAM = re.compile(r"(?:flowchart|graph|sequenceDiagram|stateDiagram|stateDiagram-v2|erDiagram|pie)\b")
"""The kinds that are drawn: some of the others take a browser 20 s and more, one of them for a single line."""
_HARMLESS = re.compile(r"<<\w+>>|<br */?>")
_NOT_DRAWN = re.compile(
    r"@\{|%%\{|<[a-z!/?]|&[#\w]+;|#\w+;|!\[|\$\$|url\(|\bclick\b|\bhref\b|\blinks?\b", re.IGNORECASE
)
"""Settings, markup, formulas and links; an image in a node is loaded from wherever it is while it is laid out."""
