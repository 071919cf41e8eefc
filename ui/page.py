"""What every page opens with: its configuration, the navigation, and the sidebar's choices."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.errors import StreamlitPageNotFoundError

from agent.errors import SettingsError
from agent.events import RUN_MODES, STREAM_MODES, GraphName, RunRequest, StreamMode
from agent.requests import tools_for
from agent.settings import DEMO_MODELS
from agent.tools import TOOLS
from ui import choices, session, tour
from ui.browser import wait_for_browser
from ui.catalog import GRAPH_TITLES, MODE_HELP, MODE_TITLES, PAGES, PageInfo

_ONLY_OUR_IMAGES = """<script>
if (!document.querySelector("meta[http-equiv='Content-Security-Policy']")) {
  const policy = document.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content = "img-src 'self' data: blob:; media-src 'self' data: blob:; object-src 'none'; form-action 'self'";
  document.head.append(policy);
}
</script>"""
"""A second lock behind ui.untrusted: whatever gets past it, the browser loads no image from elsewhere."""

ICON = Path(__file__).with_name("icon.svg")

VIEWS = ("simple", "technical")
VIEW_TITLES = {"simple": ":material/chat: Simple", "technical": ":material/data_object: Technical"}

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


@dataclass(frozen=True, slots=True)
class Choices:
    """What the visitor has chosen in the sidebar of one page."""

    page: PageInfo
    graph: GraphName
    modes: tuple[StreamMode, ...]
    tools: tuple[str, ...]
    tool_choice: str
    model: str
    technical: bool = True
    """Whether runs are shown as they are, or told in plain words."""

    def request(self, question: str) -> RunRequest:
        """The question as a run would be asked it."""
        page = self.page
        return RunRequest(
            question, self.graph, self.tools, self.tool_choice, self.model, page=page.name, all_modes=page.all_modes
        )


def as_chosen_now(drawn: Choices) -> Choices:
    """The choices as they are in this moment: a callback is handed those of the page as it was last drawn."""
    state = st.session_state
    graph = state.get("graph", drawn.graph)
    graph = graph if graph in drawn.page.graphs else drawn.graph
    tools = tuple(tool_id for tool_id in state.get("tools", drawn.tools) if tool_id in tools_for(graph))
    tool_choice, model = state.get("tool_choice", drawn.tool_choice), state.get("model", drawn.model)
    return replace(drawn, graph=graph, tools=tools, tool_choice=tool_choice, model=model)


def page(name: str) -> Choices:
    """Open a page: title, navigation, sidebar. Returns what is chosen."""
    info, links = _head(name)
    with st.sidebar:
        st.button(
            "New conversation",
            icon=":material/add_comment:",
            key="new_conversation",
            on_click=session.new_conversation,
            args=(info.name,),
            width="stretch",
        )
        starts = _starts(info)
        choices.recall(info.name, starts)
        chosen = _choose(info)
    _remember(info, starts, links)
    tour.card(info.name)
    return chosen


def open_page(name: str, *, has_views: bool = False) -> PageInfo:
    """Open a page without choices: title and navigation, and the switch of views if it has them."""
    info, links = _head(name)
    starts = _starts(info)
    choices.recall(info.name, starts)
    if has_views:
        with st.sidebar:
            _choose_view()
    _remember(info, starts, links)
    return info


def _head(name: str) -> tuple[PageInfo, DeltaGenerator]:
    """Configure a page; returns what it is, and the place of the navigation."""
    info = PAGES[name]
    wait_for_browser()  # impatient clicks on a slow line would pile up one page's head after the other
    st.set_page_config(
        page_title=f"{info.title} · Toolstream", page_icon=str(ICON), layout="wide" if info.all_modes else "centered"
    )
    _check_settings()
    st.html(_ONLY_OUR_IMAGES + session.visitor_cookie(), unsafe_allow_javascript=True)
    with st.sidebar:
        st.markdown("### :material/waves: Toolstream")
        return info, st.container(gap="xxsmall")


def _remember(info: PageInfo, starts: dict[str, choices.Value], links: DeltaGenerator) -> None:
    """Keep what is chosen, write it to the URL, and link to the other pages as they were left."""
    session.conversation(info.name)
    choices.remember(info.name, starts, session.last_run(info.name))
    for other in PAGES.values():
        # The links hold all that the pages would write: Streamlit drops the rest of the URL on a change of page,
        # and each writing is a stop for the Back button.
        query = choices.address(other.name, _starts(other), session.last_run(other.name))
        # A page that is run alone, as in a test of its own, has no others to link to.
        with links, contextlib.suppress(StreamlitPageNotFoundError):
            st.page_link(other.file, label=other.title, icon=other.icon, help=other.summary, query_params=query)


def _starts(info: PageInfo) -> dict[str, choices.Value]:
    """What a page begins with."""
    models = session.runner().settings.models(visitor_has_key=bool(session.visitor_key()))
    shared: dict[str, choices.Value] = {"view": VIEWS[0], "tool_choice": "auto", "model": models[0]}
    if not info.graphs:
        return shared
    return shared | {"modes": list(info.modes), "graph": info.graphs[0], "tools": list(info.tools)}


def _check_settings() -> None:
    try:
        session.runner()
    except SettingsError as error:
        st.error(f"The app cannot start: {error}", icon=":material/settings_alert:")
        st.stop()


def _choose(info: PageInfo) -> Choices:
    key = session.visitor_key()
    models = session.runner().settings.models(visitor_has_key=bool(key))
    choices.restrict("modes", list(_offered_modes(info)))
    choices.restrict("model", list(models))

    if technical := info.all_modes or _choose_view() == "technical":
        model = _model(models)
        modes, graph, tools, tool_choice = _details(info)
        with st.expander("Use your own OpenAI key", icon=":material/key:"):
            _own_key(key)
    else:
        st.session_state["show_work"] = bool(st.session_state["modes"])
        st.toggle(
            "Show work as it happens",
            key="show_work",
            on_change=_toggle_work,
            args=(info,),
            help="Off, you wait for the whole answer, as with most assistants. Nothing is asked again.",
        )
        model = _model(models)
        with st.expander("More choices", icon=":material/tune:"):
            modes, graph, tools, tool_choice = _details(info)
            _own_key(key)
    return Choices(info, graph, modes, tools, tool_choice, model, technical)


def _choose_view() -> str | None:
    choices.restrict("view", list(VIEWS))
    return st.segmented_control(
        "Show me",
        VIEWS,
        key="view",
        required=True,
        format_func=VIEW_TITLES.__getitem__,
        width="stretch",
        help="**Simple** tells a run in plain words. **Technical** shows everything as it is sent.",
    )


def _details(info: PageInfo) -> tuple[tuple[StreamMode, ...], GraphName, tuple[str, ...], str]:
    """Modes, graph, tools and tool choice."""
    offered_modes = _offered_modes(info)
    modes = st.pills(
        "Shown while it works",
        offered_modes,
        selection_mode="multi",
        key="modes",
        format_func=lambda mode: f"{MODE_TITLES[mode]} :gray[{mode}]",
        help="Stream modes. "
        + "; ".join(f"**{mode}**: {MODE_HELP[mode]}" for mode in offered_modes)
        + ". With none, you wait for the whole answer: that is *without streaming*. "
        "Changing them redraws the same run; nothing is asked again.",
    )
    graph = info.graphs[0]
    if len(info.graphs) > 1:
        choices.restrict("graph", list(info.graphs))
        graph = st.selectbox("Agent", info.graphs, key="graph", format_func=GRAPH_TITLES.__getitem__)
    offered = [tool_id for tool_id in tools_for(graph) if tool_id not in info.hidden_tools]
    choices.restrict("tools", offered)
    tools = st.pills(
        "Tools the agent may use",
        offered,
        selection_mode="multi",
        key="tools",
        format_func=lambda tool_id: _tool_label(tool_id, offered),
    )
    names = [TOOLS[tool_id].name for tool_id in tools]
    tool_choices = ["auto", *(["required"] if names else []), "none", *names]
    choices.restrict("tool_choice", tool_choices)
    tool_choice = st.selectbox(
        "Tool choice",
        tool_choices,
        key="tool_choice",
        format_func=lambda choice: _TOOL_CHOICES.get(choice, f"{choice}: it must be called"),
        help="Holds for the first step of a run.",
    )
    return tuple(modes), graph, tuple(tools), tool_choice


def _offered_modes(info: PageInfo) -> tuple[StreamMode, ...]:
    return STREAM_MODES if info.all_modes else RUN_MODES


def _model(models: tuple[str, ...]) -> str:
    model = st.selectbox("Model", models, key="model", format_func=lambda name: _MODELS.get(name, name))
    if model in DEMO_MODELS and session.runner().settings.is_demo:
        st.caption("No AI here: a demo model answers from a small book of places. It needs no key.")
    return model


def _toggle_work(info: PageInfo) -> None:
    """All of the page's own modes, or none; the choice of modes says the same."""
    st.session_state["modes"] = list(info.modes) if st.session_state["show_work"] else []


def _tool_label(tool_id: str, offered: list[str]) -> str:
    """Icon and title, and the id's ending where another tool has the same title."""
    tool = TOOLS[tool_id]
    alike = [other for other in offered if TOOLS[other].title == tool.title]
    return f":material/{tool.icon}: {tool.title}" + (f" :gray[{tool_id.split('.')[-1]}]" if len(alike) > 1 else "")


def _own_key(key: str | None) -> None:
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
