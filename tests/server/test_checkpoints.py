"""What is kept of conversations: in memory, in a file, in a real PostgreSQL."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ormsgpack
import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph import START, MessagesState, StateGraph
from typing_extensions import TypedDict

from agent.engine.checkpoints import FILE, Checkpoints
from agent.engine.job import Job
from agent.engine.savers import PlainData, SqliteSaver
from agent.errors import CheckpointError, CheckpointLost, SettingsError
from agent.settings import Limits, Settings
from agent.streaming.place import Place
from tests.postgres import Server

KINDS = ("memory", "file", "database")
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.anyio

Kept = Callable[..., Settings]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def kept(tmp_path: Path, request: pytest.FixtureRequest) -> Kept:
    """Settings of one kind; a database is only started where one is asked for."""

    def settings(kind: str, **limits: Any) -> Settings:
        url = request.getfixturevalue("database").url if kind == "database" else None
        folder = None if kind == "memory" else tmp_path
        return Settings(recordings=folder, database_url=url, limits=Limits(**limits))

    return settings


@pytest.fixture
def file(tmp_path: Path) -> Settings:
    return Settings(recordings=tmp_path)


def parrot(state: MessagesState) -> dict[str, Any]:
    """Say how many messages there are."""
    return {"messages": [AIMessage(str(len(state["messages"])))]}


async def ask(kept: Checkpoints, thread_id: str, question: str = "Hello", after: str = "") -> str:
    """Ask the parrot, after a checkpoint; returns the one in which that ends."""
    graph = StateGraph(MessagesState).add_node(parrot).add_edge(START, "parrot").compile(checkpointer=kept.saver)
    config: RunnableConfig = {"configurable": {"thread_id": thread_id, **({"checkpoint_id": after} if after else {})}}
    await graph.ainvoke({"messages": [HumanMessage(question)]}, config, durability="exit")
    return str(
        (await graph.aget_state({"configurable": {"thread_id": thread_id}})).config["configurable"]["checkpoint_id"]
    )


async def find(kept: Checkpoints, thread_id: str, checkpoint_id: str) -> bool:
    """Whether the parrot can go on from a checkpoint."""
    graph = StateGraph(MessagesState).add_node(parrot).add_edge(START, "parrot").compile(checkpointer=kept.saver)
    return await Job(graph, thread_id, "run", False, {}, None, ()).can_start(Place(thread_id, checkpoint_id))


async def said(kept: Checkpoints, thread_id: str, checkpoint_id: str) -> list[str]:
    config: RunnableConfig = {
        "configurable": {"thread_id": thread_id, "checkpoint_ns": "", "checkpoint_id": checkpoint_id}
    }
    found = await kept.saver.aget_tuple(config)
    assert found
    return [message.text for message in found.checkpoint["channel_values"]["messages"]]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_conversation_has_branches_and_goes_on_from_each(kept: Kept, kind: str) -> None:
    async with Checkpoints(kept(kind)) as checkpoints:
        first = await ask(checkpoints, kind)
        left, right = await ask(checkpoints, kind, "Left", first), await ask(checkpoints, kind, "Right", first)
        on = await ask(checkpoints, kind, "On", left)
        assert await said(checkpoints, kind, right) == ["Hello", "1", "Right", "3"]
        assert await said(checkpoints, kind, on) == ["Hello", "1", "Left", "3", "On", "5"]


@pytest.mark.parametrize("kind", ["file", "database"])
async def test_a_conversation_outlives_the_process(kept: Kept, kind: str) -> None:
    async with Checkpoints(kept(kind)) as checkpoints:
        end = await ask(checkpoints, "lasting")
    async with Checkpoints(kept(kind)) as checkpoints:
        assert await find(checkpoints, "lasting", end)
        assert await said(checkpoints, "lasting", await ask(checkpoints, "lasting", "Still?", end)) == [
            "Hello", "1", "Still?", "3",
        ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_forgotten_is_gone_and_nothing_else(kept: Kept, kind: str) -> None:
    async with Checkpoints(kept(kind)) as checkpoints:
        gone, stays = await ask(checkpoints, "gone"), await ask(checkpoints, "stays")
        await checkpoints.forget("gone")
        assert [await find(checkpoints, "gone", gone), await find(checkpoints, "stays", stays)] == [False, True]


@pytest.mark.parametrize("kind", KINDS)
async def test_the_oldest_conversations_go_first_and_those_in_use_not_at_all(kept: Kept, kind: str) -> None:
    async with Checkpoints(kept(kind, recording_megabytes=0.01, memory_megabytes=0.01)) as checkpoints:
        for thread_id in ("in use", "old", "new"):
            await checkpoints.forget(thread_id)
            await ask(checkpoints, thread_id, "x" * 7_000 + os.urandom(4_000).hex())
        gone = await checkpoints.prune(["in use"])
        assert ("old" in gone, "in use" in gone) == (True, False)


@pytest.mark.parametrize("kind", KINDS)
async def test_conversations_go_by_age(kept: Kept, kind: str) -> None:
    async with Checkpoints(kept(kind)) as checkpoints:
        await ask(checkpoints, "of today")
        assert "of today" not in await checkpoints.prune()
    async with Checkpoints(kept(kind, recording_days=1e-9)) as checkpoints:
        end = await ask(checkpoints, "of long ago")
        assert "of long ago" in await checkpoints.prune()
        assert not await find(checkpoints, "of long ago", end)


async def test_a_file_gives_back_the_room_of_what_was_forgotten(tmp_path: Path) -> None:
    async with Checkpoints(Settings(recordings=tmp_path, limits=Limits(recording_megabytes=0.1))) as checkpoints:
        for number in range(20):
            await ask(checkpoints, str(number), os.urandom(50_000).hex())
        await checkpoints.prune()
        connection = checkpoints.saver.conn  # type: ignore[attr-defined]
        async with connection.execute("PRAGMA page_count") as rows:
            assert (await rows.fetchone())[0] * 4_096 < 500_000


@pytest.mark.parametrize("code", range(6))
def test_nothing_that_a_foreign_file_names_is_called(tmp_path: Path, code: int) -> None:
    mark = tmp_path / "executed"
    one, many = f"touch {mark}", [f"touch {mark}"]
    payload: Any = {0: one, 1: many, 2: {"cmd": one}, 3: one, 4: {"cmd": one}, 5: {"cmd": one}}[code]
    forged = ormsgpack.Ext(code, ormsgpack.packb(["subprocess", "getoutput", payload, "__call__"]))
    assert PlainData().loads_typed(("msgpack", ormsgpack.packb({"messages": forged}))) == {"messages": payload}
    assert not mark.exists()


@pytest.mark.parametrize("kind", ["json", "pickle", "unheard of", "msgpack"])
def test_what_was_not_written_here_is_not_read(kind: str) -> None:
    with pytest.raises(CheckpointLost):
        PlainData().loads_typed((kind, b'\xc1{"lc": 1, "type": "constructor", "id": ["langchain_core"]}'))


def test_messages_and_plain_data_come_back_as_they_were() -> None:
    values = [HumanMessage("Hi"), AIMessage("", tool_calls=[{"id": "1", "name": "t", "args": {"a": [1, None]}}])]
    values += [ToolMessage("done", tool_call_id="1")]
    state = {"messages": values, "usage": {"tokens": 3}, "seen": {"a", "b"}}
    assert PlainData().loads_typed(PlainData().dumps_typed(state)) == state


@dataclass
class Plan:
    steps: list[str]


class Planned(TypedDict):
    plan: Plan


@pytest.mark.parametrize("kind", KINDS)
async def test_the_types_of_a_graphs_own_schema_come_back_to_that_graph_alone(kept: Kept, kind: str) -> None:
    async def make(state: Planned) -> dict[str, Any]:
        return {"plan": Plan(["one"])}

    graph = StateGraph(Planned).add_node(make).add_edge(START, "make").compile()
    async with Checkpoints(kept(kind)) as checkpoints:
        config: RunnableConfig = {"configurable": {"thread_id": f"plan {kind}", "checkpoint_ns": ""}}
        mine: Any = graph.copy({"checkpointer": checkpoints.for_graph(graph)})
        await mine.ainvoke({}, config)
        assert (await mine.aget_state(config)).values["plan"] == Plan(["one"])
        found = await checkpoints.saver.aget_tuple(config)
        assert found
        assert found.checkpoint["channel_values"]["plan"] == {"steps": ["one"]}


def _converse(folder: Path, name: str) -> list[str]:
    """What one of several processes does."""

    async def all_of_it() -> list[str]:
        async with Checkpoints(Settings(recordings=folder)) as checkpoints:
            after = ""
            for number in range(15):
                after = await ask(checkpoints, name, f"{name} {number}", after)
            return await said(checkpoints, name, after)

    return asyncio.run(all_of_it())


def test_several_processes_share_a_file(tmp_path: Path) -> None:
    names = ["a", "b", "c"]
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(3, mp_context=context) as processes:
        found = list(processes.map(_converse, [tmp_path] * 3, names))
    assert [texts[::2] for texts in found] == [[f"{name} {number}" for number in range(15)] for name in names]


async def test_another_process_deletes_a_conversation(file: Settings) -> None:
    async with Checkpoints(file) as one, Checkpoints(file) as other:
        end = await ask(one, "shared")
        await other.forget("shared")
        assert not await find(one, "shared", end)


async def test_a_damaged_file_is_put_aside_at_the_start(file: Settings, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all " * 1_000)
    async with Checkpoints(file) as checkpoints:
        assert await said(checkpoints, "new", await ask(checkpoints, "new")) == ["Hello", "1"]
    assert (tmp_path / "checkpoints.damaged.sqlite3").read_bytes().startswith(b"no database")


async def test_a_file_that_is_damaged_meanwhile_costs_one_run(file: Settings, tmp_path: Path) -> None:
    async with Checkpoints(file) as checkpoints:
        end = await ask(checkpoints, "t")
        script = "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA shrink_memory"  # or it would go on with what it remembers
        await checkpoints.saver.conn.executescript(script)  # type: ignore[attr-defined]
        with (tmp_path / FILE).open("r+b") as damaged:
            damaged.write(b"\0" * damaged.seek(0, os.SEEK_END))
            damaged.seek(0)
            damaged.write(b"\0" * 8_192)
        with pytest.raises(CheckpointError, match="damaged"):
            await ask(checkpoints, "t", "Still there?", end)
        assert not await find(checkpoints, "t", end)
        assert await said(checkpoints, "t", await ask(checkpoints, "t")) == ["Hello", "1"]


async def test_a_file_that_was_deleted_meanwhile_is_begun_anew(file: Settings, tmp_path: Path) -> None:
    async with Checkpoints(file) as checkpoints:
        end = await ask(checkpoints, "t")
        _delete(tmp_path)
        assert not await find(checkpoints, "t", end)
        assert await said(checkpoints, "t", await ask(checkpoints, "t")) == ["Hello", "1"]


def _delete(folder: Path) -> None:
    for part in folder.glob(f"{FILE}*"):
        part.unlink()


async def test_one_checkpoint_that_cannot_be_read_takes_no_other_with_it(file: Settings, tmp_path: Path) -> None:
    async with Checkpoints(file) as checkpoints:
        ends = [await ask(checkpoints, "bad"), await ask(checkpoints, "good")]
        with contextlib.closing(sqlite3.connect(tmp_path / FILE)) as other:
            other.execute("UPDATE checkpoints SET checkpoint = x'c1ffff' WHERE thread_id = 'bad'")
            other.commit()
        assert not await find(checkpoints, "bad", ends[0])
        with pytest.raises(CheckpointLost, match="cannot be read"):
            await ask(checkpoints, "bad", "On", ends[0])
        assert await find(checkpoints, "good", ends[1])


async def test_a_full_disk_costs_the_run_that_meets_it(file: Settings, tmp_path: Path) -> None:
    async with Checkpoints(file) as checkpoints:
        await ask(checkpoints, "small")
        connection = checkpoints.saver.conn  # type: ignore[attr-defined]
        await connection.execute("PRAGMA max_page_count = 10")
        with pytest.raises(CheckpointError, match="disk is full"):
            await ask(checkpoints, "large", os.urandom(100_000).hex())
        with contextlib.closing(sqlite3.connect(tmp_path / FILE, timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")  # nothing is left open that would keep others from writing
            other.rollback()
        await connection.execute("PRAGMA max_page_count = 1000000")
        assert await said(checkpoints, "large", await ask(checkpoints, "large")) == ["Hello", "1"]


async def test_a_file_that_is_busy_for_too_long_costs_the_run_that_meets_it(file: Settings, tmp_path: Path) -> None:
    async with Checkpoints(file) as checkpoints:
        await ask(checkpoints, "t")
        await checkpoints.saver.conn.execute("PRAGMA busy_timeout = 1")  # type: ignore[attr-defined]
        with contextlib.closing(sqlite3.connect(tmp_path / FILE)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(CheckpointError, match="others were writing"):
                await ask(checkpoints, "t")
            other.rollback()
        await ask(checkpoints, "t")


async def test_a_run_that_is_stopped_while_it_writes_leaves_no_lock(file: Settings, tmp_path: Path) -> None:
    async with Checkpoints(file) as checkpoints:
        await ask(checkpoints, "t")
        saver = checkpoints.saver
        assert isinstance(saver, SqliteSaver)
        with contextlib.closing(sqlite3.connect(tmp_path / FILE)) as other:
            other.execute("BEGIN IMMEDIATE")
            config: RunnableConfig = {"configurable": {"thread_id": "t", "checkpoint_ns": "", "checkpoint_id": "1"}}
            writing = asyncio.ensure_future(saver.aput_writes(config, [("messages", "x")], "task"))
            while not saver.lock.locked():  # noqa: ASYNC110  # it has no event
                await asyncio.sleep(0)
            writing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await writing
            other.rollback()
        async with saver.lock:  # it was written to its end
            pass
        with contextlib.closing(sqlite3.connect(tmp_path / FILE, timeout=0)) as other:
            assert other.execute("SELECT count(*) FROM writes WHERE task_id = 'task'").fetchone() == (1,)
            other.execute("BEGIN IMMEDIATE")


async def test_a_folder_that_cannot_be_used_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    async with Checkpoints(Settings(recordings=tmp_path / "file" / "runs")) as checkpoints:
        assert await said(checkpoints, "t", await ask(checkpoints, "t")) == ["Hello", "1"]


def test_the_file_is_its_owners(tmp_path: Path) -> None:
    _converse(tmp_path, "t")
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_a_process_ends_that_has_closed_nothing(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path;"
        "from agent.loop import BackgroundLoop; from agent.settings import Settings;"
        "from agent.engine.checkpoints import Checkpoints; loop = BackgroundLoop();"
        "loop.call(Checkpoints(Settings(recordings=Path(sys.argv[1]))).__aenter__())"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == 0
    assert (tmp_path / FILE).exists()


async def test_a_database_may_go_away_and_come_back(database: Server) -> None:
    async with Checkpoints(Settings(database_url=database.url)) as checkpoints:
        end = await ask(checkpoints, "steadfast")
        database.stop()
        try:
            with pytest.raises(CheckpointError, match="does not answer"):
                await find(checkpoints, "steadfast", end)
            with pytest.raises(CheckpointError, match="does not answer"):
                await ask(checkpoints, "steadfast", "Are you there?", end)
        finally:
            database.start()
        last = await ask(checkpoints, "steadfast", "And now?", end)
        assert await said(checkpoints, "steadfast", last) == ["Hello", "1", "And now?", "3"]


async def test_a_database_may_come_later_than_the_app(database: Server) -> None:
    database.stop()
    try:
        async with Checkpoints(Settings(database_url=database.url)) as checkpoints:
            begun = time.monotonic()
            runs = [ask(checkpoints, f"early {number}") for number in range(5)]
            failures = await asyncio.gather(*runs, return_exceptions=True)
            assert {type(failure) for failure in failures} == {CheckpointError}
            assert time.monotonic() - begun < 20, "they wait beside each other"
            database.start()
            await ask(checkpoints, "late")
    finally:
        with contextlib.suppress(AssertionError):
            database.start()


async def test_many_make_the_tables_at_once(database: Server) -> None:
    await _drop_tables(database)
    async with contextlib.AsyncExitStack() as stack:
        several = [await stack.enter_async_context(Checkpoints(Settings(database_url=database.url))) for _ in range(5)]
        await asyncio.gather(*(ask(one, f"thread {number}") for number, one in enumerate(several)))


async def test_a_database_that_comes_back_empty_costs_one_run(database: Server) -> None:
    async with Checkpoints(Settings(database_url=database.url)) as checkpoints:
        await ask(checkpoints, "t")
        await _drop_tables(database)
        with pytest.raises(CheckpointError):
            await ask(checkpoints, "t")
        assert await said(checkpoints, "t", await ask(checkpoints, "t")) == ["Hello", "1"]


async def _drop_tables(database: Server) -> None:
    import psycopg

    async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as connection:
        for table in ("checkpoints", "checkpoint_blobs", "checkpoint_writes", "checkpoint_migrations"):
            await connection.execute(f"DROP TABLE IF EXISTS {table}")


def test_packages_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match="pip install -r requirements-postgres.txt"):
        Checkpoints(Settings(database_url="postgresql://nobody@nowhere/none"))
