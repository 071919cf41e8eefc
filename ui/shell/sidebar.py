"""The sidebar: the ways to the other pages, and what can be chosen on this one."""

from __future__ import annotations

import contextlib

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from agent.graphs.registry import graph_title
from agent.settings import DEMO_MODELS
from agent.streaming.modes import MODES
from agent.tools.catalog import TOOLS
from ui.shell import session
from ui.shell.catalog import PAGES, PageInfo
from ui.shell.choices import (
    VIEWS,
    Choices,
    address,
    offered_graphs,
    offered_models,
    offered_modes,
    offered_tool_choices,
    offered_tools,
)

_VIEW_TITLES = {"simple": ":material/chat: Simple", "technical": ":material/data_object: Technical"}

_TOOL_CHOICES = {
    "auto": "auto: the model decides",
    "required": "required: some tool must be called",
    "none": "none: no tool may be called",
}

_MODELS = {
    "demo": "demo · no AI, reading speed",
    "demo-fast": "demo-fast · no AI, at once",
    "demo-flaky": "demo-flaky · no AI, breaks in many ways",
}


def sidebar(choices: Choices) -> None:
    """Draw the sidebar of a page with a conversation.

    It is most of what a page sends. Nothing on the page waits for it, as its widgets' values are known before.
    """
    page = choices.page
    with st.sidebar:
        links()
        st.button(
            "New conversation",
            icon=":material/add_comment:",
            key="new_conversation",
            on_click=session.new_conversation,
            args=(page.name,),
            width="stretch",
        )
        if page.all_modes:
            _technical(choices)
            return
        view_switch()
        if choices.technical:
            _technical(choices)
        else:
            _simple(choices)


def links() -> None:
    """Links to all pages, as they were left: Streamlit drops the rest of the URL on a change of page.

    A page has nothing to add to such a URL, and so it is one stop for the Back button.
    """
    with st.container(gap="xxsmall"):
        for page in PAGES.values():
            if page.own and not session.own_graphs():
                continue
            # A page that is run alone, as in a test of its own, has no others to link to.
            with contextlib.suppress(StreamlitPageNotFoundError):
                st.page_link(page.file, label=page.title, icon=page.icon, help=page.summary, query_params=address(page))


def view_switch() -> None:
    """The switch between plain words and everything as it is."""
    st.segmented_control(
        "Show me",
        VIEWS,
        key="view",
        required=True,
        format_func=_VIEW_TITLES.__getitem__,
        width="stretch",
        help="**Simple** tells a run in plain words. **Technical** shows everything as it is sent.",
    )


def _technical(choices: Choices) -> None:
    _model(choices)
    _details(choices)
    if not choices.is_own:
        with st.expander("Use your own OpenAI key", icon=":material/key:"):
            _own_key()


def _simple(choices: Choices) -> None:
    st.session_state["show_work"] = bool(choices.modes)
    st.toggle(
        "Show work as it happens",
        key="show_work",
        on_change=_toggle_work,
        args=(choices.page,),
        help="Off, you wait for the whole answer, as with most assistants. Nothing is asked again.",
    )
    _model(choices)
    with st.expander("More choices", icon=":material/tune:"):
        _details(choices)
        if not choices.is_own:
            _own_key()


def _details(choices: Choices) -> None:
    """Modes, graph, tools and tool choice."""
    page = choices.page
    modes = offered_modes(page)
    st.pills(
        "Stream modes to show",
        modes,
        selection_mode="multi",
        key="modes",
        format_func=lambda mode: f"{MODES[mode].title} :gray[{mode}]",
        help="; ".join(f"**{mode}**: {MODES[mode].help}" for mode in modes)
        + ". With none, you wait for the whole answer: that is *without streaming*. "
        "Changing them redraws the same run; nothing is asked again.",
    )
    graphs = offered_graphs(page)
    if len(graphs) > 1:
        st.selectbox("Agent", graphs, key="graph", format_func=graph_title)
    if choices.is_own:
        return
    tools = offered_tools(page, choices.graph)
    st.pills(
        "Tools the agent may use",
        tools,
        selection_mode="multi",
        key="tools",
        format_func=lambda tool_id: _tool_label(tool_id, tools),
    )
    st.selectbox(
        "Tool choice",
        offered_tool_choices(choices.tools),
        key="tool_choice",
        format_func=lambda choice: _TOOL_CHOICES.get(choice, f"{choice}: it must be called"),
        help="Holds for the first step of a run.",
    )


def _model(choices: Choices) -> None:
    if choices.is_own:
        return
    st.selectbox("Model", offered_models(), key="model", format_func=lambda name: _MODELS.get(name, name))
    if choices.model in DEMO_MODELS and session.settings().is_demo:
        st.caption("No AI here: a demo model answers from a small book of places. It needs no key.")


def _toggle_work(page: PageInfo) -> None:
    """All of the page's own modes, or none; the choice of modes says the same."""
    st.session_state["modes"] = list(page.modes) if st.session_state.get("show_work", True) else []


def _tool_label(tool_id: str, offered: list[str]) -> str:
    """Icon and title, and the id's ending where another tool has the same title."""
    tool = TOOLS[tool_id]
    alike = [other for other in offered if TOOLS[other].title == tool.title]
    return f":material/{tool.icon}: {tool.title}" + (f" :gray[{tool_id.split('.')[-1]}]" if len(alike) > 1 else "")


def _own_key() -> None:
    if session.visitor_key():
        st.caption("Your key is in use, in this browser tab only. It is gone when you close or reload it.")
        st.button("Forget my key", key="forget_key", on_click=_forget_key)
    else:
        key = session.input_key("typed_key")
        st.text_input("OpenAI key", type="password", key=key, on_change=_take_key, args=(key,))
        st.caption("It stays in this browser tab's session on this server, and is sent to the model's server only.")


def _take_key(key: str) -> None:
    """Move the visitor's key out of the widget, whose value would be sent along with every click."""
    if typed := str(session.take_input("typed_key", key) or "").strip():
        st.session_state["visitor_key"] = typed


def _forget_key() -> None:
    st.session_state["visitor_key"] = None
