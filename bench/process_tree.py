"""A process and all below it, looked at once a second: memory, handles, threads, children."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

import psutil

SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Sample:
    """What was there at one moment."""

    rss: float = 0.0
    """Megabytes, of all processes; what they share is counted in each."""
    own: float = 0.0
    """Megabytes, of all processes; what they share is counted once, and nothing is left to programs beside them."""
    main: float = 0.0
    """Megabytes of the first process alone (RSS)."""
    handles: int = 0
    """Of the first process."""
    threads: int = 0
    """Of the first process."""
    children: int = 0
    """At any depth."""


class Watch:
    """Samples of a process tree."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self._samples: list[Sample] = []

    @property
    def last(self) -> Sample:
        """The newest sample."""
        return self._samples[-1]

    @property
    def peak(self) -> Sample:
        """The most that each of the figures has been."""
        values = {f.name: max(getattr(sample, f.name) for sample in self._samples) for f in fields(Sample)}
        return Sample(**values)

    def look(self) -> Sample:
        """Take a sample."""
        children = self._process.children(recursive=True)
        sizes = [_sizes(process, is_first=process is self._process) for process in (self._process, *children)]
        with self._process.oneshot():
            sample = Sample(
                round(sum(rss for rss, _ in sizes), 1),
                round(sum(pss for _, pss in sizes), 1),
                round(sizes[0][0], 1),
                self._process.num_fds(),
                self._process.num_threads(),
                len(children),
            )
        self._samples.append(sample)
        return sample


@contextmanager
def watched(pid: int) -> Iterator[Watch]:
    """Look at a process and its children all the time."""
    watch, over = Watch(psutil.Process(pid)), threading.Event()

    def look() -> None:
        while not over.wait(SECONDS):
            with contextlib.suppress(psutil.Error):
                watch.look()

    watch.look()
    thread = threading.Thread(target=look, name="process-tree", daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        over.set()
        thread.join()


def _sizes(process: psutil.Process, *, is_first: bool) -> tuple[float, float]:
    """Megabytes: RSS and PSS, but all pages of files in full for the first process; zeros when it has ended."""
    try:
        rolled = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0, 0.0
    megabytes = {line.split(":")[0]: int(line.split()[1]) * 1_024 / 1e6 for line in rolled.splitlines()[1:]}
    files = megabytes["Rss"] - megabytes["Anonymous"] if is_first else megabytes["Pss_File"]
    return megabytes["Rss"], megabytes["Pss"] - megabytes["Pss_File"] + files
