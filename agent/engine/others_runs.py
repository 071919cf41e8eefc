"""The runs that others have started on an Agent Server: which there are, and what they were asked."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from agent.engine.agent_server import AgentServer, names_of, status_of
from agent.errors import ServerForgot
from agent.streaming.json_safe import json_safe
from agent.streaming.messages import read_shorthand
from texts import sentence

MOST_BUSY = 20
"""Threads at work that are looked through for others' runs; each is a request."""
_MOST_RUNS = 10
"""Of one thread, the newest."""


@dataclass(frozen=True, slots=True)
class OthersRun:
    """A run that was not started from here; plain data, for a page as well."""

    thread: str
    id: str
    assistant: str
    """The assistant's id; on a page its name."""
    asked: str
    """What it was asked: the last words of a person in its input, or the input as text. It may be empty."""
    began: float
    """When; seconds since the epoch, 0 if the server does not say."""
    is_ours: bool = False
    """Whether some Toolstream has started it."""


async def at_work(server: AgentServer) -> list[OthersRun]:
    """The runs at work that some other program has started, newest first; raises AgentError."""
    threads = await server.busy_threads(MOST_BUSY)
    lists = await asyncio.gather(*(server.runs(thread, _MOST_RUNS) for thread in threads))
    runs = [others_run(run) for found in lists for run in found if status_of(run) == "working"]
    return sorted((run for run in runs if run and not run.is_ours), key=lambda run: run.began, reverse=True)


async def look_up(server: AgentServer, thread: str, run: str = "") -> OthersRun:
    """One run, or the newest of a thread; raises AgentError, ServerForgot where there is none."""
    found = [await server.run(thread, run)] if run else await server.runs(thread, _MOST_RUNS)
    runs = [other for one in found if (other := others_run(one))]
    if not runs:
        raise ServerForgot(sentence("server-forgot"))
    return max(runs, key=lambda one: one.began)


def others_run(told: Any) -> OthersRun | None:
    """A run as a server tells of it; None for what is no run."""
    if not isinstance(told, Mapping) or not all(isinstance(told.get(key), str) for key in ("thread_id", "run_id")):
        return None
    kwargs = told.get("kwargs")
    given = told.get("input") or (kwargs.get("input") if isinstance(kwargs, Mapping) else None)
    return OthersRun(
        told["thread_id"],
        told["run_id"],
        str(told.get("assistant_id") or ""),
        _asked(given),
        _seconds(told.get("created_at")),
        any(names_of(told)),
    )


def _seconds(moment: object) -> float:
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        told = datetime.fromisoformat(str(moment))
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
    return 0.0


def _asked(given: Any) -> str:
    messages = given.get("messages") if isinstance(given, Mapping) else None
    read = (read_shorthand(one) for one in (messages if isinstance(messages, list) else [messages]))
    if said := [message.text for message in read if message and message.role == "human" and message.text.strip()]:
        return said[-1].strip()
    return "" if given in (None, {}, []) else json.dumps(json_safe(given), ensure_ascii=False)
