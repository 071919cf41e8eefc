"""Work in a process of its own, within bounds."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import pytest

from agent.errors import Refusal
from agent.offload import INHERITED, ROOT, Offload
from tests.warm import FRESH
from texts import sentence

HERE = "tests.unit.test_offload"


def shout(source: BinaryIO, target: BinaryIO) -> None:
    target.write(source.read().upper())


def refuse(source: BinaryIO, target: BinaryIO) -> None:
    target.write(b"half of it")
    raise ValueError("Line 3 is not öne.")


def fail(source: BinaryIO, target: BinaryIO) -> None:
    raise RuntimeError("sk-secret")


def hoard(source: BinaryIO, target: BinaryIO) -> None:
    target.write(b"x" * len(b"y" * (1 << 29)))


def hang(source: BinaryIO, target: BinaryIO) -> None:
    while True:
        threading.Event().wait(60)


def crash(source: BinaryIO, target: BinaryIO) -> None:
    os.abort()


def tell_environment(source: BinaryIO, target: BinaryIO) -> None:
    target.write(" ".join(os.environ).encode())


def run(function: Callable[[BinaryIO, BinaryIO], None], data: bytes = b"", **bounds: float) -> bytes | Refusal:
    return Offload(**bounds).run(f"{HERE}:{function.__name__}", [data])  # type: ignore[arg-type]


def test_what_a_function_writes_is_the_result() -> None:
    assert run(shout, b"quiet") == b"QUIET"
    big = b"x" * 3_000_000
    assert run(shout, big) == big.upper()


def test_what_a_function_says_is_the_refusal() -> None:
    assert run(refuse, b"x" * 1_000_000) == Refusal("Line 3 is not öne.")


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded where the system can do it")
@pytest.mark.parametrize("function", [fail, hoard, crash])
def test_whoever_breaks_is_refused_and_says_nothing(function: Callable[[BinaryIO, BinaryIO], None]) -> None:
    outcome = run(function)
    assert isinstance(outcome, Refusal)
    assert outcome == Refusal(sentence("refused-too-much"))


def test_whoever_hangs_is_ended_by_force() -> None:
    began = time.monotonic()
    assert isinstance(run(hang, seconds=1.0), Refusal)
    assert time.monotonic() - began < 10


def test_the_process_knows_nothing_of_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    told = run(tell_environment)
    assert isinstance(told, bytes)
    assert set(told.decode().split()) <= {*INHERITED, "PYTHONUTF8", "LC_CTYPE"}


def test_no_more_than_so_many_at_once() -> None:
    offload = Offload(at_once=1, patience=0.1)
    taken, free = threading.Event(), threading.Event()

    def held() -> Iterator[bytes]:
        yield b"first"
        taken.set()
        assert free.wait(20)

    with ThreadPoolExecutor() as pool:
        first = pool.submit(offload.run, f"{HERE}:shout", held())
        assert taken.wait(20)
        assert offload.run(f"{HERE}:shout", [b"x"]) == Refusal(sentence("refused-busy"))
        free.set()
        assert first.result(20) == b"FIRST"
    assert offload.run(f"{HERE}:shout", [b"x"]) == b"X"


def test_what_is_given_is_made_only_where_there_is_a_place_for_it() -> None:
    offload = Offload(at_once=1, patience=0.1)
    made: list[Refusal | bytes] = []

    def pieces() -> Iterator[bytes]:
        yield b"a"
        made.append(offload.run(f"{HERE}:shout", (pytest.fail("nobody reads it") for _ in range(1))))
        yield b"b"

    assert offload.run(f"{HERE}:shout", pieces()) == b"AB"
    assert made == [Refusal(sentence("refused-busy"))]


@pytest.mark.parametrize("function", ["agent.store.upload:check", "agent.export.make:fill"])
def test_the_process_loads_neither_langchain_nor_a_web_server(function: str) -> None:
    module, _, name = function.partition(":")
    heavy = ("langchain_core", "langgraph", "openai", "httpx", "asyncio", "streamlit")
    program = f"import sys; from {module} import {name}; print([each for each in {heavy} if each in sys.modules])"
    done = subprocess.run([FRESH, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n", "each of them takes 10 MB or more, and a part of a second"
