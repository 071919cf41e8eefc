"""Beside each question: asking it again or differently, and switching between the results."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from agent.engine.run import Run
from agent.store.branches import Branches
from agent.streaming.events import JSON
from ui.chat.entry import ask
from ui.markdown import safe_markdown
from ui.shell import session
from ui.shell.catalog import PageInfo
from ui.shell.language import say


def tree_of(runs: Sequence[Run]) -> Branches:
    """The branches of a conversation."""
    return Branches([run.header for run in runs])


def question(run: Run, tree: Branches, page: PageInfo) -> None:
    """A run's question, or the box for editing it; below it, links to the other questions asked in its place."""
    if st.session_state.get("editing") == run.id and run.request.inputs is None:
        _edit(run, tree, page)
        return
    st.markdown(safe_markdown(run.request.question))
    beside = tree.beside(run.id)
    number = beside.index(run.id) + 1
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"question_{run.id}"):
        if len(beside) > 1:
            key = f"branch_{run.id}"
            st.pagination(
                len(beside),
                default=number,
                max_visible_pages=0,
                key=key,
                on_change=_switch,
                args=(page.name, beside, key),
            )
            place = say("branch-place", number=number, all=len(beside))
            st.markdown(f":small[:gray[{place}]]", width="content")
        if run.request.inputs is None:
            st.button(
                say("branch-edit"),
                key=f"edit_{run.id}",
                type="tertiary",
                icon=":material/edit:",
                help=say("branch-edit.help"),
                on_click=_begin_to_edit,
                args=(run.id,),
            )
        if len(beside) > 1:
            st.button(
                say("branch-compare"),
                key=f"compare_{run.id}",
                type="tertiary",
                icon=":material/compare:",
                on_click=compare,
                args=(page.name, *(beside[number - 2 : number] if number > 1 else beside[:2])),
            )


def again(place: DeltaGenerator, run: Run, tree: Branches, page: PageInfo) -> None:
    """A button that asks the question again, beside the earlier result."""
    has_finished = run.state == "finished"
    place.button(
        say("branch-again" if has_finished else "chat-retry"),
        key=f"again_{run.id}",
        type="tertiary" if has_finished else "secondary",
        icon=":material/refresh:",
        help=say("branch-again.help"),
        on_click=_ask_beside,
        args=(page, run.id, len(tree.beside(run.id)), run.request.question, run.request.inputs),
    )


def compare(page: str, left: str, right: str) -> None:
    """Show two branches side by side: those through these runs."""
    st.session_state.setdefault("compared", {})[page] = (left, right)


def compared(page: str, tree: Branches) -> tuple[str, str] | None:
    """The two runs whose branches are to be shown side by side."""
    found = st.session_state.get("compared", {}).get(page)
    if found and all(run_id in tree for run_id in found) and found[1] in tree.beside(found[0]):
        return found[0], found[1]
    return None


def choose_compared(page: str, side: int, pair: tuple[str, str], tree: Branches) -> None:
    """The branch on one side, with a way to choose another."""
    beside = tree.beside(pair[side])
    key = f"compared_{side}"
    st.session_state[key] = beside.index(pair[side])
    st.segmented_control(
        say("branch-side", side=side),
        range(len(beside)),
        key=key,
        required=True,
        format_func=lambda number: say("branch-number", number=number + 1),
        label_visibility="collapsed",
        on_change=_choose,
        args=(page, side, pair, beside, key),
    )


def end_comparison(page: str) -> None:
    """A button back to one branch."""
    st.button(
        say("branch-compare.end"), key="end_comparison", icon=":material/close:", on_click=_end_comparison, args=(page,)
    )


def _edit(run: Run, tree: Branches, page: PageInfo) -> None:
    with st.form(f"edit_form_{run.id}", border=False):
        key = f"edited_{run.id}"
        st.text_area(
            say("branch-edit.label"),
            run.request.question,
            key=key,
            max_chars=session.settings().limits.prompt_chars,
            label_visibility="collapsed",
        )
        with st.container(horizontal=True, gap="small"):
            asked = (page, run.id, len(tree.beside(run.id)), key)
            st.form_submit_button(say("branch-edit.ask"), on_click=_ask_edited, args=asked)
            st.form_submit_button(say("branch-edit.cancel"), on_click=_begin_to_edit, args=(None,))


def _begin_to_edit(run_id: str | None) -> None:
    st.session_state["editing"] = run_id


def _ask_edited(page: PageInfo, run_id: str, seen: int, key: str) -> None:
    if question := str(st.session_state.get(key) or "").strip():
        _begin_to_edit(None)
        _ask_beside(page, run_id, seen, question)


def ask_anew(page: PageInfo, run: Run, seen: int) -> None:
    """Stop a run and ask its question again in its place, unless there are more than were `seen`: a second click."""
    run.stop()
    _ask_beside(page, run.id, seen, run.request.question, run.request.inputs)


def _ask_beside(page: PageInfo, run_id: str, seen: int, question: str, inputs: JSON = None) -> None:
    """Ask in place of a run, unless there are more than were `seen`: then it is a second click."""
    tree = tree_of(session.conversation(page.name))
    if run_id in tree and len(tree.beside(run_id)) == seen:
        ask(question, page, inputs, after=tree.after(run_id))


def _switch(page: str, beside: list[str], key: str) -> None:
    session.show_branch(page, beside[int(st.session_state[key]) - 1])


def _choose(page: str, side: int, pair: tuple[str, str], beside: list[str], key: str) -> None:
    chosen = beside[int(st.session_state[key])]
    other = pair[1 - side]
    pair = (pair[1], pair[0]) if chosen == other else (chosen, other) if side == 0 else (other, chosen)
    compare(page, *pair)


def _end_comparison(page: str) -> None:
    st.session_state.get("compared", {}).pop(page, None)
