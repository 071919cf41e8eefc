"""Traces over OTLP, where a host's variables name a collector: here one that decodes what it is sent."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from agent.demo_model import DemoServer
from agent.engine.engine import NEEDS_OTEL
from tests.server.asking import DESK
from tests.server.client import Visitor
from tests.server.steps import complete
from tests.serving import ROOT, App, app_server, clean_environment, model_server, pointed_at, wait_until

KEY = "sk-visitor-0123456789-secret"


@dataclass(frozen=True)
class Span:
    id: str
    parent: str
    trace: str
    name: str
    failed: bool
    message: str
    attributes: dict[str, Any]


@dataclass
class Collector:
    """A real receiver of OTLP over HTTP."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)
    """Set when it may answer."""

    @property
    def spans(self) -> list[Span]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in list(self.bodies)]
        scopes = [scope for request in requests for r in request.resource_spans for scope in r.scope_spans]
        return [_span(span) for scope in scopes for span in scope.spans]

    def trace(self, whole: int) -> dict[str, list[Span]]:
        """The spans that have come since the last time, by name, once there are so many of them."""
        wait_until(lambda: len(self.spans) >= whole, 30, lambda: f"{whole} spans have come, of {self.spans}")
        by_name: dict[str, list[Span]] = {}
        for span in self.spans:
            by_name.setdefault(span.name, []).append(span)
        return by_name


def _span(span: Any) -> Span:
    values = {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}
    ids = span.span_id.hex(), span.parent_span_id.hex(), span.trace_id.hex()
    return Span(*ids, span.name, span.status.code == 2, span.status.message, values)


@contextmanager
def collecting(*, held: bool = False) -> Iterator[Collector]:
    collector = Collector()
    if not held:
        collector.held.set()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.held.wait(60)
            if self.path == "/v1/traces":
                collector.bodies.append(body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        collector.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield collector
        finally:
            collector.held.set()
            server.shutdown()


def traced(url: str, **more: str) -> dict[str, str]:
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": url,
        "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
        "OTEL_BSP_SCHEDULE_DELAY": "200",
        **more,
    }


@pytest.fixture(scope="module")
def everything() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture
def collector(app: App, everything: Collector) -> Collector:
    everything.bodies.clear()
    return everything


@pytest.fixture(scope="module")
def guarded() -> Iterator[DemoServer]:
    with model_server(rate=150, api_key="the-right-key") as server:
        yield server


@pytest.fixture(scope="module")
def app(everything: Collector, model: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("traced")
    (folder / "desk.py").write_text(DESK)
    own = {"TOOLSTREAM_GRAPHS": f"{folder}/desk.py:desk", "TOOLSTREAM_RUNS_PER_MINUTE": "1000"}
    with app_server({**pointed_at(model), **traced(everything.url, OTEL_SERVICE_NAME="my-tools"), **own}) as app:
        yield app
        assert "Traceback" not in app.log(), app.log()


def ask(app: App, question: str, page: str = "LLM_tokens", *, model: str = "demo", tools: str = "") -> None:
    query = {"model": model} | ({"tools": tools} if tools else {})
    with Visitor(app.url, page, headers=None, receive_buffer=0, **query) as visitor:
        visitor.wait_idle()
        visitor.ask(question)
        complete(visitor, timeout=40)


def test_a_run_its_model_calls_and_two_tools_at_once_are_spans_and_nothing_that_was_said(
    app: App, collector: Collector
) -> None:
    ask(app, "Open the safe in the office and what items are in the bedroom?", tools="open_safe,get_items.llm")
    spans = collector.trace(6)
    (run,) = spans["invoke_workflow toolstream"]
    (safe,), (items,) = spans["execute_tool open_safe"], spans["execute_tool get_items"]
    assert {safe.parent, items.parent} == {run.id}
    assert (safe.failed, safe.message, items.failed, run.failed) == (True, "", False, False)
    assert safe.attributes["error.type"].endswith("ToolFailed")
    assert safe.attributes["gen_ai.tool.call.id"] != items.attributes["gen_ai.tool.call.id"]
    (chats,) = (calls for name, calls in spans.items() if name.startswith("chat "))
    assert sorted(span.parent for span in chats) == sorted([run.id, run.id, items.id])
    for span in chats:
        assert span.attributes["gen_ai.operation.name"] == "chat"
        assert span.attributes["gen_ai.request.model"] == span.name.removeprefix("chat ")
        assert span.attributes["gen_ai.usage.input_tokens"] > 0
        assert span.attributes["gen_ai.usage.output_tokens"] > 0
    sent = b"".join(collector.bodies)
    assert b"my-tools" in sent
    for words in (b"bedroom", b"second lock of the safe in the office", b"warm"):
        assert words not in sent


def test_the_plain_client_is_traced_too(app: App, collector: Collector) -> None:
    ask(app, "What items are in the library?", "Without_LangChain")
    spans = collector.trace(5)
    (run,), (tool,) = spans["invoke_workflow toolstream"], spans["execute_tool get_items"]
    assert (tool.parent, tool.attributes["gen_ai.tool.call.id"][:4], tool.failed) == (run.id, "call", False)
    chats = [span.parent for name, calls in spans.items() if name.startswith("chat ") for span in calls]
    assert sorted(chats) == sorted([run.id, run.id, tool.id])


def test_a_tool_of_the_plain_client_that_fails_is_an_error_of_its_type(app: App, collector: Collector) -> None:
    ask(app, "Open the safe in the office", "Without_LangChain", tools="open_safe")
    spans = collector.trace(4)
    (run,), (safe,) = spans["invoke_workflow toolstream"], spans["execute_tool open_safe"]
    assert (safe.failed, safe.message, run.failed) == (True, "", False)
    assert safe.attributes["error.type"].endswith("ToolFailed")


def test_stop_and_a_failure_are_errors_of_their_type(app: App, collector: Collector) -> None:
    with Visitor(app.url, "LLM_tokens") as visitor:
        visitor.wait_idle()
        visitor.ask("count to 400")
        visitor.wait_until(lambda: visitor.turns and visitor.turns[-1].answer, "it writes")
        visitor.click("stop")
        complete(visitor)
    stopped = collector.trace(2)
    assert {span.attributes["error.type"].split(".")[-1] for [span] in stopped.values()} == {"CancelledError"}
    collector.bodies.clear()
    ask(app, "What is in the office?", "Custom_data", model="demo-flaky:unauthorized")
    spans = collector.trace(4)  # the model asks for a tool before it fails
    failed = [span for calls in spans.values() for span in calls if span.failed]
    assert {span.name for span in failed} == {"invoke_workflow toolstream", "chat demo-flaky:unauthorized"}
    assert all(span.attributes["error.type"] and not span.message for span in failed)


def test_a_run_that_waits_for_a_person_has_not_failed(app: App, collector: Collector) -> None:
    with Visitor(app.url, "Your_agent", graph="own:desk") as visitor:
        visitor.wait_until(lambda: visitor.has("chat_input", "question"), "the agent is loaded", 60)
        visitor.wait_idle()
        visitor.ask("Go")
        visitor.wait_until(lambda: visitor.idle and "material/front_hand: " in visitor.text, "a card is there")
        spans = collector.trace(5)
        assert {"invoke_workflow toolstream", "execute_tool pay", "execute_tool ask_helper"} <= spans.keys()
        assert not any(span.failed or span.message for calls in spans.values() for span in calls)


def test_a_visitors_key_is_in_no_span_even_where_what_was_said_is(guarded: DemoServer) -> None:
    opted_in = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY"}
    with collecting() as collector:
        env = {"OPENAI_BASE_URL": guarded.base_url, "OPENAI_MODEL": "demo", **traced(collector.url, **opted_in)}
        with app_server(env) as app, Visitor(app.url, "LLM_tokens") as visitor:
            visitor.wait_idle()
            visitor.type("typed_key_0", KEY)
            visitor.wait_idle()
            visitor.ask("What is in the office?")
            complete(visitor)
            collector.trace(2)
            sent = b"".join(collector.bodies)
    assert b"What is in the office?" in sent
    assert KEY.encode() not in sent
    assert KEY[:8].encode() not in sent
    assert KEY[-4:].encode() not in sent


@pytest.mark.parametrize("kind", ["down", "slow"])
def test_a_collector_that_is_down_or_slow_holds_nothing_up(model: DemoServer, kind: str) -> None:
    """Nor the app's end, which `app_server` waits for."""
    with collecting(held=True) as collector:
        url = collector.url if kind == "slow" else "http://127.0.0.1:9"
        with app_server({**pointed_at(model), **traced(url)}) as app:
            ask(app, "What is in the office?", model="demo-fast")
            ask(app, "What is in the office?", model="demo-fast")


def opened(given: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """A program that opens the app with these variables, and prints what of OpenTelemetry has been loaded for it."""
    program = (
        f"import sys; {before}\n"
        "from agent.settings import Settings; from agent.engine.application import Application\n"
        f"with Application(Settings.from_env({{'TOOLSTREAM_RECORDINGS': 'off', {given}}})) as app:\n"
        "    app.runs.wait_until_open()\n"
        "ours = tuple(f'opentelemetry.{part}' for part in ('instrumentation', 'exporter'))\n"
        "print([name for name in sys.modules if name.startswith(ours) and sys.modules[name]])"
    )
    env, command = clean_environment(), [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=100, check=True)


def test_without_the_variables_nothing_of_it_is_loaded() -> None:
    assert opened("").stdout.strip() == "[]"


def test_without_its_packages_a_sentence_says_how_to_get_them() -> None:
    done = opened("'OTEL_TRACES_EXPORTER': 'otlp'", "sys.modules['opentelemetry.exporter'] = None")
    assert done.stdout.strip() == "[]"
    assert done.stderr.splitlines() == [NEEDS_OTEL]
