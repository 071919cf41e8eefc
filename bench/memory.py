"""Memory over many runs, without a page. As a module of its own (`python -m bench.memory URL RUNS`) it is the child."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

from bench.servers import NO_LIMITS, ROOT, Server
from bench.stamped import question

TOKENS = 100


def measure(model: Server, runs: list[int]) -> dict[int, float]:
    """Megabytes after so many runs, in a fresh process."""
    command = [sys.executable, "-m", "bench.memory", f"{model.url}/v1", *map(str, runs)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return {int(count): megabytes for count, megabytes in json.loads(done.stdout).items()}


def _child(url: str, counts: list[int]) -> dict[int, float]:
    import gc

    import psutil

    from agent.engine.in_process import InProcessBackend
    from agent.settings import Settings
    from agent.store.store import Store
    from agent.streaming.events import RunRequest

    env = {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "none", "OPENAI_MODEL": "bench", **NO_LIMITS}
    found = {}
    settings = Settings.from_env(env)
    with InProcessBackend(settings, Store.of(settings)) as backend:
        for count in range(1, max(counts) + 1, 10):
            requests = [
                RunRequest(question(TOKENS, 0, f"m{count + at}"), "react", (), "auto", "bench") for at in range(10)
            ]
            started = [backend.start(request, session=f"s{count}n{at}") for at, request in enumerate(requests)]
            while any(run.state in ("queued", "running") for run in started):
                time.sleep(0.002)
            assert all(run.state == "finished" for run in started)
            if count + 9 in counts:
                gc.collect()
                found[count + 9] = round(psutil.Process(os.getpid()).memory_info().rss / 1e6, 1)
    return found


if __name__ == "__main__":
    print(json.dumps(_child(sys.argv[1], [int(count) for count in sys.argv[2:]])))
