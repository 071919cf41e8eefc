"""One run of an Agent Server, as the attempt at it tells it that counts: the newest one.

What can arrive, besides one attempt from its beginning to its end:

- A worker dies. Nothing comes for as long as its lease lasts, then another attempt begins at the last checkpoint.
- A worker is held up for longer than its lease, and goes on beside the next attempt until it notices: both write into
  the same stream, and the old one may say first that the run has ended.
- Events get lost where a stream is joined, or its end does: the stream stays open, and says nothing any more.
- The run has ended, or is queued for ever, and nobody says so.

The parts of a graph that is `attributed` are stamped, which tells attempts apart, and it gives signs of life; with any
other graph, a server's own word has to do.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from agent.engine.agent_server import REPLAY_SECONDS, SILENCE_SECONDS, AgentServer, Part, RunStatus, Standing, status_of
from agent.errors import ServerFailed, ServersFault, ServerStopped
from agent.streaming.attributed import ALIVE, ALIVE_SECONDS, DONE, ERROR, PART
from texts import Sentence, Spoken, is_known, sentence

QUIET_SECONDS = 3 * ALIVE_SECONDS
"""Seconds without a word of an attempt after which it is taken for dead when the server says that the run has ended."""
_ITS_OWN = frozenset(
    "PoolTimeout PoolClosed OperationalError InterfaceError DBAPIError AdminShutdown CrashShutdown CannotConnectNow"
    " AdminShutdownError CannotConnectNowError ConnectionDoesNotExistError ConnectionFailure RedisError".split()
)
"""Errors of a server's own database or broker; psycopg's, SQLAlchemy's and asyncpg's names for them."""


class ServerRun:
    """What a run streams, without what other attempts at it say; once that is over, how it has ended."""

    def __init__(self, server: AgentServer, thread: str, id_: str, *, is_attributed: bool = False) -> None:
        self._server, self._thread, self._id = server, thread, id_
        self._is_attributed = is_attributed
        """Whether its graph is known to be, so that an attempt which says nothing at all is none."""
        self._status: RunStatus | None = None
        self._failed: Spoken = ""
        self._kind = ""
        """The class of the error that it failed of."""
        self._attempt = ""
        """The one that counts."""
        self.begun = 0
        """How often the server has begun with it, as far as it says."""
        self._is_done = self._has_rival = self._is_settled = self._has_spoken = False
        self._heard = self._at_work = 0.0
        """When the attempt has last said something, and when the server has first said after that it is at work."""

    async def parts(self) -> AsyncGenerator[Part | None]:
        """What its graph streams; None where another attempt takes over, which begins at the last checkpoint.

        Raises ServerFailed.
        """
        self._heard = asyncio.get_running_loop().time()
        async with contextlib.aclosing(self._server.parts(self._thread, self._id, self._silence)) as stream:
            async for part in stream:
                if isinstance(part, Standing):
                    if self._is_over(part):
                        return
                    continue
                if self._is_of_another(part):
                    continue
                if self._begins_anew(part):
                    yield None
                self._heard, self._at_work = asyncio.get_running_loop().time(), 0.0
                if not self._takes(part):
                    self._has_spoken = True
                    yield part
                elif part.mode == "end" and self._ends():
                    return

    def check(self, *, waits: bool) -> None:
        """Raise what it has failed of, or ServerFailed if it was stopped; `waits` is whether it asks a person."""
        if self._is_done:  # whatever the server made of that
            return
        if self._kind in _ITS_OWN or (self._status == "error" and self._attempt and not self._failed):
            raise ServersFault(sentence("server-run-failed", kind=self._kind or "?"))
        if self._failed or self._status == "error":
            raise ServerFailed(self._failed or sentence("server-run-failed", kind="?"))
        if self._status == "interrupted" and not waits:
            raise ServerStopped(sentence("server-stopped"))

    def _silence(self) -> float:
        """Seconds without an event after which the server is asked; once the graph is done, only the end is to come."""
        return REPLAY_SECONDS if self._is_done else SILENCE_SECONDS

    def _is_of_another(self, part: Part) -> bool:
        """Whether an attempt says it that another one has taken over from."""
        if not part.stamp or part.stamp.attempt >= self._attempt:
            return False
        self._has_rival = True
        return True

    def _begins_anew(self, part: Part) -> bool:
        if part.stamp and part.stamp.attempt > self._attempt:
            is_another, self._attempt = bool(self._attempt), part.stamp.attempt
            self._has_rival |= is_another
        elif part.mode == "metadata":  # aegra calls each attempt the first
            self.begun += 1
            is_another = not self._attempt and (self.begun > 1 or _attempt(part.data) > 1)
        else:
            return False
        if is_another:
            self._failed, self._kind, self._is_done = "", "", False
        return is_another and (self._has_spoken or self.begun <= 1)  # of nothing there is nothing to begin anew

    def _takes(self, part: Part) -> bool:
        """Take in what is about the run itself; False for what the graph streams."""
        data = part.data
        match part.mode:
            case "metadata":
                return True
            case "end":
                self._status = status_of(data)
                return True
            case "error":
                if not self._failed:
                    self._fails(data.get("error") if isinstance(data, Mapping) else None)
                return True
            case "custom" if isinstance(data, Mapping) and data.get(PART) in (ERROR, DONE, ALIVE):
                self._is_done = data[PART] == DONE
                if data[PART] == ERROR:
                    self._fails(data.get("kind"), _said(data.get("data")))
                return True
        return False

    def _fails(self, kind: object, said: Spoken = "") -> None:
        self._kind = "" if said else _word(kind)
        self._failed = said or sentence("server-run-failed", kind=self._kind)

    def _ends(self) -> bool:
        """Whether an end is that of the attempt which counts: one that is held up does not know better."""
        if self._is_done or not self._attempt:
            return True
        return not self._has_rival and self._status != "success"

    def _is_over(self, stands: Standing) -> bool:
        """Whether nothing more is to come; raises ServersFault where nobody works on it."""
        now = asyncio.get_running_loop().time()
        if stands.status == "working" and not self._status:
            if self._is_done:  # it has not come to say so
                return now - self._heard > SILENCE_SECONDS
            self._at_work = self._at_work or now
            gives_signs = self._attempt or self._is_attributed or not stands.has_begun
            if gives_signs and now - self._at_work > self._server.patience:
                raise ServersFault(sentence("server-no-worker"))
            return False
        self._status = self._status or stands.status
        if not stands.is_read or not self._is_settled:
            self._is_settled = True  # what it has said meanwhile is read first
            return now - self._heard > self._server.patience
        return self._ends() or now - self._heard > QUIET_SECONDS


def _attempt(data: Any) -> int:
    attempt = data.get("attempt") if isinstance(data, Mapping) else None
    return attempt if isinstance(attempt, int) else 1


def _said(plain: object) -> Spoken:
    """The sentence that a graph of ours fails with."""
    if isinstance(plain, str):
        return plain
    key, values = (plain.get("key"), plain.get("values")) if isinstance(plain, Mapping) else (None, None)
    if not isinstance(key, str) or not is_known(key) or not isinstance(values, Mapping):
        return ""
    told = {str(name): _value(value) for name, value in values.items()}
    return Sentence(key, {name: value for name, value in told.items() if value is not None})


def _value(value: object) -> Any:
    if isinstance(value, (str, int, float)):
        return value
    said = _said(value)
    return said if said else None


def _word(kind: object) -> str:
    """The kind of an error, which is a class's name; nothing else of it is passed on."""
    return kind if isinstance(kind, str) and kind.isidentifier() and len(kind) <= 60 else "?"
