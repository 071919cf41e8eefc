"""A page's conversation: the turns so far, the one that is at work, and the question box."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from agent.engine.run import Run
from agent.graphs.registry import graph_title
from agent.snippets.source import graph_source, stream_call, tool_file, tool_source
from agent.store.branches import Branches
from agent.streaming.events import StreamEvent
from agent.tools.catalog import TOOLS
from ui import branches
from ui.entry import ask_once, entry
from ui.markdown import safe_markdown
from ui.run.card import Cards
from ui.run.drawing import Drawing, show_end
from ui.run.end_card import card_of, hold_button, show_card
from ui.run.follow import QUICKEST, Reader
from ui.run.output import Look
from ui.run.timeline import FoldedTimeline
from ui.run.view import Shape, has_grown, parts_of, shape
from ui.run.waiting import show_waiting
from ui.shell import session, tour
from ui.shell.browser import wait_for_browser, wait_until_sent
from ui.shell.catalog import PageInfo, suggestions
from ui.shell.choices import Choices
from ui.shell.language import language, say, tell
from ui.shell.sidebar import sidebar

A_MOMENT = 0.3
"""Seconds that the first words may take before the sidebar is drawn: with it before them, they would come later."""

A_BREATH = 0.12
"""Seconds between the first words and what else there is to draw: a browser paints what comes together, together."""

TURNS = 20
"""How many of a conversation's turns are shown at least: each takes a redraw 4 to 6 ms."""

LOOK_ELSEWHERE = 1.0
"""Seconds between looks for questions asked in another tab, while a run is followed."""

Follow = Callable[[], None]
"""Draws on until the runs have ended."""


def turns(runs: list[Run], choices: Choices) -> Follow:
    """Draw the turns of a conversation one below the other, and give the one at work a moment for its first words.

    They are those of one branch; or of two, side by side, from where they part.
    """
    page, tree = choices.page.name, branches.tree_of(runs)
    if pair := branches.compared(page, tree):
        drawn = _side_by_side(runs, choices, pair)
    else:
        drawn = _one_below_the_other(page, session.branch(page, runs), choices, tree)
    _empty_what_others_left(drawn)
    if any(turn.is_stale for turn in drawn):
        wait_until_sent()  # the places are sent empty first, or what was in them would stay
    held: set[str] = set()
    for turn in drawn:
        turn.is_held = tree.after(turn.run.id) in held
        held |= {turn.run.id} if turn.waits or turn.is_held else set()
    waiting = [turn for turn in drawn if turn.waits]
    for turn in drawn:
        if not turn.had_a_moment:
            turn.draw(ended=turn.reader.ended)
        wait_for_browser()
    for turn in waiting:
        turn.tell_waiting()
    moving = [turn for turn in drawn if not (turn.reader.ended or turn.waits or turn.is_held)]
    if moving:
        moving[0].wait_for_words()

    elsewhere = Elsewhere(runs, [turn.run for turn in waiting])

    def follow() -> None:
        for number, turn in enumerate(moving, 1):  # what waits behind it says so, and at which place
            turn.reader.follow(elsewhere.has_asked, beside=[later.reader for later in moving[number:]])
            if turn.waits or not turn.reader.ended:
                st.rerun()  # what comes after it moves no more: all is drawn as it stands

    return follow


class Elsewhere:
    """Looks now and then whether the conversation has gone on in another tab, or one of its runs that was `waiting`."""

    def __init__(self, runs: list[Run], waiting: Sequence[Run] = ()) -> None:
        self._thread_id, self._known = runs[-1].thread_id if runs else "", {run.id for run in runs}
        self._waiting = {run.id: run.read()[1] for run in waiting}
        self._due = time.monotonic() + LOOK_ELSEWHERE
        self.has_news = False
        """Whether there was one at the last look."""

    def has_asked(self) -> bool:
        """Whether there is a question, or an answer to a run that waits, that is not drawn here.

        The page's script asks, and the thread that listens once the script has ended.
        """
        if not self._thread_id or time.monotonic() < self._due:
            return False
        self._due = time.monotonic() + LOOK_ELSEWHERE
        self.has_news = any(self._is_news(run) for run in session.runs().thread(self._thread_id))
        return self.has_news

    def _is_news(self, run: Run) -> bool:
        if (seen := self._waiting.get(run.id)) is not None:
            return run.state != "waiting" or bool(run.read(seen)[0])
        return run.id not in self._known


def suggest(choices: Choices) -> None:
    """The page's questions, each a click away."""
    with st.container(horizontal=True):
        for index, question in enumerate(suggestions(choices.page)):
            st.button(
                question,
                key=f"suggestion_{index}",
                icon=":material/chat_bubble:",
                on_click=ask_once,
                args=(question, choices.page, session.last_run(choices.page.name)),
            )


def chat(
    choices: Choices,
    draw: Callable[[list[Run], Choices], Follow] = turns,
    opening: Callable[[Choices], None] = suggest,
    *,
    scrolling: bool = False,
) -> None:
    """Show the conversation of a page, then its sidebar, and follow its runs to their end.

    `draw` draws the runs, and `opening` what is there before the first question. With `scrolling`, the page scrolls
    along with the answer: for pages that end with it.
    """
    page = choices.page
    runs = session.conversation(page.name)
    stop = st.bottom.empty()
    # Streamlit scrolls along where it has put the input at the bottom by itself; a first visit starts at the top.
    entry(choices, in_place=bool(runs and scrolling), asked=bool(runs))
    if session.run_is_lost(page.name):
        st.info(
            say("chat-run-lost"),
            icon=":material/history:",
        )
    if session.is_anothers(runs):
        st.caption(f":material/group: {say('chat-anothers')}")
        if not session.has_cookie() and any(run.state in ("queued", "running") for run in runs):
            minutes = math.ceil(session.settings().limits.run_seconds / 60)
            st.caption(f":material/info: {say('chat-anothers.no-cookie', count=minutes)}")
    if refusal := st.session_state.pop("refusal", None):
        st.warning(tell(refusal), icon=":material/block:")
    start = st.empty()  # Streamlit would keep what was in it until the first answer has ended
    shown = _shown(page.name, runs)
    if at_work := _to_stop(shown):
        stop.button(
            say("chat-stop"), key="stop", icon=":material/stop_circle:", on_click=_stop, args=(page.name, at_work.id)
        )
    follow = draw(runs, choices)
    sidebar(choices)
    if not runs:
        with start.container():
            opening(choices)
    follow()
    if all(run.ended for run in shown):
        stop.empty()
        tour.go_on()
    if runs:
        session.listen(Elsewhere(runs, [run for run in shown if run.state == "waiting"]).has_asked)


def _shown(page: str, runs: list[Run]) -> list[Run]:
    """The runs of a conversation that are on the page: not those of a branch that is not looked at."""
    return runs if branches.compared(page, branches.tree_of(runs)) else session.branch(page, runs)


def _one_below_the_other(page: str, branch: list[Run], choices: Choices, tree: Branches) -> list[_Turn]:
    """The turns of a branch. What is far up is not drawn until somebody asks for it: nobody sees it.

    A new question's first words come before what already stands above them is drawn once more.
    """
    at_work = next((at for at, run in enumerate(branch) if not run.ended), len(branch))
    begin = min(first_shown(len(branch)), at_work)
    earlier = st.empty()
    if begin:
        begin = min(begin, st.session_state.get("earlier", {}).get(branch[0].thread_id, begin))
    if begin:
        earlier.button(
            say("chat-earlier", count=begin),
            key="earlier_turns",
            type="tertiary",
            icon=":material/expand_less:",
            on_click=_show_earlier,
            args=(branch[0].thread_id, max(begin - TURNS, 0)),
        )
    shown = branch[begin:]
    places = [st.container() for _ in shown]
    before: list[str] = st.session_state.get("drawn_before", [])
    above = [run.id for run in shown[:-1]]
    ahead: list[_Turn] = []
    if above and at_work == len(branch) - 1 and before in (above, [*above, shown[-1].id]):
        ahead = [_Turn(shown[-1], choices, tree, places[-1])]
        if ahead[0].is_stale:
            wait_until_sent()
        ahead[0].draw(ended=ahead[0].reader.ended)
        ahead[0].wait_for_words()
    rest = shown[: len(shown) - len(ahead)]
    return [*(_Turn(run, choices, tree, place) for run, place in zip(rest, places, strict=False)), *ahead]


def first_shown(turns: int) -> int:
    """Which of so many turns is the first one that is shown: the last TURNS are, and up to twice as many.

    It changes only once in TURNS questions, because all that is shown then has another place.
    """
    return max((turns - TURNS) // TURNS, 0) * TURNS


def _show_earlier(thread_id: str, begin: int) -> None:
    st.session_state.setdefault("earlier", {})[thread_id] = begin


def _side_by_side(runs: list[Run], choices: Choices, pair: tuple[str, str]) -> list[_Turn]:
    """The turns that two branches share, and below them the others of each in a column of its own."""
    page, tree = choices.page.name, branches.tree_of(runs)
    known = {run.id: run for run in runs}
    shared = [run_id for run_id in tree.through(pair[0]) if run_id in tree.through(pair[1])]
    drawn = [_Turn(known[run_id], choices) for run_id in shared]
    branches.end_comparison(page)
    for side, column in enumerate(st.columns(2)):
        with column:
            branches.choose_compared(page, side, pair, tree)
            drawn += [_Turn(known[run_id], choices) for run_id in tree.through(pair[side]) if run_id not in shared]
    return drawn


def _empty_what_others_left(drawn: list[_Turn]) -> None:
    """Where an earlier script has drawn another run, what that has drawn must go first."""
    before: list[str] = st.session_state.get("drawn_before", [])
    for turn, other in zip(drawn, before, strict=False):
        if turn.run.id != other:
            turn.clear(other)
    st.session_state["drawn_before"] = [turn.run.id for turn in drawn]


def _to_stop(shown: list[Run]) -> Run | None:
    """The run that Stop is for: not somebody else's, whoever reads along."""
    return next((run for run in shown if not run.ended and session.is_mine(run)), None)


class _Turn:
    """A question, and its run drawn below it; with a `tree` of the conversation, also the ways to its branches."""

    def __init__(
        self, run: Run, choices: Choices, tree: Branches | None = None, inside: DeltaGenerator | None = None
    ) -> None:
        inside = inside or st.container()
        with inside.chat_message("user", avatar=":material/person:"):
            if tree:
                branches.question(run, tree, choices.page)
            else:
                st.markdown(safe_markdown(run.request.question))
        self.run, self._choices, self._tree = run, choices, tree
        with inside.chat_message("assistant", avatar=":material/waves:"):
            place, way_out, self._end = st.container(), st.empty(), st.empty()
        self._way_out = WayOut(way_out, run, choices.page, tree)
        self._cards = Cards.of(run, technical=choices.technical)
        self._drawing = Drawing(place, self._cards, choices.modes)
        self._look = Look(choices.technical, run.request.tools)
        self._timeline = FoldedTimeline(run, self._look)
        self._can_hold = False
        self.had_a_moment = False
        """Whether it is drawn, up to its first words at least."""
        self._take_back: Literal["", "offered", "over"] = ""
        self.reader = Reader(run, self)
        self.reader.take()
        self._drawn: dict[str, tuple[bool, Shape, int]] = st.session_state.setdefault("drawn", {})
        technical, before, filled = self._drawn.get(run.id, (choices.technical, (), 0))
        self.is_stale = technical != choices.technical or not has_grown(before, self._shape())
        """Whether an earlier script has drawn it in another way: what that has drawn must go first."""
        if self.is_stale:
            self._drawing.clear(filled)

    def clear(self, other: str) -> None:
        """Have what an earlier script has drawn here of another run go first."""
        *_, filled = self._drawn.get(other, (False, (), 0))
        self._drawing.clear(filled)
        self.is_stale = True

    def add(self, events: Sequence[StreamEvent]) -> None:
        """Take note of what has happened."""
        self._drawing.add(events)
        self._timeline.add(events)

    def draw(self, *, ended: bool) -> None:
        """Draw what is known of the run and, once it has ended, how."""
        filled = self._drawing.draw()
        self._drawn[self.run.id] = (self._choices.technical, self._shape(), filled)
        self._timeline.draw(self._drawing.transcript, ended=ended)
        tour.point(self._drawing.transcript)
        self._offer_to_take_back()
        self._way_out.offer(self._drawing.stalls)
        if ended:
            end = self._end.container()
            show_end(end, self._drawing.transcript, self.run.unrecorded)
            if card := card_of(self.run, self._drawing.transcript, self._look):
                show_card(end, self.run, card)
            if self._tree:
                branches.again(end, self.run, self._tree, self._choices.page)
        elif self._drawing.transcript.shown and not self._can_hold:
            self._can_hold = True
            self._end.html(hold_button())

    def _offer_to_take_back(self) -> None:
        """A button while it waits behind others, so that one question can be taken back and the others stay."""
        queues = self._drawing.queues and self._cards.answers
        if queues and not self._take_back:
            self._take_back = "offered"
            self._end.button(
                say("chat-take-back"),
                key=f"take_back_{self.run.id}",
                type="tertiary",
                icon=":material/undo:",
                on_click=_take_back,
                args=(self.run.id,),
            )
        elif self._take_back == "offered" and not queues:
            self._take_back = "over"
            self._end.empty()

    def wait_for_words(self) -> None:
        """Give it a moment for its first words, once, and the browser another one to paint them."""
        if not self.had_a_moment:
            self.had_a_moment = True
            self.reader.follow(lambda: not self.is_silent, seconds=A_MOMENT)
            self.reader.follow(seconds=A_BREATH)

    def tell_waiting(self) -> None:
        """Say that it waits for a person, and since when."""
        show_waiting(self._end, self._cards)

    @property
    def waits(self) -> bool:
        """Whether nothing happens until a person has answered."""
        return self._drawing.waits

    @property
    def is_held(self) -> bool:
        """Whether it waits behind one that does."""
        return self._drawing.is_held

    @is_held.setter
    def is_held(self, held: bool) -> None:
        self._drawing.is_held = held

    @property
    def is_due(self) -> bool:
        """Whether time alone has changed what is to be seen."""
        return self._drawing.is_due

    @property
    def rest(self) -> float:
        """Seconds until the next look: the first words are not kept waiting."""
        return 0.01 if self.is_silent else QUICKEST

    @property
    def is_silent(self) -> bool:
        """Whether there will be something to see, and is nothing yet."""
        transcript = self._drawing.transcript
        return bool(transcript.modes) and not (self.reader.ended or transcript.shown)

    def _shape(self) -> Shape:
        return shape(parts_of(self._drawing.transcript))


class WayOut:
    """Stop, and ask again with a `tree` to do it in, while nothing comes of a run; gone as soon as something does."""

    def __init__(self, place: DeltaGenerator, run: Run, page: PageInfo, tree: Branches | None) -> None:
        self._place, self._run, self._page, self._tree = place, run, page, tree
        self._is_offered, self._offers = False, 0

    def offer(self, stalls: bool) -> None:
        """Show it if the run `stalls`; otherwise take it away."""
        stalls = stalls and session.is_mine(self._run)
        if self._is_offered == stalls:
            return
        self._is_offered = stalls
        if not stalls:
            self._place.empty()
            return
        self._offers += 1  # a script may draw a key once
        key = f"{self._run.id}_{self._offers}"
        with self._place.container(horizontal=True, gap="small"):
            st.button(
                say("chat-stop"),
                key=f"break_off_{key}",
                icon=":material/stop_circle:",
                on_click=_stop,
                args=(self._page.name, self._run.id),
            )
            if self._tree:
                st.button(
                    say("chat-ask-again"),
                    key=f"ask_anew_{key}",
                    icon=":material/refresh:",
                    on_click=branches.ask_anew,
                    args=(self._page, self._run, len(self._tree.beside(self._run.id))),
                )


def show_code(choices: Choices) -> None:
    """The code that ran, and the call that the chosen modes stand for."""
    if choices.is_own:
        return
    box = st.expander(say("chat-code"), icon=":material/code:", key="code", on_change="rerun")
    if not box.open:
        return  # code is slow to draw, and would be drawn before the first words of every answer
    with box:
        st.markdown(f":small[{say('chat-code.call')}]")  # in a caption, the names of files are too pale to read
        st.code(stream_call(choices.modes), language="python", wrap_lines=True)
        for tool_id in choices.tools:
            tool = say("chat-code.tool", name=TOOLS[tool_id].name, file=tool_file(tool_id, choices.graph))
            st.markdown(f":small[{tool}]")
            st.code(tool_source(tool_id, choices.graph), language="python", wrap_lines=True)
        st.markdown(f":small[{say('chat-code.graph', title=graph_title(choices.graph, language()))}]")
        st.code(graph_source(choices.graph), language="python", wrap_lines=True)


def _take_back(run_id: str) -> None:
    """Stop a run that has not begun; once it has, Stop is there for it."""
    if (run := session.runs().get(run_id)) and run.state == "queued":
        run.stop()


def _stop(page: str, meant: str) -> None:
    """Stop the run of this page's conversation that is at work.

    `meant` was at work when the button was drawn. Once it has been stopped, a second click on the same button does
    not mean the next run.
    """
    runs = session.conversation(page)
    if any(run.id == meant and run.state == "stopped" for run in runs):
        return
    if at_work := _to_stop(_shown(page, runs)):
        at_work.stop()
