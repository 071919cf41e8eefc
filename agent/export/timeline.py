"""The picture of a run as HTML: a row for each node and each tool call, a bar while it worked, a tick for each sign.

The same picture is on the pages, while a run works and afterwards, and in the files that are made of it. It holds
neither SVG nor scripts, which pages do not let through.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from agent.export.text import escaped
from agent.projections.timeline import Picture, Row

STYLE = Path(__file__).with_name("timeline.css")
CELLS = 250
"""Ticks in the same cell of a row are one; those in neighboring cells are drawn as one."""
_AXES = (2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600)
"""Seconds that the axis spans while a run works: it must not move with each second."""
_LEAST = 0.3
"""The least width of a bar, in percent."""


def drawn(picture: Picture, name: Callable[[Row], str], say: Callable[..., str], *, working: bool = False) -> str:
    """The picture; `name` says what a row is called, and `say` all else.

    While the run is `working` the axis has room for more.
    """
    whole = _axis(picture.end) if working else picture.end or 1.0
    rows = "".join(_row(row, name(row), whole, say, picture.end if working else None) for row in picture.rows)
    mark = place = ""
    if picture.first_output is not None:
        said = escaped(say("timeline-first", seconds=f"{picture.first_output:.1f}"))
        at = _across(picture.first_output, whole)
        side = " tl-left" if at > 60 else ""
        mark = f'<div class="tl-first{side}"><span>{said}</span></div>'
        place = f"--first:{at:g}%"
    moments = (say("time-seconds", seconds=f"{whole * part / 4:.1f}") for part in range(5))
    axis = "".join(f"<span>{escaped(moment)}</span>" for moment in moments)
    more = f'<p class="remark">{escaped(say("lab-timeline-more", count=picture.more))}</p>' if picture.more else ""
    axis = f'<div class="tl-axis" aria-hidden="true">{axis}</div>'
    return f'<div class="tl" style="{place}">{mark}{rows}{axis}</div>{more}'


def with_moment(picture: str, share: float) -> str:
    """A drawn picture with a line at a moment, given as a share of its time from 0 to 1."""
    place = f"--now:{min(max(share, 0.0), 1.0) * 100:.2f}%"
    return picture.replace('<div class="tl" style="', f'<div class="tl" style="{place};', 1)


def duration(seconds: float, say: Callable[..., str]) -> str:
    """A duration as people say it: at least two of a unit."""
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return say(f"card-{unit}", count=round(seconds / length))
    return say("time-seconds", seconds=f"{seconds:.1f}")


def _axis(end: float) -> float:
    place = bisect_left(_AXES, end + 0.5)
    return float(_AXES[place]) if place < len(_AXES) else end * 1.2


def _across(at: float, whole: float) -> float:
    """Where a moment is, in percent."""
    return round(min(max(at / whole, 0.0), 1.0) * 100, 2)


def _row(row: Row, name: str, whole: float, say: Callable[..., str], now: float | None) -> str:
    bars = "".join(
        f'<i class="tl-{span.kind}" style="left:{(left := min(_across(span.start, whole), 100 - _LEAST)):g}%;'
        f'width:{max(_across(span.end, whole) - left, _LEAST):.4g}%"></i>'
        for span in row.spans
    )
    ticks = "".join(
        f'<b style="left:{first * 100 / CELLS:g}%;width:{count * 100 / CELLS:g}%"></b>'
        for first, count in _neighbors(min(int(_across(at, whole) * CELLS / 100), CELLS - 1) for at in row.ticks)
    )
    took = escaped(say("pack-span", began=f"{row.start:.1f}", ended=f"{row.end:.1f}"))
    if row.kind in ("person", "queue"):
        took = escaped(duration(sum(span.seconds for span in row.spans), say))
    state = row.call.state if row.call else ""
    ending = f" · {escaped(say(f'call-{state}'))}" if state in ("failed", "stopped") else ""
    look = f"tl-row tl-{row.kind} tl-in{min(row.depth, 4)}{' tl-bad' if state == 'failed' else ''}"
    look += " tl-busy" if now is not None and row.end >= now else ""
    return (
        f'<div class="{look}"><div class="tl-name"><span>{escaped(name)}</span><small>{took}{ending}</small></div>'
        f'<div class="tl-track" role="img" aria-label="{escaped(name)}: {took}{ending}">{bars}{ticks}</div></div>'
    )


def _neighbors(cells: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Cells side by side: the first one, and how many."""
    first = last = -1
    for cell in sorted(set(cells)):
        if first < 0:
            first = cell
        elif cell > last + 1:
            yield first, last - first + 1
            first = cell
        last = cell
    if first >= 0:
        yield first, last - first + 1
