"""The picture of a run as HTML: a row for each node and each tool call, a bar while it worked, a tick for each sign."""

from __future__ import annotations

from collections.abc import Callable

from agent.export.text import escaped
from agent.projections.timeline import Picture, Row

WIDTH = 1_000
_LOOKS = {"waiting": "wait", "working": "bar", "paused": "pause"}
_LEAST = {"waiting": 2, "working": 2, "paused": 6}
"""How wide a bar is at least."""


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


def duration(seconds: float, say: Callable[..., str]) -> str:
    """A length of time as people say it: two of a unit at least."""
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return say(f"card-{unit}", count=round(seconds / length))
    return say("time-seconds", seconds=f"{seconds:.1f}")


def _drawn_row(row: Row, name: str, whole: float, say: Callable[..., str]) -> str:
    def across(at: float) -> float:
        return round(min(max(at / whole, 0.0), 1.0) * WIDTH, 1)

    bars = "".join(
        f'<rect class="{_LOOKS[span.kind]}" x="{min(across(span.start), WIDTH - 6)}" y="5" '
        f'width="{max(across(span.end) - across(span.start), _LEAST[span.kind]):.1f}" height="14" rx="3"/>'
        for span in row.spans
    )
    places = sorted({round(across(at) / 2) * 2 for at in row.ticks})  # more than 500 ticks are one grey bar anyway
    ticks = "".join(f'<rect class="tick" x="{place}" y="5" width="1.6" height="14"/>' for place in places)
    took = escaped(say("pack-span", began=f"{row.start:.1f}", ended=f"{row.end:.1f}"))
    if row.kind == "person":
        took = escaped(duration(sum(span.seconds for span in row.spans), say))
    state = row.call.state if row.call else ""
    ending = f" · {escaped(say(f'call-{state}'))}" if state in ("failed", "stopped") else ""
    look = f"row {'bad' if state == 'failed' else 'good'} in{min(row.depth, 4)}"
    return (
        f'<div class="{look}"><div class="name">{escaped(name)}<small>{took}{ending}</small></div>'
        f'<svg viewBox="0 0 {WIDTH} 24" preserveAspectRatio="none" role="img" '
        f'aria-label="{escaped(name)}: {took}{ending}">'
        f'<rect class="track" x="0" y="11" width="{WIDTH}" height="2"/>{bars}{ticks}</svg></div>'
    )
