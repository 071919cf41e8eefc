"""A run: one question put to one graph, and the log of what happened, which any thread may read.

A run belongs to no script. It appends events to its log; whoever wants to watch reads the log from a cursor of their
own. So a click, a refresh or a lost connection ends a reader, never a run.
"""

from __future__ import annotations

import hashlib

from agent.engine.log import ClosedLog, Read, RunLog
from agent.store.recording import Header, Recording, answer_of, ends, waits
from agent.streaming.events import END_STATES, RunRequest, RunState
from texts import Spoken


class Run:
    """One run and its log, as readers know it. Safe from any thread."""

    def __init__(self, header: Header, events: RunLog) -> None:
        self.header = header
        """The header of this run's recording."""
        self.state: RunState = "queued"
        self.place = 0
        """Place in the queue, from 1; 0 when it is not waiting."""
        self._answer = ""
        self._log = events

    @classmethod
    def replayed(cls, recording: Recording) -> Run:
        """A finished run, from its recording."""
        run = cls(recording.header, ClosedLog(recording.events))
        end = recording.events[-1]
        run.state, run._answer = ends(end) or ("waiting" if waits(recording.events) else "stopped"), answer_of(end)
        return run

    @property
    def id(self) -> str:
        """Not guessable: anyone who has it may read the run."""
        return self.header.id

    @property
    def request(self) -> RunRequest:
        """What was asked for."""
        return self.header.request

    @property
    def thread_id(self) -> str:
        """The conversation that the run belongs to."""
        return self.header.thread_id

    @property
    def ended(self) -> bool:
        """Whether no event will follow."""
        return self.state in END_STATES

    @property
    def answer(self) -> str:
        """The answer's text, once the run has finished."""
        return self._answer

    @property
    def unrecorded(self) -> Spoken:
        """Why this run will be lost when the server restarts, although others are not; empty if all is well."""
        return ""

    def read(self, cursor: int = 0, timeout: float = 0.0) -> Read:
        """The events from `cursor` on, the next cursor, and whether that was all there will ever be.

        Waits at most `timeout` seconds for an event when there is none.
        """
        return self._log.read(cursor, timeout)

    def stop(self) -> None:
        """Stop the run if it has not ended: its request to the model is closed, and what has arrived stays.

        Returns at once.
        """


def digest(session: str) -> str:
    """A session's stand-in in a recording: enough to find one's own runs, useless for anything else."""
    return hashlib.sha256(session.encode()).hexdigest()[:32] if session else ""
