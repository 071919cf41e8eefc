"""Runs in this process, against the demo model's real server."""

import threading
import time

import pytest

from agent.engine.in_process import InProcessBackend
from agent.graphs.registry import GRAPHS
from agent.projections.transcript import fold
from agent.settings import Limits, Settings
from agent.streaming.adapter import Happening
from agent.streaming.events import Checkpoint, Custom, Debug, RunRequest, Started, State, Token
from agent.streaming.modes import RUN_MODES

OFFICE = "what items are in the office?"
BOTH = "what items are in the office and the bedroom?"
AGENTS = [
    ("react", "get_items"),
    ("react", "get_items.llm"),
    ("react", "get_items.openai"),
    ("prebuilt", "get_items.llm"),
    ("without_langchain", "get_items.openai"),
    ("without_langchain", "take_inventory"),
    ("tool_node", "get_items.openai"),
]


@pytest.fixture(scope="module")
def backend():
    limits = Limits(runs_per_minute=1_000, runs_per_session=10)
    with InProcessBackend(Settings(demo_rate=400, limits=limits)) as backend:
        backend.wait_until_open()
        yield backend


def request(question=OFFICE, graph="react", tool="get_items.llm", **more):
    return RunRequest(question, graph, (tool,), **{"model": "demo-fast", **more})


def finish(run, timeout=30):
    """All events of a run, waited for."""
    events, cursor, ended = [], 0, False
    deadline = time.monotonic() + timeout
    while not ended:
        new, cursor, ended = run.read(cursor, 0.5)
        events += new
        assert time.monotonic() < deadline, f"still {run.state}: {events[-3:]}"
    return events


def wait_for(run, wanted, timeout=10):
    """Wait until the run's log holds an event that `wanted` accepts."""
    cursor, deadline = 0, time.monotonic() + timeout
    while time.monotonic() < deadline:
        events, cursor, ended = run.read(cursor, 0.5)
        if any(wanted(event) for event in events):
            return
        assert not ended
    raise AssertionError("never happened")


def begun_at(run):
    """Seconds until its turn came."""
    return next(event.at for event in run.read()[0] if isinstance(event.payload, Started))


def wait_until(true, timeout=5):
    deadline = time.monotonic() + timeout
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(("graph", "tool"), AGENTS)
def test_every_agent_answers_with_every_kind_of_tool(backend, graph, tool):
    run = backend.start(request(graph=graph, tool=tool))
    events = finish(run)
    assert run.state == "finished"
    assert [event.seq for event in events] == list(range(len(events)))
    assert [event.at for event in events] == sorted(event.at for event in events)
    transcript = fold(events, RUN_MODES)
    assert [(call.name, call.state) for call in transcript.calls] == [(tool.split(".")[0], "finished")]
    assert run.answer


@pytest.mark.parametrize(
    ("graph", "tool", "mode"),
    [
        ("react", "get_items", "custom"),
        ("react", "get_items.llm", "messages"),
        ("prebuilt", "get_items", "custom"),
        ("prebuilt", "get_items.llm", "messages"),
        ("without_langchain", "get_items.openai", "custom"),
        ("without_langchain", "get_items", "custom"),
    ],
)
def test_every_chunk_of_two_parallel_calls_is_attributed_to_its_own(backend, graph, tool, mode):
    run = backend.start(request(BOTH, graph, tool, model="demo"))
    events = finish(run)
    office, bedroom = fold(events, RUN_MODES).calls
    assert [office.args, bedroom.args] == [{"place": "office"}, {"place": "bedroom"}]
    of_tools = [event for event in events if event.mode == mode and event.node == "tools"]
    assert of_tools
    assert all(event.calls in ((office.id,), (bedroom.id,)) for event in of_tools)
    order = [event.call for event in of_tools]
    assert order != sorted(order, key=[office.id, bedroom.id].index), "they did not run at the same time"
    for call in (office, bedroom):
        words = "".join(item.output.text.text for item in call.items)
        told = ", ".join(chunk["custom_tool_data"] for chunk in call.output.others)
        assert (words or call.output.text.text or told) == call.result


def test_all_modes_are_recorded_whatever_the_page_shows(backend):
    events = finish(backend.start(request(all_modes=False)))
    assert {event.mode for event in events} == {"run", "messages", "updates", "values", "tasks", "tools"}
    assert "custom" in {event.mode for event in finish(backend.start(request(tool="get_items")))}


@pytest.mark.parametrize("graph", GRAPHS)
def test_a_run_for_developers_records_checkpoints_and_debug_too(backend, graph):
    events = finish(backend.start(request(graph=graph, tool="get_items", all_modes=True)))
    kept = [event.payload.data for event in events if isinstance(event.payload, Checkpoint)]
    assert [checkpoint["next"] for checkpoint in (kept[0], kept[-1])] == [["__start__"], []]
    debug = {event.payload.data["type"] for event in events if isinstance(event.payload, Debug)}
    assert debug == {"checkpoint", "task", "task_result"}
    others = [event for event in events if event.mode not in ("checkpoints", "debug")]
    assert fold(events, {"custom"}).items == fold(others, {"custom"}).items


def test_two_readers_see_the_same_log_each_at_its_own_cursor(backend):
    run = backend.start(request())
    first, second = [], []
    readers = [threading.Thread(target=lambda into=into: into.extend(finish(run))) for into in (first, second)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert first == second == run.read()[0]


def test_the_next_question_knows_the_finished_turns(backend):
    first = backend.start(request("what items are in the office?"))
    second = backend.start(request("thank you"), thread_id=first.thread_id)
    finish(second)
    sent = next(event.payload.messages for event in second.read()[0] if isinstance(event.payload, State))
    assert [message.text for message in sent] == ["what items are in the office?", first.answer, "thank you"]


def test_runs_of_one_thread_wait_for_each_other(backend):
    first = backend.start(request(model="demo"))
    second = backend.start(request(), thread_id=first.thread_id)
    wait_for(first, lambda event: event.mode == "messages")
    assert (second.state, second.place) == ("queued", 1)
    finish(second)
    assert first.ended
    assert begun_at(second) > 0


def test_stop_closes_the_upstream_request_and_keeps_what_has_arrived(backend):
    run = backend.start(request("count to 5000", tool="get_items", model="demo", tool_choice="none"))
    wait_for(run, lambda event: isinstance(event.payload, Token) and "20" in event.payload.text)
    hung_up = backend._engine.demo.stats.hung_up
    asked = time.monotonic()
    run.stop()
    events = finish(run)
    assert time.monotonic() - asked < 1
    wait_until(lambda: backend._engine.demo.stats.hung_up == hung_up + 1)
    assert run.state == "stopped"
    assert fold(events, {"messages"}).answer.startswith("1 2 3")
    after = finish(backend.start(request(), thread_id=run.thread_id))
    assert fold(after, ()).state == "finished"


@pytest.mark.parametrize("graph", ["react", "without_langchain"])
def test_stop_reaches_two_parallel_tools(backend, graph):
    tool = "get_items.llm" if graph == "react" else "get_items.openai"
    run = backend.start(request(BOTH, graph, tool, model="demo"))
    wait_for(run, lambda event: event.call and event.mode in ("messages", "custom"))
    wait_until(lambda: backend._engine.demo.stats.active == 2)
    run.stop()
    wait_until(lambda: backend._engine.demo.stats.active == 0)
    assert [call.state for call in fold(finish(run), ()).calls] == ["stopped", "stopped"]


def test_a_run_stopped_in_the_queue_never_begins(backend):
    first = backend.start(request(model="demo"))
    second = backend.start(request(), thread_id=first.thread_id)
    second.stop()
    assert [event.payload.kind for event in finish(second)] == ["queued", "ended"]
    finish(first)
    assert first.state == "finished"


def test_stopping_twice_or_after_the_end_changes_nothing(backend):
    run = backend.start(request())
    events = finish(run)
    run.stop()
    run.stop()
    finish(backend.start(request()))
    assert run.read()[0] == events


@pytest.mark.parametrize("choice", ["required", "get_items"])
def test_a_forced_choice_holds_for_the_first_model_call_only(backend, choice):
    for graph, tool in (("react", "get_items.llm"), ("prebuilt", "get_items.llm"), ("without_langchain", "get_items")):
        run = backend.start(request("hello", graph, tool, tool_choice=choice))
        assert len(fold(finish(run), ()).calls) == 1
        assert run.state == "finished"


def test_no_tool_is_called_when_none_may_be(backend):
    for graph, tool in (("react", "get_items"), ("prebuilt", "get_items"), ("without_langchain", "get_items")):
        run = backend.start(request(graph=graph, tool=tool, tool_choice="none"))
        assert fold(finish(run), ()).calls == []
        assert run.answer


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"question": "  "}, "Type a question"),
        ({"question": "x" * 5_000}, "4,000 characters"),
        ({"model": "gpt-99"}, "model is not offered"),
        ({"graph": "nonsense"}, "no such agent"),
        ({"tools": ("rm",)}, "no tool rm"),
        ({"graph": "without_langchain", "tools": ("get_items.llm",)}, "no tool get_items.llm"),
        ({"tools": ("get_items", "get_items.llm")}, "same name"),
        ({"tools": (), "tool_choice": "required"}, "not among the chosen"),
        ({"tool_choice": "take_inventory"}, "not among the chosen"),
    ],
)
def test_a_request_that_cannot_be_run_is_refused_with_a_sentence(backend, changed, sentence):
    fields = {"question": OFFICE, "graph": "react", "tools": ("get_items",), "model": "demo", **changed}
    outcome = backend.start(RunRequest(**fields))
    assert outcome.state == "refused"
    assert sentence in outcome.sentence


def test_a_run_that_nobody_reads_ends_by_its_deadline():
    with InProcessBackend(Settings(demo_rate=20, limits=Limits(run_seconds=2))) as backend:
        run = backend.start(request("count to 1000", model="demo", tool="get_items", tool_choice="none"))
        wait_until(lambda: run.ended)
        transcript = fold(run.read()[0], ())
        assert (transcript.state, "limit of 2 seconds" in transcript.message) == ("failed", True)
        assert transcript.answer.startswith("1 2")
        wait_until(lambda: backend._engine.demo.stats.active == 0)


@pytest.mark.parametrize("limits", [Limits(output_events=50), Limits(output_bytes=5_000)])
def test_an_answer_without_end_is_ended_and_kept(limits):
    with InProcessBackend(Settings(limits=limits)) as backend:
        run = backend.start(request("count to 100000", tool="get_items", tool_choice="none"))
        transcript = fold(finish(run), ())
        assert (transcript.state, "limit of its length" in transcript.message) == ("failed", True)
        assert transcript.answer.startswith("1 2")
        wait_until(lambda: backend._engine.demo.stats.active == 0)


def test_the_limit_of_steps_is_a_sentence():
    with InProcessBackend(Settings(limits=Limits(steps=2))) as backend:
        transcript = fold(finish(backend.start(request())), ())
        assert (transcript.state, "limit of steps" in transcript.message) == ("failed", True)


def test_a_visitors_limits_are_theirs_alone():
    with InProcessBackend(Settings(limits=Limits(runs_per_minute=2))) as backend:
        for _ in range(2):
            backend.start(request(), session="greedy")
        assert "2 questions in a minute" in backend.start(request(), session="greedy").sentence
        finish(backend.start(request(), session="other"))


def test_the_queue_is_first_come_first_served_and_passes_over_who_has_their_share():
    with InProcessBackend(Settings(demo_rate=60, limits=Limits(runs_at_once=2, runs_per_session=1))) as backend:
        runs = [backend.start(request("count to 60", model="demo", tool_choice="none"), session=who) for who in "aabc"]
        wait_for(runs[2], lambda event: isinstance(event.payload, Started))
        assert [(run.state, run.place) for run in runs] == [
            ("running", 0),
            ("queued", 1),
            ("running", 0),
            ("queued", 2),
        ]
        for run in runs:
            finish(run)
        begun = [run.header.asked_at + begun_at(run) for run in runs]
        assert begun[0] < begun[2] < min(begun[1], begun[3])


def test_without_recordings_the_longest_unread_runs_are_forgotten_when_there_are_too_many_bytes():
    with InProcessBackend(Settings(limits=Limits(memory_megabytes=0.4, runs_per_minute=100))) as backend:
        runs = []
        while len(backend.of("me")) == len(runs):
            runs.append(backend.start(request("count to 100", tool_choice="none"), session="me"))
            finish(runs[-1])
            assert backend.get(runs[0].id) is runs[0]
            assert len(runs) < 50
        kept = [run for run in runs if backend.get(run.id)]
        assert sum(run.memory for run in kept) <= 400_000
        assert kept == [runs[0], *runs[-len(kept) + 1 :]]
        assert [entry.header.id for entry in backend.of("me")] == [run.id for run in reversed(kept)]


def test_closing_ends_what_runs_and_says_so():
    backend = InProcessBackend(Settings(demo_rate=20))
    run = backend.start(request("count to 1000", model="demo", tool_choice="none"))
    wait_for(run, lambda event: event.mode == "messages")
    begun = time.monotonic()
    backend.close()
    assert time.monotonic() - begun < 2
    assert fold(run.read()[0], ()).message.startswith("The server is being restarted")
    backend.close()


def test_late_output_never_reaches_a_run_that_has_ended(backend):
    run = backend.start(request())
    events = finish(run)
    run.append(Happening(Custom("late")), Limits())
    assert run.read()[0] == events
