"""A whole deployment, and what happens to its visitors' runs while parts of it die: `python -m bench.scale`.

Two web processes behind HAProxy, PostgreSQL, and with aegra two of it and Redis, as `make cluster` starts them. In each
act every visitor opens a page and asks; once everybody reads, something happens; in the end each recording is compared
with what the model has sent. With `--beside`, what runs on aegra cost is compared with the same in the web processes.
The figures go into docs/scale.md, between their marks.
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
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from statistics import median

from agent.projections.items import Answer
from agent.projections.transcript import fold
from agent.store.postgres import Postgres, Rows
from agent.store.recording import parse
from agent.streaming.modes import RUN_MODES
from bench.costs import Costs, cpu, note
from bench.returning import ReturningVisitor
from bench.servers import NO_LIMITS, Server, model_server
from bench.stamped import question, stamped_tokens
from deploy.cluster import AEGRAS, ROOT, Cluster, has_aegra
from tests.serving import clean_environment, free_port

PAGE = ROOT / "docs" / "scale.md"
BEGIN_SECONDS = 90.0
"""Seconds in which every visitor must have seen the first words of the answer."""
PATIENCE = 120.0
"""Seconds after the last token is due in which a run must have ended: the app's own limit for a run."""
AT_ONCE = 10
"""Visitors whose answers come as fast as they can, where engines are compared."""
AWAY = 2.0
"""Seconds until what was killed is started again."""
LEASES = {"LEASE_DURATION_SECONDS": "9", "HEARTBEAT_INTERVAL_SECONDS": "3", "REAPER_INTERVAL_SECONDS": "3"}
"""aegra's; its own are 30, 10 and 15, and take 50 s at worst."""

NOTHING = "nothing"
Happen = Callable[[Cluster], None]


@dataclass(frozen=True)
class Plan:
    """What is asked in each act."""

    visitors: int
    tokens: int
    """Of each answer."""
    rate: float
    """Tokens a second of each answer; 0 is as fast as they come."""

    @property
    def seconds(self) -> float:
        """How long an answer takes, at least."""
        return self.tokens / self.rate if self.rate else 0.0


@dataclass
class Act:
    """What one act has come to."""

    name: str
    runs: int = 0
    begun: int = 0
    """Visitors who had seen words of their answer before anything happened."""
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


def acts(plan: Plan, *, with_aegra: bool) -> list[tuple[str, Happen]]:
    """What happens, by name."""
    found: list[tuple[str, Happen]] = [(NOTHING, lambda _: None), ("kill -9 of a web process", _killed("web1"))]
    if with_aegra:
        found += [("kill -9 of an aegra process", _killed("aegra1"))]
    found += [("restart of PostgreSQL", _restarted("postgres"))]
    if with_aegra:
        found += [("restart of Redis", _restarted("redis"))]
        found += [("rolling restart of aegra", _restarted(*AEGRAS))]
    return [*found, ("rolling restart of the web processes", lambda cluster: cluster.roll(plan.seconds))]


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


async def play(cluster: Cluster, model: Server, name: str, happen: Happen, plan: Plan, costs: Costs) -> Act:
    """One act, from the opening of the pages to the comparison of what was recorded."""
    act, word = Act(name), f"{re.sub(r'[^a-zA-Z]', '', name)}{time.time_ns()}v"
    url = f"{cluster.url}/LLM_tokens?tools=-&view=simple"
    there = [ReturningVisitor(url, f"{word}{number}") for number in range(plan.visitors)]
    for some in [there[at : at + 5] for at in range(0, plan.visitors, 5)]:
        await asyncio.gather(*(visitor.open() for visitor in some))
    before, began = cpu(cluster), time.time()
    for visitor in there:
        await visitor.ask(question(plan.tokens, plan.rate, visitor.tag))
        await asyncio.sleep(0.02)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(*(visitor.reads.wait() for visitor in there)), BEGIN_SECONDS)
    act.begun = sum(visitor.reads.is_set() for visitor in there)
    happened = asyncio.create_task(asyncio.to_thread(happen, cluster))
    until = time.time() + plan.seconds + PATIENCE
    runs: list[tuple[str, str, str]] = []
    while time.time() < until:
        await asyncio.sleep(0.5)
        with contextlib.suppress(Exception):  # the database may be away
            runs = await asyncio.to_thread(_runs, cluster, began)
            if happened.done() and len(runs) == plan.visitors and all(state in _ENDS for _, state, _ in runs):
                break
    await happened
    await asyncio.sleep(2.0)  # until it is drawn
    note(costs, cluster, model, there, plan.tokens, before)
    for visitor in there:
        moments = [at / 1000 for at, _ in visitor.seen]
        act.silences.append(max((after - at for at, after in pairwise([began, *moments])), default=0.0))
        act.unseen += not visitor.seen or visitor.seen[-1][1] < plan.tokens - 12
        act.returns += visitor.returns
        with contextlib.suppress(Exception):
            await visitor.close()
    await asyncio.to_thread(_compare, cluster, runs, act, plan, costs)
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


def _compare(cluster: Cluster, runs: list[tuple[str, str, str]], act: Act, plan: Plan, costs: Costs) -> None:
    """Compare what is recorded with what the model had to send."""
    expected = "".join(stamped_tokens(plan.tokens)).split()
    act.runs = len(runs)
    act.ends["never begun"] += plan.visitors - len(runs)
    with contextlib.closing(Postgres(cluster.database_url)) as database:
        recordings = Rows(database)
        for run_id, state, _ in runs:
            text = recordings.read(run_id, 0)
            costs.recorded = len(text) / plan.tokens
            if state != "finished":
                act.ends[state] += 1
                continue
            items = fold(parse(text.decode()).events, RUN_MODES).items  # what whoever opens the run sees
            answer = " ".join(item.output.text.text for item in items if isinstance(item, Answer)).split()
            act.lost += (Counter(expected) - Counter(answer)).total()
            act.doubled += (Counter(answer) - Counter(expected)).total()


def table(found: list[Act], costs: Costs | None, plan: Plan, *, with_aegra: bool) -> str:
    """What has happened, in Markdown."""
    where = "on two aegra processes" if with_aegra else "in the two web processes"
    lines = [
        f"{_asked(plan)}, runs {where}, {_here()}.",
        "",
        "| In mid-answer | runs | tokens lost | doubled | runs not finished | did not see the end |"
        " longest silence, half / worst |",
        "|---|---|---|---|---|---|---|",
    ]
    for act in found:
        ends = ", ".join(f"{count} {how}" for how, count in act.ends.items() if count) or "0"
        silence = f"{median(act.silences):.1f} / {max(act.silences):.1f} s"
        runs = f"{act.runs}" if act.begun == plan.visitors else f"{act.runs}, of which only {act.begun} were in it"
        lines.append(f"| {act.name} | {runs} | {act.lost} | {act.doubled} | {ends} | {act.unseen} | {silence} |")
    if costs:
        used = ", ".join(f"{part} {milliseconds:.2f}" for part, milliseconds in costs.cpu.items())
        memory = ", ".join(f"{part} {megabytes:.0f}" for part, megabytes in costs.megabytes.items())
        lines += [
            "",
            f"While nothing happens: from the model to the visitor, {_lags(costs)}. Milliseconds of processor time for"
            f" each token: {used}. Megabytes of memory of their own: {memory}. Bytes for each token:"
            f" {costs.wire_bytes:.0f} to the browser, {costs.recorded:.0f} in the database.",
        ]
    return "\n".join(lines)


def compared(paced: tuple[Costs, Costs], at_once: tuple[Costs, Costs], plan: Plan) -> str:
    """What runs on aegra cost, beside runs in the web processes, in Markdown."""
    rows: list[tuple[str, Callable[[Costs], float], tuple[Costs, Costs], str]] = [
        ("question to first words, half, ms", lambda costs: costs.first_ms, paced, ".0f"),
        ("model to visitor, half, ms", lambda costs: costs.lag_ms["half"] or 0.0, paced, ".0f"),
        ("model to visitor, 95 %, ms", lambda costs: costs.lag_ms["95 %"] or 0.0, paced, ".0f"),
        ("processor time a token, all processes, ms", lambda costs: sum(costs.cpu.values()), paced, ".2f"),
        ("of it web", lambda costs: costs.cpu["web"], paced, ".2f"),
        ("memory of their own, all processes, MB", lambda costs: sum(costs.megabytes.values()), paced, ".0f"),
        (f"{AT_ONCE} answers as fast as they come, tokens/s", lambda costs: costs.tokens_a_second, at_once, ".0f"),
    ]
    lines = [
        f"{_asked(plan)}, taken in turns, {_here()}.",
        "",
        "| | in the web processes | on aegra | ratio |",
        "|---|---|---|---|",
    ]
    for name, figure, (here, there), form in rows:
        one, other = figure(here), figure(there)
        lines.append(f"| {name} | {one:{form}} | {other:{form}} | {other / one if one else 0:.2g} |")
    return "\n".join(lines)


def _asked(plan: Plan) -> str:
    return f"{plan.visitors} visitors, each with an answer of {plan.tokens} tokens at {plan.rate:g} a second"


def _here() -> str:
    return f"all on one machine of {os.cpu_count()} cores; {time.strftime('%Y-%m-%d')}"


def _lags(costs: Costs) -> str:
    return " and ".join(f"{share} within {lag or 0:.0f} ms" for share, lag in costs.lag_ms.items())


def write(figures: str, mark: str) -> None:
    """Put the figures between their marks in the page."""
    begin, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    before, rest = PAGE.read_text(encoding="utf-8").split(begin)
    PAGE.write_text(f"{before}{begin}\n\n{figures}\n\n{end}{rest.split(end)[1]}", encoding="utf-8")


@contextmanager
def deployed(model: Server, plan: Plan, *, with_aegra: bool) -> Iterator[Cluster]:
    """A cluster in a folder of its own, whose runs ask this model server."""
    asks = {"OPENAI_BASE_URL": f"{model.url}/v1", "OPENAI_API_KEY": "none", "OPENAI_MODEL": "bench"}
    env = clean_environment() | asks | NO_LIMITS | LEASES | {"N_JOBS_PER_WORKER": str(plan.visitors)}
    folder = Path(tempfile.mkdtemp(prefix="toolstream-scale-"))
    folder.chmod(0o755)  # PostgreSQL's is inside, and another user's where root runs this
    try:
        with Cluster(folder, free_port(), env, with_aegra=with_aegra).running(_say) as cluster:
            yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def run(plan: Plan, only: list[str], *, with_aegra: bool) -> tuple[list[Act], Costs | None]:
    """The acts whose names have these words, or all."""
    found: list[Act] = []
    calm: Costs | None = None
    with model_server() as model, deployed(model, plan, with_aegra=with_aegra) as cluster:
        await play(cluster, model, "warm up", lambda _: None, replace(plan, visitors=4), Costs())
        for name, happen in acts(plan, with_aegra=with_aegra):
            if not only or any(words in name for words in only):
                costs = Costs()
                found.append(await play(cluster, model, name, happen, plan, costs))
                calm = calm or (costs if name == NOTHING else None)
                _say(str(replace(found[-1], silences=[])))
    return found, calm


async def beside(plan: Plan) -> str:
    """The same visitors with both engines in turn: at the plan's rate, and as fast as answers come."""
    paced, at_once = (Costs(), Costs()), (Costs(), Costs())
    quickly = Plan(AT_ONCE, 3 * plan.tokens, 0.0)
    with model_server() as model, ExitStack() as stack:
        clusters = [stack.enter_context(deployed(model, plan, with_aegra=with_aegra)) for with_aegra in (False, True)]
        for told, its_plan in (((Costs(), Costs()), replace(plan, visitors=4)), (paced, plan), (at_once, quickly)):
            for cluster, costs in zip(clusters, told, strict=True):
                act = await play(cluster, model, NOTHING, lambda _: None, its_plan, costs)
                _say(f"{replace(act, silences=[])} {costs}")
    return compared(paced, at_once, plan)


def _say(said: str) -> None:
    print(said, file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--visitors", type=int, default=100)
    parser.add_argument("--rate", type=float, default=4.0, help="tokens a second of each answer")
    parser.add_argument("--tokens", type=int, default=120, help="of each answer")
    parser.add_argument("--act", action="append", default=[], help="only acts with these words in their names")
    parser.add_argument("--without-aegra", action="store_true", help="have runs work in the web processes")
    parser.add_argument("--beside", action="store_true", help="compare runs on aegra with those in the web processes")
    parser.add_argument("--keep-page", action="store_true", help="only print the figures")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started ends as well
    plan = Plan(given.visitors, given.tokens, given.rate)
    with_aegra = has_aegra() and not given.without_aegra
    found: list[Act] = []
    if given.beside:
        figures, mark = asyncio.run(beside(plan)), "beside"
    else:
        found, costs = asyncio.run(run(plan, given.act, with_aegra=with_aegra))
        figures = table(found, costs, plan, with_aegra=with_aegra)
        mark = "with aegra" if with_aegra else "without aegra"
    print(figures)
    if not given.keep_page and not given.act:
        write(figures, mark)
    return 1 if any(act.lost or act.doubled or act.begun < plan.visitors for act in found) else 0


if __name__ == "__main__":
    sys.exit(main())
