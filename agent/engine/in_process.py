"""Runs in this process: the backend that needs nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import logging
import secrets
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from agent.engine import waiting
from agent.engine.active import ActiveRun, new_header
from agent.engine.backend import Conversation
from agent.engine.engine import Engine
from agent.engine.known_runs import KnownRuns
from agent.engine.mcp_tools import McpState
from agent.engine.own_graphs import OwnState
from agent.engine.recorded import KeptRun
from agent.engine.request_check import check
from agent.engine.run import Run, digest
from agent.engine.scheduler import CROWDED, Scheduler
from agent.engine.upkeep import Upkeep
from agent.errors import AgentError, Refusal, ServerForgot
from agent.graphs.registry import OWN
from agent.llm.key import KeyCheck
from agent.loop import BackgroundLoop
from agent.projections.questions import MOST_QUESTIONS
from agent.settings import Settings
from agent.store.database import DatabaseError
from agent.store.index import Entry
from agent.store.places import Crowded
from agent.store.recording import FIRST, BrokenRecording, Header
from agent.store.store import Store
from agent.streaming.events import JSON, RunRequest
from texts import sentence

if TYPE_CHECKING:  # where there is no Agent Server, nothing of this is loaded
    from agent.engine.others_runs import OthersRun

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

NOT_YOURS = sentence("refused-not-yours")
LOOK_SECONDS = 15.0
"""What a page waits for what an Agent Server tells of others' runs."""
OPEN_SECONDS = 5.0
"""What a page waits for an Agent Server's first answer."""
AFTER_SECONDS = 0.001
"""Seconds by which a question comes after those before it in its conversation, whatever a machine's clock says."""
CLOSE_SECONDS = 10.0
"""Seconds that closing may take on a busy machine; whatever is still open then is dropped."""


def _or_refused(method: Callable[P, T]) -> Callable[P, T | Refusal]:
    """Make a method return a refusal when the database does not answer."""

    @functools.wraps(method)
    def refusing(*args: P.args, **options: P.kwargs) -> T | Refusal:
        try:
            return method(*args, **options)
        except DatabaseError as error:
            log.warning("The database does not answer: %s", error)
            return Refusal(sentence("ended-no-database"))

    return refusing


class InProcessBackend:
    """A RunBackend whose runs work on one background loop. As a context manager it closes itself.

    What it keeps goes to `store`, which is closed with it; without one, to its memory. Runs that other processes
    have put into the store are found as well, and followed while they are at work there.
    """

    def __init__(self, settings: Settings, store: Store | None = None) -> None:
        self._settings = settings
        self._store = store or Store(limits=settings.limits)
        self._loop = BackgroundLoop()
        self._closing = False
        self._engine = Engine(settings)
        self._scheduler = Scheduler(settings.limits, self._begin, self._store.starts, self._is_held)
        self._stopping: set[asyncio.Task[None]] = set()
        self._keeping_up: asyncio.Task[None] | None = None
        self._upkeep = Upkeep(self._engine.checkpoints, self._store.conversations)
        self._known = KnownRuns(self._store, settings.limits, self._stop_resting, self._keep_up)
        self._opened = self._loop.submit(self._open())
        self._store.listen(self)

    @_or_refused
    def start(
        self,
        request: RunRequest,
        *,
        thread_id: str = "",
        session: str = "",
        address: str = "",
        api_key: str | None = None,
        after: str = "",
    ) -> Run | Refusal:
        """Start a run or queue it, and return at once; or say why not."""
        request = RunRequest.from_json(request.to_json())  # a page may be of newer classes than this
        if refusal := (
            check(request, self._settings, visitor_has_key=bool(api_key)) or self._scheduler.charge(session, address)
        ):
            return refusal
        thread_id = thread_id or secrets.token_urlsafe(16)
        before = self._known.headers(thread_id)
        if before and digest(session) not in {header.owner for header in before}:
            return Refusal(NOT_YOURS)
        parent = after or (max(before, key=lambda header: header.asked_at).id if before else FIRST)
        header = new_header(
            request,
            thread_id,
            session,
            parent=parent,
            own_key=bool(api_key),
            on_server=self._engine.is_elsewhere(request, own_key=bool(api_key)),
        )
        asked_at = max([header.asked_at, *(one.asked_at + AFTER_SECONDS for one in before)])
        run = ActiveRun(replace(header, asked_at=asked_at), self._store, session, self._stop_soon, api_key)
        return self._enqueue(run)

    @_or_refused
    def watch(self, thread: str, run: str = "", *, session: str = "", address: str = "") -> Run | Refusal:
        """Follow a run that somebody else has started on the Agent Server; or say why not."""
        found = self._from_server(lambda: self._engine.others_run(thread, run))
        if isinstance(found, Refusal):
            return found
        if found.is_ours:
            return Refusal(sentence("refused-watch-ours"))
        watched = f"{found.thread}/{found.id}"
        for entry in self._known.of(session):
            if entry.header.watched == watched and entry.at_work and (known := self._known.get(entry.header.id)):
                return known
        if refusal := self._scheduler.charge(session, address):
            return refusal
        question = found.asked[: self._settings.limits.prompt_chars] or found.assistant or found.id
        request = RunRequest(question, f"{OWN}{found.assistant}", (), model="")
        header = new_header(request, secrets.token_urlsafe(16), session, on_server=True)
        active = ActiveRun(replace(header, watched=watched), self._store, session, self._stop_soon)
        return self._enqueue(active)

    def others_at_work(self) -> list[OthersRun] | Refusal:
        """The runs that others have at work on the Agent Server, as far as a visitor may see them; or why not."""
        return self._from_server(self._engine.others_at_work)

    def _from_server(self, ask: Callable[[], Coroutine[Any, Any, T]]) -> T | Refusal:
        """What the Agent Server tells of others' runs, where the host lets visitors see them."""
        if not self._settings.agent_server_runs:
            return Refusal(sentence("refused-watch"))
        try:
            self._opened.result(OPEN_SECONDS)
            return self._loop.call(asyncio.wait_for(ask(), LOOK_SECONDS))
        except TimeoutError:
            return Refusal(sentence("server-unreachable"))
        except ServerForgot:
            return Refusal(sentence("refused-watch-unknown"))
        except AgentError as error:
            return Refusal(error.said)

    def get(self, run_id: str) -> Run | None:
        """The run with this id, from memory or from its recording; None when it never was or is no longer kept."""
        return self._known.get(run_id)

    def of(self, session: str) -> list[Entry]:
        """The runs that a visitor has started and that are still kept, the newest first."""
        return self._known.of(session)

    def thread(self, thread_id: str) -> list[Run]:
        """The runs of a conversation that are still kept, oldest first."""
        return self._known.thread(thread_id)

    @_or_refused
    def answer(
        self, run_id: str, interrupt_id: str, answer: JSON, *, session: str, api_key: str | None = None
    ) -> Run | Refusal:
        """Answer a question that a run asks its owner; with the last answer that it waits for, it goes on."""
        run = self._known.owned(run_id, session)
        if run is None:
            return Refusal(sentence("refused-no-such-run"))
        run.read()
        limits = self._settings.limits
        if refusal := waiting.refused(run, interrupt_id, answer, limits, has_key=bool(api_key)):
            return refusal
        told = waiting.answer(self._store, run, interrupt_id, answer)
        if isinstance(told, Refusal):
            return told
        if told == "kept" and isinstance(run, ActiveRun):
            self._loop.call_soon(run.hear, interrupt_id, answer, api_key)
        return self._take_over(run, session, api_key) if told == "taken" else run

    def keep_decision(self, run_id: str, interrupt_id: str, number: int, decision: JSON, *, session: str) -> None:
        """Keep the decision on one of several questions; see RunBackend."""
        is_short = len(json.dumps(decision)) <= 2 * self._settings.limits.prompt_chars
        if self._waits_for(run_id, interrupt_id, session) and 0 <= number < MOST_QUESTIONS and is_short:
            self._store.drafts.keep(run_id, interrupt_id, number, decision)

    def decisions(self, run_id: str, interrupt_id: str, *, session: str) -> dict[int, JSON]:
        """What has been decided so far; see RunBackend."""
        return self._store.drafts.of(run_id, interrupt_id) if self._waits_for(run_id, interrupt_id, session) else {}

    def _waits_for(self, run_id: str, interrupt_id: str, session: str) -> bool:
        """Whether a run of this visitor's asks this."""
        run = self._known.owned(run_id, session)
        if run is None:
            return False
        run.read()
        return interrupt_id in run.asked

    @_or_refused
    def answer_otherwise(
        self, run_id: str, answers: Mapping[str, JSON], *, session: str, api_key: str | None = None
    ) -> Run | Refusal:
        """Start a run that shares the beginning of this one up to these questions, and goes on with other answers."""
        before = self._known.owned(run_id, session)
        if before is None:
            return Refusal(sentence("refused-no-such-run"))
        begin = waiting.beginning(before, answers, self._settings.limits, has_key=bool(api_key))
        if isinstance(begin, Refusal):
            return begin
        if refusal := (
            check(before.request, self._settings, visitor_has_key=bool(api_key)) or self._scheduler.charge(session)
        ):
            return refusal
        header = new_header(
            before.request,
            before.thread_id,
            session,
            parent=before.header.parent,
            own_key=bool(api_key),
            on_server=before.header.on_server and not api_key,
        )
        header = replace(header, asked_at=header.asked_at - begin[-1].at, forked_from=before.id)
        run = ActiveRun(header, self._store, session, self._stop_soon, api_key, begin)
        run.fork({**before.answers, **answers})
        return self._enqueue(run)

    def conversations(self, session: str) -> list[Conversation]:
        """The conversations that a visitor has begun and that are still kept, the newest first."""
        found: dict[str, list[Entry]] = {}
        for entry in self.of(session):
            found.setdefault(entry.header.thread_id, []).append(entry)
        titles = self._store.conversations.titles(digest(session))
        return [_conversation(runs, titles.get(thread_id, "")) for thread_id, runs in found.items() if thread_id]

    @_or_refused
    def rename(self, thread_id: str, title: str, *, session: str) -> Refusal | None:
        """Rename a conversation, or say why that failed."""
        if not self._known.of_thread(thread_id, session):
            return Refusal(NOT_YOURS)
        return self._store.conversations.rename(thread_id, title)

    @_or_refused
    def forget_thread(self, thread_id: str, *, session: str) -> Refusal | None:
        """Delete all that is kept of a conversation, or say why that failed; what is at work stops."""
        run_ids = self._known.of_thread(thread_id, session)
        if not run_ids:
            return Refusal(NOT_YOURS)
        refusal = self._store.forget(*run_ids)
        if not refusal:
            self._store.conversations.forget(thread_id)
            for run_id in run_ids:
                self._known.drop(run_id)
        return refusal

    def stop(self, run_id: str) -> None:
        """Stop a run, if there is one with this id and it has not ended."""
        if run := self.get(run_id):
            run.stop()

    @_or_refused
    def forget(self, run_id: str) -> Refusal | None:
        """Stop a run if it has not ended, and delete all that is kept of it; or say why that failed."""
        refusal = self._store.forget(run_id)
        if not refusal:
            self._known.drop(run_id)
        return refusal

    def check_key(self, key: str) -> KeyCheck:
        """Ask the model server whether a visitor's key works, and for which models; waits a few seconds at most."""
        return self._loop.call(self._engine.check_key(key))

    def wait_until_open(self) -> None:
        """Wait until the demo model answers, a minute at most; raises what kept it from starting."""
        self._opened.result(60)

    @property
    def demo_url(self) -> str | None:
        """Where the demo model's server listens, when this backend has started one."""
        return demo.base_url if (demo := self._engine.builder.demo) else None

    def is_at_work(self) -> bool:
        """Whether any run is at work here, or waits for its turn."""
        return bool(self._scheduler.working or self._scheduler.waiting)

    def own_graphs(self) -> list[OwnState]:
        """The host's own graphs, as they are now, and what the Agent Server offers."""
        if self._settings.agent_server:
            with contextlib.suppress(Exception):  # which is told by what is asked of it
                self._opened.result(OPEN_SECONDS)
        return self._engine.own_graphs()

    def mcp_servers(self) -> list[McpState]:
        """The host's MCP servers, as they are now."""
        return self._engine.builder.mcp.states()

    def close(self) -> None:
        """Stop all runs, close the connections and the demo model, end the loop; takes a second, longer on a busy
        machine.
        """
        if self._closing:
            return
        self._closing = True
        with contextlib.suppress(Exception):
            self._loop.call(self._close(), timeout=CLOSE_SECONDS)
        self._loop.close()
        self._store.close()

    def __enter__(self) -> InProcessBackend:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    async def _open(self) -> None:
        await self._engine.open()
        self._keeping_up = asyncio.create_task(self._upkeep.run())

    async def _close(self) -> None:
        if self._keeping_up:
            self._keeping_up.cancel()
        scheduler = self._scheduler
        for run in [*scheduler.waiting, *scheduler.working]:
            lasts = self._store.records and (run.turn.is_held or run.header.on_server)  # the next process takes it up
            if lasts and run.header.on_server and run.task:
                run.task.cancel()
            elif not lasts or run.header.own_key:
                run.end("stopped", sentence("ended-restart-key" if lasts else "ended-restart"))
        tasks = [run.task for run in scheduler.working if run.task]
        if tasks:
            await asyncio.wait(tasks, timeout=1.0)
        await self._engine.close()

    # What the recorder tells, from its thread

    def on_stop(self, run_id: str) -> None:
        """A run was asked to stop, by any process."""
        self.stop(run_id)

    def on_deleted(self, run_id: str) -> None:
        """A run was deleted."""
        self._known.drop(run_id)

    def on_answer(self, run_id: str, interrupt: str, answer: JSON) -> None:
        """A question of a run was answered, by any process."""
        if isinstance(run := self._known.in_memory(run_id), ActiveRun):
            self._loop.call_soon(run.hear, interrupt, answer)

    def on_rest(self, run_id: str) -> None:
        """A run that waits for a person is all written; what was answered in the last moment is taken now."""
        if isinstance(run := self._known.in_memory(run_id), ActiveRun):
            run.rest()
            key = run.take_key()
            if waiting.settle(self._store, run):
                self._take_over(run, run.session, key)

    def on_queue(self) -> None:
        """Runs in the queue stand otherwise than before."""
        self._loop.call_soon(self._scheduler.admit)

    def on_orphan(self, header: Header) -> None:
        """A queued run belongs to this process from now on: its own has ended."""
        run = ActiveRun(header, self._store, header.owner, self._stop_soon)
        run.record(self._store.resume(header, has_begun=False))
        self._known.keep(run)
        self._loop.call_soon(self._scheduler.enqueue, run)

    def on_adrift(self, header: Header, has_begun: bool) -> None:
        """A run on the Agent Server belongs to this process from now on: it is followed, or begun."""
        left = self._known.recorded(header.id)
        if left is None:
            return
        try:
            left.read_on()
            left.shorten()
        except (OSError, BrokenRecording) as error:
            log.warning("A run cannot be read on: %s", error)
            with self._store.claim(header.id) as claim:
                claim.end("stopped", left.seconds)
            return
        if not left.read()[0]:  # its turn may have come, but it has not begun
            self.on_orphan(header)
            return
        run = ActiveRun(header, self._store, header.owner, self._stop_soon, events=left.read()[0])
        run.resume(self._store.resume(header), header.owner, None)
        self._known.keep(run)
        self._loop.call_soon(self._scheduler.enqueue, run)

    def on_taken(self, run_id: str) -> None:
        """A run of this process belongs to another one from now on."""
        if isinstance(run := self._known.in_memory(run_id), ActiveRun):
            self._loop.call_soon(run.let_go)

    def on_unanswered(self, run_id: str) -> None:
        """A run of any process has waited for a person for too long."""
        self.get(run_id)
        if run := self._known.in_memory(run_id):
            waiting.end(self._store, run, waiting.unanswered(self._settings.limits.waiting_days))

    def _is_held(self, run: ActiveRun) -> bool:
        """Whether the run that this one follows waits for a person, as far as this process knows."""
        parent = self._known.in_memory(run.header.parent)
        return isinstance(parent, ActiveRun) and parent.is_mine and (bool(parent.waits) or self._is_held(parent))

    def _enqueue(self, run: ActiveRun) -> Run | Refusal:
        """Record and keep a new run, and queue it; or say that too many wait."""
        parent = self._known.in_memory(run.header.parent)
        follows_unknown = isinstance(parent, ActiveRun) and parent.is_mine and parent.is_alone
        try:
            run.record(self._store.record(run.header, is_known=not follows_unknown))
        except Crowded:
            return Refusal(CROWDED)
        self._known.keep(run)  # from now on it may be read
        self._loop.call_soon(self._scheduler.enqueue, run)
        return run

    def _take_over(self, run: KeptRun, session: str, api_key: str | None) -> ActiveRun:
        """Continue a run that has all its answers and now belongs to this process."""
        track = self._store.resume(run.header) if not run.unrecorded else None
        if not isinstance(run, ActiveRun):
            run = ActiveRun(run.header, self._store, session, self._stop_soon, events=run.read()[0])
        run.resume(track, session, api_key)
        self._known.keep(run)
        self._loop.call_soon(self._scheduler.enqueue, run)
        return run

    def _begin(self, run: ActiveRun) -> None:
        run.task = asyncio.get_running_loop().create_task(self._work(run))

    async def _work(self, run: ActiveRun) -> None:
        try:
            await self._engine.work(run, lambda: self._finished_before(run))
        finally:
            self._scheduler.release(run)
            self._known.evict()
            if run.is_deleted:  # and has noted after that where it was interrupted
                self._store.conversations.forget(run.thread_id)
                self._upkeep.soon()

    async def _finished_before(self, run: ActiveRun) -> list[Run]:
        try:
            return await asyncio.to_thread(self._known.finished_before, run)
        except DatabaseError as error:
            raise AgentError(sentence("ended-no-database")) from error

    def _keep_up(self) -> None:
        self._loop.call_soon(self._upkeep.soon)

    def _stop_soon(self, run: ActiveRun) -> None:
        self._loop.call_soon(self._stop, run)

    def _stop(self, run: ActiveRun) -> None:
        if run.rests:
            task = asyncio.get_running_loop().create_task(asyncio.to_thread(self._stop_resting, run))
            self._stopping.add(task)
            task.add_done_callback(self._stopping.discard)
        run.end("stopped", waiting.STOPPED if not run.header.watched else sentence("ended-watching"))
        self._scheduler.admit()

    def _stop_resting(self, run: KeptRun) -> None:
        """Stop a run that is not of this process: it waits, or another one is at work on it."""
        if not waiting.end(self._store, run, waiting.STOPPED):
            self._store.ask_to_stop(run.id)
            run.lose_if_deleted()


def _conversation(runs: Sequence[Entry], title: str) -> Conversation:
    """A conversation of these runs, the newest first."""
    last, first = runs[0], runs[-1]
    return Conversation(
        thread_id=last.header.thread_id,
        title=title or first.header.request.question,
        asked_at=last.header.asked_at,
        runs=len(runs),
        state=last.state,
        last=last.header.id,
        page=last.header.request.page,
    )
