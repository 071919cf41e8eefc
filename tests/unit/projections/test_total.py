"""Nothing in a run's log can raise: any events, in every order, are folded, told, measured, drawn and exported."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.export.export import Export
from agent.export.html import to_html
from agent.export.markdown import to_markdown
from agent.projections.inspector import Filter, how_known, row
from agent.projections.items import walk
from agent.projections.label import call_titles
from agent.projections.lanes import Lanes
from agent.projections.metrics import measure
from agent.projections.narration import narrate
from agent.projections.timeline import describe, timeline
from agent.projections.transcript import Transcript, fold
from agent.store.recording import Header
from agent.streaming.events import RunRequest, StreamEvent
from agent.streaming.modes import RUN_MODES, STREAM_MODES
from tests.unit.examples import examples
from tests.unit.projections.arbitrary import RUN, some_run


@settings(max_examples=examples(100), suppress_health_check=list(HealthCheck))
@given(some_run(), st.sets(st.sampled_from(STREAM_MODES)))
def test_any_events_are_folded_told_measured_and_drawn(events: list[StreamEvent], modes: set[str]) -> None:
    run, lanes = Transcript(frozenset(modes)), Lanes()  # type: ignore[arg-type]
    for event in events:
        run.add(event)
        lanes.add(event)
    narrate(run)
    titles = call_titles(run.calls)
    lanes.rows(STREAM_MODES, titles)
    measured = measure(events, run, titles)
    assert measured.tokens >= 0 or any(source.reported for source in measured.sources)
    describe(timeline(events, run, titles))
    for event in Filter(search="a").select(events):
        row(event, titles)
    assert all(isinstance(how_known(event), str) for event in events)
    keys = [item.key for item in walk(run.items)]
    assert len(set(keys)) == len(keys)
    assert run == fold(events, modes)  # type: ignore[arg-type]


@settings(max_examples=examples(40), suppress_health_check=list(HealthCheck))
@given(some_run())
def test_any_events_are_exported(events: list[StreamEvent]) -> None:
    export = Export(Header("abcdefgh", 1.0, RunRequest("?")), events, RUN_MODES)
    assert to_html(export).endswith("</html>\n")
    assert to_markdown(export)


@pytest.mark.parametrize("seed", range(30))
def test_a_run_in_any_order_loses_no_words(seed: int) -> None:
    events = list(RUN)
    random.Random(seed).shuffle(events)
    run = fold(events, RUN_MODES)
    narrate(run)
    text = "".join(item.output.text.text for item in walk(run.items))
    assert all(word in text for word in ("Once", "upon", "found", "inner"))
