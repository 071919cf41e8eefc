"""Any compiled graph, watched from its root: every chunk and word comes, once, with the calls that it belongs to."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from typing import Any

import pytest

from agent import watch
from agent.streaming import events as ev
from agent.streaming.events import StreamEvent
from agent.streaming.modes import RUN_MODES
from tests.unit.streaming.styles import ASKED, STYLES, Style

Calls = tuple[str, ...]


def watched(graph: Any, inputs: Any = ASKED, **options: Any) -> list[StreamEvent]:
    async def collect() -> list[StreamEvent]:
        return [event async for event in watch(graph, inputs, **options)]

    return asyncio.run(collect())


def chunks_of(events: list[StreamEvent]) -> dict[Calls, list[Any]]:
    found: defaultdict[Calls, list[Any]] = defaultdict(list)
    for event in events:
        if isinstance(event.payload, ev.Custom):
            found[event.calls].append(event.payload.data)
    return dict(found)


def words_of(events: list[StreamEvent]) -> dict[Calls, list[str]]:
    """The text of each message that a model wrote, in the order in which they began."""
    texts: defaultdict[tuple[Calls, str], str] = defaultdict(str)
    for event in events:
        if isinstance(event.payload, ev.Token):
            texts[event.calls, event.payload.message] += event.payload.text
    found: defaultdict[Calls, list[str]] = defaultdict(list)
    for (calls, _), text in texts.items():
        found[calls].append(text)
    return dict(found)


@pytest.fixture(scope="module", params=STYLES)
def style(request: pytest.FixtureRequest) -> tuple[Style, list[StreamEvent]]:
    found = STYLES[request.param]
    return found, watched(found.build(), ASKED if found.inputs is None else found.inputs)


def test_every_chunk_knows_its_calls(style: tuple[Style, list[StreamEvent]]) -> None:
    expected, events = style
    assert chunks_of(events) == expected.chunks


def test_every_word_knows_its_calls_and_its_message(style: tuple[Style, list[StreamEvent]]) -> None:
    expected, events = style
    assert {calls: sorted(words) for calls, words in words_of(events).items()} == {
        calls: sorted(words) for calls, words in expected.words.items()
    }


def test_every_word_knows_who_speaks(style: tuple[Style, list[StreamEvent]]) -> None:
    expected, events = style
    texts: defaultdict[str, str] = defaultdict(str)
    speakers: dict[str, str | None] = {}
    for event in events:
        if isinstance(event.payload, ev.Token):
            texts[event.payload.message] += event.payload.text
            speakers[event.payload.message] = event.agent or event.node
    found = {text: speakers[message] for message, text in texts.items()}
    assert {text: found[text] for text in expected.speakers or {}} == (expected.speakers or {})


def test_the_run_begins_and_ends_with_its_answer(style: tuple[Style, list[StreamEvent]]) -> None:
    expected, events = style
    assert events[0].payload == ev.Started()
    assert events[-1].payload == ev.Ended("finished", answer=expected.answer)
    assert [event.seq for event in events] == list(range(len(events)))
    assert [event.at for event in events] == sorted(event.at for event in events)


def test_nothing_is_lost_and_nothing_is_unknown(style: tuple[Style, list[StreamEvent]]) -> None:
    expected, events = style

    async def collect() -> Counter[str]:
        inputs = ASKED if expected.inputs is None else expected.inputs
        modes: Any = list(RUN_MODES)
        stream = expected.build().astream(inputs, stream_mode=modes, subgraphs=True, version="v2")
        counts: Counter[str] = Counter()
        async for part in stream:
            counts[part["type"]] += len(part["data"]) if part["type"] == "updates" else 1
        return counts

    assert Counter(event.mode for event in events[1:-1]) == asyncio.run(collect())
    assert not [event for event in events if isinstance(event.payload, ev.Unknown)]


@pytest.mark.parametrize("name", ["sub-agents as tools", "sub-agents on a plain edge", "deep agent"])
def test_what_goes_on_inside_a_call_is_told_inside_it(name: str) -> None:
    """Also the steps of its sub-graphs, and the starts and ends of the tools there."""
    expected = STYLES[name]
    events = watched(expected.build())
    outer = {calls[:1] for calls in expected.chunks}
    for event in events:
        if event.namespace and not isinstance(event.payload, (ev.Started, ev.Ended)):
            assert event.calls[:1] in outer, event
    for kind in (ev.ToolStarted, ev.ToolFinished):
        told = {event.calls for event in events if isinstance(event.payload, kind)}
        assert {calls for calls in expected.chunks if len(calls) == 2} <= told
    steps = {(event.calls, event.node) for event in events if isinstance(event.payload, (ev.TaskStarted, ev.Update))}
    assert {(calls, "model") for calls in outer} <= steps


def test_each_call_is_asked_run_and_answered_under_one_id(style: tuple[Style, list[StreamEvent]]) -> None:
    _, events = style
    asked, answered = set(), set()
    for event in events:
        if isinstance(event.payload, ev.Update):
            asked |= {call.id for message in event.payload.messages for call in message.calls}
            answered |= {message.call for message in event.payload.messages if message.call}
        if isinstance(event.payload, ev.Said) and event.payload.message.call:
            assert event.payload.message.call == event.call
    run = {event.call for event in events if isinstance(event.payload, ev.ToolStarted)}
    assert run <= asked | answered
    assert all(event.node for event in events if isinstance(event.payload, (ev.ToolStarted, ev.ToolFinished)))
    assert all("#" not in call for call in asked | answered | {call for event in events for call in event.calls})
