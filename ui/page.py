"""What every page opens with: its configuration, the navigation, and the sidebar's choices."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from agent.errors import SettingsError
from agent.events import RUN_MODES, GraphName, RunRequest, StreamMode
from agent.requests import tools_for
from agent.settings import DEMO_MODELS
from agent.tools import TOOLS
from ui import session
from ui.catalog import GRAPH_TITLES, MODE_HELP, PAGES, PageInfo

_SHARED = ("tool_choice", "model")
_PER_PAGE = ("graph", "modes", "tools")
"""Each page starts with its own; what is chosen there is found again when coming back."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the visitor has chosen in the sidebar of one page."""

    page: PageInfo
    graph: GraphName
    modes: tuple[StreamMode, ...]
    tools: tuple[str, ...]
    tool_choice: str
    model: str
    api_key: str | None = field(default=None, repr=False)

    def request(self, question: str) -> RunRequest:
        """The question as a run would be asked it."""
        return RunRequest(
            question, self.graph, self.tools, self.tool_choice, self.model, page=self.page.name
        )


def page(name: str) -> Choices:
    """Open a page: title, navigation, sidebar. Returns what is chosen."""
    info = PAGES[name]
    st.set_page_config(page_title=f"{info.title} · Toolstream", page_icon=":material/waves:", layout="centered")
    _check_settings()
    _recall(info)
    with st.sidebar:
        st.markdown("### :material/waves: Toolstream")
        for other in PAGES.values():
            st.page_link(other.file, label=other.title, icon=other.icon, help=other.summary)
        choices = _choose(info)
    _remember(info)
    return choices


def _check_settings() -> None:
    try:
        session.runner()
    except SettingsError as error:
        st.error(f"The app cannot start: {error}", icon=":material/settings_alert:")
        st.stop()


def _choose(info: PageInfo) -> Choices:
    modes = st.pills(
        "Shown while it works",
        RUN_MODES,
        selection_mode="multi",
        default=info.modes,
        key="modes",
        bind="query-params",
        help="Stream modes. "
        + "; ".join(f"**{mode}**: {MODE_HELP[mode]}" for mode in RUN_MODES)
        + ". With none, you wait for the whole answer: that is *without streaming*. "
        "Changing them redraws the same run; nothing is asked again.",
    )
    graph = info.graphs[0]
    if len(info.graphs) > 1:
        graph = st.selectbox(
            "Agent", info.graphs, key="graph", bind="query-params", format_func=GRAPH_TITLES.__getitem__
        )
    offered = [tool_id for tool_id in tools_for(graph) if tool_id not in info.hidden_tools]
    tools = st.pills(
        "Tools the agent may use",
        offered,
        selection_mode="multi",
        default=[tool_id for tool_id in info.tools if tool_id in offered],
        key="tools",
        bind="query-params",
        format_func=lambda tool_id: f":material/{TOOLS[tool_id].icon}: {TOOLS[tool_id].title}",
    )
    names = [TOOLS[tool_id].name for tool_id in tools]
    choices_of_tool = ["auto", *(["required"] if names else []), "none", *names]
    if st.session_state.get("tool_choice") not in choices_of_tool:
        st.session_state.pop("tool_choice", None)
    tool_choice = st.selectbox(
        "Tool choice",
        choices_of_tool,
        key="tool_choice",
        bind="query-params",
        format_func=lambda choice: _TOOL_CHOICES.get(choice, f"{choice}: it must be called"),
        help="Holds for the first step of a run.",
    )
    key = session.visitor_key()
    models = session.runner().settings.models(visitor_has_key=bool(key))
    if st.session_state.get("model") not in models:
        st.session_state.pop("model", None)
    model = st.selectbox(
        "Model", models, key="model", bind="query-params", format_func=lambda name: _MODELS.get(name, name)
    )
    if model in DEMO_MODELS and session.runner().settings.is_demo:
        st.caption("No AI here: a demo model answers from a small book of places. It needs no key.")
    _own_key(key)
    st.button(
        "New conversation",
        icon=":material/add_comment:",
        key="new_conversation",
        on_click=session.new_conversation,
        args=(info.name,),
        width="stretch",
    )
    return Choices(info, graph, tuple(modes), tuple(tools), tool_choice, model, key)


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


def _own_key(key: str | None) -> None:
    with st.expander("Use your own OpenAI key", icon=":material/key:"):
        if key:
            st.caption("Your key is in use, in this browser tab only. It is gone when you close or reload it.")
            st.button("Forget my key", key="forget_key", on_click=_forget_key)
        else:
            st.text_input("OpenAI key", type="password", key="typed_key", on_change=_take_key)
            st.caption("It stays in this browser tab's session on this server, and is sent to the model's server only.")


def _take_key() -> None:
    """Move the key out of the widget, whose value would be sent along with every click."""
    st.session_state["visitor_key"] = st.session_state["typed_key"].strip() or None
    st.session_state["typed_key"] = ""


def _forget_key() -> None:
    st.session_state["visitor_key"] = None


def _recall(info: PageInfo) -> None:
    """On coming to a page: the choices made elsewhere, and those made here before; the URL goes first."""
    if st.session_state.get("page_before") == info.name:
        return
    st.session_state["page_before"] = info.name
    kept = st.session_state.setdefault("kept_choices", {})
    for name, value in {**kept.get("", {}), **kept.get(info.name, {})}.items():
        if name not in st.query_params:
            st.session_state[name] = value


def _remember(info: PageInfo) -> None:
    kept = st.session_state.setdefault("kept_choices", {})
    kept[""] = {name: st.session_state[name] for name in _SHARED if name in st.session_state}
    kept[info.name] = {name: st.session_state[name] for name in _PER_PAGE if name in st.session_state}
