"""Answers, stops and restarts in any order, from two processes' worth of backends on one folder."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from agent.engine.run import Run
from agent.errors import Refusal
from agent.projections.transcript import fold
from agent.streaming.events import Answered, Ended, Resumed, StreamEvent, Waiting
from agent.streaming.modes import RUN_MODES
from tests.runs import finish, found, started
from tests.unit.engine.test_waiting import ME, asks, backend_of, waiting

STEPS = st.one_of(
    st.tuples(st.just("answer"), st.integers(0, 1), st.integers(0, 1)),
    st.tuples(st.just("restart"), st.integers(0, 1), st.just(0)),
    st.tuples(st.just("read"), st.integers(0, 1), st.just(0)),
    st.tuples(st.just("ask"), st.integers(0, 1), st.just(0)),
    st.tuples(st.just("stop"), st.integers(0, 1), st.just(0)),
)


@settings(max_examples=8, phases=[Phase.explicit, Phase.generate])
@given(st.lists(STEPS, max_size=6))
def test_each_question_is_answered_once_and_each_log_is_whole_and_ends_once(steps: list[tuple[str, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        backends = [stack.enter_context(backend_of(Path(folder), graphs=["two"])) for _ in range(2)]
        run: Run = started(backends[0].start(asks("two"), session=ME))
        ids = waiting(run)
        taken: dict[str, int] = {}
        for number, (what, where, which) in enumerate(steps):
            backend = backends[where]
            match what:
                case "answer":
                    if not isinstance(backend.answer(run.id, ids[which], number, session=ME), Refusal):
                        assert ids[which] not in taken, "each is taken once"
                        taken[ids[which]] = number
                case "restart" if len(taken) < 2:
                    backend.close()
                    backends[where] = stack.enter_context(backend_of(Path(folder), graphs=["two"]))
                case "read":
                    checked(found(backend, run.id).read()[0])
                case "ask":
                    backend.start(asks("two"), session=ME, thread_id=run.thread_id)
                case "stop":
                    backend.stop(run.id)
                    break
        else:
            for id_ in ids:
                if id_ not in taken:
                    taken[id_] = -1
                    started(backends[0].answer(run.id, id_, -1, session=ME))
        logs = [finish(found(backend, run.id), 15) for backend in backends]
        assert logs[0] == logs[1]
        told = checked(logs[0])
        answers = [event.payload for event in logs[0] if isinstance(event.payload, Answered)]
        assert {each.interrupt: each.answer for each in answers}.items() <= taken.items()
        assert isinstance(logs[0][-1].payload, Ended)
        if told == "finished":
            assert {each.interrupt: each.answer for each in answers} == taken


def checked(log: Sequence[StreamEvent]) -> str:
    """How the run of a log stands, which is as every log must be."""
    assert [event.seq for event in log] == list(range(len(log)))
    assert [event.at for event in log] == sorted(event.at for event in log)
    assert sum(isinstance(event.payload, Ended) for event in log) <= 1
    asked = [event.payload.interrupt for event in log if isinstance(event.payload, Answered)]
    assert len(asked) == len(set(asked))
    waits = False
    for event in log:
        assert not (isinstance(event.payload, Resumed) and not waits)
        waits = isinstance(event.payload, Waiting) or (waits and not isinstance(event.payload, Resumed))
    return fold(log, RUN_MODES).state
