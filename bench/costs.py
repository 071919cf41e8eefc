"""What a deployment costs while its visitors read: time, processors, memory, bytes."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

import psutil

from bench.browser import percentile
from bench.returning import ReturningVisitor
from bench.servers import Server, model_log
from deploy.cluster import AEGRAS, WEBS, Cluster, Service


@dataclass
class Costs:
    """What one act has cost."""

    first_ms: float = 0.0
    """From the question to its first words, of half the visitors."""
    lag_ms: Mapping[str, float | None] = field(default_factory=dict)
    """From the model to the visitor."""
    tokens_a_second: float = 0.0
    """From the first question to the last word, of all visitors together."""
    cpu: dict[str, float] = field(default_factory=dict)
    """Milliseconds of processor time for each token, by part."""
    megabytes: dict[str, float] = field(default_factory=dict)
    wire_bytes: float = 0.0
    """Bytes sent to a browser for each token."""
    recorded: float = 0.0
    """Bytes in the database for each token."""


def note(
    costs: Costs,
    cluster: Cluster,
    model: Server,
    there: Sequence[ReturningVisitor],
    tokens: int,
    before: Mapping[str, float],
) -> None:
    """Note what these visitors' answers, each of so many tokens, have cost since the processors were at `before`."""
    lags = []
    for visitor in there:
        sent = model_log(model, visitor.tag).get("sent", [])
        lags += [at - sent[stamp] * 1000 for at, stamp in visitor.seen if stamp < len(sent)]
    every = len(there) * tokens
    seen = [visitor for visitor in there if visitor.seen]
    if seen:
        costs.first_ms = median(visitor.seen[0][0] - visitor.asked_at * 1000 for visitor in seen)
        last, first = max(visitor.seen[-1][0] for visitor in seen), min(visitor.asked_at for visitor in seen)
        costs.tokens_a_second = every / (last / 1000 - first)
    costs.lag_ms = {"half": percentile(lags, 50), "95 %": percentile(lags, 95)}
    costs.cpu = {part: (used - before[part]) / every * 1000 for part, used in cpu(cluster).items()}
    costs.megabytes = {part: sum(map(_memory, services)) for part, services in _parts(cluster).items()}
    costs.wire_bytes = sum(visitor.wire_bytes for visitor in there) / every


def cpu(cluster: Cluster) -> dict[str, float]:
    """Seconds of processor time so far, by part."""
    return {part: sum(map(_used, services)) for part, services in _parts(cluster).items()}


def _parts(cluster: Cluster) -> dict[str, list[Service]]:
    """The services of each part."""
    found: dict[str, list[Service]] = {}
    for name, service in cluster.services.items():
        found.setdefault("web" if name in WEBS else "aegra" if name in AEGRAS else name, []).append(service)
    return found


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
