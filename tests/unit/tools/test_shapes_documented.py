"""Each sample of docs/shapes.md is run as a tool's code, and shows what its heading says."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langgraph.config import get_stream_writer
from langgraph.graph import START, MessagesState, StateGraph

from agent import watch
from agent.projections.items import Answer
from agent.projections.output import Output
from agent.projections.shapes.types import Card, Code, Diagram, Figures, File, Image, Table
from agent.projections.transcript import fold
from agent.streaming.events import StreamEvent
from agent.streaming.modes import RUN_MODES
from agent.tools.catalog import TOOLS
from agent.tools.registry import function_of

DOCUMENT = (Path(__file__).parents[3] / "docs" / "shapes.md").read_text(encoding="utf-8")
SAMPLES = dict(re.findall(r"^## (.+?)\n(?:(?!^## ).)*?^```python\n(.+?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL))
SHAPES = {"Table": Table, "Key figures": Figures, "Image": Image, "File": File, "Code": Code, "Diagram": Diagram,
          "Card": Card}  # fmt: skip


def shown_by(tool: Callable[[], Any]) -> Output:
    """What the tool's code sends, when it is called in a graph."""

    async def node(state: MessagesState) -> dict[str, Any]:
        if (result := tool()) is not None:
            await result
        return {}

    graph = StateGraph(MessagesState).add_node("node", node).add_edge(START, "node").compile()

    async def read() -> list[StreamEvent]:
        return [event async for event in watch(graph, {"messages": []})]

    (answer,) = (item for item in fold(asyncio.run(read()), RUN_MODES).items if isinstance(item, Answer))
    return answer.output


def output_of(sample: str) -> Output:
    return shown_by(lambda: exec(sample, {"write": get_stream_writer()}))


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_shown_at_once_has_the_shape_of_its_heading(name: str) -> None:
    output = output_of(SAMPLES[name])
    assert [type(shape) for shape in output.shapes.values()] == [SHAPES[name]]
    assert not output.others


def test_what_grows_and_what_is_anything_else() -> None:
    assert output_of(SAMPLES["Text"]).text.text == "Looking under the bed"
    assert output_of(SAMPLES["Progress"]).progress == 0.4
    assert len(output_of(SAMPLES["Rows"]).rows) == len(output_of(SAMPLES["Points"]).points) == 2
    assert output_of(SAMPLES["Anything else"]).others == [{"custom_tool_data": "desk"}]
    assert SAMPLES.keys() == {*SHAPES, "Text", "Progress", "Rows", "Points", "Anything else"}


def test_the_survey_shows_one_of_each() -> None:
    output = shown_by(lambda: function_of(TOOLS["survey"].code)(place="lighthouse"))
    assert {type(shape) for shape in output.shapes.values()} == set(SHAPES.values())
