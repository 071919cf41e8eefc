"""Runs that wait for a person, and go on when they are answered: graphs of every kind, as the engine runs them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from agent.engine.active import ActiveRun
from agent.engine.in_process import InProcessBackend
from agent.engine.run import Run
from agent.projections.decisions import Decision, resume_value
from agent.projections.questions import questions_of
from agent.projections.transcript import Transcript, fold
from agent.settings import Limits, Settings
from agent.store.recording import FIRST
from agent.store.store import Store
from agent.streaming import events as ev
from agent.streaming.events import JSON, RunRequest, StreamEvent
from agent.streaming.modes import RUN_MODES
from tests.runs import finish, found, refused, request, started, wait_for
from tests.serving import ROOT, wait_until

ME = "somebody"
REFUND = (
    "The headphones of order 1042 arrived damaged. refund 129 dollars for order 1042 and send an email to "
    "okafor@example.com"
)
GRAPHS = Path(__file__).with_name("asking.py")


APPROVE: JSON = {"type": "approve"}
REJECT: JSON = {"type": "reject"}
OF_OTHERS = ("at_once", "inside_a_node", "children", "per_call", "handed_over", "holds_a_lock")
FEW = ("one", "two", "asks_twice")
NAMES = (
    "one", "two", "asks_twice", "same_ids", "plain_edge", "middleware", "helpers", "functional", "breakpoint_",
    "breakpoint_inside", "validating", "with_a_schema",
    *OF_OTHERS,
)  # fmt: skip


def backend_of(
    folder: Path | None = None, graphs: Iterable[str] = NAMES, url: str | None = None, **limits: float
) -> InProcessBackend:
    bounds = Limits(**{"runs_per_minute": 1_000, **limits})  # type: ignore[arg-type]
    settings = Settings(
        demo_rate=400,
        recordings=folder,
        database_url=url,
        graphs=tuple(f"{GRAPHS}:{name}" for name in graphs),
        limits=bounds,
    )
    backend = InProcessBackend(settings, Store.of(settings))
    wait_until(lambda: all(own.state == "ready" for own in backend.own_graphs()), 60, "the graphs are loaded")
    return backend


@pytest.fixture(scope="module")
def memory() -> Iterator[InProcessBackend]:
    with backend_of() as backend:
        yield backend


@pytest.fixture
def here(tmp_path: Path) -> Iterator[InProcessBackend]:
    with backend_of(tmp_path, FEW) as backend:
        yield backend


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[InProcessBackend]:
    with backend_of(tmp_path, FEW) as backend:
        yield backend


def asks(graph: str, inputs: JSON = None) -> RunRequest:
    return RunRequest("go", f"own:{graph}", (), model="", inputs=inputs)


def waiting(run: Run) -> list[str]:
    """The ids of what a run waits for, once it does and belongs to nobody."""
    wait_until(lambda: run.read()[0] and run.state in ("waiting", "failed", "finished", "stopped"), 10, "it waits")
    assert run.state == "waiting", run.read()[0][-1]
    if isinstance(run, ActiveRun):
        wait_until(lambda: run.rests, 5, "all of it is written")
    (last,) = [event.payload for event in run.read()[0] if isinstance(event.payload, ev.Waiting)][-1:]
    return [interrupt.id for interrupt in last.interrupts]


def answer(backend: InProcessBackend, run: Run, *answers: JSON, session: str = ME) -> None:
    """Answer all that a run waits for, in its order."""
    for id_, given in zip(waiting(run), answers, strict=True):
        started(backend.answer(run.id, id_, given, session=session))


def checked(events: list[StreamEvent]) -> Transcript:
    """The transcript of a log that is as every log must be."""
    assert [event.seq for event in events] == list(range(len(events)))
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert sum(event.payload.kind == "ended" for event in events) <= 1
    answered = [event.payload.interrupt for event in events if isinstance(event.payload, ev.Answered)]
    assert len(answered) == len(set(answered))
    return fold(events, RUN_MODES)


def told_of(run: Transcript) -> dict[str, tuple[str, str, str, str | None]]:
    """Of each call its name, how it stands, what it wrote and what it returned."""
    return {call.id: (call.name, call.state, call.output.text.text, call.result) for call in run.calls}


LOOKED = ("look", "finished", "first in Csecond in C", "seen C")


def test_a_tool_that_asks_begins_anew_in_its_place(memory: InProcessBackend) -> None:
    run = started(memory.start(asks("one"), session=ME))
    assert told_of(fold(run.read()[0], RUN_MODES)) == {} or waiting(run)
    answer(memory, run, "yes")
    told = checked(finish(run))
    written = "about to send hellosending hello: yes"
    assert told_of(told) == {"s": ("send", "finished", written, "hello sent: yes")}
    assert told.calls[0].attempts == 1
    assert [asked.call for asked in told.asked.values()] == ["s"]
    assert run.answer == "all sent: hello sent: yes"
    assert told.answer == run.answer


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_several_are_answered_in_any_order_and_what_was_done_stays(
    memory: InProcessBackend, order: tuple[int, int]
) -> None:
    run = started(memory.start(asks("two"), session=ME))
    ids = waiting(run)
    before = fold(run.read()[0], RUN_MODES)
    assert [call.state for call in before.calls] == ["waiting", "waiting", "finished"]
    answers = ["yes", "no"]
    started(memory.answer(run.id, ids[order[0]], answers[order[0]], session=ME))
    between = fold(run.read()[0], RUN_MODES)
    assert (between.state, list(between.waiting)) == ("waiting", [ids[order[1]]])
    assert "answered already" in refused(memory.answer(run.id, ids[order[0]], "late", session=ME))
    started(memory.answer(run.id, ids[order[1]], answers[order[1]], session=ME))
    events = finish(run)
    told = told_of(checked(events))
    assert told["a"] == LOOKED
    assert [told[id_][2:] for id_ in ("s", "t")] == [
        ("about to send Asending A: yes", "A sent: yes"),
        ("about to send Bsending B: no", "B sent: no"),
    ]
    assert len([e for e in events if isinstance(e.payload, ev.ToolStarted) and e.calls == ("a",)]) == 1
    assert not [e for e in events if isinstance(e.payload, ev.Update) and e.payload.cached]
    assert run.answer == "all sent: A sent: yes, B sent: no, seen C"


def test_a_tool_may_ask_again(memory: InProcessBackend) -> None:
    run = started(memory.start(asks("asks_twice"), session=ME))
    first = waiting(run)
    answer(memory, run, "a")
    wait_for(run, lambda event: isinstance(event.payload, ev.Waiting) and event.payload.interrupts[0].id not in first)
    answer(memory, run, "b")
    told = checked(finish(run))
    assert told_of(told) == {"w": ("twice", "finished", "before bothbetween", "a and b")}
    assert len(told.pauses) == 2


def test_calls_that_have_one_id_are_two_still(memory: InProcessBackend) -> None:
    run = started(memory.start(asks("same_ids"), session=ME))
    answer(memory, run, "yes", "no")
    told = told_of(checked(finish(run)))
    assert {id_: told[id_][3] for id_ in told} == {"call_0": "A sent: yes", "call_0#2": "B sent: no"}


def test_on_a_plain_edge_what_was_done_beside_it_is_done_again(memory: InProcessBackend) -> None:
    run = started(memory.start(asks("plain_edge"), session=ME))
    answer(memory, run, "yes")
    told = told_of(checked(finish(run)))
    assert told == {"s": ("send", "finished", "about to send Asending A: yes", "A sent: yes"), "a": LOOKED}


def test_middleware_asks_before_any_tool_begins(memory: InProcessBackend) -> None:
    run = started(memory.start(asks("middleware"), session=ME))
    waiting(run)
    assert [call.state for call in fold(run.read()[0], RUN_MODES).calls] == ["waiting", "waiting"]
    edit: JSON = {"type": "edit", "edited_action": {"name": "look", "args": {"place": "C"}}}
    answer(memory, run, {"decisions": [edit, {"type": "reject", "message": "not now"}]})
    told = checked(finish(run))
    assert told_of(told)["s"][:3] == LOOKED[:3]
    assert told.calls[0].args == {"place": "C"}
    assert told_of(told)["t"][1] == "failed"


def test_sub_agents_that_are_tools_ask_and_go_on_where_they_were(memory: InProcessBackend) -> None:
    run = started(memory.start(asks("helpers"), session=ME))
    ids = waiting(run)
    assert len(ids) == 2
    answer(memory, run, "yes", "no")
    events = finish(run)
    told = checked(events)
    tree = [(call.id, call.depth, call.state) for call in told.calls]
    assert tree == [
        ("o1", 0, "finished"), ("i-ann", 1, "finished"), ("o2", 0, "finished"), ("i-bob", 1, "finished")
    ]  # fmt: skip
    assert [asked.call for asked in told.asked.values()] == ["i-ann", "i-bob"]
    assert told_of(told)["i-bob"][2:] == ("about to send bobsending bob: no", "bob sent: no")
    assert told_of(told)["o1"][2] == "asking ann"
    assert "ann has: ann sent: yes" in run.answer


def test_tasks_of_a_function_are_done_once(memory: InProcessBackend) -> None:
    run = started(memory.start(asks("functional", "the letter"), session=ME))
    answer(memory, run, True)
    events = finish(run)
    checked(events)
    written = [event.payload.data for event in events if isinstance(event.payload, ev.Custom)]
    assert written.count("weighing the letter") == 1
    assert run.answer == "the letter weighs 3: True"


@pytest.mark.parametrize("graph", ["breakpoint_", "breakpoint_inside"])
def test_a_breakpoint_is_gone_on_from(memory: InProcessBackend, graph: str) -> None:
    run = started(memory.start(asks(graph, {"xs": []}), session=ME))
    answer(memory, run, None)
    checked(finish(run))
    assert run.answer == '{"xs": ["first", "last"]}'


def test_a_question_is_asked_until_its_answer_fits(memory: InProcessBackend) -> None:
    run = started(memory.start(asks("validating", {"xs": []}), session=ME))
    answer(memory, run, "old")
    wait_for(run, lambda event: isinstance(event.payload, ev.Resumed))
    answer(memory, run, 81)
    assert [asked.interrupt.value for asked in checked(finish(run)).asked.values()] == [
        "How old?",
        "old is no number. How old?",
    ]
    assert run.answer == '{"xs": [81]}'


def test_an_answer_that_the_questions_schema_does_not_take_is_refused_wherever_it_comes_from(
    memory: InProcessBackend,
) -> None:
    run = started(memory.start(asks("with_a_schema", {"xs": []}), session=ME))
    (age,) = waiting(run)
    before = len(run.read()[0])
    wrong: tuple[JSON, ...] = ("old", -1, None, {"type": "approve"}, [7])
    for given in wrong:
        assert "Input: " in refused(memory.answer(run.id, age, given, session=ME))
    assert len(run.read()[0]) == before
    started(memory.answer(run.id, age, 81, session=ME))
    wait_for(run, lambda event: isinstance(event.payload, ev.Waiting) and event.payload.interrupts[0].id != age)
    (rest,) = waiting(run)
    started(memory.answer(run.id, rest, True, session=ME))
    finish(run)
    assert run.answer == '{"xs": [81, true]}'
    assert "Input: " in refused(memory.answer_otherwise(run.id, {age: "young"}, session=ME))


@pytest.mark.parametrize("graph", OF_OTHERS)
def test_what_others_build_goes_on_and_can_be_answered_otherwise(memory: InProcessBackend, graph: str) -> None:
    inputs: JSON = None if graph in ("per_call", "handed_over") else {"xs": []}
    given: dict[str, JSON] = {"per_call": APPROVE, "handed_over": {"decisions": [APPROVE]}}
    run = started(memory.start(asks(graph, inputs), session=ME))
    all_answered(memory, run, given.get(graph, "yes"))
    told = checked(finish(run))
    assert run.state == "finished", told.message
    assert all(call.state == "finished" and call.attempts == 1 for call in told.calls)
    first = next(iter(told.asked))
    other = started(memory.answer_otherwise(run.id, {first: given.get(graph, "yes")}, session=ME))
    all_answered(memory, other, given.get(graph, "yes"))
    again = checked(finish(other))
    assert other.answer == run.answer, again.message
    assert [(call.id, call.state) for call in again.calls] == [(call.id, call.state) for call in told.calls]


def all_answered(backend: InProcessBackend, run: Run, given: JSON) -> None:
    """Answer a run so until it asks no more."""
    cursor, ended = 0, False
    while not ended:
        events, cursor, ended = run.read(cursor, 0.5)
        if any(isinstance(event.payload, ev.Waiting) for event in events) and run.state == "waiting":
            answer(backend, run, *[given] * len(waiting(run)))


# What may happen to one that waits


def test_stop_ends_it_at_once(memory: InProcessBackend) -> None:
    run = started(memory.start(asks("one"), session=ME))
    (id_,) = waiting(run)
    run.stop()
    told = checked(finish(run))
    assert (run.state, told.state, told.message) == ("stopped", "stopped", "Stopped. What had arrived is kept.")
    assert told.pauses[0].end == told.ended_at
    assert "has ended" in refused(memory.answer(run.id, id_, "yes", session=ME))
    assert [entry.state for entry in memory.of(ME) if entry.header.id == run.id] == ["stopped"]


def test_it_costs_no_place_and_no_time(tmp_path: Path) -> None:
    with backend_of(tmp_path, FEW, runs_at_once=1, run_seconds=20) as backend:
        run = started(backend.start(asks("one"), session=ME))
        waiting(run)
        other = started(backend.start(request(), session="another"))
        finish(other)
        wait_until(lambda: time.time() - run.header.asked_at > 4.2, 9, "it would be over")
        answer(backend, run, "yes")
        finish(run)
        assert (run.state, other.state) == ("finished", "finished")
        assert not backend.is_at_work()


def test_what_is_asked_meanwhile_waits_behind_it(memory: InProcessBackend) -> None:
    run = started(memory.start(asks("one"), session=ME))
    waiting(run)
    behind = started(memory.start(request("thank you"), session=ME, thread_id=run.thread_id))
    third = started(memory.start(request("and you?"), session=ME, thread_id=run.thread_id))
    beside = started(memory.start(request("hello"), session=ME, thread_id=run.thread_id, after=FIRST))
    finish(beside)
    assert (behind.state, behind.place, third.state) == ("queued", 0, "queued")
    answer(memory, run, "yes")
    finish(third)
    assert (run.state, behind.state, third.state) == ("finished", "finished", "finished")
    parents = [run.header.parent, behind.header.parent, third.header.parent, beside.header.parent]
    assert parents == [FIRST, run.id, behind.id, FIRST]
    knows = [
        message.text for message in next(e.payload for e in third.read()[0] if isinstance(e.payload, ev.State)).messages
    ]
    assert knows == ["go", run.answer, "thank you", behind.answer, "and you?"]


def test_what_waits_behind_a_stopped_one_goes_on_without_it(memory: InProcessBackend) -> None:
    run = started(memory.start(asks("one"), session=ME))
    waiting(run)
    behind = started(memory.start(request("thank you"), session=ME, thread_id=run.thread_id))
    run.stop()
    finish(behind)
    assert behind.state == "finished"


def test_only_its_owner_may_answer_with_an_answer_that_is_one(memory: InProcessBackend) -> None:
    run = started(memory.start(asks("one"), session=ME))
    (id_,) = waiting(run)
    assert "You have no such run" in refused(memory.answer(run.id, id_, "yes", session="another"))
    assert "You have no such run" in refused(memory.answer("nothing-at-all", id_, "yes", session=ME))
    assert "does not ask that question" in refused(memory.answer(run.id, "x", "yes", session=ME))
    assert "longer than 8,000 characters" in refused(memory.answer(run.id, id_, "x" * 9_000, session=ME))
    answer(memory, run, "yes")
    finish(run)


def test_what_used_a_key_needs_it_again(memory: InProcessBackend) -> None:
    two_tools = RunRequest(REFUND, "react", ("refund", "send_email"), model="demo-fast")
    run = started(memory.start(two_tools, session=ME, api_key="sk-mine"))
    ids = waiting(run)
    assert run.header.own_key
    assert "sk-mine" not in str(vars(run))
    assert "used your own key" in refused(memory.answer(run.id, ids[0], {"action": "approve"}, session=ME))
    for id_ in ids:
        started(memory.answer(run.id, id_, {"action": "approve"}, session=ME, api_key="sk-mine"))
    finish(run)
    assert run.state == "finished"


def test_nobody_answers_for_too_long(tmp_path: Path) -> None:
    with backend_of(tmp_path, FEW) as backend:
        run = started(backend.start(asks("one"), session=ME))
        waiting(run)
    with backend_of(tmp_path, FEW, waiting_days=1e-9) as later:
        late = found(later, run.id)
        told = checked(finish(late))
        assert told.message.startswith("Nobody answered for 1e-09 days, so it was stopped.")


def test_what_is_deleted_while_it_waits_is_gone(here: InProcessBackend, tmp_path: Path) -> None:
    run = started(here.start(asks("one"), session=ME))
    (id_,) = waiting(run)
    assert here.forget(run.id) is None
    finish(run)
    assert here.get(run.id) is None
    assert "no such run" in refused(here.answer(run.id, id_, "yes", session=ME))
    assert not (tmp_path / f"{run.id}.jsonl").exists()


def test_it_may_be_let_go_of_and_whoever_reads_it_reads_on(tmp_path: Path) -> None:
    with backend_of(tmp_path, FEW, memory_megabytes=0.001) as backend:
        run = started(backend.start(asks("one"), session=ME))
        waiting(run)
        finish(started(backend.start(request(), session="another")))
        wait_until(lambda: not backend._known.in_memory(run.id), 10, "its memory is given back")
        answer(backend, found(backend, run.id), "yes")
        assert checked(finish(run)).answer == "all sent: hello sent: yes"


# Several processes, and none


def test_what_waits_is_answered_from_another_process(here: InProcessBackend, elsewhere: InProcessBackend) -> None:
    run = started(elsewhere.start(asks("two"), session=ME))
    ids = waiting(run)
    mirrored = found(here, run.id)
    assert waiting(mirrored) == ids
    started(elsewhere.answer(run.id, ids[0], "yes", session=ME))
    wait_until(lambda: len(fold(mirrored.read()[0], ()).waiting) == 1, 5, "the answer is seen")
    assert "answered already" in refused(here.answer(run.id, ids[0], "no", session=ME))
    started(here.answer(run.id, ids[1], "no", session=ME))
    events = finish(mirrored)
    assert finish(run) == events == finish(found(here, run.id))
    assert run.state == mirrored.state == "finished"
    assert checked(events).answer == run.answer == "all sent: A sent: yes, B sent: no, seen C"


def test_each_wait_may_be_answered_by_another_process(here: InProcessBackend, elsewhere: InProcessBackend) -> None:
    run = started(here.start(asks("asks_twice"), session=ME))
    first = waiting(run)
    started(elsewhere.answer(run.id, first[0], "a", session=ME))
    wait_for(run, lambda event: isinstance(event.payload, ev.Waiting) and event.payload.interrupts[0].id not in first)
    assert run.state == "waiting"
    (second,) = waiting(found(here, run.id))
    wait_until(lambda: here.of(ME)[0].state == "waiting", 5, "it is nobody's")
    started(here.answer(run.id, second, "b", session=ME))
    assert told_of(checked(finish(run)))["w"][3] == "a and b"


def test_what_is_asked_here_waits_behind_what_waits_elsewhere(
    here: InProcessBackend, elsewhere: InProcessBackend
) -> None:
    run = started(elsewhere.start(asks("one"), session=ME))
    waiting(run)
    behind = started(here.start(request("thank you"), session=ME, thread_id=run.thread_id))
    assert behind.read(1, 0.7) == ([], 1, False)
    answer(elsewhere, run, "yes")
    finish(behind)
    assert (run.state, behind.state) == ("finished", "finished")


def test_what_is_asked_meanwhile_outlives_a_restart(tmp_path: Path) -> None:
    with backend_of(tmp_path, FEW) as backend:
        run = started(backend.start(asks("one"), session=ME))
        waiting(run)
        behind = started(backend.start(request("thank you"), session=ME, thread_id=run.thread_id))
        third = started(backend.start(request("and you?"), session=ME, thread_id=run.thread_id))
        wait_until(lambda: {entry.state for entry in backend.of(ME)} == {"waiting", "queued"}, 5, "all are noted")
    with backend_of(tmp_path, FEW) as later:
        assert [entry.interrupted for entry in later.of(ME)] == [False] * 3
        answer(later, found(later, run.id), "yes")
        again = found(later, third.id)
        assert checked(finish(again)).state == "finished"
        names = {run.id: "run", behind.id: "behind", third.id: "third"}
        states = {names[turn.id]: turn.state for turn in later.thread(run.thread_id)}
        assert states == dict.fromkeys(names.values(), "finished")


def test_what_waits_with_a_key_of_ones_own_is_told_after_a_restart_why_it_does_not_go_on(tmp_path: Path) -> None:
    with backend_of(tmp_path, FEW) as backend:
        run = started(backend.start(asks("one"), session=ME))
        waiting(run)
        one = {"session": ME, "thread_id": run.thread_id}
        behind = started(backend.start(request("thank you"), api_key="sk-mine", **one))
        wait_until(lambda: {entry.state for entry in backend.of(ME)} == {"waiting", "queued"}, 5, "both are noted")
    with backend_of(tmp_path, FEW) as later:
        events = found(later, behind.id).read()[0]
        assert isinstance(end := events[-1].payload, ev.Ended)
        assert "key is never kept" in end.message


KILLED: dict[str, list[JSON]] = {"two": ["yes", "no"], "helpers": ["yes", "no"], "functional": [True]}
"""Graphs whose process is killed while they wait, and what they are answered in the next."""
_ASKS = """
import sys
from pathlib import Path
from tests.unit.engine.test_waiting import KILLED, ME, asks, backend_of, started, waiting
backend = backend_of(Path(sys.argv[1]), KILLED)
runs = [backend.start(asks(graph), session=ME) for graph in KILLED]
for run in runs:
    waiting(run)
print(*(run.id for run in runs), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def left_waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[InProcessBackend, dict[str, str]]]:
    """What comes after a process that was killed, and the ids of the runs that it left waiting, by their graph."""
    folder = tmp_path_factory.mktemp("killed")
    command = [sys.executable, "-c", _ASKS, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        ids = process.stdout.readline().split()
        process.kill()
        process.wait()
    with backend_of(folder, KILLED) as backend:
        yield backend, dict(zip(KILLED, ids, strict=True))


@pytest.mark.parametrize("graph", KILLED)
def test_what_a_killed_process_left_waiting_is_answered_in_the_next(
    graph: str, left_waiting: tuple[InProcessBackend, dict[str, str]]
) -> None:
    backend, left = left_waiting
    (entry,) = [entry for entry in backend.of(ME) if entry.header.id == left[graph]]
    assert (entry.state, entry.interrupted) == ("waiting", False)
    run = found(backend, left[graph])
    answer(backend, run, *KILLED[graph])
    again = found(backend, left[graph])
    told = checked(finish(again))
    assert again.state == "finished", told.message
    assert told.pauses
    assert all(call.state == "finished" for call in told.calls)
    assert finish(run) == again.read()[0]


# Answered otherwise


INPUTS: dict[str, JSON] = {"functional": "the letter", "validating": {"xs": []}}
OTHERS: dict[str, tuple[JSON, JSON]] = {
    "middleware": ({"decisions": [APPROVE, APPROVE]}, {"decisions": [APPROVE, REJECT]}),
    "validating": (3, 4),
}


@pytest.mark.parametrize("graph", ["two", "helpers", "plain_edge", "middleware", "functional", "validating"])
def test_a_copy_goes_on_with_other_answers_beside_the_old_one(memory: InProcessBackend, graph: str) -> None:
    run = started(memory.start(asks(graph, INPUTS.get(graph)), session=ME))
    ids = waiting(run)
    yes, no = OTHERS.get(graph, ("yes", "no"))
    answer(memory, run, *[yes] * len(ids))
    before = finish(run)
    other = started(memory.answer_otherwise(run.id, {ids[-1]: no}, session=ME))
    events = finish(other)
    told = checked(events)
    assert other.state == "finished", told.message
    assert (other.header.forked_from, other.header.parent) == (run.id, run.header.parent)
    shared = next(place for place, event in enumerate(before) if isinstance(event.payload, ev.Waiting))
    assert events[: shared + 1] == before[: shared + 1]
    assert [asked.answer for asked in told.asked.values()] == [*[yes] * (len(ids) - 1), no]
    assert len(told.calls) == len(fold(before, RUN_MODES).calls)
    assert other.answer != run.answer
    assert other.answer.replace("no", "yes") == run.answer or graph in ("middleware", "validating")
    assert finish(run) == before
    again = started(memory.answer_otherwise(other.id, {ids[-1]: yes}, session=ME))
    finish(again)
    assert again.answer == run.answer, again.read()[0][-1]


def test_the_second_of_two_questions_is_answered_otherwise(memory: InProcessBackend) -> None:
    run = started(memory.start(asks("asks_twice"), session=ME))
    first = waiting(run)
    answer(memory, run, "a")
    wait_for(run, lambda event: isinstance(event.payload, ev.Waiting) and event.payload.interrupts[0].id not in first)
    (second,) = waiting(run)
    assert "not been answered yet" in refused(memory.answer_otherwise(run.id, {second: "c"}, session=ME))
    answer(memory, run, "b")
    finish(run)
    other = started(memory.answer_otherwise(run.id, {second: "c"}, session=ME))
    assert told_of(checked(finish(other)))["w"] == ("twice", "finished", "before bothbetween", "a and c")
    assert "never asked these" in refused(memory.answer_otherwise(run.id, {first[0]: "x", second: "c"}, session=ME))
    assert "You have no such run" in refused(memory.answer_otherwise(run.id, {second: "c"}, session="another"))
    early = started(memory.answer_otherwise(run.id, {first[0]: "z"}, session=ME))
    answer(memory, early, "y")
    assert told_of(checked(finish(early)))["w"][3] == "z and y"


def test_what_was_answered_before_a_restart_is_answered_otherwise_after_it(tmp_path: Path) -> None:
    with backend_of(tmp_path, FEW) as backend:
        run = started(backend.start(asks("two"), session=ME))
        ids = waiting(run)
        answer(backend, run, "yes", "yes")
        finish(run)
    with backend_of(tmp_path, FEW) as later:
        other = started(later.answer_otherwise(run.id, {ids[0]: "no"}, session=ME))
        checked(finish(other))
        assert other.answer == "all sent: A sent: no, B sent: yes, seen C"
        assert [entry.header.forked_from for entry in later.of(ME)] == [run.id, ""]


# The agents of the app


@pytest.mark.parametrize("graph", ["react", "create_agent", "prebuilt", "without_langchain"])
def test_every_agent_asks_and_goes_on(memory: InProcessBackend, graph: str) -> None:
    run = started(memory.start(RunRequest(REFUND, graph, ("refund", "send_email"), model="demo-fast"), session=ME))
    waiting(run)
    before = fold(run.read()[0], RUN_MODES)
    assert [call.state for call in before.calls] == ["waiting", "waiting"]
    answers = []
    for asked in before.asked.values():
        questions = questions_of(asked.interrupt.value, asked.interrupt.schema)
        answers.append(resume_value(questions, [Decision("approve") for _ in questions]))
    answer(memory, run, *answers)
    told = checked(finish(run))
    assert [(call.name, call.state) for call in told.calls] == [("refund", "finished"), ("send_email", "finished")]
    assert all(call.attempts <= 1 for call in told.calls)
    assert "were refunded" in run.answer


def test_what_is_decided_and_not_sent_yet_is_kept_for_its_owner_alone_and_goes_with_the_run(
    here: InProcessBackend, elsewhere: InProcessBackend
) -> None:
    run = started(here.start(asks("one"), session=ME))
    (id_,) = waiting(run)
    approve: JSON = {"verdict": "approve", "value": None, "reason": ""}
    here.keep_decision(run.id, id_, 0, approve, session="a stranger")
    here.keep_decision(run.id, "no such question", 0, approve, session=ME)
    here.keep_decision(run.id, id_, 9_999, approve, session=ME)
    assert here.decisions(run.id, id_, session=ME) == {}
    here.keep_decision(run.id, id_, 1, approve, session=ME)
    assert elsewhere.decisions(run.id, id_, session=ME) == {1: approve}
    assert elsewhere.decisions(run.id, id_, session="a stranger") == {}
    elsewhere.keep_decision(run.id, id_, 1, None, session=ME)
    assert here.decisions(run.id, id_, session=ME) == {}
    here.keep_decision(run.id, id_, 0, approve, session=ME)
    assert here.forget(run.id) is None
    assert elsewhere.decisions(run.id, id_, session=ME) == {}
