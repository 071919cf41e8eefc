"""What real graphs show: UI messages of nodes and tools, images that tools return, and where they stand."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Annotated, Any

from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.tools import tool
from langgraph.config import get_stream_writer
from langgraph.graph import START, StateGraph, add_messages
from langgraph.graph.ui import AnyUIMessage, delete_ui_message, push_ui_message, ui_message_reducer
from langgraph.prebuilt import ToolNode
from typing_extensions import TypedDict

from agent import watch
from agent.projections.items import Answer, ToolCall
from agent.projections.shapes.types import Card, Image, NotShown
from agent.projections.transcript import Transcript, fold
from agent.settings import Limits
from agent.streaming.adapter import Adapter
from agent.streaming.events import Message, State, StreamEvent, Update
from agent.streaming.modes import RUN_MODES
from tests.unit.projections.arbitrary import PIXEL
from tests.unit.projections.test_shapes import GIF


class Shown(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]
    ui: Annotated[list[AnyUIMessage], ui_message_reducer]


Node = Any
"""A coroutine function of the state, or a ToolNode."""


def run(*nodes: Node) -> tuple[Transcript, list[StreamEvent]]:
    """The nodes, one after the other."""
    graph = StateGraph(Shown)
    names = [f"step{n}" for n in range(len(nodes))]
    for name, node in zip(names, nodes, strict=True):
        graph.add_node(name, node)
    for before, name in zip([START, *names], names, strict=False):
        graph.add_edge(before, name)

    async def read() -> list[StreamEvent]:
        return [event async for event in watch(graph.compile(), {"messages": [], "ui": []})]

    events = asyncio.run(read())
    return fold(events, RUN_MODES), events


def cards(transcript: Transcript) -> list[list[Any]]:
    return [list(item.output.shapes.values()) for item in transcript.items if item.output.shapes]


async def push(_: Shown) -> dict[str, Any]:
    push_ui_message("weather", {"city": "Rome", "sky": "clear"}, id="w")
    return {"messages": [AIMessage("Here is the weather")]}


async def change(_: Shown) -> dict[str, Any]:
    push_ui_message("weather", {"sky": "rain"}, id="w", merge=True)
    return {}


async def remove(_: Shown) -> dict[str, Any]:
    delete_ui_message("w")
    return {}


def test_a_nodes_card_is_drawn_once_although_its_update_tells_of_it_too() -> None:
    transcript, events = run(push)
    assert any(isinstance(event.payload, Update) and "ui" in str(event.payload.rest) for event in events)
    assert cards(transcript) == [[Card("weather", {"city": "Rome", "sky": "clear"})]]


def test_another_node_changes_the_card_where_it_stands_or_takes_it_away() -> None:
    assert cards(run(push, change)[0]) == [[Card("weather", {"city": "Rome", "sky": "rain"}, True)]]
    transcript, _ = run(push, change, remove)
    assert cards(transcript) == []
    assert transcript.shown


async def hand_over(_: Shown) -> dict[str, Any]:
    message = {"type": "ui", "id": "h", "name": "hand-made", "props": {"n": 1}, "metadata": {}}
    return {"ui": [message], "messages": []}


def test_a_card_that_only_the_state_holds_is_drawn_too() -> None:
    assert cards(run(hand_over)[0]) == [[Card("hand-made", {"n": 1})]]


@tool
async def look_up(city: str) -> str:
    """Look up the weather."""
    push_ui_message("weather", {"city": city}, id=city)
    push_ui_message("weather", {"sky": "clear"}, id=city, merge=True)
    return "clear"


@tool
async def take_picture(city: str) -> list[Any]:
    """Take a picture."""
    noise = bytes(range(256)) * 400
    return [
        {"type": "text", "text": f"A picture of {city}"},
        {"type": "image", "base64": PIXEL, "mime_type": "image/png"},
        {"type": "file", "base64": base64.b64encode(noise).decode(), "mime_type": "application/zip"},
    ]


def asking(*calls: tuple[str, str]) -> Node:
    async def ask(_: Shown) -> dict[str, Any]:
        asked = [{"id": f"c{n}", "name": name, "args": {"city": city}} for n, (name, city) in enumerate(calls)]
        return {"messages": [AIMessage("", tool_calls=asked)]}

    return ask


def test_tools_at_work_at_once_keep_their_cards() -> None:
    transcript, _ = run(asking(("look_up", "Rome"), ("look_up", "Oslo")), ToolNode([look_up]))
    calls = [item for item in transcript.items if isinstance(item, ToolCall)]
    assert [(call.args, list(call.output.shapes.values())) for call in calls] == [
        ({"city": city}, [Card("weather", {"city": city, "sky": "clear"}, True)]) for city in ("Rome", "Oslo")
    ]
    assert not [item for item in transcript.items if isinstance(item, Answer) and item.output]


def test_a_picture_that_a_tool_returns_is_shown_below_its_words_and_kept_once() -> None:
    transcript, events = run(asking(("take_picture", "Rome")), ToolNode([take_picture]), push)
    (call,) = (item for item in transcript.items if isinstance(item, ToolCall))
    image, file = call.returned.shapes.values()
    assert call.result == "A picture of Rome"
    assert isinstance(image, Image)
    assert len(getattr(file, "data", b"")) == 102_400
    sizes = [len(json.dumps(event.to_json())) for event in events]
    assert sum(size > 100_000 for size in sizes) == 1
    states = [event.payload for event in events if isinstance(event.payload, State)]
    assert any(isinstance(m, Message) and m.role == "tool" and m.other for state in states for m in state.messages)


async def shower(_: Shown) -> dict[str, Any]:
    """More than any recording could hold."""
    write = get_stream_writer()
    for count in (300_000, 5_000_000, 200_000, 400_000, 5_000_000):
        write({"image": base64.b64decode(GIF) + bytes(count)})
    return {}


def test_images_of_many_megabytes_leave_a_run_within_its_bounds_and_each_is_told_of() -> None:
    transcript, events = run(shower)
    assert sum(len(json.dumps(event.to_json())) for event in events) < Limits().output_bytes / 2
    (answer,) = (item for item in transcript.items if item.output.shapes)
    assert [type(shape) for shape in answer.output.shapes.values()] == [Image, NotShown, Image, NotShown, NotShown]


def test_what_was_kept_before_a_wait_counts_when_the_run_goes_on() -> None:
    _, events = run(shower)
    adapter = Adapter()
    adapter.recall(events)
    (again,) = adapter.read({"type": "custom", "ns": (), "data": {"image": bytes(200_000)}})
    assert "more characters" in str(again.payload)
