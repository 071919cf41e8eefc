"""What a large file of unknown origin takes of the server's memory, measured in processes that do nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from agent.store.recording import MAX_BYTES, Header
from agent.streaming.events import Queued, RunRequest, StreamEvent
from tests.serving import ROOT
from tests.warm import FRESH

REQUEST = RunRequest("What items are in the office?", page="custom_data", model="demo-fast")
HEAD = Header("stranger-1", 1.0, REQUEST).to_json()
BEGIN = StreamEvent(0, 0.0, Queued(REQUEST)).to_json()

_MEASURE = """
import resource, sys
from agent.errors import Refusal
from agent.offload import Offload
from agent.projections.transcript import fold
from agent.store.upload import opened, take
data = open(sys.argv[1], "rb").read()
take(b"nothing", Offload())
idle = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
taken = take(data, Offload(seconds=60))
if isinstance(taken, bytes):
    del data
    events = sum(1 for event in opened(taken).events)
    assert events > 9_000
print(taken.sentence if isinstance(taken, Refusal) else "taken")
after, there = (resource.getrusage(of).ru_maxrss for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(after - before, there - idle)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told in kilobytes there")
@pytest.mark.parametrize("kind", ["values", "words"])
def test_a_file_of_twenty_megabytes_takes_less_than_three_times_its_size(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "large.jsonl"
    if kind == "values":
        head = "\n".join(map(json.dumps, (HEAD, BEGIN)))
        file.write_text(f"{head}\n[{'{},' * 6_600_000}{{}}]")
    else:
        token = {"kind": "token", "message": "1", "text": "wörd " * 300}
        lines = [{**BEGIN, "seq": n + 1, "at": 1.0, "payload": token} for n in range(9_000)]
        file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in (HEAD, BEGIN, *lines)))
    size = file.stat().st_size
    assert 15_000_000 < size < MAX_BYTES
    done = subprocess.run([FRESH, "-c", _MEASURE, str(file)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    outcome, figures = done.stdout.splitlines()
    assert outcome == ("Line 3 is longer than 1,000,000 bytes." if kind == "values" else "taken")
    here, there = (int(figure) * 1_000 for figure in figures.split())
    assert here + size < 3 * size, "the file itself, which a server has in memory, and what comes on top"
    assert there < 3 * size
