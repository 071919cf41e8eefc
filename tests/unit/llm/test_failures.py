"""What goes wrong at a provider, produced by a real server, is a sentence; what had arrived is kept."""

import logging
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from agent.demo_model import DemoServer
from agent.engine.in_process import InProcessBackend
from agent.engine.run import Run
from agent.errors import Refusal
from agent.loop import BackgroundLoop
from agent.projections.narration import narrate
from agent.projections.transcript import Transcript, fold
from agent.settings import Limits, Settings
from agent.streaming.events import RunRequest
from agent.streaming.modes import RUN_MODES
from tests.runs import finish, started

LIMITS = Limits(read_seconds=4, connect_seconds=20, runs_per_minute=1_000)
KEY = "sk-host-0123456789abcdef"
FAULTS = {
    "broken": "connection",
    "truncated": "ended before it was complete",
    "stall": "silent",
    "no_head": "silent",
    "rate_limited": "429",
    "server_error": "5xx",
    "invalid_json": "not an answer",
    "in_band_error": "error in the middle",
    "unauthorized": "401",
    "context_length": "too long for this model",
}
IN_MID_STREAM = ("broken", "truncated", "stall", "invalid_json", "in_band_error")


@pytest.fixture(scope="module")
def flaky() -> Iterator[InProcessBackend]:
    models = ("demo-fast", "demo-flaky", *(f"demo-flaky:{fault}" for fault in (*FAULTS, "rate_limited_once")))
    with BackgroundLoop() as loop:
        server = DemoServer()
        loop.call(server.start(), 10)
        with InProcessBackend(Settings(KEY, server.base_url, models, limits=LIMITS)) as backend:
            yield backend
        loop.call(server.close(), 10)


def told(outcome: Run | Refusal) -> Transcript:
    """What a run has come to."""
    return fold(finish(started(outcome)), RUN_MODES)


def agents(question: str, model: str, **more: Any) -> Iterator[RunRequest]:
    yield RunRequest(question, "react", ("get_items.llm",), model=model, **more)
    yield RunRequest(question, "without_langchain", ("get_items.openai",), model=model, **more)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_providers_failure_is_one_sentence_and_the_next_question_works(
    flaky: InProcessBackend, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    for request in agents("hello there", f"demo-flaky:{fault}"):
        failed = told(run := started(flaky.start(request)))
        assert (failed.state, FAULTS[fault] in failed.message) == ("failed", True), failed.message
        assert "\n" not in failed.message
        if fault in IN_MID_STREAM:
            assert failed.answer
            assert [sentence.text for sentence in narrate(failed)[-2:]] == [
                "It wrote part of the answer.",
                "It broke off.",
            ]
        assert KEY not in f"{failed}{caplog.text}{run.read()[0]}"
        after = RunRequest("hello", request.graph, request.tools, model="demo-fast")
        assert told(flaky.start(after, thread_id=run.thread_id)).state == "finished"


@pytest.mark.parametrize("fault", IN_MID_STREAM)
def test_what_a_tool_had_sent_stays_when_its_model_fails(flaky: InProcessBackend, fault: str) -> None:
    for request in agents("what items are in the office?", f"demo-flaky:{fault}"):
        failed = told(flaky.start(request))
        (call,) = failed.calls
        assert (call.state, failed.state) == ("failed", "failed")
        assert any(said.output.text.text for said in (call, *call.items)), "what its own model had said"
        assert (call.result or "").startswith("Error: ")
        assert not any(FAULTS[fault] in sentence.text for sentence in narrate(failed)), "it stands below, with a way on"


def test_a_busy_provider_that_says_when_to_come_back_is_asked_again(flaky: InProcessBackend) -> None:
    request = RunRequest("hello", "react", (), model="demo-flaky:rate_limited_once")
    assert told(flaky.start(request)).state == "finished"


def test_a_server_that_is_not_there_is_said_so() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        with InProcessBackend(Settings(base_url=url, openai_models=("any",), limits=LIMITS)) as backend:
            for request in agents("hello", "any"):
                assert "cannot be reached" in told(backend.start(request)).message


def test_a_visitors_key_is_used_for_their_run_and_found_nowhere_after_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "agent")
    with BackgroundLoop() as loop:
        server = DemoServer(api_key="sk-visitor-right")
        loop.call(server.start(), 10)
        with InProcessBackend(Settings(KEY, server.base_url, ("demo-fast",), limits=LIMITS)) as backend:
            request = RunRequest("hello", "react", (), model="demo-fast", all_modes=True)
            right = started(backend.start(request, api_key="sk-visitor-right"))
            assert told(right).state == "finished"
            wrong = started(backend.start(request, api_key="sk-visitor-wrong"))
            assert "401" in told(wrong).message
            assert "401" in told(backend.start(request)).message
            said = "".join(str(run.read()[0]) + repr(vars(run)) for run in (right, wrong))
            for key in ("sk-visitor-right", "sk-visitor-wrong", KEY):
                assert key not in said
                assert key not in caplog.text
                assert key not in repr(vars(backend))
        loop.call(server.close(), 10)
