"""The timeline as HTML: live, afterwards, and with a line at a moment."""

from __future__ import annotations

import re

from agent.export.timeline import CELLS, drawn, with_moment
from agent.projections.timeline import Picture, Row, Span
from texts import Value
from texts import say as say_in


def picture(*ticks: float, end: float = 10.0, first: float | None = 2.0) -> Picture:
    row = Row("<b>look</b>", "look", "tool", spans=[Span("working", 2.0, end)], ticks=list(ticks))
    return Picture([row], 0, len(ticks), first, end)


def say(key: str, **values: Value) -> str:
    return say_in("en", key, **values)


def name(row: Row) -> str:
    return row.name


def test_a_bar_and_its_ticks_are_where_their_moments_are() -> None:
    html = drawn(picture(2.5, 7.5), name, say)
    assert 'class="tl-working" style="left:20%;width:80%"' in html
    assert re.findall(r'<b style="left:([\d.]+)%', html) == ["24.8", "74.8"]
    assert "&lt;b&gt;look" in html


def test_neighboring_ticks_are_one() -> None:
    many = [2.0 + number / 100 for number in range(800)]
    html = drawn(picture(*many), name, say)
    assert html.count("<b style") == 1
    assert len(html) < 1_500
    apart = drawn(picture(*(2 + number * 20 / CELLS for number in range(50))), name, say)
    assert apart.count("<b style") == 50


def test_while_a_run_works_the_axis_stands_still() -> None:
    marks = [
        re.findall(r"<span>([\d.]+) s</span>", drawn(picture(end=end), name, say, working=True)) for end in (6.0, 9.0)
    ]
    axes = {found[-1] for found in marks}
    assert axes == {"10.0"}
    assert "tl-busy" in drawn(picture(), name, say, working=True)
    assert "tl-busy" not in drawn(picture(), name, say)


def test_a_moment_is_a_line() -> None:
    assert '<div class="tl" style="--now:50.00%;' in with_moment(drawn(picture(), name, say), 0.5)


def test_where_nothing_was_read_no_line_marks_it() -> None:
    assert "tl-first" not in drawn(picture(first=None), name, say)
    assert "2.0" in drawn(picture(), name, say)
