"""The engine: puts a run's question to its graph, and notes in its log what the graph streams."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from langchain_core.runnables import RunnableConfig

from agent.engine import waiting
from agent.engine.active import ActiveRun
from agent.engine.builder import GraphBuilder
from agent.engine.checkpoints import Checkpoints
from agent.engine.job import Job
from agent.engine.own_graphs import OwnGraphs, OwnState
from agent.engine.run import Run
from agent.engine.warmup import warm_up
from agent.errors import AgentError, ServerStopped, cause
from agent.graphs.registry import GRAPHS, OWN
from agent.llm.explain import explain
from agent.llm.key import KeyCheck
from agent.mcp.bounds import bounds_here
from agent.settings import Settings
from agent.streaming.adapter import Adapter
from agent.streaming.events import JSON, Ended, Payload, Resumed, Retried, RunRequest, Started, StreamEvent, Waiting
from agent.streaming.modes import RUN_MODES, STREAM_MODES
from agent.streaming.place import Place
from agent.tools.places import language_of, place_of
from agent.tools.scenario import asked_in
from texts import sentence

if TYPE_CHECKING:  # where there is no Agent Server, nothing of this is loaded
    from agent.engine.agent_server import AgentServer
    from agent.engine.others_runs import OthersRun
    from agent.engine.server_agents import ServerAgents
    from agent.engine.server_job import ServerJob

log = logging.getLogger(__name__)

AnyJob: TypeAlias = "Job | ServerJob"
LIST_SECONDS = 2.0
"""Seconds that an Agent Server gets to list what it offers before the page is drawn without it."""
Turn = tuple[str, str]
"""A question, and the answer to it."""
Before = Callable[[], Awaitable[Sequence[Run]]]
"""Finds the finished runs of a run's branch, oldest first."""


NEEDS_OTEL = (
    "Runs are not traced: OpenTelemetry's variables are set, and its packages are not installed here: "
    "pip install -r requirements-otel.txt"
)


class Engine:
    """Works on runs, and owns what they share: the graphs, and what is kept of their states.

    All of it belongs to the one loop that `open` is awaited on.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opening: asyncio.Task[None]
        self._resources = contextlib.AsyncExitStack()
        self.own = OwnGraphs(settings.graphs, Path.cwd())
        """The host's own graphs."""
        self.builder = GraphBuilder(settings)
        """What makes the graphs of the registry."""
        self.server: AgentServer | None = None
        """The Agent Server that works on runs, if there is one."""
        self.agents: ServerAgents | None = None
        """What it offers."""
        self.checkpoints = Checkpoints(settings)
        """What is kept of the state of all graphs that do not keep it themselves."""

    async def open(self) -> None:
        """Get ready for the first run; earlier ones wait for this, and fail if it does."""
        self._opening = asyncio.create_task(self._open())
        await self._opening

    async def close(self) -> None:
        """Close the connections and the demo model, also while they are being opened."""
        self._opening.cancel()
        await asyncio.wait([self._opening])
        await self._resources.aclose()

    async def check_key(self, key: str) -> KeyCheck:
        """Ask the model server whether a visitor's key works, and for which models."""
        await asyncio.shield(self._opening)
        return await self.builder.check_key(key)

    def is_elsewhere(self, request: RunRequest, *, own_key: bool) -> bool:
        """Whether the Agent Server works on a request; a visitor's own key never leaves this process."""
        if own_key or not self._settings.agent_server:
            return False
        if request.graph.startswith(OWN):
            return request.graph.removeprefix(OWN) not in {state.name for state in self.own.states()}
        return self.agents is None or self.agents.has_ours

    def own_graphs(self) -> list[OwnState]:
        """The host's own graphs, and what the Agent Server offers, as they are now."""
        return self.own.states() + (self.agents.states() if self.agents else [])

    async def others_at_work(self) -> list[OthersRun]:
        """The runs that others have at work on the Agent Server, newest first; raises AgentError."""
        from agent.engine.others_runs import at_work

        return [self._named(run) for run in await at_work(self._server())]

    async def others_run(self, thread: str, run: str) -> OthersRun:
        """A run there, or the newest of a thread; raises AgentError."""
        from agent.engine.others_runs import look_up

        return self._named(await look_up(self._server(), thread, run))

    def _server(self) -> AgentServer:
        if self.server is None:
            raise AgentError(sentence("server-none"))
        return self.server

    def _named(self, run: OthersRun) -> OthersRun:
        return replace(run, assistant=self.agents.name_of(run.assistant) if self.agents else "")

    async def work(self, run: ActiveRun, before: Before) -> None:
        """Work on a run until it has ended, or waits for a person; `before` finds what it goes on after."""
        asked_in.set(language_of(run.request.question))  # in this run's own task
        bounds_here.set(self._settings.limits.mcp)
        try:
            await asyncio.shield(self._opening)
            if run.state == "running":  # another process has followed it so far
                waits, known = _known(run.events)
            else:
                waits, known = run.waits, None
                run.begin()
            with self._deadline(run):
                job = await self._job(run)
                given = await job.resumed(run, waits) if waits else await self._given(run, job, before)
                adapter = await self._follow(run, job, given, known)
                while adapter.waits:
                    waits = await job.what_it_waits_for(adapter)
                    run.wait(waits)
                    if run.ended or run.open:
                        return
                    run.begin()
                    adapter = await self._follow(run, job, await job.resumed(run, waits))
                run.end("finished", "", adapter.answer, str(await job.place() or ""))
        except ServerStopped as error:
            run.end("stopped", error.said)
        except (asyncio.CancelledError, GeneratorExit):
            raise
        except BaseException as error:  # a graph may raise anything: SystemExit, as argparse does in a tool
            if not run.ended:
                log.warning("A run failed: %s\n%s", explain(error), cause(error))
            run.end("failed", explain(error))

    @contextlib.contextmanager
    def _deadline(self, run: ActiveRun) -> Iterator[None]:
        seconds = self._settings.limits.run_seconds
        told = sentence("server-watched-limit" if run.header.watched else "ended-limit", seconds=f"{seconds:g}")
        deadline = asyncio.get_running_loop().call_later(seconds, run.end, "failed", told)
        try:
            yield
        finally:
            deadline.cancel()

    async def _follow(
        self, run: ActiveRun, job: AnyJob, given: Any, known: Sequence[StreamEvent] | None = None
    ) -> Adapter:
        """Note what the run's graph streams for this input until it stops; `known` is noted already."""
        adapter = Adapter()
        adapter.recall(run.events[: len(run.events) - len(known or ())])
        happenings = job.stream(given, adapter) if known is None else job.rejoined(given, adapter, known)
        async with contextlib.aclosing(happenings) as stream:
            async for happening in stream:
                run.append(happening, self._settings.limits)
        return adapter

    async def _open(self) -> None:
        entering = asyncio.ensure_future(self.checkpoints.__aenter__())
        self._resources.push_async_callback(self._leave_checkpoints, entering)
        await asyncio.shield(entering)  # what is opened half cannot be closed
        self._resources.push_async_callback(self.builder.close)
        await self.builder.open()
        if self._settings.agent_server:
            from agent.engine.agent_server import AgentServer
            from agent.engine.server_agents import ServerAgents

            self.server = AgentServer(self._settings)
            self._resources.push_async_callback(self.server.close)
            self.agents = ServerAgents(self.server)
            self._resources.push_async_callback(self.agents.close)
            await self.agents.answered(LIST_SECONDS)
        self.own.open()
        self._resources.push_async_callback(self.own.close)
        await warm_up(self._settings.limits)
        if self._settings.traces:
            await self._trace()

    async def _trace(self) -> None:
        try:
            from agent.engine.telemetry import Telemetry

            telemetry = await asyncio.to_thread(Telemetry)  # loading takes a second
        except ImportError:
            log.warning(NEEDS_OTEL)
        except Exception as error:
            log.warning("Runs are not traced: OpenTelemetry cannot be set up as its variables say (%s).", error)
        else:
            self._resources.push_async_callback(telemetry.close)

    async def _leave_checkpoints(self, entering: asyncio.Future[Checkpoints]) -> None:
        await (await entering).__aexit__()

    async def _job(self, run: ActiveRun) -> AnyJob:
        """The run's graph, and what to run it with."""
        request, limits = run.request, self._settings.limits
        if run.header.on_server:
            return await self._server_job(run)
        config: RunnableConfig = {"recursion_limit": limits.steps, "run_name": "toolstream"}
        modes = STREAM_MODES if request.all_modes else RUN_MODES
        if request.graph.startswith(OWN):
            own = await self.own.get(request.graph.removeprefix(OWN))
            graph, keeps_threads = own.graph, own.keeps_threads
            config["recursion_limit"] = limits.own_steps
        else:
            key = run.take_key()
            if run.header.own_key and not key:
                raise AgentError(waiting.NO_KEY.sentence)
            graph, keeps_threads = (
                await self.builder.graph(request.graph, request.tools, request.tool_choice, request.model, key),
                False,
            )
        if not keeps_threads:
            own_graph = graph if request.graph.startswith(OWN) else None
            graph = graph.copy({"checkpointer": self.checkpoints.for_graph(own_graph)})
        return Job(graph, run.thread_id, run.id, keeps_threads, config, request.context, modes)

    async def _server_job(self, run: ActiveRun) -> AnyJob:
        """The run's assistant on the Agent Server, and what to run it with."""
        from agent.engine.server_job import ServerJob

        request = run.request
        if self.server is None or self.agents is None:
            raise AgentError(sentence("server-none"))
        modes = STREAM_MODES if request.all_modes else RUN_MODES
        if run.header.watched:
            from agent.engine.watched_job import WatchedJob

            thread, _, server_run = run.header.watched.partition("/")
            return WatchedJob(self.server, run, "", {}, modes, of_thread=thread, of_run=server_run)
        if request.graph.startswith(OWN):
            assistant = await self.agents.get(request.graph.removeprefix(OWN))
            options: dict[str, Any] = {"config": {"recursion_limit": self._settings.limits.own_steps}}
            options |= {} if request.context is None else {"context": request.context}
            return ServerJob(self.server, run, assistant, options, modes)
        config: RunnableConfig = {"recursion_limit": self._settings.limits.steps}
        config["configurable"] = {
            "tools": list(request.tools),
            "tool_choice": request.tool_choice,
            "model": request.model,
            "language": language_of(request.question),
        }
        return ServerJob(self.server, run, request.graph, {"config": config}, modes)

    async def _given(self, run: ActiveRun, job: AnyJob, before: Before) -> Any:
        """What the graph is started with, and where: where the last turn ended, or with the earlier turns in words."""
        finished, turns = await before(), list[Turn]()
        place = await asyncio.to_thread(_place_after, finished[-1], run) if finished else None
        if place and await job.can_start(place):
            job.start = place
        elif not (job.keeps_threads and finished):  # such a one knows the turns before
            job.start_anew()
            turns = await asyncio.to_thread(_turns, finished[-self._settings.limits.turns_remembered :])
        return {"messages": _messages(run, turns)} if run.request.inputs is None else run.request.inputs


def _known(events: Sequence[StreamEvent]) -> tuple[Waiting | None, Sequence[StreamEvent]]:
    """What a running run waited for last, and its events since it began or went on."""
    since = max(place for place, event in enumerate(events) if _begins(event.payload))
    waits = [event.payload for event in events[:since] if isinstance(event.payload, Waiting)]
    return waits[-1] if waits else None, events[since + 1 :]


def _begins(payload: Payload) -> bool:
    return isinstance(payload, Started | Resumed) or (isinstance(payload, Retried) and payload.anew)


def _place_after(last: Run, run: Run) -> Place | None:
    """Where a run that follows the last one can start: in the state of the same graph and model, if that is kept.

    Other graphs have states of other forms, and what one model thought is of no use to another.
    """
    end, before, now = last.read()[0][-1].payload, last.request, run.request
    if not isinstance(end, Ended) or before.graph != now.graph or _takes_a_call(now.graph):
        return None
    return Place.of(end.checkpoint) if before.model == now.model or now.graph.startswith(OWN) else None


def _turns(finished: Sequence[Run]) -> list[Turn]:
    """What was asked and answered; may be read from the disk."""
    return [(run.request.question, run.answer) for run in finished]


def _messages(run: Run, turns: Sequence[Turn]) -> list[JSON]:
    """The turns so far, and the question."""
    if tool := _takes_a_call(run.request.graph):
        return [_tool_call(tool, place_of(run.request.question))]
    messages: list[JSON] = []
    for question, answer in turns:
        messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return [*messages, {"role": "user", "content": run.request.question}]


def _takes_a_call(graph: str) -> str:
    """The tool whose ready-made call a graph is given in place of the conversation."""
    return spec.only_tool if (spec := GRAPHS.get(graph)) else ""


def _tool_call(tool: str, place: str) -> JSON:
    """A ready-made message that asks for a tool, as if a model had written it."""
    function: JSON = {"name": tool, "arguments": json.dumps({"place": place})}
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "1", "type": "function", "function": function}],
    }
