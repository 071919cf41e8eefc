"""A visitor's choices: kept across reruns and pages, and in the URL where they differ from the defaults.

Streamlit can bind a widget to the URL by itself, but it writes labels there, not values, and carries one page's modes
over to the next, while here every page starts with its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

import streamlit as st

from agent.engine.request_check import tools_for
from agent.graphs.registry import OWN, spec_of
from agent.streaming.events import JSON, RunRequest
from agent.streaming.modes import RUN_MODES, STREAM_MODES, StreamMode
from agent.tools.catalog import TOOLS
from texts import LANGUAGES, Language
from ui.shell import language, session
from ui.shell.catalog import PageInfo

T = TypeVar("T", bound=str)
Value = str | list[str]

VIEWS = ("simple", "technical")
SHARED = ("lang", "view", "tool_choice", "model")
"""Choices shared by all pages; the others belong to the page they are made on."""
MOST_BEGUN = 20
"""How many tools of the host's MCP servers are chosen at first: a model is told about each with every question."""
NONE = "-"
"""Stands in the URL for an empty list."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices on one page."""

    page: PageInfo
    graph: str
    modes: tuple[StreamMode, ...]
    tools: tuple[str, ...]
    tool_choice: str
    model: str
    technical: bool
    """Whether runs are shown as they are sent, or told in plain words."""

    @property
    def is_own(self) -> bool:
        """Whether the agent is the host's own graph, which has its own tools and model."""
        return self.graph.startswith(OWN)

    def request(self, question: str, inputs: JSON = None, context: JSON = None) -> RunRequest:
        """The question as a request for a run; `inputs` and `context` are for graphs that take them."""
        page = self.page
        return RunRequest(
            question,
            self.graph,
            self.tools,
            self.tool_choice,
            self.model,
            page=page.name,
            all_modes=page.all_modes,
            inputs=inputs,
            context=context,
        )


def chosen(page: PageInfo) -> Choices:
    """The current choices; anything the page does not offer, or not together, is dropped first."""
    modes = _some("modes", offered_modes(page))
    graph = _one("graph", offered_graphs(page) or ("",))
    technical = page.all_modes or is_technical()
    spec = spec_of(graph)
    if spec is None or spec.is_own:  # what is chosen for other agents is left as it is
        return Choices(page, graph, modes, (), "auto", "", technical)
    tools = _some("tools", offered_tools(page, graph))
    tool_choice = _one("tool_choice", offered_tool_choices(tools))
    model = _one("model", offered_models())
    return Choices(page, graph, modes, tools, tool_choice, model, technical)


def begin_anew(page: PageInfo) -> Choices:
    """Forget what was chosen for a page that is not open; returns what it begins with."""
    st.session_state.get("kept_choices", {}).pop(page.name, None)
    kept = _store(page, "model").get("model")
    model = next((model for model in offered_models() if model == kept), offered_models()[0])
    return Choices(page, page.graphs[0], page.modes, page.tools, "auto", model, technical=False)


def is_technical() -> bool:
    """Whether the visitor wants to see runs as they are sent, not in plain words."""
    return _one("view", VIEWS) == "technical"


def chosen_language() -> Language:
    """The language in which everything is said."""
    return _one("lang", (language.of_browser(), *LANGUAGES))


def offered_graphs(page: PageInfo) -> tuple[str, ...]:
    """The agents to choose from on a page."""
    own = [f"{OWN}{state.name}" for state in session.own_graphs()] if page.own or page.all_modes else []
    return (*page.graphs, *own)


def offered_modes(page: PageInfo) -> tuple[StreamMode, ...]:
    """The stream modes that a page can show."""
    return STREAM_MODES if page.all_modes else RUN_MODES


def offered_tools(page: PageInfo, graph: str) -> list[str]:
    """The ids of the tools that a page's agent can be given."""
    if page.all_modes:
        return tools_for(graph)
    taken = {TOOLS[tool_id].name: tool_id for tool_id in page.tools}  # of tools of one name, the page has its own
    return [tool_id for tool_id in tools_for(graph) if taken.get(TOOLS[tool_id].name, tool_id) == tool_id]


def offered_tool_choices(tools: Sequence[str]) -> list[str]:
    """The choices for the first step, given the ids of the tools."""
    names = [TOOLS[tool_id].name for tool_id in tools]
    return ["auto", *(["required"] if names else []), "none", *names]


def offered_models() -> tuple[str, ...]:
    """The models that this visitor can use."""
    return session.models()


def recall(page: PageInfo) -> None:
    """Set the choices of a newly opened page: from the URL, else from before, else the defaults.

    What the URL asks for and the page does not offer is not chosen; `told` says so.
    """
    _follow_servers(page)
    if st.session_state.get("page_before") == page.name:
        return
    left_over = st.session_state.get("url_written", {})
    unknown = []
    for name, start in _starts(page).items():
        given = _from_url(name, start) if st.query_params.get(name) != left_over.get(name) else None
        st.session_state[name] = _store(page, name).get(name, start)
        if given is not None:
            offered = _offered(page, name)
            items = given if isinstance(given, list) else [given]
            known = [item for item in dict.fromkeys(items) if item in offered]
            if known or not items:
                st.session_state[name] = known if isinstance(given, list) else given
            if not {*items} <= {*offered}:
                unknown.append(name)
    if unknown:
        st.session_state["not_offered"] = unknown
    st.session_state["page_before"] = page.name  # last: a click can interrupt the script at every access


def told() -> str:
    """Once, a sentence about what the URL asked for in vain; "" if nothing."""
    unknown = st.session_state.pop("not_offered", None)
    if not unknown:
        return ""
    return language.say("choices-not-offered", names=", ".join(language.say(f"choices-{name}") for name in unknown))


def _offered(page: PageInfo, name: str) -> Sequence[str]:
    """What can be chosen: here, or anywhere if the choice is shared."""
    match name:
        case "lang":
            return LANGUAGES
        case "view":
            return VIEWS
        case "model":
            return offered_models()
        case "modes":
            return offered_modes(page)
        case "graph":
            return offered_graphs(page)
        case "tools" if (spec := spec_of(st.session_state["graph"])) and not spec.is_own:
            return offered_tools(page, st.session_state["graph"])
        case "tools":
            return list(TOOLS)
        case _:
            return offered_tool_choices(list(TOOLS))  # it is shared: a page without that tool just asks for none


def remember(page: PageInfo) -> None:
    """Keep the current choices, and write to the URL the run and whatever differs from the defaults.

    All at once, and only on a change: the browser's Back button stops at every write.
    """
    starts = _starts(page)
    for name in starts:
        if name in st.session_state:
            _store(page, name)[name] = st.session_state[name]
    before = st.query_params.to_dict()
    others = {name: text for name, text in before.items() if name not in starts}
    written = others | address(page)
    st.session_state["url_written"] = written
    if written != before:
        st.query_params.from_dict(written)


def address(page: PageInfo) -> dict[str, str]:
    """The URL of a page: the choices made there that differ from the defaults, and its run.

    A run that is only watched is not named: the browser's Back button would stop twice.
    """
    starts, run_id = _starts(page), session.last_run(page.name)
    values = {name: _store(page, name).get(name, start) for name, start in starts.items()}
    texts = {name: _to_url(value) for name, value in values.items() if value != starts[name]}
    return texts | ({"run": run_id} if run_id and run_id != st.session_state.get("watched_run") else {})


def _starts(page: PageInfo) -> dict[str, Value]:
    """What a page begins with, in the order of choosing: the tools that are offered depend on the graph."""
    starts: dict[str, Value] = {"lang": language.of_browser(), "view": VIEWS[0], "model": offered_models()[0]}
    if page.asks:
        graph = (*offered_graphs(page), "")[0]
        starts |= {"modes": list(page.modes), "graph": graph, "tools": [*page.tools, *_of_servers(page)]}
    return starts | {"tool_choice": "auto"}


def _of_servers(page: PageInfo) -> list[str]:
    """The tools of the host's MCP servers that a page begins with."""
    found = (tool_id for tool_id, spec in TOOLS.items() if spec.is_mcp) if page.has_servers else ()
    return list(itertools.islice(found, MOST_BEGUN))


def _follow_servers(page: PageInfo) -> None:
    """Choose the tools of a server that has just become ready, too, unless somebody has chosen others."""
    if not page.has_servers:
        return
    before, now = st.session_state.get("tools_begun"), _starts(page)["tools"]
    store, is_open = _store(page, "tools"), st.session_state.get("page_before") == page.name
    if before is not None and before != now:
        if store.get("tools") == before:
            store["tools"] = now
        if is_open and st.session_state.get("tools") == before:
            st.session_state["tools"] = now
    st.session_state["tools_begun"] = now


def _one(name: str, offered: Sequence[T]) -> T:
    """What is chosen; else the first option, which is chosen then."""
    if st.session_state.get(name) not in offered:
        st.session_state[name] = offered[0]
    return cast("T", st.session_state[name])


def _some(name: str, offered: Sequence[T]) -> tuple[T, ...]:
    """What is chosen and on offer; anything else is dropped from the choice."""
    kept = [item for item in st.session_state.get(name, []) if item in offered]
    st.session_state[name] = kept
    return tuple(kept)


def _from_url(name: str, start: Value) -> Value | None:
    text = st.query_params.get(name)
    if text is None or not isinstance(start, list):
        return text
    return [] if text == NONE else text.split(",")


def _to_url(value: Value) -> str:
    return ",".join(value) or NONE if isinstance(value, list) else value


def _store(page: PageInfo, name: str) -> dict[str, Value]:
    """The store of a choice: the page's own, or the one of all pages."""
    stores: dict[str, dict[str, Value]] = st.session_state.setdefault("kept_choices", {})
    return stores.setdefault("" if name in SHARED else page.name, {})
