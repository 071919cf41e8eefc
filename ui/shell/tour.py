"""A tour of the demos in three steps: it asks by itself, points at what happens, and goes on until it is touched."""

from __future__ import annotations

import json
from contextvars import ContextVar
from dataclasses import dataclass, field

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from agent.projections.metrics import is_sooner
from agent.projections.moment import moment_of
from agent.projections.transcript import Transcript
from ui.shell import choices, session
from ui.shell.browser import pause
from ui.shell.catalog import PAGES, suggestions
from ui.shell.language import say

STEPS = ("custom_data", "llm_tokens", "without_langchain")
"""The pages, in order."""
COUNTDOWN = 8
"""Seconds between the end of a step's run and the next step."""
_IN_URL = "tour"
"""The parameter of the URL by which a refresh finds the tour again: it is then a new session."""


@dataclass(slots=True)
class _Tour:
    """How far a visitor's tour has come."""

    step: str = ""
    """The page it was last seen on."""
    asked: dict[str, str] = field(default_factory=dict)
    """The runs that it has asked for, by page."""
    touched: bool = False
    """Whether the visitor has done something on this page: then it goes nowhere by itself."""
    is_new: bool = False
    """Whether the page has not been drawn since the tour went there: every later script is a visitor's doing."""
    note: str = ""


@dataclass(slots=True)
class _Card:
    """The card on the page that this script draws."""

    tour: _Tour
    note: DeltaGenerator
    countdown: DeltaGenerator


_card: ContextVar[_Card | None] = ContextVar("card", default=None)
"""Of this script, whose thread is its own."""


def begin() -> None:
    """Start the tour: open its first page. Not for callbacks."""
    tour: _Tour | None = st.session_state.get("tour")
    if not (tour and _state(tour, STEPS[0]) in ("queued", "running")):  # or else it is a second click
        st.session_state["tour"] = tour = _Tour()
    _go(tour, STEPS[0])


def card(page: str) -> None:
    """Draw the tour's card, if the visitor is on the tour and the page is part of it."""
    tour = _on_tour(page)
    _card.set(None)
    if not tour:
        return
    touched = tour.touched or not tour.is_new or page != tour.step
    if page != tour.step or not session.last_run(page):
        tour.note = say(f"tour-{page}.look")
    tour.step, tour.is_new = page, False
    if touched:
        st.session_state["watched_run"] = ""
    number = STEPS.index(page) + 1
    with st.container(border=True, key="tour", gap="xsmall"):
        step = say("tour-step", step=number, steps=len(STEPS), title=say(f"tour-{page}"))
        st.markdown(f":primary[**:material/tour: {step}**]")
        note = st.empty()
        note.markdown(tour.note)
        _card.set(_Card(tour, note, st.empty()))
        with st.container(horizontal=True, gap="small"):
            if number < len(STEPS):
                _buttons(tour, STEPS[number], touched)
            else:
                st.button(say("tour-finish"), key="tour_finish", icon=":material/check:", on_click=_leave)
    tour.touched = touched


def refresh_script(page: str) -> str:
    """A script by which a refresh finds the tour, and the run that is watched.

    In the URL they would be another stop for the Back button, so the browser's tab keeps them, unless it is told to
    keep nothing, as in many a frame.
    """
    watched = st.session_state.get("watched_run") or ""
    kept = {_IN_URL: "1"} if _on_tour(page) else {}
    kept |= {"run": watched} if watched and watched == session.last_run(page) else {}
    return f"""<script>
try {{
  const url = new URL(location), before = JSON.parse(sessionStorage.toolstreamKept || "{{}}");
  const refreshed = !window.toolstreamDrawn && performance.getEntriesByType("navigation")[0]?.type === "reload";
  window.toolstreamDrawn = true;
  sessionStorage.toolstreamKept = JSON.stringify({{path: url.pathname, kept: {json.dumps(kept)}}});
  if (refreshed && before.path === url.pathname) {{
    const missing = Object.entries(before.kept).filter(([name]) => !url.searchParams.has(name));
    for (const [name, value] of missing) url.searchParams.set(name, value);
    if (missing.length) location.replace(url);
  }}
}} catch (error) {{
  if (error.name !== "SecurityError") throw error;
}}
</script>"""


def point(transcript: Transcript) -> None:
    """Say on the card, if there is one, what there is to see in the run right now."""
    if not (card := _card.get()):
        return
    note = _note(card.tour.step, transcript)
    if note != card.tour.note:
        card.tour.note = note
        card.note.markdown(note)


def go_on() -> None:
    """Open the next page a while after the run has ended well, if the visitor only watched."""
    card = _card.get()
    if not card or card.tour.touched or card.tour.step == STEPS[-1] or _state(card.tour, card.tour.step) != "finished":
        return
    soon = say("tour-soon", seconds=COUNTDOWN)
    card.countdown.html(f'<div class="countdown" style="--for:{COUNTDOWN}s"><p>{soon}</p><div></div></div>')
    pause(COUNTDOWN)
    _go(card.tour, STEPS[STEPS.index(card.tour.step) + 1])


def _buttons(tour: _Tour, following: str, touched: bool) -> None:
    at_work = _state(tour, tour.step) in ("queued", "running")
    goes = not touched and tour.step in tour.asked
    label, kind = (say("tour-next"), "secondary") if goes else (say("tour-go-on"), "primary")
    if st.button(label, key="tour_next", type=kind, icon=":material/arrow_forward:"):  # type: ignore[arg-type]
        if tour.touched and at_work:
            tour.touched, tour.is_new = False, True
            st.rerun()
        _go(tour, following)
    if goes:
        st.button(say("tour-stay"), key="tour_stay", type="tertiary", icon=":material/pause:")  # as any other click
    st.button(say("tour-leave"), key="tour_leave", type="tertiary", on_click=_leave)


def _note(page: str, transcript: Transcript) -> str:
    moment = moment_of(transcript)
    if moment == "works":
        return say(f"tour-{page}.works")
    if moment != "finished":
        return say(f"tour-at-{moment}")
    first, whole = transcript.first_output_at, transcript.ended_at or 0.0
    if not transcript.modes or first is None or not is_sooner(transcript.worked(first), transcript.worked(whole)):
        return say("tour-at-end")
    return say("tour-at-end.sooner", first=_seconds(transcript, first), whole=_seconds(transcript, whole))


def _seconds(transcript: Transcript, at: float) -> str:
    return say("time-seconds", seconds=f"{transcript.worked(at):.1f}")


def _go(tour: _Tour, page: str) -> None:
    if page not in tour.asked:
        _ask(tour, page)
    tour.step, tour.is_new, tour.touched = page, True, False
    tour.note = say("tour-at-asked")
    st.session_state["watched_run"] = tour.asked.get(page, "")
    # With all that it would write: one step back.
    st.switch_page(PAGES[page].file, query_params=choices.address(PAGES[page]))


def _ask(tour: _Tour, page: str) -> None:
    """Ask the page's first question in a conversation of its own, unless a run of the visitor is at work."""
    info = PAGES[page]
    request = choices.begin_anew(info).request(suggestions(info)[0])
    thread_id = session.begin_anew(page)
    others = (entry for entry in session.runs().of(session.session_id()) if entry.header.id not in tour.asked.values())
    if any(entry.at_work for entry in others):
        return
    outcome = session.runs().start(
        request,
        thread_id=thread_id,
        session=session.session_id(),
        address=session.address(),
        api_key=session.visitor_key(),
    )
    if outcome.state == "refused":
        st.session_state["refusal"] = outcome.sentence
        return
    tour.asked[page] = outcome.id


def _on_tour(page: str) -> _Tour | None:
    """The visitor's tour, if the page is part of it; after a refresh, with what it has asked for on this page."""
    if page not in STEPS:
        return None
    if "tour" not in st.session_state and _IN_URL in st.query_params:
        run_id = session.last_run(page)
        st.session_state["tour"] = _Tour(page, {page: run_id} if run_id else {}, touched=True)
    tour: _Tour | None = st.session_state.get("tour")
    return tour


def _state(tour: _Tour, page: str) -> str:
    """The state of the run that was asked for on a page; empty if none was."""
    run = session.runs().get(tour.asked.get(page, ""))
    return run.state if run else ""


def _leave() -> None:
    st.session_state["tour"], st.session_state["watched_run"] = None, ""
    st.query_params.pop(_IN_URL, None)
