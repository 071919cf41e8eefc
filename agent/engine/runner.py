"""The runner: starts runs, lets them wait their turn, and owns what they share."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import logging
import secrets
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx2
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver

from agent.demo_model import DemoServer
from agent.engine.request_check import check, place_of
from agent.engine.run import Run, RunAtWork, digest
from agent.engine.warmup import warm_up
from agent.errors import RequestRefused, cause, explain
from agent.graphs import langchain as graphs
from agent.graphs import without_langchain
from agent.llm.models import Endpoint, chat_model, http_client, openai_client
from agent.loop import BackgroundLoop
from agent.settings import DEMO_MODELS, Settings
from agent.store.comments import Feedback, Gate
from agent.store.links import Shares
from agent.store.recording import BrokenRecording, Store, is_id
from agent.streaming.adapter import Translator
from agent.streaming.events import RUN_MODES, STREAM_MODES, RunRequest
from agent.tools.demo import TOOLS, Models

log = logging.getLogger(__name__)


class Runner:
    """Starts runs, keeps them, and owns what they share: the loop, the HTTP client, the demo model's server.

    As a context manager it closes itself.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._loop = BackgroundLoop()
        self._runs: dict[str, Run] = {}
        self._waiting: list[RunAtWork] = []
        self._working: set[RunAtWork] = set()
        self._keys: dict[str, str] = {}
        self._starts: defaultdict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._closing = False
        self._graph = functools.lru_cache(maxsize=64)(self._build)
        self._models = functools.lru_cache(maxsize=16)(self._connect)
        self._demo: DemoServer | None = None
        limits = settings.limits
        self.store: Store | None = None
        """Where runs are recorded, if they are."""
        beside: Path | None = None
        if settings.recordings:
            megabytes, days = limits.recording_megabytes, limits.recording_days
            self.store = Store(settings.recordings, max_bytes=int(megabytes * 1e6), max_days=days)
            beside = settings.recordings / "review"
        self.shares = Shares(beside and beside / "shares.json")
        self.feedback = Feedback(beside and beside / "feedback.jsonl")
        self.gate = Gate(settings.host_password) if settings.host_password else None
        """The host's way to all feedback, if there is a password."""
        self._http: httpx2.AsyncClient
        self._opened = self._loop.submit(self._open())

    def start(self, request: RunRequest, *, thread_id: str = "", session: str = "", api_key: str | None = None) -> Run:
        """Start a run, or queue it, and return at once.

        `thread_id` continues a conversation: its runs work one after the other, and each knows the finished
        ones before it. `session` is whom the limits are counted for. `api_key` is a visitor's own key, forgotten
        with the end of the run. Raises RequestRefused with a sentence for the visitor.
        """
        check(request, self.settings, visitor_has_key=bool(api_key))
        with self._lock:
            self._charge(session)
            run = RunAtWork(request, thread_id or secrets.token_urlsafe(16), session, self._stop_soon)
            if api_key:
                self._keys[run.id] = api_key
            self._record(run)
            self._runs[run.id] = run  # last: from now on it may be read
        self._loop.call_soon(self._enqueue, run)
        return run

    def get(self, run_id: str) -> Run | None:
        """The run with this id, from memory or from its recording; None when it never was or is no longer kept."""
        if run_id in self._runs or not self.store or not is_id(run_id):
            return self._runs.get(run_id)
        with contextlib.suppress(BrokenRecording, OSError):
            if recording := self.store.read(run_id):
                found = self._runs.setdefault(run_id, Run.replayed(recording))
                self._forget_oldest()
                return found
        return None

    def of(self, session: str) -> list[Run]:
        """The runs that a visitor has started and that are still in memory, oldest first."""
        owner = digest(session)
        return [run for run in list(self._runs.values()) if owner and run.header.owner == owner]

    def forget(self, run_id: str) -> None:
        """Stop a run if it has not ended, and delete all that is kept of it."""
        if run := self._runs.pop(run_id, None):
            run.stop()
        self.shares.revoke(run_id)
        self.feedback.forget(run_id)
        if self.store:
            self.store.delete(run_id)

    def thread(self, thread_id: str) -> list[Run]:
        """The runs of a conversation that are still kept, oldest first."""
        return [run for run in list(self._runs.values()) if run.thread_id == thread_id]

    def stop(self, run_id: str) -> None:
        """Stop a run, if there is one with this id and it has not ended."""
        if run := self.get(run_id):
            run.stop()

    def wait_until_open(self, timeout: float = 10.0) -> None:
        """Wait until the demo model answers; raises what kept it from starting."""
        self._opened.result(timeout)

    @property
    def demo_url(self) -> str | None:
        """Where the demo model's server listens, when this runner has started one."""
        return self._demo.base_url if self._demo else None

    def close(self) -> None:
        """Stop all runs, close the connections and the demo model, end the loop; takes a second at most."""
        if self._closing:
            return
        self._closing = True
        with contextlib.suppress(Exception):
            self._loop.call(self._close(), timeout=3.0)
        self._loop.close()

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _record(self, run: RunAtWork) -> None:
        if not self.store:
            return
        try:
            run.record(self.store.open(run.header))
        except (OSError, ValueError) as error:
            log.warning("Runs are not recorded: %s", error)
            self.store = None

    async def _open(self) -> None:
        self._http = http_client(self.settings.limits)
        if self.settings.is_demo:
            self._demo = DemoServer(rate=self.settings.demo_rate)
            await self._demo.start()
        await warm_up(self.settings.limits)

    async def _close(self) -> None:
        for run in [*self._waiting, *self._working]:
            run.end("stopped", "The server is being restarted; the run was interrupted.")
        tasks = [run.task for run in self._working if run.task]
        if tasks:
            await asyncio.wait(tasks, timeout=1.0)
        await self._http.aclose()
        if self._demo:
            await self._demo.close()

    def _charge(self, session: str) -> None:
        """Count a new run against the visitor's limits; raises RequestRefused at one."""
        limits, now = self.settings.limits, time.monotonic()
        starts = self._starts[session]
        while starts and now - starts[0] > 60:
            starts.popleft()
        if len(starts) >= limits.runs_per_minute:
            wait = int(61 - (now - starts[0]))
            raise RequestRefused(f"That was {limits.runs_per_minute} questions in a minute. Wait {wait} seconds.")
        if len(self._waiting) >= limits.runs_queued:
            raise RequestRefused("Too many visitors are waiting for an answer just now. Try again in a minute.")
        starts.append(now)
        if len(self._starts) > 10_000:
            self._starts.pop(next(iter(self._starts)))

    def _stop_soon(self, run: RunAtWork) -> None:
        self._loop.call_soon(self._stop, run)

    def _stop(self, run: RunAtWork) -> None:
        run.end("stopped", "Stopped. What had arrived is kept.")
        if run in self._waiting:
            self._keys.pop(run.id, None)
            self._admit()

    def _enqueue(self, run: RunAtWork) -> None:
        run.flush()
        if not run.ended:
            self._waiting.append(run)
        self._admit()

    def _admit(self) -> None:
        """Let waiting runs begin, first come first served; a run that waits for its own thread or visitor is
        passed over, so that nobody else waits for it.
        """
        limits = self.settings.limits
        still_waiting: list[RunAtWork] = []
        sessions = Counter(run.session for run in self._working)
        threads = {run.thread_id for run in self._working}
        for run in self._waiting:
            if run.ended:
                continue
            full = len(self._working) >= limits.runs_at_once
            if full or run.thread_id in threads or sessions[run.session] >= limits.runs_per_session:
                still_waiting.append(run)
                run.place = len(still_waiting)
            else:
                self._working.add(run)
                sessions[run.session] += 1
                run.task = asyncio.get_running_loop().create_task(self._work(run))
            threads.add(run.thread_id)
        self._waiting = still_waiting

    async def _work(self, run: RunAtWork) -> None:
        deadline = asyncio.get_running_loop().call_later(
            self.settings.limits.run_seconds,
            run.end,
            "failed",
            f"The run reached its limit of {self.settings.limits.run_seconds:g} seconds. What has arrived is kept.",
        )
        try:
            run.begin()
            translator = Translator()
            async with contextlib.aclosing(self._stream(run)) as parts:
                async for part in parts:
                    for happening in translator.translate(part):
                        run.append(happening, self.settings.limits)
            run.answer = translator.answer
            run.end("finished")
        except Exception as error:
            if not run.ended:
                log.warning("A run failed: %s\n%s", explain(error), cause(error))
            run.end("failed", explain(error))
        finally:
            deadline.cancel()
            self._working.discard(run)
            self._forget_oldest()
            self._admit()
            if self.store and not self._working:
                for run_id in self.store.tidy():
                    self.shares.revoke(run_id)
                    self.feedback.forget(run_id)

    async def _stream(self, run: Run) -> AsyncGenerator[dict[str, Any], None]:
        await asyncio.shield(asyncio.wrap_future(self._opened))
        request = run.request
        key = self._keys.pop(run.id, None)
        build = self._build if key else self._graph
        graph = build(request.graph, request.tools, request.tool_choice, request.model, key)
        config: RunnableConfig = {"recursion_limit": self.settings.limits.steps, "run_name": "toolstream"}
        if request.all_modes:  # checkpoints are told of only where they are kept: here, as long as the run
            graph = graph.copy({"checkpointer": InMemorySaver()})
            config["configurable"] = {"thread_id": "1"}
        parts: Any = graph.astream(  # type: ignore[call-overload]  # "tools" is missing from its types
            {"messages": self._messages(run)},
            config,
            stream_mode=list(STREAM_MODES if request.all_modes else RUN_MODES),
            subgraphs=True,
            version="v2",
        )
        async with contextlib.aclosing(parts):
            async for part in parts:
                yield part

    def _messages(self, run: Run) -> list[dict[str, Any]]:
        """The finished turns of the thread, and the question."""
        if run.request.graph == "tool_node":
            return [_tool_call(place_of(run.request.question))]
        messages: list[dict[str, Any]] = []
        finished = [turn for turn in self.thread(run.thread_id) if turn.state == "finished"]
        for turn in finished[-self.settings.limits.turns_remembered :]:
            messages.append({"role": "user", "content": turn.request.question})
            messages.append({"role": "assistant", "content": turn.answer})
        return [*messages, {"role": "user", "content": run.request.question}]

    def _build(
        self, graph: str, tool_ids: tuple[str, ...], tool_choice: str, model: str, key: str | None
    ) -> graphs.Graph:
        models = self._connect(model, key) if key else self._models(model, None)
        tools = [TOOLS[tool_id].build(models) for tool_id in tool_ids]
        match graph:
            case "react":
                return graphs.react(models.chat, tools, tool_choice=tool_choice, sign=True)
            case "prebuilt":
                return graphs.prebuilt(models.chat, tools, tool_choice=tool_choice, sign=True)
            case "without_langchain":
                return without_langchain.react_without_langchain(
                    models.openai, model, tools, tool_choice=tool_choice, sign=True
                )
            case _:
                return without_langchain.tool_node(tools, sign=True)

    def _connect(self, model: str, key: str | None) -> Models:
        endpoint = self._endpoint(model, key)
        chat = chat_model(endpoint, self.settings.limits, self._http)
        return Models(model, chat, openai_client(endpoint, self._http))

    def _endpoint(self, model: str, key: str | None) -> Endpoint:
        if self._demo and model in DEMO_MODELS:
            return Endpoint(model, "no-key-needed", self._demo.base_url)
        return Endpoint(model, key or self.settings.api_key or "no-key-needed", self.settings.base_url)

    def _forget_oldest(self) -> None:
        ended = [run for run in list(self._runs.values()) if run.ended]
        for run in ended[: max(0, len(ended) - self.settings.limits.runs_kept)]:
            self._runs.pop(run.id, None)


def _tool_call(place: str) -> dict[str, Any]:
    """A ready-made message that asks for get_items, as if a model had written it."""
    function = {"name": "get_items", "arguments": json.dumps({"place": place})}
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "1", "type": "function", "function": function}],
    }
