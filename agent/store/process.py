"""A process's name in the store, which tells others on the same machine at once that it has ended."""

from __future__ import annotations

import os
import secrets
from functools import cache
from pathlib import Path

_DEAD = "ZX"
"""States of a process that has ended and has not been waited for."""


def process_name() -> str:
    """A unique name for this process: where it runs, and a random word."""
    started = _started(os.getpid())
    place = f"{_machine()} {os.getpid()} {started} " if _machine() and started else ""
    return place + secrets.token_urlsafe(8)


def has_ended(name: str) -> bool:
    """Whether the process of this name is known to be gone: it ran on this machine and no longer does."""
    machine, _, rest = name.partition(" ")
    pid, _, rest = rest.partition(" ")
    if not rest or machine != _machine() or not pid.isdecimal():
        return False  # only its lease tells
    return _started(int(pid)) != rest.partition(" ")[0]


@cache
def _machine() -> str:
    """The machine since its last boot, and the part of it whose processes are visible here; empty if unknown."""
    try:
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()}/{os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""


def _started(pid: int) -> str:
    """When a process was started, in ticks since boot; empty if there is none with this number."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()  # its own name may hold anything
    except OSError:
        return ""
    return "" if fields[0].decode() in _DEAD else fields[19].decode()
