"""The ways to stream from a tool, side by side: a lane for each, with what really arrived."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path

import streamlit as st

from agent.pitfalls.comparison import comparisons
from agent.pitfalls.pitfall import Moment
from agent.pitfalls.ways import ALL_WAYS, LIMIT, Seen, seen
from agent.snippets.ways import WAYS, Way, sample, sample_file
from agent.streaming.events import StreamEvent
from ui.lab.log import Log, quiet
from ui.pitfalls import UPDATES_PER_SECOND, Look, look, run_button, show_state
from ui.run.follow import Reader
from ui.shell.choices import Choices
from ui.shell.language import say, say_or

SECONDS = 4.0
"""Where the time axis ends at first, in seconds; the tools take two, after a model has called them."""
_COLUMNS = ("way", "lane", "first", "chunks", "call")
_STYLE = Path(__file__).with_name("ways.css")


class WaysView:
    """One table, filled while all ways are at work; `at_work` follows them. It needs no run."""

    def __init__(self, choices: Choices) -> None:
        comparisons().prepare()
        st.markdown(quiet(say("lab-ways-about")))
        run_button(say("lab-ways-run"), ALL_WAYS, LIMIT)
        self._status = st.empty()
        st.html(_STYLE)
        self._place, self._drawn = st.empty(), ""
        self._draw()
        self.at_work = Reader(_NoEvents(), _Table(self._draw))
        name = st.pills(
            say("lab-ways-code"),
            list(WAYS),
            default=next(iter(WAYS)),
            required=True,
            key="lab_way",
            format_func=lambda name: WAYS[name].code,
        )
        st.code(_sample(name or next(iter(WAYS))), language="python", wrap_lines=True)
        st.markdown(quiet(say("pitfall-fix.file", file=sample_file(name or next(iter(WAYS))))))

    def draw(self, log: Log) -> None:
        """Nothing in it depends on the run."""

    def _draw(self) -> None:
        now = look(ALL_WAYS)
        if now:
            show_state(self._status, now)
        drawing = table(now.moments if now else {})
        if drawing != self._drawn:
            self._drawn = drawing
            self._place.html(drawing)


class _NoEvents:
    """The ways at work as a log to follow: it only ends."""

    def read(self, cursor: int = 0, timeout: float = 0.0) -> tuple[Sequence[StreamEvent], int, bool]:
        now: Look | None = look(ALL_WAYS)
        return (), 0, now is None or now.state == "ended"


class _Table:
    """Their table, drawn at each look."""

    is_due = True
    rest = 1 / UPDATES_PER_SECOND
    waits = False

    def __init__(self, draw: Callable[[], None]) -> None:
        self._draw = draw

    def add(self, events: Sequence[StreamEvent]) -> None:
        """There are none."""

    def draw(self, *, ended: bool) -> None:
        self._draw()


def table(moments: Mapping[str, Sequence[Moment]]) -> str:
    """The table as HTML, with the `moments` of each way, by its name."""
    chunks = [moment["at"] for each in moments.values() for moment in each if moment["kind"] == "chunk"]
    seconds = max([SECONDS, *chunks])
    scale = "".join(f"<span>{escape(say('time-seconds', seconds=at))}</span>" for at in ("0", f"{seconds:.1f}"))
    heads = [f'<th scope="col">{escape(say(f"lab-ways-column-{name}"))}</th>' for name in _COLUMNS]
    heads[1] = heads[1].replace("</th>", f'<div class="scale">{scale}</div></th>')
    rows = "".join(_row(way, moments.get(way.name, ()), seconds) for way in WAYS.values())
    return f'<table class="ways"><thead><tr>{"".join(heads)}</tr></thead><tbody>{rows}</tbody></table>'


def _row(way: Way, moments: Sequence[Moment], seconds: float) -> str:
    found = seen(moments)
    badge = f' <span class="badge">{escape(say("lab-ways-experimental"))}</span>' if way.is_experimental else ""
    about = "".join(f"<p>{_with_code(say(f'way-{way.name}.{what}'))}</p>" for what in ("keyed", "use"))
    lanes = "".join(_lane(moments, key, seconds) for key in found.keys or ("",))
    failed = next((moment for moment in moments if moment["kind"] == "error"), None)
    if failed:
        why = say_or(failed.get("key"), failed["text"])
        lanes += f'<p class="failed">{escape(say("pitfall-failed", why=why))}</p>'
    cells = [
        "–" if found.first is None else escape(say("time-seconds", seconds=f"{found.first:.2f}")),
        f"{found.chunks}" if moments else "–",
        _call(found),
    ]
    names = [escape(say(f"lab-ways-column-{name}")) for name in _COLUMNS[2:]]
    named = zip(("number", "number", "call"), names, cells, strict=True)
    numbers = "".join(f'<td class="{key}"><span class="label">{name}</span>{cell}</td>' for key, name, cell in named)
    head = f'<th scope="row"><code>{escape(way.code)}</code>{badge}{about}</th>'
    return f'<tr>{head}<td class="lanes">{lanes}</td>{numbers}</tr>'


def _lane(moments: Sequence[Moment], key: str, seconds: float) -> str:
    at = [moment["at"] for moment in moments if moment["kind"] == "chunk" and moment["lane"] == key]
    ticks = "".join(f'<div class="tick" style="left:{each / seconds * 97:.2f}%"></div>' for each in at)
    return f'<div class="track">{ticks}</div>'


def _call(found: Seen) -> str:
    if found.by_call is None:
        return "–"
    answer = "yes" if found.by_call else "other" if found.keys else "no"
    ids = "".join(f"<code>{escape(_short(key))}</code>" for key in found.keys)
    return f"{escape(say(f'lab-ways-call-{answer}'))}{ids}"


def _short(key: str) -> str:
    return key if len(key) <= 14 else f"{key[:8]}…{key[-4:]}"


def _with_code(text: str) -> str:
    """Escaped, with what stands between backticks as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))


_sample = cache(sample)
