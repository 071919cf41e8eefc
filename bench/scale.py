"""A whole deployment, and what happens to its visitors' runs while parts of it die: `python -m bench.scale`.

Two web processes behind HAProxy, PostgreSQL, and with aegra two of it and Redis, as `make cluster` starts them. In each
act every visitor opens a page and asks, something happens in mid-answer, and in the end each recording is compared with
what the model has sent. The figures go into docs/scale.md, between its marks.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from urllib.request import Request, urlopen

import psutil
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from agent.projections.items import Answer
from agent.projections.transcript import fold
from agent.store.postgres import Postgres, Rows
from agent.store.recording import parse
from agent.streaming.modes import RUN_MODES
from bench.browser import percentile
from bench.servers import NO_LIMITS, Server, model_log, model_server
from bench.sessions import Counted, StreamlitSession
from bench.stamped import question, stamped_tokens
from deploy.cluster import AEGRAS, ROOT, WEBS, Cluster, Service, has_aegra
from tests.serving import clean_environment, free_port

PAGE = ROOT / "docs" / "scale.md"
RATE = 10.0
"""Tokens a second of each answer: what a person reads."""
TOKENS = 150
AFTER = 4.0
"""Seconds from the last question until something happens."""
PATIENCE = 120.0
"""Seconds after the last token is due in which a run must have ended: the app's own limit for a run."""
AWAY = 2.0
"""Seconds until what was killed is started again."""
LEASES = {"LEASE_DURATION_SECONDS": "9", "HEARTBEAT_INTERVAL_SECONDS": "3", "REAPER_INTERVAL_SECONDS": "3"}
"""aegra's; its own are 30, 10 and 15, and take 50 s at worst."""

Happen = Callable[[Cluster], None]


class Visitor(StreamlitSession):
    """A visitor who comes back by himself when his connection is lost, as a browser does."""

    def __init__(self, url: str, tag: str) -> None:
        super().__init__(url, tag)
        self._cookies = {"toolstream_visitor": uuid.uuid4().hex[:22]}
        self.returns = 0

    async def connect(self, path: str, *subprotocols: str) -> ClientConnection:
        """A WebSocket at the process that the proxy sends this visitor to."""
        await asyncio.to_thread(self._greet)
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return await connect(
            f"ws://{self.url.netloc}{path}",
            subprotocols=subprotocols,  # type: ignore[arg-type]
            additional_headers={"Cookie": cookies},
            max_size=None,
            ping_interval=None,
            open_timeout=60,
            create_connection=partial(Counted, self),  # type: ignore[arg-type]
        )

    def _greet(self) -> None:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        with urlopen(
            Request(f"http://{self.url.netloc}/_stcore/health", headers={"Cookie": cookies}), timeout=10
        ) as it:
            if found := re.search(r"TSID=(\w+)", it.headers.get("Set-Cookie", "")):
                self._cookies["TSID"] = found[1]

    async def _read(self) -> None:
        while True:
            await super()._read()
            while True:
                await asyncio.sleep(0.5)
                with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                    self.socket = await self.connect("/_stcore/stream", "streamlit", "no-token")
                    self._page = ""
                    await self.rerun()
                    self.returns += 1
                    break

    async def rerun(self, *given: object) -> None:
        with contextlib.suppress(ConnectionClosed):
            await super().rerun(*given)  # type: ignore[arg-type]

    def _take(self, message: ForwardMsg) -> None:
        super()._take(message)
        if message.WhichOneof("type") == "page_info_changed":
            self.url = self.url._replace(query=message.page_info_changed.query_string)


@dataclass
class Act:
    """What one act has come to."""

    name: str
    runs: int = 0
    lost: int = 0
    """Tokens that are in no recording."""
    doubled: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    """How the runs ended that did not finish."""
    silences: list[float] = field(default_factory=list)
    """The longest silence of each visitor, in seconds."""
    returns: int = 0
    """Connections that were lost, and came back."""
    unseen: int = 0
    """Visitors who have not seen the end of their answer."""


@dataclass
class Costs:
    """What the act in which nothing happens has cost."""

    lag_ms: Mapping[str, float | None] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    """Milliseconds of processor time for each token, by part."""
    megabytes: dict[str, float] = field(default_factory=dict)
    wire_bytes: float = 0.0
    """Bytes sent to a browser for each token."""
    recorded: float = 0.0
    """Bytes in the database for each token."""


def acts(*, with_aegra: bool) -> list[tuple[str, Happen]]:
    """What happens, by name."""
    found: list[tuple[str, Happen]] = [("nothing", lambda _: None), ("kill -9 of a web process", _killed("web1"))]
    if with_aegra:
        found += [("kill -9 of an aegra process", _killed("aegra1"))]
    found += [("restart of PostgreSQL", _restarted("postgres"))]
    if with_aegra:
        found += [("restart of Redis", _restarted("redis"))]
        found += [("rolling restart of aegra", _restarted(*AEGRAS))]
    return [*found, ("rolling restart of the web processes", lambda cluster: cluster.roll(TOKENS / RATE))]


def _killed(name: str) -> Happen:
    def happen(cluster: Cluster) -> None:
        cluster.services[name].kill()
        time.sleep(AWAY)
        cluster.restart(name)

    return happen


def _restarted(*names: str) -> Happen:
    def happen(cluster: Cluster) -> None:
        for name in names:
            cluster.restart(name)

    return happen


async def play(cluster: Cluster, model: Server, name: str, happen: Happen, visitors: int, costs: Costs) -> Act:
    """One act, from the opening of the pages to the comparison of what was recorded."""
    act, word = Act(name), re.sub(r"\W", "", name)
    there = [Visitor(f"{cluster.url}/LLM_tokens?tools=-&view=simple", f"{word}{n}") for n in range(visitors)]
    for some in [there[at : at + 5] for at in range(0, visitors, 5)]:
        await asyncio.gather(*(visitor.open() for visitor in some))
    before, began = _cpu(cluster), time.time()
    for visitor in there:
        await visitor.ask(question(TOKENS, RATE, visitor.tag))
        await asyncio.sleep(0.02)
    await asyncio.sleep(AFTER)
    happened = asyncio.create_task(asyncio.to_thread(happen, cluster))
    until = time.time() + TOKENS / RATE + PATIENCE
    runs: list[tuple[str, str, str]] = []
    while time.time() < until:
        await asyncio.sleep(0.5)
        with contextlib.suppress(Exception):  # the database may be away
            runs = await asyncio.to_thread(_runs, cluster, began)
            if happened.done() and len(runs) == visitors and all(state in _ENDS for _, state, _ in runs):
                break
    await happened
    await asyncio.sleep(2.0)  # until it is drawn
    if name == "nothing":
        _note_costs(costs, cluster, model, there, before)
    for visitor in there:
        moments = [at / 1000 for at, _ in visitor.seen]
        act.silences.append(max((after - at for at, after in pairwise([began, *moments])), default=0.0))
        act.unseen += not visitor.seen or visitor.seen[-1][1] < TOKENS - 12
        act.returns += visitor.returns
        with contextlib.suppress(Exception):
            await visitor.close()
    await asyncio.to_thread(_compare, cluster, runs, act, visitors, costs)
    return act


_ENDS = ("finished", "failed", "stopped")
_SINCE = """
SELECT id, CASE WHEN state != 'running' THEN state WHEN until >= ? THEN 'still at work' ELSE 'interrupted' END, header
FROM runs LEFT JOIN leases ON leases.process = runs.process WHERE asked_at >= ?
"""


def _runs(cluster: Cluster, began: float) -> list[tuple[str, str, str]]:
    """The runs since then, how they stand, and what was asked."""
    with contextlib.closing(Postgres(cluster.database_url)) as database:
        rows = database.rows(_SINCE, time.time(), began)
    return [(run_id, state, json.loads(header)["request"]["question"]) for run_id, state, header in rows]


def _compare(cluster: Cluster, runs: list[tuple[str, str, str]], act: Act, visitors: int, costs: Costs) -> None:
    """Compare what is recorded with what the model had to send."""
    expected = "".join(stamped_tokens(TOKENS)).split()
    act.runs = len(runs)
    act.ends["never begun"] += visitors - len(runs)
    with contextlib.closing(Postgres(cluster.database_url)) as database:
        recordings = Rows(database)
        for run_id, state, _ in runs:
            text = recordings.read(run_id, 0)
            if act.name == "nothing":
                costs.recorded = len(text) / TOKENS
            if state != "finished":
                act.ends[state] += 1
                continue
            items = fold(parse(text.decode()).events, RUN_MODES).items  # what whoever opens the run sees
            answer = " ".join(item.output.text.text for item in items if isinstance(item, Answer)).split()
            act.lost += (Counter(expected) - Counter(answer)).total()
            act.doubled += (Counter(answer) - Counter(expected)).total()


def _note_costs(
    costs: Costs, cluster: Cluster, model: Server, there: list[Visitor], before: Mapping[str, float]
) -> None:
    tokens = len(there) * TOKENS
    lags = []
    for visitor in there:
        sent = model_log(model, visitor.tag).get("sent", [])
        lags += [at - sent[stamp] * 1000 for at, stamp in visitor.seen if stamp < len(sent)]
    costs.lag_ms = {"half": percentile(lags, 50), "95 %": percentile(lags, 95)}
    costs.cpu = {part: (used - before[part]) / tokens * 1000 for part, used in _cpu(cluster).items()}
    costs.megabytes = {part: sum(map(_memory, services)) for part, services in _parts(cluster).items()}
    costs.wire_bytes = sum(visitor.wire_bytes for visitor in there) / tokens


def _parts(cluster: Cluster) -> dict[str, list[Service]]:
    """The services of each part."""
    found: dict[str, list[Service]] = {}
    for name, service in cluster.services.items():
        found.setdefault("web" if name in WEBS else "aegra" if name in AEGRAS else name, []).append(service)
    return found


def _cpu(cluster: Cluster) -> dict[str, float]:
    """Seconds of processor time so far, by part."""
    return {part: sum(map(_used, services)) for part, services in _parts(cluster).items()}


def _used(service: Service) -> float:
    used = 0.0
    for process in _tree(service):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            used += times.user + times.system
    return used


def _memory(service: Service) -> float:
    """Megabytes of its own."""
    used = 0.0
    for process in _tree(service):
        with contextlib.suppress(psutil.NoSuchProcess):
            used += process.memory_full_info().uss / 1e6
    return used


def _tree(service: Service) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(service.pid)
        return [process, *process.children(recursive=True)]
    return []


def table(found: list[Act], costs: Costs, visitors: int, *, with_aegra: bool, seconds: float, load: float) -> str:
    """The figures, in Markdown."""
    where = "on two aegra processes" if with_aegra else "in the two web processes"
    lines = [
        f"{visitors} visitors, each with an answer of {TOKENS} tokens at {RATE:g} a second, runs {where}, all on one"
        f" machine of {os.cpu_count()} cores whose load was {load:.0f} before; {time.strftime('%Y-%m-%d')},"
        f" {seconds:.0f} s in all.",
        "",
        "| In mid-answer | runs | tokens lost | doubled | runs not finished | did not see the end |"
        " longest silence, half / worst |",
        "|---|---|---|---|---|---|---|",
    ]
    for act in found:
        ends = ", ".join(f"{count} {how}" for how, count in act.ends.items() if count) or "0"
        silence = f"{median(act.silences):.1f} / {max(act.silences):.1f} s"
        lines.append(f"| {act.name} | {act.runs} | {act.lost} | {act.doubled} | {ends} | {act.unseen} | {silence} |")
    cpu = ", ".join(f"{part} {used:.2f}" for part, used in costs.cpu.items())
    memory = ", ".join(f"{part} {megabytes:.0f}" for part, megabytes in costs.megabytes.items())
    lags = " and ".join(f"{share} within {lag or 0:.0f} ms" for share, lag in costs.lag_ms.items())
    lines += [
        "",
        f"While nothing happens: from the model to the visitor, {lags}. Milliseconds of processor time for each token:"
        f" {cpu}. Megabytes of memory of their own: {memory}. Bytes for each token: {costs.wire_bytes:.0f} to the"
        f" browser, {costs.recorded:.0f} in the database.",
    ]
    return "\n".join(lines)


def write(figures: str, mark: str) -> None:
    """Put the figures between their marks in the page."""
    begin, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    before, rest = PAGE.read_text(encoding="utf-8").split(begin)
    PAGE.write_text(f"{before}{begin}\n\n{figures}\n\n{end}{rest.split(end)[1]}", encoding="utf-8")


async def run(folder: Path, visitors: int, *, with_aegra: bool) -> tuple[list[Act], Costs]:
    """All acts, in a cluster of their own."""
    costs = Costs()
    found: list[Act] = []
    with model_server() as model:
        asks = {"OPENAI_BASE_URL": f"{model.url}/v1", "OPENAI_API_KEY": "none", "OPENAI_MODEL": "bench"}
        env = clean_environment() | asks | NO_LIMITS | LEASES | {"N_JOBS_PER_WORKER": str(visitors)}
        cluster = Cluster(folder, free_port(), env, with_aegra=with_aegra)
        with cluster.running(lambda said: print(said, file=sys.stderr, flush=True)):
            await play(cluster, model, "warm up", lambda _: None, 4, Costs())
            for name, happen in acts(with_aegra=with_aegra):
                found.append(await play(cluster, model, name, happen, visitors, costs))
                print(found[-1], file=sys.stderr, flush=True)
    return found, costs


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--without-aegra", action="store_true", help="have runs work in the web processes")
    parser.add_argument("--keep-page", action="store_true", help="only print the figures")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started ends as well
    with_aegra, began = has_aegra() and not given.without_aegra, time.monotonic()
    load = os.getloadavg()[0]
    folder = Path(tempfile.mkdtemp(prefix="toolstream-scale-"))
    folder.chmod(0o755)  # PostgreSQL's is inside, and another user's where root runs this
    try:
        found, costs = asyncio.run(run(folder, given.visitors, with_aegra=with_aegra))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    seconds = time.monotonic() - began
    figures = table(found, costs, given.visitors, with_aegra=with_aegra, seconds=seconds, load=load)
    print(figures)
    if not given.keep_page:
        write(figures, "with aegra" if with_aegra else "without aegra")
    return 1 if any(act.lost or act.doubled for act in found) else 0


if __name__ == "__main__":
    sys.exit(main())
