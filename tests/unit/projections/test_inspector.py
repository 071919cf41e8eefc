from __future__ import annotations

import pytest

from agent.projections.inspector import PAGE, Filter, how_known, pages, row
from agent.streaming.events import JSON, Message, Said, State, ToolFinished
from tests.unit.events import Happened, answered, began, log, queued, sent, task, token
from tests.unit.projections.test_timeline import OFFICE, RUN


def test_filters_are_combined() -> None:
    assert [event.seq for event in Filter(modes=("custom",)).select(RUN)] == [7]
    assert [event.seq for event in Filter(nodes=("tools",), calls=(OFFICE,)).select(RUN)] == [6, 7, 8, 9]
    assert [event.seq for event in Filter(search="DESK").select(RUN)] == [8, 12]
    assert Filter(nodes=("tools",), search="desk.").select(RUN) == []
    assert Filter().select(RUN) == RUN


def test_a_call_is_found_with_what_goes_on_inside_of_it() -> None:
    events = log(began("out"), sent(1, "out", "in"), sent(2, "other"))
    assert Filter(calls=("out",)).select(events) == events[:2]
    assert Filter(calls=("in",)).select(events) == events[1:2]


def test_pages_hold_all_rows() -> None:
    assert [pages(count) for count in (0, 1, PAGE, PAGE + 1, 20_000)] == [1, 1, 1, 2, 100]


def test_a_row_is_what_a_reader_needs() -> None:
    assert row(RUN[7], {OFFICE: "look"}) == {
        "seq": 7,
        "ms": 1000.0,
        "mode": "custom",
        "kind": "custom",
        "node": "tools",
        "call": "look",
        "namespace": "",
        "bytes": 17,
        "content": '{"progress": 0.5}',
    }
    inner = log(sent(1, "out", "in"))[0]
    assert row(inner, {"out": "research", "in": "search"})["call"] == "research › search"


def test_any_number_can_be_shown() -> None:
    data: JSON = [float("nan"), float("inf"), 10**300, "half \ud800"]
    assert "half ?" in str(row(log(sent(["half \ud800"]))[0], {})["content"])
    assert row(log(sent(data))[0], {})["bytes"]


@pytest.mark.parametrize(
    ("happened", "known"),
    [
        (sent(1, OFFICE), "A callback at the root of the run"),
        (token("x", OFFICE), "A callback at the root of the run"),
        (Happened(Said(Message("tool", "x", call=OFFICE)), (OFFICE,)), "LangGraph says so: the tool's message names"),
        (answered(OFFICE), "LangGraph says so: the tool's message in the update"),
        (began(OFFICE), "LangGraph says so: the event names the call."),
        (Happened(ToolFinished("x"), (OFFICE,)), "LangGraph says so: the event names the call."),
        (task("tools", OFFICE), "The task's input is the call"),
        (task("choose", OFFICE).below("tools:1"), "The graph in its namespace"),
        (Happened(State(), (OFFICE,), namespace=("tools:1",)), "The graph in its namespace"),
    ],
)
def test_the_inspector_says_how_a_call_is_known(happened: Happened, known: str) -> None:
    assert how_known(log(happened)[0]).startswith(known)


def test_what_belongs_to_no_call_needs_no_proof() -> None:
    assert how_known(log(queued())[0]) == ""
