"""An Agent Server of two processes, of which one dies; one that restarts; one that forgets."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from agent.demo_model import DemoServer
from agent.engine.in_process import InProcessBackend
from agent.engine.run import Run
from agent.projections.transcript import Transcript, fold
from agent.settings import Limits, Settings
from agent.streaming.events import Custom, Retried, RunRequest
from agent.streaming.modes import RUN_MODES
from tests.agent_servers import MISSING, NO_REDIS, PROGRAMS, AgentServer, aegra, redis
from tests.conftest import missing
from tests.postgres import Server
from tests.runs import finish, started, wait_for
from tests.serving import free_port, pointed_at

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
