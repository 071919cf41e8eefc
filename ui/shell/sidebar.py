"""The sidebar: links to the other pages, and the choices on this one."""

from __future__ import annotations

import contextlib

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

import texts
from agent.graphs.registry import graph_title
from agent.projections.tool_titles import title_of
from agent.settings import DEMO_MODELS
from agent.tools.catalog import TOOLS
from texts import LANGUAGES
from ui.shell import conversations, session
from ui.shell.catalog import PAGES, PageInfo, page_summary, page_title
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
from ui.shell.language import language, say

_VIEW_ICONS = {"simple": ":material/chat:", "technical": ":material/data_object:"}


def sidebar(choices: Choices) -> None:
    """Draw the sidebar of a page with a conversation.

    It is most of what a page sends. Nothing on the page waits for it, as the values of its widgets are known before.
    """
    page = choices.page
    with st.sidebar:
        links()
        st.button(
            say("sidebar-new-conversation"),
            icon=":material/add_comment:",
            key="new_conversation",
            on_click=session.new_conversation,
            args=(page.name,),
            width="stretch",
        )
        conversations.popover()
        if page.all_modes:
            _technical(choices)
            return
        view_switch()
        if choices.technical:
            _technical(choices)
        else:
            _simple(choices)


def links() -> None:
    """Links to all pages as they were left: Streamlit drops the rest of the URL when the page changes.

    A page has nothing to add to such a URL, so it is a single stop for the Back button.
    """
    opened = st.query_params.get("open")
    new = sum(count for run_id, count in session.new_comments().items() if run_id != opened)
    with st.container(gap="xxsmall"):
        for page in PAGES.values():
            if page.own and not session.own_graphs():
                continue
            # A page that is run alone, as in a test of its own, has no others to link to.
            with contextlib.suppress(StreamlitPageNotFoundError):
                label, about = page_title(page), page_summary(page)
                if session.waits(page.name):
                    label += " :orange[:material/pending:]"
                if new and page.name == "runs":
                    label += f" :orange-badge[{new}]"
                    about = say("runs-new-comments", count=new)
                st.page_link(
                    page.file,
                    label=label,
                    icon=page.icon,
                    help=about,
                    query_params=address(page),
                )

    st.segmented_control(
        say("language-choice"),
        LANGUAGES,
        key="lang",
        required=True,
        format_func=lambda known: texts.say(known, "language-name"),
        label_visibility="collapsed",
    )


def view_switch() -> None:
    """The switch between plain words and everything as it is sent."""
    st.segmented_control(
        say("sidebar-view"),
        VIEWS,
        key="view",
        required=True,
        format_func=lambda view: f"{_VIEW_ICONS[view]} {say(f'sidebar-view-{view}')}",
        width="stretch",
        help=say("sidebar-view.help"),
    )


def _technical(choices: Choices) -> None:
    _model(choices)
    _details(choices)
    if not choices.is_own:
        with st.expander(say("sidebar-own-key"), icon=":material/key:"):
            _own_key()


def _simple(choices: Choices) -> None:
    st.session_state["show_work"] = bool(choices.modes)
    st.toggle(
        say("sidebar-show-work"),
        key="show_work",
        on_change=_toggle_work,
        args=(choices.page,),
        help=say("sidebar-show-work.help"),
    )
    _model(choices)
    with st.expander(say("sidebar-more"), icon=":material/tune:"):
        _details(choices)
        if not choices.is_own:
            _own_key()


def _details(choices: Choices) -> None:
    """Modes, graph, tools and tool choice."""
    page = choices.page
    modes = offered_modes(page)
    st.pills(
        say("sidebar-modes"),
        modes,
        selection_mode="multi",
        key="modes",
        format_func=lambda mode: f"{say(f'mode-{mode}')} :gray[{mode}]",
        help=say("sidebar-modes.help", modes="; ".join(f"**{mode}**: {say(f'mode-{mode}.help')}" for mode in modes)),
    )
    graphs = offered_graphs(page)
    if len(graphs) > 1:
        st.selectbox(say("sidebar-agent"), graphs, key="graph", format_func=lambda name: graph_title(name, language()))
    if choices.is_own:
        return
    tools = offered_tools(page, choices.graph)
    st.pills(
        say("sidebar-tools"),
        tools,
        selection_mode="multi",
        key="tools",
        format_func=lambda tool_id: _tool_label(tool_id, tools),
    )
    st.selectbox(
        say("sidebar-tool-choice"),
        offered_tool_choices(choices.tools),
        key="tool_choice",
        format_func=_tool_choice,
        help=say("sidebar-tool-choice.help"),
    )


def _model(choices: Choices) -> None:
    if choices.is_own:
        return
    st.selectbox(say("sidebar-model"), offered_models(), key="model", format_func=_model_label)
    with st.container():  # there before it is filled: what is open below stays open when another model is chosen
        if choices.model in DEMO_MODELS:
            st.caption(say("sidebar-demo"))


def _toggle_work(page: PageInfo) -> None:
    """All of the page's own modes, or none; the choice of modes reflects it."""
    st.session_state["modes"] = list(page.modes) if st.session_state.get("show_work", True) else []


def _tool_label(tool_id: str, offered: list[str]) -> str:
    """Icon and title, with the id's suffix if another tool has the same title."""
    tool, title = TOOLS[tool_id], title_of(TOOLS[tool_id], language())
    alike = [other for other in offered if title_of(TOOLS[other], language()) == title]
    return f":material/{tool.icon}: {title}" + (f" :gray[{tool_id.split('.')[-1]}]" if len(alike) > 1 else "")


def _tool_choice(choice: str) -> str:
    kind = choice if choice in ("auto", "required", "none") else "named"
    return f"{choice}: {say(f'sidebar-tool-choice-{kind}')}"


def _model_label(name: str) -> str:
    return f"{name} · {say(f'sidebar-model.{name}')}" if name in DEMO_MODELS else name


def _own_key() -> None:
    if told := st.session_state.get("key_told"):
        st.warning(texts.tell(language(), told), icon=":material/key:")
    if session.visitor_key():
        st.caption(say("sidebar-own-key.in-use"))
        st.button(say("sidebar-own-key.forget"), key="forget_key", on_click=session.forget_key)
    else:
        key = session.input_key("typed_key")
        st.text_input(say("sidebar-own-key.label"), type="password", key=key, on_change=_take_key, args=(key,))
        st.caption(say("sidebar-own-key.promise"))


def _take_key(key: str) -> None:
    """Take the visitor's key out of the widget, whose value would be sent with every click."""
    if typed := str(session.take_input("typed_key", key) or "").strip():
        st.session_state["key_told"] = session.take_key(typed)
