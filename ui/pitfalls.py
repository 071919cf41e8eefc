"""The pitfalls on their page: what each is, and both sides drawn on one time axis while they run."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from agent.pitfalls import NAMES, pitfall, source
from agent.pitfalls.comparison import LIMIT, Comparison, ComparisonState, comparisons
from agent.pitfalls.pitfall import SIDES, Moment, Pitfall, Side, verdict
from texts import Language
from ui.shell import session
from ui.shell.browser import wait_for_browser
from ui.shell.language import language, say, say_or, tell

UPDATES_PER_SECOND = 12
_STYLE = Path(__file__).with_name("pitfalls.css")


def pitfalls() -> None:
    """Show all pitfalls, and follow those that run to their end."""
    comparisons().prepare()
    st.html(_STYLE)
    views = [_View(name) for name in NAMES]
    while running := [view for view in views if view.running]:
        for view in running:
            view.draw()
        wait_for_browser()
        time.sleep(1 / UPDATES_PER_SECOND)


class Look(NamedTuple):
    """What a session sees of a comparison that it has started."""

    state: ComparisonState
    moments: Mapping[str, list[Moment]]


def look(name: str) -> Look | None:
    """What there is to see of a comparison now, None if it was never started; a finished one is kept as plain data."""
    comparison: Comparison | None = _store("comparisons").get(name)
    if comparison is None:
        kept = _store("compared").get(name)
        return Look("ended", kept) if kept else None
    state = comparison.state  # before its moments are read: at the end they are complete
    found = Look(state, {side: list(moments) for side, moments in comparison.moments.items()})
    if state == "ended":
        _store("compared")[name] = found.moments
        del _store("comparisons")[name]
    return found


def run_button(label: str, name: str, limit: float = LIMIT) -> None:
    """A button that starts a comparison, and why it has not."""
    st.button(label, key=f"run_{name}", icon=":material/play_arrow:", on_click=_start, args=(name, limit, language()))
    if refusal := _store("pitfall_refusals").pop(name, None):
        st.warning(tell(refusal), icon=":material/block:")


def show_state(place: DeltaGenerator, seen: Look) -> None:
    """Say what a comparison that has not begun waits for."""
    if seen.state in ("waiting", "starting"):
        place.markdown(f":shimmer[{say(f'pitfall-state-{seen.state}')}]")
    else:
        place.empty()


class _View:
    """One pitfall."""

    def __init__(self, name: str) -> None:
        self._name, self._pitfall = name, pitfall(name)
        with st.container(border=True):
            _explain(name, NAMES.index(name) + 1)
            run_button(say("pitfall-run"), name)
            self._status = st.empty()
            self._places = [column.empty() for column in st.columns(2)]
            _show_fix(name, self._pitfall)
        self._began: float | None = None
        self._drawn: dict[Side, str] = {}
        self.running = False
        self.draw()

    def draw(self) -> None:
        """Draw what is known now."""
        seen = look(self._name)
        self.running = seen is not None and seen.state != "ended"
        if seen is None:
            return
        show_state(self._status, seen)
        if seen.state == "running" and self._began is None:
            self._began = time.monotonic() - max((m[-1]["at"] for m in seen.moments.values() if m), default=0.0)
        if seen.state in ("running", "ended"):
            self._draw_sides(seen.moments, time.monotonic() - (self._began or 0.0) if self.running else None)

    def _draw_sides(self, moments: Mapping[str, list[Moment]], now: float | None) -> None:
        last = max((moment["at"] for side in SIDES for moment in moments[side]), default=0.0)
        seconds = max(self._pitfall.seconds, last, now or 0.0)
        for place, side in zip(self._places, SIDES, strict=True):
            drawing = picture(side, moments[side], self._name, seconds, now)
            if drawing != self._drawn.get(side):
                self._drawn[side] = drawing
                place.html(drawing)


def picture(side: Side, moments: list[Moment], name: str, seconds: float, now: float | None) -> str:
    """One side as HTML: a track with a tick for each chunk, and what was read. `now` is None once it is over."""
    ended = next((moment for moment in moments if moment["kind"] in ("error", "end")), None)
    passed = ended["at"] if ended else now or 0.0
    outcome = say_or(f"pitfall-{name}.outcome", "") if side == "wrong" else ""
    said = verdict(moments, outcome, language()) if moments or now else ""
    chunks = [moment for moment in moments if moment["kind"] == "chunk"]
    lanes = list(dict.fromkeys(chunk["lane"] for chunk in chunks)) or [""]
    parts = [f'<div class="pitfall {side}"><div class="side">{escape(say(f"pitfall-{side}"))}</div>']
    for number, lane in enumerate(lanes, 1):
        call = f'<span class="name">{escape(say("pitfall-call", number=number))}</span>' if len(lanes) > 1 else ""
        parts.append(f'<div class="lane">{call}{_track(moments, lane, seconds, passed)}</div>')
    ends = [escape(say("time-seconds", seconds=at)) for at in ("0", f"{seconds:.1f}")]
    parts.append(f'<div class="scale"><span>{ends[0]}</span><span>{ends[1]}</span></div>')
    parts.append(f'<div class="said">{escape(said)}</div>')
    texts = [pitfall(name).between.join(chunk["text"] for chunk in chunks if chunk["lane"] == lane) for lane in lanes]
    if any(texts):
        parts.append(f'<div class="text">{"".join(f"<p>{_plain(text)}</p>" for text in texts)}</div>')
    for moment in moments:
        if moment["kind"] in ("error", "told"):
            kind = "bad" if moment["kind"] == "error" else ""
            text = say_or(moment.get("key"), moment["text"])
            note = say("pitfall-failed", why=text) if kind else say("pitfall-told", what=text)
            parts.append(f'<div class="note {kind}">{escape(note)}</div>')
    return "".join(parts) + "</div>"


def _plain(text: str) -> str:
    """Escaped, with spaces for the marks of headings and bold text."""
    return escape(re.sub(r"[#*]+ ?", " ", text))


def _track(moments: list[Moment], lane: str, seconds: float, passed: float) -> str:
    def left(at: float) -> str:
        return f"left:{min(at / seconds, 1) * 97:.2f}%"

    stopped = next((moment["at"] for moment in moments if moment["kind"] == "mark" and moment["text"] == "stop"), None)
    labels: list[str] = []
    parts = [f'<div class="passed" style="width:{min(passed / seconds, 1) * 100:.1f}%"></div>']
    for moment in moments:
        place, at = left(moment["at"]), moment["at"]
        if moment["kind"] == "chunk" and moment["lane"] == lane:
            late = " late" if stopped is not None and at > stopped else ""
            parts.append(f'<div class="tick{late}" style="{place}"></div>')
        elif moment["kind"] == "mark":
            parts.append(f'<div class="mark" style="{place}"></div>')
            mark = say(f"pitfall-mark-{moment['text']}")
            labels.append(f'<span style="{place}">{escape(mark)}</span>')
        elif moment["kind"] == "error":
            parts.append(f'<div class="fault" style="{place}">✕</div>')
    above = f'<div class="marks">{"".join(labels)}</div>' if labels else ""
    return f'<div class="line">{above}<div class="track">{"".join(parts)}</div></div>'


def _explain(name: str, number: int) -> None:
    st.header(f"{number}. {say(f'pitfall-{name}')}", anchor=False)
    st.markdown(f"{say(f'pitfall-{name}.seen')}  \n:gray[{say(f'pitfall-{name}.why')}]")


def _show_fix(name: str, trap: Pitfall) -> None:
    st.markdown(f"**{say('pitfall-fix')}**")
    st.code(trap.fix, language="python", wrap_lines=True)
    links = " · ".join(_link(thread, title) for thread, title in trap.threads.items())
    discussed = say("pitfall-fix.threads", threads=links)
    st.markdown(f":small[{say('pitfall-fix.discussed')}]  \n:small[{discussed}]")
    with st.expander(say("pitfall-fix.code"), icon=":material/code:"):
        for side in SIDES:
            st.markdown(f":small[{say(f'pitfall-{side}')}]")
            st.code(_source(name, side), language="python", wrap_lines=True)
        st.markdown(f":small[{say('pitfall-fix.file', file=f'agent/pitfalls/{name}.py')}]")


def _link(thread: str, title: str) -> str:
    repository, _, number = thread.partition("#")
    return f"[{repository.partition('/')[2]} #{number}: {title}](https://github.com/{repository}/issues/{number})"


_source = cache(source)


def _start(name: str, limit: float, reader: Language) -> None:
    """Run a comparison, or say on the page why not. A callback: it runs before the script."""
    at_work = _store("comparisons")
    if name in at_work:
        return
    comparison = comparisons().start(name, session.demo_url(), limit, language=reader)
    if comparison.state == "refused":
        _store("pitfall_refusals")[name] = comparison.sentence
    else:
        at_work[name] = comparison


def _store(kind: str) -> dict[str, Any]:
    """What this session knows, by comparison: `comparisons` at work, those `compared`, refusals."""
    found: dict[str, Any] = st.session_state.setdefault(kind, {})
    return found
