"""Runs in this process: the backend that needs nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets

from agent.engine.engine import Engine
from agent.engine.own_graphs import OwnState
from agent.engine.request_check import check
from agent.engine.run import ActiveRun, Run, RunSummary, digest
from agent.engine.scheduler import Scheduler
from agent.errors import Refusal
from agent.loop import BackgroundLoop
from agent.settings import Settings
from agent.store.recording import BrokenRecording
from agent.store.store import Store
from agent.streaming.events import RunRequest

log = logging.getLogger(__name__)


class InProcessBackend:
    """A RunBackend whose runs work on one background loop. As a context manager it closes itself.

    What it keeps goes to `store`; without one, to its memory.
    """

    def __init__(self, settings: Settings, store: Store | None = None) -> None:
        self._settings = settings
        self._store = store or Store()
        self._loop = BackgroundLoop()
        self._runs: dict[str, Run] = {}
        self._closing = False
        self._engine = Engine(settings)
        self._scheduler = Scheduler(settings.limits, self._begin)
        self._opened = self._loop.submit(self._engine.open())

    def start(
        self, request: RunRequest, *, thread_id: str = "", session: str = "", api_key: str | None = None
    ) -> Run | Refusal:
        """Start a run, or queue it, and return at once; or say why not."""
        refusal = check(request, self._settings, visitor_has_key=bool(api_key)) or self._scheduler.charge(session)
        if refusal:
            return refusal
        run = ActiveRun(request, thread_id or secrets.token_urlsafe(16), session, self._stop_soon, api_key)
        if writer := self._store.record(run.header):
            run.record(writer)
        self._runs[run.id] = run  # last: from now on it may be read
        self._loop.call_soon(self._enqueue, run)
        return run

    def get(self, run_id: str) -> Run | None:
        """The run with this id, from memory or from its recording; None when it never was or is no longer kept."""
        if run := self._runs.get(run_id):
            return run
        with contextlib.suppress(BrokenRecording, OSError):
            if recording := self._store.read(run_id):
                found = self._runs.setdefault(run_id, Run.replayed(recording))
                self._forget_oldest()
                return found
        return None

    def of(self, session: str) -> list[RunSummary]:
        """The runs that a visitor has started and that are still kept, the newest first."""
        owner = digest(session)
        if not owner:
            return []
        found = {
            entry.header.id: RunSummary(entry.header, entry.state, entry.seconds, entry.interrupted)
            for entry in self._store.entries(owner)
        }
        for run in list(self._runs.values()):
            if run.header.owner == owner:  # memory knows better how it is
                events = run.read()[0]
                found[run.id] = RunSummary(run.header, run.state, events[-1].at if events else 0.0)
        return sorted(found.values(), key=lambda summary: summary.header.asked_at, reverse=True)

    def thread(self, thread_id: str) -> list[Run]:
        """The runs of a conversation that are still kept, oldest first."""
        return [run for run in list(self._runs.values()) if run.thread_id == thread_id]

    def stop(self, run_id: str) -> None:
        """Stop a run, if there is one with this id and it has not ended."""
        if run := self.get(run_id):
            run.stop()

    def forget(self, run_id: str) -> None:
        """Stop a run if it has not ended, and delete all that is kept of it."""
        if run := self._runs.pop(run_id, None):
            run.stop()
        self._store.forget(run_id)

    def wait_until_open(self, timeout: float = 10.0) -> None:
        """Wait until the demo model answers; raises what kept it from starting."""
        self._opened.result(timeout)

    @property
    def demo_url(self) -> str | None:
        """Where the demo model's server listens, when this backend has started one."""
        return self._engine.demo.base_url if self._engine.demo else None

    def own_graphs(self) -> list[OwnState]:
        """The host's own graphs, as they are now."""
        return self._engine.own.states()

    def close(self) -> None:
        """Stop all runs, close the connections and the demo model, end the loop; takes a second at most."""
        if self._closing:
            return
        self._closing = True
        with contextlib.suppress(Exception):
            self._loop.call(self._close(), timeout=3.0)
        self._loop.close()

    def __enter__(self) -> InProcessBackend:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    async def _close(self) -> None:
        scheduler = self._scheduler
        for run in [*scheduler.waiting, *scheduler.working]:
            run.end("stopped", "The server is being restarted; the run was interrupted.")
        tasks = [run.task for run in scheduler.working if run.task]
        if tasks:
            await asyncio.wait(tasks, timeout=1.0)
        await self._engine.close()

    def _enqueue(self, run: ActiveRun) -> None:
        run.flush()
        self._scheduler.enqueue(run)

    def _begin(self, run: ActiveRun) -> None:
        run.task = asyncio.get_running_loop().create_task(self._work(run))

    async def _work(self, run: ActiveRun) -> None:
        try:
            await self._engine.work(run, self.thread(run.thread_id))
        finally:
            self._forget_oldest()
            self._scheduler.release(run)
            if not self._scheduler.working:
                self._store.prune()

    def _stop_soon(self, run: ActiveRun) -> None:
        self._loop.call_soon(self._stop, run)

    def _stop(self, run: ActiveRun) -> None:
        run.end("stopped", "Stopped. What had arrived is kept.")
        self._scheduler.admit()

    def _forget_oldest(self) -> None:
        ended = [run for run in list(self._runs.values()) if run.ended]
        for run in ended[: max(0, len(ended) - self._settings.limits.runs_kept)]:
            self._runs.pop(run.id, None)
