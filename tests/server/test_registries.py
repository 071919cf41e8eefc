"""One place for a new thing: a tool of each kind, a graph and a page are added here, and are everywhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import get_args

import pytest
from langchain_core.tools import BaseTool
from langgraph.config import get_stream_writer
from streamlit.testing.v1 import AppTest

from agent.graphs.langchain import react
from agent.graphs.registry import GRAPHS, GraphSpec
from agent.projections.tool_titles import tool_title
from agent.snippets.programs import program
from agent.snippets.source import tool_source
from agent.streaming.modes import MODES, RUN_MODES, StreamMode
from agent.tools.registry import TOOLS, Models, asks_model, offered
from tests.server.pages import ask, boxes, opened
from texts import say
from ui.shell.catalog import PAGES, PageInfo

pytestmark = pytest.mark.usefixtures("quick_loops")


async def water_plants(place: str) -> str:
    """Water the plants in a place."""
    await asyncio.sleep(0)
    get_stream_writer()({"progress": 1.0})
    return f"watered in the {place}"


def feed_fish(place: str) -> str:
    """Feed the fish in a place."""
    time.sleep(0.01)
    get_stream_writer()({"progress": 1.0})
    return f"fed in the {place}"


class DustShelves(BaseTool):
    """A tool of LangChain's."""

    name: str = "dust_shelves"
    description: str = "Dust the shelves in a place."

    def _run(self, place: str) -> str:
        get_stream_writer()({"progress": 1.0})
        return f"dusted in the {place}"


def praising(models: Models) -> object:
    """A tool with a model inside."""

    async def praise_room(place: str) -> str:
        """Praise the room, a place."""
        get_stream_writer()({"progress": 1.0})
        answer = await models.chat.ainvoke(f"Describe the {place} in 5 words")
        return str(answer.text)

    return praise_room


ADDED = {
    "water_plants": ("Water the plants", "water the plants in the office"),
    "feed_fish": ("Feed the fish", "feed the fish in the office"),
    "dust_shelves": ("Dust the shelves", "dust the shelves in the office"),
    "praise_room.llm": ("Praise the room", "praise the room in the office"),
}


@pytest.fixture(scope="module", autouse=True)
def _added(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    offered("Water the plants", icon="potted_plant")(water_plants)
    offered("Feed the fish", icon="set_meal")(feed_fish)
    offered("Dust the shelves", icon="cleaning_services")(DustShelves())
    asks_model("praise_room.llm", "Praise the room", "favorite", needs_langchain=True)(praising)
    GRAPHS["another"] = GraphSpec("another", react, "chat", title="Another agent")
    folder = tmp_path_factory.mktemp("pages")
    page = folder / "another.py"
    page.write_text(
        "from ui.chat.chat import chat\nfrom ui.chat.code import show_code\nfrom ui.shell.page import page\n"
        'choices = page("another")\nshow_code(choices)\nchat(choices)\n'
    )
    PAGES["another"] = PageInfo(
        "another", str(page), ":material/star:", "Another page", ("another",), tuple(ADDED), ("custom",)
    )
    yield
    for tool_id in ADDED:
        del TOOLS[tool_id]
    del GRAPHS["another"], PAGES["another"]


def open_page(file: str, **query: str) -> AppTest:
    return opened(file, **{"model": "demo-fast", "view": "technical", **query})


@pytest.mark.parametrize("page", ["1_Custom_data.py", "4_Stream_lab.py"])
def test_new_tools_are_offered_on_pages_and_in_the_lab(page: str) -> None:
    options = open_page(f"pages/{page}").pills(key="tools").options
    for title, _ in ADDED.values():
        assert any(title in option for option in options), title


def test_a_new_graph_is_an_agent_of_the_lab() -> None:
    app = open_page("pages/4_Stream_lab.py", graph="react")
    assert "Agent, ready-made (create_agent)" in app.selectbox(key="graph").options


@pytest.mark.parametrize("tool_id", ADDED)
def test_on_a_new_page_a_new_graph_runs_every_kind_of_new_tool_and_tells_of_it(tool_id: str) -> None:
    title, question = ADDED[tool_id]
    app = open_page(PAGES["another"].file, tools=tool_id, view="simple")
    ask(app, question)
    told = "\n".join(element.value for element in app.markdown)
    assert f"{title}" in told, "the narration calls it by its title"
    assert "All done" in told
    assert len(boxes(app)) == 1, "the demo model has asked for it"
    assert title in boxes(app)[0].label


@pytest.mark.parametrize("tool_id", ADDED)
def test_the_code_of_a_new_tool_is_shown(tool_id: str) -> None:
    assert "progress" in tool_source(tool_id)
    assert __name__.rpartition(".")[2] in program("another", "custom", question="?", tools=[tool_id])
    assert tool_title(TOOLS[tool_id].name, (tool_id,)) == ADDED[tool_id][0]


def test_a_stream_mode_is_one_entry() -> None:
    assert set(MODES) == set(get_args(StreamMode))
    assert [mode for mode, spec in MODES.items() if spec.always] == list(RUN_MODES)
    options = open_page("pages/4_Stream_lab.py").pills(key="modes").options
    assert [mode for mode in MODES if not any(say("en", f"mode-{mode}") in option for option in options)] == []
