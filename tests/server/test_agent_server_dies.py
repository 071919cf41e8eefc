"""An Agent Server of two processes, of which one dies; one that restarts; one that forgets."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg

from agent.demo_model import DemoServer
from agent.engine.in_process import InProcessBackend
from agent.engine.run import Run
from agent.projections.items import Answer
from agent.projections.transcript import Transcript, fold
from agent.settings import Limits, Settings
from agent.streaming.events import Custom, Ended, Retried, RunRequest, Token
from agent.streaming.modes import RUN_MODES
from tests.agent_servers import MISSING, NO_REDIS, PROGRAMS, AgentServer, aegra, redis
from tests.conftest import missing
from tests.postgres import Server
from tests.runs import counting, finish, started, wait_for
from tests.server.client import Visitor
from tests.server.steps import complete
from tests.serving import app_server, free_port, model_server, pointed_at, wait_until

OWNER = "somebody"
ARCHIVE = RunRequest("search the archive about the office", "react", ("search_archive",), model="demo-fast")


def _database(server: Server, name: str) -> str:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    return server.tcp_url.replace("/postgres", f"/{name}")


@contextmanager
def _backend(model: DemoServer, *servers: AgentServer, seconds: float = 40) -> Iterator[InProcessBackend]:
    addresses = tuple(server.url for server in servers)
    models = ("demo-fast", "demo")
    settings = Settings(
        base_url=model.base_url, openai_models=models, agent_server=addresses, limits=Limits(server_seconds=seconds)
    )
    with InProcessBackend(settings) as backend:
        yield backend


def _told(run: Run) -> Transcript:
    return fold(finish(run, 100), RUN_MODES)


def test_the_process_at_work_dies_and_another_one_begins_anew_what_it_had_not_done(
    database: Server, model: DemoServer
) -> None:
    if not PROGRAMS.exists():
        missing(MISSING)
    if not shutil.which("redis-server"):
        missing(NO_REDIS)
    url = _database(database, "two_processes")
    with redis() as address:
        quick = {"LEASE_DURATION_SECONDS": "5", "HEARTBEAT_INTERVAL_SECONDS": "2", "REAPER_INTERVAL_SECONDS": "2"}
        env = pointed_at(model) | {"REDIS_BROKER_ENABLED": "true", "REDIS_URL": address} | quick
        with (
            aegra(url, env) as one,
            aegra(url, env | {"WORKER_COUNT": "1"}) as two,
            _backend(model, one, two) as backend,
        ):
            run = started(backend.start(ARCHIVE, session=OWNER))
            wait_for(run, lambda event: isinstance(event.payload, Custom), 40)
            worker = one if _works(url, one) else two
            worker.kill()
            told = _told(run)
            assert run.state == "finished", told.message
            events = run.read()[0]
            assert sum(isinstance(event.payload, Retried) for event in events) == 1
            (call,) = told.calls
            assert (call.state, call.attempts) == ("finished", 2)
            last_attempt = max(place for place, event in enumerate(events) if isinstance(event.payload, Retried))
            chunks = [event.payload.data for event in events[last_attempt:] if isinstance(event.payload, Custom)]
            assert len(chunks) == 12, "the whole search, once more"


def test_a_process_that_is_held_up_and_goes_on_beside_the_next_one_adds_nothing(database: Server) -> None:
    if not PROGRAMS.exists():
        missing(MISSING)
    if not shutil.which("redis-server"):
        missing(NO_REDIS)
    url = _database(database, "held_up")
    asked = counting(150)
    with redis() as address, model_server(rate=10) as slow:
        quick = {"LEASE_DURATION_SECONDS": "5", "HEARTBEAT_INTERVAL_SECONDS": "2", "REAPER_INTERVAL_SECONDS": "2"}
        env = pointed_at(slow) | {"REDIS_BROKER_ENABLED": "true", "REDIS_URL": address} | quick
        with aegra(url, env) as one, aegra(url, env) as two, _backend(slow, one, two) as backend:
            whole = _told(started(backend.start(replace(asked, model="demo-fast"), session=OWNER))).answer
            run = started(backend.start(asked, session=OWNER))
            wait_for(run, lambda event: isinstance(event.payload, Token), 60)
            held_up = one if _works(url, one) else two
            other = two if held_up is one else one
            held_up.signal(signal.SIGSTOP)
            try:
                wait_until(lambda: _works(url, other), 60, "the other one has taken it over")
                wait_for(run, lambda event: isinstance(event.payload, Retried), 60)
                began = next(event.seq for event in run.read()[0] if isinstance(event.payload, Retried))
                wait_for(run, lambda event: event.seq > began and isinstance(event.payload, Token), 60)
            finally:
                held_up.signal(signal.SIGCONT)
            told = _told(run)
            assert run.state == "finished", told.message
            (answer,) = [item.output.text.text for item in told.items if isinstance(item, Answer)]
            assert answer == told.answer == whole
            assert sum(isinstance(event.payload, Ended) for event in run.read()[0]) == 1
            assert finish(started(backend.start(replace(asked, model="demo-fast"), session=OWNER)))


def _works(url: str, server: AgentServer) -> bool:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT claimed_by FROM runs WHERE status = 'running'").fetchall()
    return any(str(server.process.pid) in str(name) for (name,) in rows)


def test_a_server_that_restarts_in_mid_run_and_one_that_forgets_are_told(database: Server, model: DemoServer) -> None:
    if not PROGRAMS.exists():
        missing(MISSING)
    url, port = _database(database, "restarts"), free_port()
    with aegra(url, pointed_at(model), port=port) as server, _backend(model, server) as backend:
        run = started(backend.start(ARCHIVE, session=OWNER))
        wait_for(run, lambda event: isinstance(event.payload, Custom), 40)
        server.kill()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DELETE FROM runs")
        with aegra(url, pointed_at(model), port=port):
            told = _told(run)
            assert (run.state, told.message[:43]) == ("failed", "The Agent Server no longer knows this run. ")
            finish(started(backend.start(ARCHIVE, session=OWNER)))


def test_a_page_says_that_the_server_has_forgotten_its_run_and_the_next_question_is_answered(
    database: Server, model: DemoServer
) -> None:
    if not PROGRAMS.exists():
        missing(MISSING)
    url, port = _database(database, "forgets"), free_port()
    with aegra(url, pointed_at(model), port=port) as server:
        env = pointed_at(model) | {"TOOLSTREAM_AGENT_SERVER": server.url}
        with (
            app_server(env) as app,
            Visitor(app.url, "Custom_data", tools="search_archive", model="demo-fast") as visitor,
        ):
            visitor.wait_idle(60)
            visitor.ask("search the archive about the office")
            visitor.wait_until(lambda: "pages so far" in visitor.text, "it is in its midst", 60)
            server.kill()
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("DELETE FROM runs")
            with aegra(url, pointed_at(model), port=port):
                complete(visitor, timeout=100)
                assert "The Agent Server no longer knows this run." in visitor.turns[0].notes[0]
                visitor.ask("search the archive about the office")
                complete(visitor, 2, timeout=100)
                assert visitor.turns[1].answer
            assert "Traceback" not in app.log()


def test_a_server_that_does_not_come_back_is_told(database: Server, model: DemoServer) -> None:
    if not PROGRAMS.exists():
        missing(MISSING)
    with aegra(_database(database, "gone"), pointed_at(model)) as server, _backend(model, server, seconds=2) as backend:
        run = started(backend.start(ARCHIVE, session=OWNER))
        wait_for(run, lambda event: isinstance(event.payload, Custom), 40)
        server.kill()
        told = _told(run)
        assert run.state == "failed"
        assert told.message.startswith("The Agent Server that works on runs does not answer.")
        assert told.calls, "what has arrived is kept"
