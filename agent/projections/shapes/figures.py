"""Key figures: their values as words, and whether they rise or fall."""

from __future__ import annotations

from collections.abc import Mapping

from agent.projections.label import words
from agent.projections.shapes.text import as_line
from agent.projections.shapes.types import Figure, Figures
from agent.streaming.events import JSON

MOST_FIGURES = 12


def read_figures(chunk: Mapping[str, JSON]) -> Figures | None:
    """`{"metric": ...}` or `{"metrics": [...]}`, if all of them are key figures."""
    given = chunk.get("metrics", chunk.get("metric"))
    given = given if isinstance(given, list) else [given]
    figures = [_figure(each) for each in given[:MOST_FIGURES]]
    found = tuple(figure for figure in figures if figure)
    return Figures(found, max(len(given) - MOST_FIGURES, 0)) if found and len(found) == len(figures) else None


def _figure(given: JSON) -> Figure | None:
    if not isinstance(given, dict) or not given.keys() <= {"label", "value", "delta"} or "value" not in given:
        return None
    delta = given.get("delta")
    said = _amount(delta)
    falls = said.startswith(("-", "\N{MINUS SIGN}"))
    if isinstance(delta, (int, float)) and not isinstance(delta, bool) and delta > 0:
        said = f"+{said}"
    is_flat = not said or not any(letter in "123456789" for letter in said) and isinstance(delta, (int, float))
    return Figure(as_line(given.get("label")), _amount(given["value"]) or "–", said, "" if is_flat else
                  "down" if falls else "up")  # fmt: skip


def _amount(value: JSON) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
        return f"{value:,}"
    if isinstance(value, float) and 1e-3 <= abs(value) < 1e15:
        said = f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3g}"
        return said.rstrip("0").rstrip(".") if "." in said else said
    return words(value, 80)
