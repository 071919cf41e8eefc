"""The ways in which a tool can stream, each with a sample that runs; and what has become of the how-to's own."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from types import ModuleType
from typing import Any

QUESTION = "What items are in the office and the bedroom?"
"""Two places, so two calls at once: only then does it matter whose chunk is whose."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to stream from a tool; what is said of it is in the text files, as `way-` and its name."""

    name: str
    """The sample's module."""
    code: str
    """What it is called in code."""
    is_experimental: bool = False
    """Whether the library warns that it may change."""


WAYS: dict[str, Way] = {
    way.name: way
    for way in (
        Way("stream_writer", "get_stream_writer()"),
        Way("runtime_writer", "runtime.stream_writer(…)"),
        Way("output_delta", "runtime.emit_output_delta(…)"),
        Way("model_tokens", "await model.ainvoke(…)"),
        Way("projections", 'astream_events(version="v3")', is_experimental=True),
    )
}
"""All ways by name, in the order of listing."""

TODAY = {"custom_data": "runtime_writer", "llm_tokens": "model_tokens", "without_langchain": "plain_openai"}
"""The pages that show the how-to's own code, and the sample that does the same in today's form."""


def watch_of(name: str) -> Callable[..., Coroutine[Any, Any, None]]:
    """What runs a sample: its `watch`."""
    found: Callable[..., Coroutine[Any, Any, None]] = _module(name).watch
    return found


def sample(name: str, model: str = "demo") -> str:
    """A sample as a complete program, to be run inside this project; the usual variables say who answers."""
    body, start = inspect.getsource(_module(name)).rstrip(), "from __future__ import annotations\n\n"
    if "\nimport asyncio\n" not in body:
        body = body.replace(start, f"{start}import asyncio\n", 1)
    given = f"ChatOpenAI(model={_quoted(model)}), {_quoted(QUESTION)}"
    if name == "plain_openai":
        given = f'AsyncOpenAI(), {_quoted(model)}, ["office", "bedroom"]'
    return f"{body}\n\n\nasyncio.run(watch({given}, print))\n"


def sample_file(name: str) -> str:
    """The file that a sample is in, relative to the project's folder."""
    return f"agent/snippets/samples/{name}.py"


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"agent.snippets.samples.{name}")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
