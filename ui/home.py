"""What Home shows before anyone asks: one recorded run as a race on one time axis, with streaming and without it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from agent.engine.samples import HOME, recording
from agent.export.text import escaped
from agent.projections.label import subject
from agent.projections.metrics import first_output
from agent.projections.replay import length, moments
from agent.projections.transcript import fold
from agent.store.recording import Recording
from agent.streaming.events import Custom, Token
from agent.streaming.modes import RUN_MODES
from texts import moment
from ui.chat.entry import ask_once
from ui.run.output import Look
from ui.shell import session, tour
from ui.shell.catalog import PAGES, page_summary, page_title, suggestions
from ui.shell.choices import Choices
from ui.shell.language import language, say

HEAD_START = 0.6
"""Seconds before it starts."""
_STYLE = Path(__file__).with_name("home.css")


def opening(choices: Choices) -> None:
    """The race, and the ways to go on. The browser plays it by itself: no script waits for its end."""
    shown = recording(HOME, language())
    st.markdown(say("home-intro"))
    st.html(_STYLE)
    st.html(race(shown, st.session_state.get("home_plays", 0)))
    with st.container(horizontal=True, key="hero_ways"):
        st.button(
            say("home-live"),
            key="suggestion_0",
            type="primary",
            icon=":material/play_arrow:",
            on_click=ask_once,
            args=(suggestions(choices.page)[0], choices.page, session.last_run(choices.page.name)),
        )
        if st.button(say("home-tour"), key="take_tour", icon=":material/tour:"):
            tour.begin()
        st.button(say("home-again"), key="play_again", icon=":material/replay:", on_click=_play_again)
    asked = moment(language(), "time-date", datetime.fromtimestamp(shown.header.asked_at, UTC))
    st.caption(say("home-recorded", when=asked, model=shown.header.request.model))


def doors() -> None:
    """Links to the jobs, and to the ways of building them."""
    for title, pages in (
        (say("home-jobs"), [info for info in PAGES.values() if info.is_job]),
        (say("home-ways"), [info for info in PAGES.values() if info.is_demo]),
    ):
        st.header(title, anchor=False)
        for column, info in zip(st.columns(len(pages)), pages, strict=True):
            with column.container(border=True, height="stretch", gap="xxsmall", key=f"door_{info.name}"):
                st.page_link(info.file, label=f"**{page_title(info)}**", icon=info.icon)
                st.caption(page_summary(info))


def race(recorded: Recording, plays: int = 0) -> str:
    """The recorded run as HTML that plays itself; a new number of `plays` restarts it."""
    whole = length(moments(recorded.events))
    first = first_output(recorded.events, RUN_MODES) or whole
    finds, words = _script(recorded)
    told = "".join(_find(title, pieces) for title, pieces in finds) + f"<p>{_words(words)}</p>"
    late = "".join(_find(title, [(0.0, text) for _, text in pieces], "") for title, pieces in finds)
    late += f"<p>{escaped(''.join(text for _, text in words))}</p>"
    verdict = escaped(say("home-verdict", first="[first]", whole="[whole]"))
    verdict = verdict.replace("[first]", f"<b>{_seconds(first)}</b>").replace("[whole]", f"<s>{_seconds(whole)}</s>")
    axis = "".join(f"<span>{_seconds(whole * part / 3)}</span>" for part in range(4))
    return (
        f'<div class="hero" data-plays="{plays}" style="--whole:{whole:.2f}s;--start:{HEAD_START}s;'
        f"--at:{first / whole * 100:.1f}%;"
        f'--first-n:{round(first, 1) + 0.01:.2f};--whole-n:{round(whole, 1) + 0.01:.2f}">'
        f'<p class="q">“{escaped(recorded.header.request.question)}”</p>'
        f"{_lane('with', told, first)}{_lane('without', late, whole)}"
        f'<div class="axis" aria-hidden="true">{axis}</div>'
        f'<div class="end"><p class="verdict">{verdict}</p>'
        f'<label class="pause"><input type="checkbox"><span class="off">{escaped(say("home-pause"))}</span>'
        f'<span class="on">{escaped(say("home-go-on"))}</span></label></div></div>'
    )


_Pieces = list[tuple[float, str]]


def _script(recorded: Recording) -> tuple[list[tuple[str, _Pieces]], _Pieces]:
    """What each tool call found and when, and the words of the answer."""
    look = Look(False, recorded.header.request.tools)
    finds: dict[str, _Pieces] = {}
    words: _Pieces = []
    for event in recorded.events:
        match event.payload:
            case Custom(data=data) if event.call:
                finds.setdefault(event.call, []).append((event.at, subject(data, 80, language())))
            case Token(text=text) if text and not event.calls:
                words.append((event.at, "•" if text == "-" else text.replace("*", "").replace("\n", " ")))
    names = {call.id: look.title(call.name) for call in fold(recorded.events, RUN_MODES).calls}
    return [(names.get(call, ""), pieces) for call, pieces in finds.items()], words


def _lane(side: str, text: str, first: float) -> str:
    """One side, whose first words come after so many seconds."""
    digits = "".join(f"<span>{digit}</span>" for digit in range(10))
    unit = escaped(say("home-unit"))
    rolls = "".join(
        f'<span class="digits {kind}"><div>{digits}</div></span>{after}'
        for kind, after in (("seconds", "."), ("tenths", unit))
    )
    idle = f'<div class="idle">{escaped(say("home-idle"))}</div>' if side == "without" else ""
    what = "".join(
        f'<span class="{kind}" style="--t:{first:.2f}s">{escaped(say(key))}</span>'
        for kind, key in (("before", "home-nothing-yet"), ("w", "home-first-words"))
    )
    inner = f'<div class="late">{text}</div>' if side == "without" else text
    return (
        f'<div class="lane {side}"><div class="head"><strong>{escaped(say(f"home-{side}"))}</strong>'
        f'<span class="count" aria-hidden="true"><span class="what">{what}</span>{rolls}</span></div>'
        f'<div class="text">{idle}{inner}</div>'
        '<div class="track" aria-hidden="true"><div class="bar"></div><div class="cover"></div></div></div>'
    )


def _find(title: str, pieces: Sequence[tuple[float, str]], shown: str = "w") -> str:
    said = "".join(_piece(at, f"{' · ' if number else ''}{text}", shown) for number, (at, text) in enumerate(pieces))
    head = _piece(pieces[0][0], title, shown)
    return f'<div class="find"><em>{head}</em> {said}</div>'


def _words(pieces: _Pieces) -> str:
    return "".join(_piece(at, text, "w") for at, text in pieces)


def _piece(at: float, text: str, shown: str) -> str:
    return f'<span class="{shown}" style="--t:{at:.2f}s">{escaped(text)}</span>' if shown else escaped(text)


def _seconds(seconds: float) -> str:
    return escaped(say("time-seconds", seconds=f"{seconds:.1f}"))


def _play_again() -> None:
    st.session_state["home_plays"] = st.session_state.get("home_plays", 0) + 1
