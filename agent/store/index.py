"""The index of runs: their owners, their states, and the processes that work on them."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.settings import Limits
from agent.store.database import Connection, Database
from agent.store.places import Places, Turn, holds
from agent.store.recording import Header, ends, header_line, opened, parse, waits
from agent.store.starts import SECONDS
from agent.streaming.events import END_STATES, JSON, Answered, RunState, Waiting

_ROW = """
SELECT runs.header, runs.state, runs.seconds, runs.rested, runs.asked_at, runs.broken, runs.process, leases.until
FROM runs LEFT JOIN leases ON leases.process = runs.process
"""
_ORPHANS = """
SELECT header, runs.process, until FROM runs LEFT JOIN leases ON leases.process = runs.process
WHERE state = 'queued' ORDER BY asked_at
"""
_LEASE = "INSERT INTO leases VALUES (?, ?) ON CONFLICT (process) DO UPDATE SET until = excluded.until"
_TURN = f"{_LEASE} WHERE leases.until < ?"
_ADRIFT = """
SELECT header, state, runs.process, until FROM runs LEFT JOIN leases ON leases.process = runs.process
WHERE state IN ('queued', 'running') AND header LIKE ? ORDER BY asked_at
"""
_PROGRESS = """
UPDATE runs SET state = CASE WHEN ? = 'queued' THEN state ELSE ? END, seconds = ?, rested = ?, bytes = ?, broken = ?,
process = CASE WHEN ? = 1 THEN '' ELSE process END WHERE id = ? AND process = ?
"""
"""A run that has not begun may have its turn by now, and is then at work."""
_ENDED = f"({', '.join(repr(state) for state in END_STATES)})"


_OLDEST = """
SELECT asked_at, id, bytes, state, runs.process, until FROM runs LEFT JOIN leases ON leases.process = runs.process
WHERE (asked_at, id) > (?, ?) ORDER BY asked_at, id LIMIT 500
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A run as a list shows it."""

    header: Header
    state: RunState
    seconds: float
    """How long it has worked, without the wait for its turn or for a person."""
    interrupted: bool = False
    """Whether the process working on it ended before the run did."""
    broken: bool = False
    """Whether its recording is incomplete because it could not be written."""

    @property
    def at_work(self) -> bool:
        """Whether some process works on it or will; none does while it waits for a person."""
        return self.state not in (*END_STATES, "waiting") and not self.interrupted


@dataclass(frozen=True, slots=True)
class Progress:
    """What has changed in a run since it was last noted."""

    run_id: str
    state: RunState
    seconds: float
    """Since it was asked."""
    rested: float
    """Of these, those spent waiting for its turn or for a person."""
    size: int
    """Bytes of its recording."""
    broken: bool


@dataclass(frozen=True, slots=True)
class News:
    """What a process learns about its own runs when it notes their states."""

    known: set[str]
    """Those that have not ended; missing ones were deleted."""
    stopping: set[str]
    """Those that somebody wants stopped."""
    queued: set[str]
    """Those in the queue."""
    answers: list[tuple[str, str, JSON]]
    """People's answers since then: run, interrupt, answer."""


class Claim:
    """One run in a transaction: no other process changes it meanwhile."""

    def __init__(self, connection: Connection, run_id: str, process: str) -> None:
        self._connection, self._run_id, self._process = connection, run_id, process
        connection.execute("UPDATE runs SET stopping = stopping WHERE id = ?", (run_id,))  # from now on it is ours
        row = connection.execute("SELECT state FROM runs WHERE id = ?", (run_id,)).fetchone()
        self.state: RunState | None = row and row[0]
        """Its state; None if it is not kept."""

    def put(self, interrupt: str, answer: JSON) -> bool:
        """Note an answer; returns whether it is the first to this question."""
        row = (self._run_id, interrupt, json.dumps(answer), time.time())
        statement = "INSERT INTO answers (run, interrupt, answer, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
        return bool(self._connection.execute(statement, row).rowcount)

    def answers(self) -> dict[str, JSON]:
        """All answers so far, by interrupt, oldest first."""
        rows = self._connection.execute(
            "SELECT interrupt, answer FROM answers WHERE run = ? ORDER BY at", (self._run_id,)
        )
        return {interrupt: json.loads(answer) for interrupt, answer in rows}

    def take(self) -> None:
        """Take over a run that waited: from now on it belongs to this process."""
        self._connection.execute(
            "UPDATE runs SET state = 'queued', process = ?, stopping = 0 WHERE id = ?", (self._process, self._run_id)
        )

    def end(self, state: RunState, seconds: float) -> None:
        """Note that a run that waited has ended."""
        self._connection.execute(
            "UPDATE runs SET state = ?, seconds = ?,"
            " rested = rested + CASE WHEN ? > seconds THEN ? - seconds ELSE 0 END WHERE id = ?",
            (state, seconds, seconds, seconds, self._run_id),
        )


class Index:
    """The runs of all processes sharing the database. Safe from any thread; methods raise DatabaseError.

    `process` names this one. A run that has not ended belongs to the process working on it as long as that renews its
    lease, or until it is known to have ended: until then it is at work, afterwards interrupted.
    """

    def __init__(self, database: Database, process: str, limits: Limits) -> None:
        self._database, self._process, self._lease_seconds = database, process, limits.lease_seconds
        self.places = Places(database, process, limits)

    def add(self, header: Header) -> Turn:
        """Note a new run of this process, and renew its lease; returns how it stands in the queue. Raises Crowded."""
        with self._database.transaction() as connection:
            self._renew(connection)
            _insert(connection, header, "queued", self._process)
            return self.places.enter(connection, header.id)

    def note(self, changes: Iterable[Progress]) -> News:
        """Note what has changed, and renew this process's lease; a waiting run, fully written, belongs to nobody."""
        rows = [
            (
                *(one.state, one.state, one.seconds, one.rested, one.size, int(one.broken)),
                int(one.state == "waiting" and not one.broken),
                *(one.run_id, self._process),
            )
            for one in sorted(changes, key=lambda one: one.run_id)  # all lock rows in the same order
        ]
        with self._database.transaction() as connection:
            self._renew(connection)
            connection.executemany(_PROGRESS, rows)
            own = connection.execute(
                f"SELECT id, stopping, state FROM runs WHERE process = ? AND state NOT IN {_ENDED}", (self._process,)
            ).fetchall()
            answers = connection.execute(
                "SELECT run, interrupt, answer FROM answers JOIN runs ON runs.id = run WHERE heard = 0 AND process = ?",
                (self._process,),
            ).fetchall()
            connection.executemany(
                "UPDATE answers SET heard = 1 WHERE run = ? AND interrupt = ?", [answer[:2] for answer in answers]
            )
        return News(
            {run_id for run_id, _, _ in own},
            {run_id for run_id, stopping, _ in own if stopping},
            {run_id for run_id, _, state in own if state == "queued"},
            [(run_id, interrupt, json.loads(answer)) for run_id, interrupt, answer in answers],
        )

    @contextmanager
    def mine(self) -> Iterator[set[str]]:
        """The runs of this process that have not ended; until this is over, no other process takes one of them over."""
        with self._database.transaction() as connection:
            query = f"SELECT id FROM runs WHERE process = ? AND state NOT IN {_ENDED} ORDER BY id"
            rows = connection.execute(query + self._database.for_update, (self._process,)).fetchall()
            yield {run_id for (run_id,) in rows}

    def disown(self, run_ids: Iterable[str]) -> None:
        """Let go of runs that are noted as this process's, and that it does not know."""
        with self._database.transaction() as connection:
            rows = [(run_id, self._process) for run_id in sorted(run_ids)]
            connection.executemany("UPDATE runs SET process = '' WHERE id = ? AND process = ?", rows)

    def turn(self, task: str, seconds: float) -> bool:
        """Whether a task is this process's: of all processes one gets it in so many seconds."""
        now = time.time()
        return self._database.write(_TURN, f"turn {task}", now + seconds, now) > 0

    @contextmanager
    def claim(self, run_id: str) -> Iterator[Claim]:
        """Change one run, all or nothing, while nobody else can."""
        with self._database.transaction() as connection:
            self._renew(connection)
            yield Claim(connection, run_id, self._process)

    def rest(self, run_id: str) -> None:
        """Note that a run waits for a person, on behalf of a process that did not get to say so."""
        self._database.write(
            f"UPDATE runs SET state = 'waiting', process = '' WHERE id = ? AND state NOT IN {_ENDED}"
            " AND process NOT IN (SELECT process FROM leases WHERE until >= ?)",
            run_id,
            time.time(),
        )

    def take_orphans(self) -> list[Header]:
        """Take over the runs that wait in the queue behind one that waits for a person, and whose process has ended.

        Those that used a key of the visitor's own stay: nobody has it any more.
        """
        with self._database.transaction() as connection:
            self._renew(connection)
            found: list[Header] = []
            for line, process, until in connection.execute(_ORPHANS).fetchall():
                header = _header(line)
                is_behind = header.parent in {taken.id for taken in found} or _waits(connection, header.parent)
                if is_behind and not header.own_key and not holds(process, until):
                    mine = (self._process, header.id, process)
                    taken = connection.execute("UPDATE runs SET process = ? WHERE id = ? AND process = ?", mine)
                    found += [header] * taken.rowcount  # none where another process was quicker
        return found

    def take_adrift(self) -> list[tuple[Header, bool]]:
        """Take over the runs on an Agent Server whose process has ended; each with whether it had begun."""
        with self._database.transaction() as connection:
            self._renew(connection)
            found: list[tuple[Header, bool]] = []
            for line, state, process, until in connection.execute(_ADRIFT, ('%"on_server":true%',)).fetchall():
                header = _header(line)
                if header.on_server and not header.own_key and not holds(process, until):
                    mine = (self._process, header.id, process)
                    taken = connection.execute("UPDATE runs SET process = ? WHERE id = ? AND process = ?", mine)
                    found += [(header, state == "running")] * taken.rowcount
        return found

    def waiting_since(self, moment: float) -> list[str]:
        """The runs that have waited for a person since before a moment."""
        rows = self._database.rows("SELECT id FROM runs WHERE state = 'waiting' AND asked_at + seconds < ?", moment)
        return [run_id for (run_id,) in rows]

    def adopt(self, entries: Iterable[tuple[Entry, int]]) -> None:
        """Add recordings that no process has noted, or not to their end, each with its size."""
        with self._database.transaction() as connection:
            for entry, size in entries:
                state = "running" if entry.interrupted else entry.state
                _insert(connection, entry.header, state)
                connection.execute(
                    "UPDATE runs SET state = ?, seconds = ?, bytes = ? WHERE id = ?",
                    (state, entry.seconds, size, entry.header.id),
                )

    def release(self) -> None:
        """Return the lease: this process has ended all of its runs."""
        self._database.write("DELETE FROM leases WHERE process = ?", self._process)

    def get(self, run_id: str) -> Entry | None:
        """One run, if it is kept."""
        return next(iter(self._entries("WHERE id = ?", run_id)), None)

    def of(self, owner: str) -> list[Entry]:
        """The runs of one visitor, the newest first."""
        return self._entries("WHERE owner = ? ORDER BY asked_at DESC", owner)

    def thread(self, thread_id: str) -> list[Entry]:
        """The runs of one conversation, the oldest first."""
        return self._entries("WHERE thread = ? ORDER BY asked_at", thread_id)

    def questions(self) -> dict[str, str]:
        """The question of each run that has comments, by id."""
        rows = self._database.rows("SELECT header FROM runs WHERE id IN (SELECT run FROM comments)")
        return {(head := _header(line)).id: head.request.question for (line,) in rows}

    def settled(self) -> set[str]:
        """The runs of which everything is known that can be: ended, or in some process's hands."""
        rows = self._database.rows(
            "SELECT id, state, runs.process, until FROM runs LEFT JOIN leases ON leases.process = runs.process"
        )
        rests = (*END_STATES, "waiting")
        return {run_id for run_id, state, process, until in rows if state in rests or holds(process, until)}

    def ask_to_stop(self, run_id: str) -> None:
        """Tell the process working on a run to stop it."""
        self._database.write("UPDATE runs SET stopping = 1 WHERE id = ?", run_id)

    def delete(self, *run_ids: str) -> None:
        """Forget runs with their links and comments; all or none."""
        with self._database.transaction() as connection:
            _delete(connection, run_ids)

    def prune(self, max_bytes: int, max_seconds: float) -> list[str]:
        """Forget what is too old, then the oldest until the rest is small enough; returns the ids that are gone.

        Runs at work stay. Comments on runs outside the index, such as samples, expire by age as well.
        """
        oldest = time.time() - max_seconds
        with self._database.transaction() as connection:
            (size,) = connection.execute("SELECT coalesce(sum(bytes), 0) FROM runs").fetchone()
            gone, older = [], 0
            for asked_at, run_id, its_size, state, process, until in _from_the_oldest(connection):
                if asked_at >= oldest and older >= size - max_bytes:
                    break
                older += its_size
                if state in END_STATES or (state != "waiting" and not holds(process, until)):
                    gone.append(run_id)
            _delete(connection, gone)
            connection.execute("DELETE FROM comments WHERE at < ?", (oldest,))
            connection.execute("DELETE FROM leases WHERE until < ?", (time.time() - 86_400,))
            connection.execute("DELETE FROM starts WHERE at < ?", (time.time() - SECONDS,))
        return gone

    def _renew(self, connection: Connection) -> None:
        connection.execute(_LEASE, (self._process, time.time() + self._lease_seconds))

    def _entries(self, condition: str, *values: str) -> list[Entry]:
        found = []
        for header, state, seconds, rested, asked_at, broken, process, until in self._database.rows(
            f"{_ROW} {condition}", *values
        ):
            is_unfinished = state not in (*END_STATES, "waiting")
            at_work = is_unfinished and holds(process, until)
            interrupted = is_unfinished and not at_work
            seconds = max(seconds, time.time() - asked_at) if at_work else seconds
            found.append(Entry(_header(header), state, max(seconds - rested, 0.0), interrupted, bool(broken)))
        return found


def read_entry(path: Path) -> Entry:
    """A recording as a list shows it: its header, and its end from the last lines; raises BrokenRecording, OSError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        header, event_of = opened(file.readline(1_000_000).decode("utf-8", "replace"))
        start, place, tail = file.tell(), size, b""
        while place > start and tail.rstrip(b"\n").count(b"\n") < 2:  # until the last whole line is among these
            place = max(start, place - max(8_192, len(tail)))
            file.seek(place)
            tail = file.read(size - place)
    for line in reversed(tail.decode("utf-8", "replace").split("\n")):
        try:
            last = event_of(line)
        except ValueError:
            continue
        state: RunState | None = ends(last)
        if isinstance(last.payload, Waiting | Answered) and waits(parse(path.read_text("utf-8", "replace")).events):
            state = "waiting"
        return Entry(header, state or "stopped", last.at, interrupted=state is None)
    return Entry(header, "stopped", 0.0, interrupted=True)


@functools.lru_cache(maxsize=2_000)
def _header(line: str) -> Header:
    return opened(line)[0]


def _waits(connection: Connection, run_id: str) -> bool:
    return connection.execute("SELECT 1 FROM runs WHERE id = ? AND state = 'waiting'", (run_id,)).fetchone() is not None


def _from_the_oldest(connection: Connection) -> Iterator[tuple[Any, ...]]:
    place: tuple[float, str] = -1.0, ""
    while rows := connection.execute(_OLDEST, place).fetchall():
        yield from rows
        place = rows[-1][:2]


def _insert(connection: Connection, header: Header, state: str, process: str = "") -> None:
    connection.execute(
        "INSERT INTO runs (id, owner, thread, asked_at, header, state, process, parent) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (
            header.id,
            header.owner,
            header.thread_id,
            header.asked_at,
            header_line(header),
            state,
            process,
            header.parent,
        ),
    )


def _delete(connection: Connection, run_ids: Sequence[str]) -> None:
    ids = [(run_id,) for run_id in sorted(run_ids)]  # all lock rows in the same order
    for statement in (
        "INSERT INTO forgotten SELECT thread FROM runs WHERE id = ? ON CONFLICT DO NOTHING",
        "DELETE FROM runs WHERE id = ?",
        "DELETE FROM links WHERE run = ?",
        "DELETE FROM comments WHERE run = ?",
        "DELETE FROM looked WHERE run = ?",
        "DELETE FROM answers WHERE run = ?",
        "DELETE FROM drafts WHERE run = ?",
    ):
        connection.executemany(statement, ids)
    connection.execute("DELETE FROM titles WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.thread = titles.thread)")
