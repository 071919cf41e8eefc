"""Conversations that last: what the next question knows, in which branch, after which restart; and what is deleted."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from agent.engine.checkpoints import FILE
from agent.engine.in_process import InProcessBackend
from agent.engine.run import Run
from agent.settings import Limits, Settings
from agent.store.recording import FIRST
from agent.store.store import Store
from agent.streaming.events import Message, RunRequest, State
from tests.postgres import Server
from tests.runs import finish, found, refused, request, started, wait_for
from tests.serving import wait_until

ME, YOU = "my session", "your session"
OFFICE, BEDROOM = "what items are in the office?", "what items are in the bedroom?"
LIMITS = Limits(runs_per_minute=1_000, runs_per_session=10)


@contextmanager
def process(folder: Path | None, **settings: object) -> Iterator[InProcessBackend]:
    """The app as one process has it."""
    given = Settings(recordings=folder, limits=LIMITS, **settings)  # type: ignore[arg-type]
    with InProcessBackend(given, Store.of(given)) as backend:
        backend.wait_until_open()
        yield backend


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[InProcessBackend]:
    with process(tmp_path) as backend:
        yield backend


def ask(backend: InProcessBackend, question: str, thread: str = "t", after: str = "", **of_request: object) -> Run:
    """A question and its whole answer."""
    asked = replace(request(question), **of_request)  # type: ignore[arg-type]
    run = started(backend.start(asked, thread_id=thread, session=ME, after=after))
    finish(run)
    assert run.state == "finished", run.read()[0][-1]
    return run


def begun_with(run: Run) -> list[Message]:
    """What the graph's state held when the question had been added to it."""
    return list(next(event.payload.messages for event in run.read()[0] if isinstance(event.payload, State)))


def texts(run: Run) -> list[str]:
    return [message.text for message in begun_with(run) if message.role == "human"]


def kept_of(folder: Path, thread: str = "t") -> int:
    """How many checkpoints there are of a conversation."""
    with closing(sqlite3.connect(folder / FILE)) as file:
        return int(file.execute("SELECT count(*) FROM checkpoints WHERE thread_id = ?", (thread,)).fetchone()[0])


@pytest.mark.parametrize("graph", ["react", "create_agent", "prebuilt", "without_langchain"])
def test_after_a_restart_the_next_question_knows_what_tools_said(tmp_path: Path, graph: str) -> None:
    tools = ("get_items.openai",) if graph == "without_langchain" else ("get_items.llm",)
    with process(tmp_path) as backend:
        first = ask(backend, OFFICE, graph=graph, tools=tools)
    with process(tmp_path) as backend:
        second = ask(backend, "thank you", graph=graph, tools=tools)
        assert [message.role for message in begun_with(second)] == ["human", "ai", "tool", "ai", "human"]
        assert begun_with(second)[3].text == first.answer
        assert ask(backend, "and again", graph=graph, tools=tools).state == "finished"


def test_in_postgresql_as_well(tmp_path: Path, database: Server) -> None:
    with process(tmp_path, database_url=database.url) as backend:
        ask(backend, OFFICE, "in the database")
    with process(tmp_path, database_url=database.url) as backend:
        second = ask(backend, "thank you", "in the database")
        assert "tool" in [message.role for message in begun_with(second)]
        assert not (tmp_path / FILE).exists()


def test_while_the_database_is_away_nothing_begins_and_what_is_asked_after_it_knows_what_was_before(
    tmp_path: Path, database: Server
) -> None:
    with process(tmp_path, database_url=database.url) as backend:
        ask(backend, OFFICE, "steadfast")
        database.stop()
        try:
            said = refused(backend.start(request("thank you"), thread_id="steadfast", session=ME))
            assert "does not answer" in said
        finally:
            database.start()
        assert "tool" in [message.role for message in begun_with(ask(backend, "thank you", "steadfast"))]


def test_a_question_asked_anew_knows_nothing_of_what_it_replaces(backend: InProcessBackend) -> None:
    first = ask(backend, OFFICE)
    left = ask(backend, "left")
    right = ask(backend, "right", after=first.id)
    assert texts(right) == [OFFICE, "right"]
    assert texts(ask(backend, "on the left", after=left.id)) == [OFFICE, "left", "on the left"]
    assert texts(ask(backend, "on the right", after=right.id)) == [OFFICE, "right", "on the right"]
    assert texts(ask(backend, BEDROOM, after=FIRST)) == [BEDROOM]


def test_branches_that_are_at_work_at_once_end_each_in_its_own_state(backend: InProcessBackend) -> None:
    first = ask(backend, OFFICE)
    asked = [replace(request(f"count to {to}", model="demo"), tool_choice="none") for to in (12, 8, 4)]
    beside = [started(backend.start(one, thread_id="t", session=ME, after=first.id)) for one in asked]
    for run in beside:
        finish(run)
    for run in beside:
        on = ask(backend, "on", after=run.id, model="demo")
        assert texts(on) == [OFFICE, run.request.question, "on"]


def test_what_failed_or_was_stopped_is_not_known(backend: InProcessBackend) -> None:
    ask(backend, OFFICE)
    stopped = started(backend.start(request("count to 1000", model="demo"), thread_id="t", session=ME))
    wait_for(stopped, lambda event: event.mode == "messages")
    stopped.stop()
    finish(stopped)
    assert texts(ask(backend, "thank you")) == [OFFICE, "thank you"]


@pytest.mark.parametrize("change", [{"graph": "create_agent"}, {"model": "demo"}, {"graph": "without_langchain"}])
def test_another_agent_or_model_is_told_the_turns_in_words(backend: InProcessBackend, change: dict[str, str]) -> None:
    first = ask(backend, OFFICE)
    tools = ("get_items.openai",) if change.get("graph") == "without_langchain" else first.request.tools
    second = ask(backend, "thank you", tools=tools, **change)
    assert [message.text for message in begun_with(second)] == [OFFICE, first.answer, "thank you"]


@pytest.mark.parametrize("damage", ["DELETE FROM checkpoints", "UPDATE checkpoints SET checkpoint = x'c1'"])
def test_where_nothing_is_kept_the_turns_are_told_in_words(
    backend: InProcessBackend, tmp_path: Path, damage: str
) -> None:
    first = ask(backend, OFFICE)
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        file.execute(damage)
        file.commit()
    assert [message.text for message in begun_with(ask(backend, "thank you"))] == [OFFICE, first.answer, "thank you"]


def test_a_damaged_file_costs_no_conversation(tmp_path: Path) -> None:
    with process(tmp_path) as backend:
        first = ask(backend, OFFICE)
    (tmp_path / FILE).write_bytes(b"\0" * 100_000)
    with process(tmp_path) as backend:
        second = ask(backend, "thank you")
        assert [message.text for message in begun_with(second)] == [OFFICE, first.answer, "thank you"]


OWN = """
import operator
from dataclasses import dataclass
from typing import Annotated
from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

@dataclass
class Step:
    name: str

class State(TypedDict):
    topic: str
    steps: Annotated[list[Step], operator.add]

async def work(state: State):
    assert all(isinstance(step, Step) for step in state["steps"])
    return {"steps": [Step(state["topic"])], "topic": str(len(state["steps"]) + 1)}

counts = StateGraph(State).add_node(work).add_edge(START, "work").compile()
"""


def test_a_state_without_messages_lasts_as_well(tmp_path: Path) -> None:
    (tmp_path / "own_state.py").write_text(OWN)
    asked = RunRequest("?", "own:counts", (), model="", inputs={"topic": "sea"})
    for expected in ("1", "2"):
        with process(tmp_path / "runs", graphs=(f"{tmp_path}/own_state.py:counts",)) as backend:
            run = started(backend.start(asked, thread_id="t", session=ME))
            finish(run)
            assert (run.state, expected in run.answer) == ("finished", True), run.answer


def test_conversations_are_listed_with_their_first_question_or_their_name(backend: InProcessBackend) -> None:
    ask(backend, OFFICE, "one")
    ask(backend, BEDROOM, "two")
    last = ask(backend, "thank you", "one")
    listed = backend.conversations(ME)
    assert [(item.thread_id, item.title, item.runs) for item in listed] == [("one", OFFICE, 2), ("two", BEDROOM, 1)]
    assert (listed[0].last, listed[0].state) == (last.id, "finished")
    assert backend.rename("one", "The office", session=ME) is None
    assert [item.title for item in backend.conversations(ME)] == ["The office", BEDROOM]
    assert backend.conversations(YOU) == backend.conversations("") == []


def test_nobody_renames_or_deletes_what_is_anothers(backend: InProcessBackend) -> None:
    ask(backend, OFFICE)
    for session in (YOU, ""):
        assert backend.rename("t", "Mine now", session=session)
        assert backend.forget_thread("t", session=session)
        assert backend.forget_thread("", session=session)
    assert [item.title for item in backend.conversations(ME)] == [OFFICE]


def test_what_is_deleted_is_deleted_everywhere_from_any_process(tmp_path: Path) -> None:
    with process(tmp_path) as backend, process(tmp_path) as other:
        run = ask(backend, OFFICE)
        ask(backend, BEDROOM, "stays")
        assert found(other, run.id).answer == run.answer
        assert other.forget_thread("t", session=ME) is None
        wait_until(lambda: kept_of(tmp_path) == 0, 10, "its checkpoints are gone")
        assert (backend.get(run.id), other.get(run.id), backend.thread("t")) == (None, None, [])
        assert kept_of(tmp_path, "stays") > 0
        assert not list(tmp_path.glob(f"{run.id}*"))


def test_a_conversation_that_is_deleted_while_it_is_answered_leaves_nothing(tmp_path: Path) -> None:
    with process(tmp_path) as backend, process(tmp_path) as other:
        ask(backend, OFFICE)
        run = started(backend.start(request("count to 1000", model="demo"), thread_id="t", session=ME))
        wait_for(run, lambda event: event.mode == "messages")
        wait_until(lambda: len(other.thread("t")) == 2, 10, "both know it")
        assert other.forget_thread("t", session=ME) is None
        finish(run)
        wait_until(lambda: kept_of(tmp_path) == 0 and not backend.is_at_work(), 10, "nothing is left")
        wait_until(lambda: not list(tmp_path.glob("*.jsonl")), 10, "no recording is left")
    assert kept_of(tmp_path) == 0


def test_a_run_that_is_deleted_is_no_longer_known_to_the_model(backend: InProcessBackend, tmp_path: Path) -> None:
    first, second = ask(backend, OFFICE), ask(backend, BEDROOM)
    assert backend.forget(first.id) is None
    wait_until(lambda: kept_of(tmp_path) == 0, 10, "its checkpoints are gone")
    third = ask(backend, "thank you")
    assert [message.text for message in begun_with(third)] == [BEDROOM, second.answer, "thank you"]


def test_what_cannot_be_deleted_while_the_database_is_away_can_be_after_it(tmp_path: Path, database: Server) -> None:
    with process(tmp_path, database_url=database.url) as backend:
        ask(backend, OFFICE, "deleted in between")
        database.stop()
        try:
            refusal = backend.forget_thread("deleted in between", session=ME)
            assert refusal
            assert "does not answer" in str(refusal.sentence)
        finally:
            database.start()
        assert backend.forget_thread("deleted in between", session=ME) is None
    with process(tmp_path, database_url=database.url):
        wait_until(lambda: not _in_database(database, "deleted in between"), 10, "its checkpoints are gone")


def _in_database(database: Server, thread: str) -> bool:
    import psycopg

    with psycopg.connect(database.url) as connection:
        return bool(connection.execute("SELECT 1 FROM checkpoints WHERE thread_id = %s", (thread,)).fetchone())


def test_many_ask_at_once_in_two_processes(tmp_path: Path) -> None:
    with process(tmp_path) as one, process(tmp_path) as other:
        answers: list[list[str]] = []

        def converse(backend: InProcessBackend, thread: str) -> None:
            for question in (OFFICE, BEDROOM, "thank you"):
                run = ask(backend, question, thread)
            answers.append(texts(run))

        threads = [
            threading.Thread(target=converse, args=(backend, f"{name} {number}"))
            for name, backend in (("one", one), ("other", other))
            for number in range(5)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [[OFFICE, BEDROOM, "thank you"]] * 10
