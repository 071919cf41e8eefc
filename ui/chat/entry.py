"""Where questions are asked: the box at the bottom of a page, or a form for a graph that takes something else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from agent.graphs.inputs import Field, NotFilledIn, fields_of
from agent.graphs.registry import OWN
from agent.streaming.events import JSON
from texts import sentence
from ui.shell import session
from ui.shell.catalog import PageInfo
from ui.shell.choices import Choices, chosen
from ui.shell.fields import draw_fields, is_filled_in, read_fields
from ui.shell.language import say

MOST_SUMMARY = 300
"""Characters of a filled-in form that represent it as the question."""


def entry(choices: Choices, *, in_place: bool, asked: bool) -> None:
    """Draw the input of the chosen agent: a box at the bottom, or a form here, folded once it was `asked`.

    With `in_place`, Streamlit itself puts the box at the bottom, and the page scrolls along.
    """
    taken = _taken(choices.graph)
    if taken.context:
        with st.expander(say("chat-context"), icon=":material/settings:"):
            draw_fields(f"context {choices.graph}", taken.context)
    if taken.inputs:
        with (
            st.expander(say("chat-input"), icon=":material/edit_note:", expanded=not asked),
            st.form("own_input", border=False),
        ):
            draw_fields(f"input {choices.graph}", taken.inputs)
            after = session.last_run(choices.page.name)
            st.form_submit_button(say("chat-input.run"), type="primary", on_click=_ask_form, args=(choices.page, after))
        return
    if back := st.session_state.pop("question_back", None):
        st.session_state["question"] = back
    typed = (st if in_place else st.bottom).chat_input(
        say("chat-ask-own" if choices.is_own else "chat-ask"),
        key="question",
        on_submit=_ask_typed,
        args=(choices.page,),
    )
    if typed and not st.session_state.pop("question_heard", False):
        # A page that stood still while its process was replaced asks in a session that has not drawn it: no callback.
        if not ask(typed, choices.page):
            st.session_state["question_back"] = typed
        st.rerun()


def ask(question: str, page: PageInfo, inputs: JSON = None, after: str | None = None) -> bool:
    """Start a run with this question, or say on the page why not. A callback: it runs before the script.

    Returns whether it was started. It follows the run `after`, by default the last one shown.
    """
    choices = chosen(page)
    taken = _taken(choices.graph)
    prefix = f"context {choices.graph}"
    try:
        context = read_fields(prefix, taken.context, taken.context_schema) if taken.context else None
    except NotFilledIn as error:
        if is_filled_in(prefix, taken.context):
            st.session_state["refusal"] = sentence("chat-context.unfit", why=error.said)
            return False
        context = None  # as where nobody gives any
    begins = session.is_anothers(session.conversation(page.name))  # who reads along begins a conversation of their own
    outcome = session.runs().start(
        choices.request(question.strip(), inputs, context),
        thread_id="" if begins else session.thread_id(page.name),
        session=session.session_id(),
        address=session.address(),
        api_key=session.visitor_key(),
        after="" if begins else after or session.last_run(page.name) or "",
    )
    if outcome.state == "refused":
        st.session_state["refusal"] = outcome.sentence
        return False
    if begins:
        session.open_conversation(page.name, outcome.thread_id)
    session.show_branch(page.name, outcome.id)
    return True


def ask_once(question: str, page: PageInfo, after: str | None, inputs: JSON = None) -> None:
    """Start a run with this question, unless another followed the run `after`: then this is a second click."""
    if session.last_run(page.name) == after:
        ask(question, page, inputs)


class _Taken:
    """What a graph takes besides a question; nothing unless it is one of the host's own, and loaded."""

    def __init__(self, schema: Mapping[str, Any] | None, context_schema: Mapping[str, Any] | None, form: bool) -> None:
        self.schema, self.context_schema = schema, context_schema
        self.inputs: list[Field] = fields_of(schema) if form else []
        self.context: list[Field] = fields_of(context_schema) if context_schema else []


def _taken(graph: str) -> _Taken:
    if graph.startswith(OWN):
        for state in session.own_graphs():
            if f"{OWN}{state.name}" == graph and (own := state.own):
                return _Taken(own.input_schema, own.context_schema, form=not own.takes_messages)
    return _Taken(None, None, form=False)


def _ask_typed(page: PageInfo) -> None:
    st.session_state["question_heard"] = True
    if (question := st.session_state.get("question")) and not ask(question, page):
        st.session_state["question"] = question  # back in the box, to be mended there


def _ask_form(page: PageInfo, after: str | None) -> None:
    graph = chosen(page).graph
    taken = _taken(graph)
    try:
        inputs = read_fields(f"input {graph}", taken.inputs, taken.schema)
    except NotFilledIn as error:
        st.session_state["refusal"] = error.said
        return
    ask_once(_summary(inputs), page, after, inputs)


def _summary(inputs: JSON) -> str:
    """A filled-in form as a question, for lists."""
    values = list(inputs.values()) if isinstance(inputs, dict) else [inputs]
    texts = [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in values]
    text = " · ".join(" ".join(text.split()) for text in texts if text)
    return (text if len(text) <= MOST_SUMMARY else f"{text[: MOST_SUMMARY - 1]}…") or say("run-no-input")
