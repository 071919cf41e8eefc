"""What of an answer is in the memory of its conversation, and what is not: through the engine, as a page has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from agent.engine.in_process import InProcessBackend
from agent.engine.run import Run
from agent.projections.transcript import fold
from agent.settings import Settings
from agent.streaming.events import RunRequest
from agent.streaming.modes import RUN_MODES
from tests.runs import finish, started
from tests.scripted_server import Answer, Reply, ScriptedServer, delta, says, scripted_server, sse
from tests.unit.llm.cases import ENDS, KINDS

WAYS = pytest.mark.parametrize("graph", ["react", "without_langchain"])


@contextmanager
def conversation(*answers: Answer) -> Iterator[tuple[InProcessBackend, ScriptedServer]]:
    with scripted_server(answers) as server:
        settings = Settings(base_url=server.url, openai_models=("scripted",))
        with InProcessBackend(settings) as backend:
            yield backend, server


def ask(backend: InProcessBackend, graph: str, question: str) -> Run:
    request = RunRequest.from_json({"question": question, "graph": graph, "tools": ["get_items"], "model": "scripted"})
    run = started(backend.start(request, thread_id="thread-1"))
    finish(run)
    return run


@WAYS
@pytest.mark.parametrize("name", [name for name, case in ENDS.items() if name in KINDS and "one go" not in case.words])
def test_a_failed_turn_is_told_kept_and_not_remembered(graph: str, name: str) -> None:
    case = ENDS[name]
    with conversation(case.answer, says("Hello again")) as (backend, server):
        failed = ask(backend, graph, "first")
        shown = fold(failed.read()[0], RUN_MODES)
        assert (shown.state, case.words in shown.message) == ("failed", True), shown.message
        if case.text:
            assert shown.answer == case.text
        assert ask(backend, graph, "second").answer == "Hello again"
        assert [message["content"] for message in server.requests[-1]["messages"]] == ["second"]


@WAYS
@pytest.mark.parametrize("content", ["<think>secret</think>Hi there", "secret\n</think>\n\nHi there"])
def test_what_was_thought_between_tags_is_not_remembered(graph: str, content: str) -> None:
    with conversation(Reply(sse(delta(content=content), delta("stop"))), says("Hello again")) as (backend, server):
        assert ask(backend, graph, "first").answer == "Hi there"
        ask(backend, graph, "second")
        assert [message["content"] for message in server.requests[-1]["messages"]] == ["first", "Hi there", "second"]
