"""The picture of a run as HTML: a row for each node and each tool call, a bar while it worked, a tick for each sign."""

from __future__ import annotations

from collections.abc import Callable

from agent.export.text import escaped
from agent.projections.timeline import Picture, Row

WIDTH = 1_000


def drawn(picture: Picture, name: Callable[[Row], str], say: Callable[..., str]) -> str:
    """The picture with a small SVG a row: text keeps its size where it is narrow.

    `name` says what a row is called, `say` all else.
    """
    whole = picture.end or 1.0
    parts = "".join(_drawn_row(row, name(row), whole, say) for row in picture.rows)
    more = f'<p class="remark">{escaped(say("lab-timeline-more", count=picture.more))}</p>' if picture.more else ""
    marks = "".join(
        f"<span>{escaped(say('time-seconds', seconds=f'{whole * part / 4:.1f}'))}</span>" for part in range(5)
    )
    return f'<div class="timeline">{parts}<div class="axis">{marks}</div></div>{more}'


def _drawn_row(row: Row, name: str, whole: float, say: Callable[..., str]) -> str:
    def across(at: float) -> float:
        return round(min(max(at / whole, 0.0), 1.0) * WIDTH, 1)

    bars = "".join(
        f'<rect class="{"wait" if span.kind == "waiting" else "bar"}" x="{across(span.start)}" y="5" '
        f'width="{max(across(span.end) - across(span.start), 2):.1f}" height="14" rx="3"/>'
        for span in row.spans
    )
    places = sorted({round(across(at) / 2) * 2 for at in row.ticks})  # more than 500 ticks are one grey bar anyway
    ticks = "".join(f'<rect class="tick" x="{place}" y="5" width="1.6" height="14"/>' for place in places)
    took = escaped(say("pack-span", began=f"{row.start:.1f}", ended=f"{row.end:.1f}"))
    state = row.call.state if row.call else ""
    ending = f" · {escaped(say(f'call-{state}'))}" if state in ("failed", "stopped") else ""
    look = f"row {'bad' if state == 'failed' else 'good'} in{min(row.depth, 4)}"
    return (
        f'<div class="{look}"><div class="name">{escaped(name)}<small>{took}{ending}</small></div>'
        f'<svg viewBox="0 0 {WIDTH} 24" preserveAspectRatio="none" role="img" '
        f'aria-label="{escaped(name)}: {took}{ending}">'
        f'<rect class="track" x="0" y="11" width="{WIDTH}" height="2"/>{bars}{ticks}</svg></div>'
    )
