"""Graphs as people build them, folded: each word once, in its call and of its message; told, drawn and exported."""

from __future__ import annotations

from collections import Counter

import pytest

from agent.export.export import Export
from agent.export.html import to_html
from agent.projections.items import Answer, ToolCall, walk
from agent.projections.label import call_titles
from agent.projections.narration import narrate
from agent.projections.timeline import timeline
from agent.projections.transcript import fold
from agent.store.recording import Header
from agent.streaming.events import RunRequest
from agent.streaming.modes import RUN_MODES
from tests.unit.streaming.styles import ASKED, STYLES
from tests.unit.streaming.test_watch import watched


@pytest.mark.parametrize("name", STYLES)
def test_a_graph_of_any_style_is_folded_told_and_drawn(name: str) -> None:
    style = STYLES[name]
    events = watched(style.build(), ASKED if style.inputs is None else style.inputs)
    run = fold(events, RUN_MODES)

    inside = {call.id: call.items for call in run.calls}
    for calls, words in style.words.items():
        items = inside[calls[-1]] if calls else run.items
        said = Counter(item.output.text.text for item in items if isinstance(item, Answer))
        assert {text: said[text] for text in words if text} == dict.fromkeys(filter(None, words), 1), calls
    sent = {call.id: call.output for call in run.calls}
    for calls, chunks in style.chunks.items():
        if calls:
            assert all(chunk in sent[calls[-1]].text.text for chunk in chunks if isinstance(chunk, str))
    assert all(call.state == "finished" and call.result is not None for call in run.calls)

    sentences = narrate(run)
    assert not any(sentence.state == "now" for sentence in sentences)
    rows = timeline(events, run, call_titles(run.calls)).rows
    assert {row.call.id for row in rows if row.call} == {call.id for call in run.calls}
    assert all(row.kind != "step" or row.label not in ("tools", "agent", "model") for row in rows)
    assert to_html(Export(Header("abcdefgh", 1.0, RunRequest("?")), events, RUN_MODES))
    assert len({item.key for item in walk(run.items)}) == len(list(walk(run.items)))
    assert all(isinstance(item, (Answer, ToolCall)) for item in run.shown)
