"""The host's own graphs: watched on a page of their own, reloaded when saved, and a sentence where one cannot be."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.demo_model import DemoServer
from tests.server.client import Visitor
from tests.server.steps import complete
from tests.serving import App, app_server, pointed_at, wait_until

RESEARCH = '''
"""A researcher whose tool is an agent of its own."""
from langchain.agents import create_agent
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.config import get_stream_writer

from words import FOUND

model = ChatOpenAI(model="demo-fast", api_key="x")


@tool
async def get_items(place: str) -> str:
    """List the items in a place."""
    get_stream_writer()({"found": f"{FOUND} in the {place}"})
    return f"{FOUND} in the {place}"


helper = create_agent(model, [get_items], name="helper")


@tool
async def ask_helper(place: str) -> str:
    """Ask the helper which items are in a place."""
    result = await helper.ainvoke({"messages": [("user", f"What items are in the {place}?")]})
    return result["messages"][-1].text


graph = create_agent(model, [ask_helper], name="researcher")
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody's project, far from ours."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "research.py").write_text(RESEARCH)
    (folder / "words.py").write_text('FOUND = "a mug"\n')
    (folder / "broken.py").write_text("import no_such_package\n")
    (folder / "slow.py").write_text(f"import time\ntime.sleep(6)\n{RESEARCH}")
    return folder


@pytest.fixture(scope="module")
def own_app(folder: Path, model: DemoServer) -> Iterator[App]:
    names = ("slow.py:graph", "research.py:graph", "broken.py:graph", "gone.py:x")
    graphs = ",".join(f"{folder}/{name}" for name in names)
    with app_server({**pointed_at(model), "TOOLSTREAM_GRAPHS": graphs}) as app:
        yield app
        assert "Traceback" not in app.log(), app.log()


def test_an_agent_that_is_not_there_yet_says_that_it_is_being_loaded(own_app: App) -> None:
    with Visitor(own_app.url, "Your_agent", graph="own:slow", view="technical") as visitor:
        visitor.wait_until(lambda: "Loading" in visitor.text, "it says that it is being loaded", 60)
        visitor.wait_until(lambda: visitor.has("chat_input", "question"), "it is loaded", 60)


def test_each_chunk_stands_in_the_box_of_its_call_also_inside_of_another(own_app: App) -> None:
    with Visitor(own_app.url, "Your_agent", graph="own:research", view="technical") as visitor:
        visitor.wait_until(lambda: visitor.has("chat_input", "question"), "it is loaded", 60)
        visitor.wait_idle()
        visitor.ask("What items are in the office and the bedroom?")
        complete(visitor)
        labels = [box.label for box in visitor.turns[0].boxes]
        assert sum("ask\\_helper" in label for label in labels) == 2
        assert sum("get\\_items" in label for label in labels) == 2
        for place in ("office", "bedroom"):
            assert f"a mug in the {place}" in visitor.text
        visitor.goto("Runs")
        visitor.wait_until(lambda: "What items are in the office and the bedroom?" in visitor.text, "it is listed")


def test_saved_source_is_picked_up_by_a_reload(own_app: App, folder: Path) -> None:
    (folder / "words.py").write_text('FOUND = "a clock"\n')
    os.utime(folder / "words.py", (time.time() + 60,) * 2)

    def answered() -> bool:
        with Visitor(own_app.url, "Your_agent", graph="own:research", view="technical") as visitor:
            visitor.wait_until(lambda: visitor.has("chat_input", "question"), "it is loaded", 60)
            visitor.wait_idle()
            visitor.ask("What items are in the office?")
            complete(visitor)
            return "a clock in the office" in visitor.text

    wait_until(answered, 60, "the page is opened once more after the next look at the source")


@pytest.mark.parametrize(
    ("name", "said"),
    [("broken", "needs the module no\\_such\\_package"), ("x", "There is no file")],
)
def test_one_that_cannot_be_loaded_is_a_sentence_and_the_app_runs_on(own_app: App, name: str, said: str) -> None:
    with Visitor(own_app.url, "Your_agent", graph=f"own:{name}") as visitor:
        visitor.wait_until(lambda: said in visitor.text, "the cause is told", 60)
        visitor.goto("Custom_data")
        visitor.wait_until(lambda: visitor.has("chat_input", "question"), "other pages work")


def test_it_is_an_agent_of_the_lab(own_app: App) -> None:
    with Visitor(own_app.url, "Stream_lab", graph="own:research") as visitor:
        visitor.wait_until(lambda: visitor.has("chat_input", "question"), "the lab is there")
        visitor.wait_idle()
        visitor.ask("What items are in the office?")
        visitor.wait_until(lambda: visitor.idle and "Finished" in visitor.text, "the run has ended", 60)
        assert "research" in visitor.text
