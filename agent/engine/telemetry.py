"""Traces of runs for a host that sets OpenTelemetry's variables: a span a run, a model call, a tool call.

OpenTelemetry's own instrumentations make them, of LangChain and of the OpenAI client; tools that neither sees say so.
What was said and sent is in no span unless the host asks for it, by
OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT; what an exception says is in none.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.genai.langchain import LangChainInstrumentor
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.trace import Status
from opentelemetry.util.genai.handler import TelemetryHandler

from agent.tools.spans import ToolSpans

log = logging.getLogger(__name__)

QUESTIONS = ("langgraph.errors.GraphInterrupt", "langgraph.errors.NodeInterrupt")
"""What a tool raises that asks a person."""
CLOSE_SECONDS = 1.0
"""How long the last spans may take to be sent when the app ends."""


class Telemetry:
    """Sends spans to the collector that OpenTelemetry's variables name, from a thread of its own. Once a process."""

    def __init__(self) -> None:
        resource = Resource({SERVICE_NAME: "toolstream"}).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(_WithoutWords(OTLPSpanExporter())))
        self._instrumentors = LangChainInstrumentor(), OpenAIInstrumentor()  # type: ignore[no-untyped-call]
        for instrumentor in self._instrumentors:
            instrumentor.instrument(tracer_provider=self._provider)
        ToolSpans.begin = TelemetryHandler(tracer_provider=self._provider).tool

    async def close(self) -> None:
        """Send what is left, unless the collector takes too long."""
        ToolSpans.begin = None
        for instrumentor in self._instrumentors:
            instrumentor.uninstrument()
        last = threading.Thread(target=self._provider.shutdown, name="telemetry", daemon=True)
        last.start()
        await asyncio.to_thread(last.join, CLOSE_SECONDS)


class _WithoutWords(SpanExporter):
    """Leaves out what exceptions say, which may quote a visitor's key; their type stays. A question is no failure."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([_without_words(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def _without_words(span: ReadableSpan) -> ReadableSpan:
    attributes, status = dict(span.attributes or {}), Status(span.status.status_code)
    if attributes.get(ERROR_TYPE) in QUESTIONS:
        del attributes[ERROR_TYPE]
        status = Status()
    return ReadableSpan(
        span.name,
        span.context,
        span.parent,
        span.resource,
        attributes,
        [event for event in span.events if event.name != "exception"],
        span.links,
        span.kind,
        status=status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
