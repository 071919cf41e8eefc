"""What a host can set, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

from agent.errors import SettingsError
from agent.mcp.bounds import Bounds
from agent.mcp.servers import McpServer, read_servers
from texts import sentence

DEMO_MODELS = ("demo", "demo-fast", "demo-flaky")
"""The models of the demo server: no AI, no key, no cost."""
DEFAULT_OPENAI_MODELS = ("gpt-4o-mini",)
DEFAULT_DEMO_RATE = 30.0
_MCP = Bounds()
NEEDS_PACKAGES = (
    "TOOLSTREAM_DATABASE_URL needs packages that are not installed here: pip install -r requirements-postgres.txt"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Every limit, applied when a run starts and never on a rerun.

    A limit's environment variable is its name in capitals after `TOOLSTREAM_`.
    """

    prompt_chars: int = 4_000
    """Characters of one question."""
    event_bytes: int = 4_000_000
    """Bytes of one event, or one line, of a model server's answer."""
    answer_bytes: int = 64_000_000
    """Bytes of one answer of a model server, decompressed; a token takes about 250 of them."""
    output_bytes: int = 2_000_000
    """Bytes of the recording of one run."""
    output_events: int = 50_000
    """Events of one run."""
    run_seconds: float = 120.0
    """Seconds from a run's start to its forced end, not counting the time in the queue."""
    waiting_days: float = 7.0
    """Days that a run waits for a person's answer; then it is stopped."""
    steps: int = 12
    """Steps of the graph (model and tool turns) in one run."""
    own_steps: int = 100
    """The same for someone's own graph: deep agents take many."""
    runs_at_once: int = 50
    """Runs at work at the same time, in all processes that share a store; more wait in a queue."""
    runs_per_session: int = 2
    """Runs at work at the same time for one visitor, in all processes that share a store."""
    runs_per_minute: int = 20
    """New runs per minute for one visitor."""
    runs_per_minute_and_address: int = 100
    """New runs per minute for one address, if `TOOLSTREAM_ADDRESS_HEADER` names the header that holds it."""
    runs_queued: int = 500
    """Runs waiting for their turn, in all processes that share a store; more are refused. As many more may wait behind
    questions to people.
    """
    turns_remembered: int = 10
    """Finished turns of a conversation that the model is given."""
    memory_megabytes: float = 60.0
    """Megabytes of finished runs kept in memory; the least recently read go first, and are read from their
    recordings.
    """
    uploads_megabytes: float = 40.0
    """Megabytes of recordings that visitors look at from files of theirs; the longest unseen go first."""
    recording_days: float = 30.0
    """Days for which a run's file is kept."""
    recording_megabytes: float = 200.0
    """Megabytes of recordings kept; the oldest go first."""
    lease_seconds: float = 15.0
    """Seconds without a sign of life after which another process calls the runs of this one interrupted."""
    server_seconds: float = 60.0
    """Seconds for which an Agent Server may not answer before a run on it counts as failed."""
    readers: int = 50
    """Readers of runs as AG-UI events at the same time, where the app runs as an ASGI app; more are refused."""
    readers_per_address: int = 10
    """The same for one address, if `TOOLSTREAM_ADDRESS_HEADER` names the header that holds it."""
    reader_seconds: float = 3_600.0
    """Seconds after which such a reader has to come again."""
    mcp_sessions: int = _MCP.sessions
    """Sessions with MCP servers at the same time, others wait; one may be a child process, of 40 MB if in Python."""
    mcp_start_seconds: float = _MCP.start_seconds
    """Seconds that an MCP server may take to start and say hello, and again to list its tools."""
    mcp_silent_seconds: float = _MCP.silent_seconds
    """Seconds between two signs of life of an MCP server over HTTP."""
    mcp_message_bytes: int = _MCP.message_bytes
    """Bytes of one line from an MCP server that is a command; of another, of one response."""
    mcp_answer_chars: int = _MCP.answer_chars
    """Characters of the answer of an MCP server's tool."""
    mcp_reports: int = _MCP.reports
    """Progress notifications and log messages of one call that are passed on."""
    connect_seconds: float = 10.0
    """Seconds to reach the model server."""
    read_seconds: float = 60.0
    """Seconds of silence from the model server before its answer counts as broken off."""

    @property
    def mcp(self) -> Bounds:
        """The bounds of calls of MCP servers."""
        return Bounds(**{bound.name: getattr(self, f"mcp_{bound.name}") for bound in fields(Bounds)})

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Limits:
        """Read `TOOLSTREAM_PROMPT_CHARS` and the like; raises SettingsError for anything but a number above 0."""
        given: dict[str, float] = {}
        for bound in fields(cls):
            name = f"TOOLSTREAM_{bound.name.upper()}"
            if text := environ.get(name, "").strip():
                given[bound.name] = _positive(name, text, type(bound.default))
        return cls(**given)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Settings:
    """Which model server answers, and the limits."""

    api_key: str | None = field(default=None, repr=False)
    """The host's key, or None. It is never shown."""
    base_url: str | None = None
    """The host's OpenAI-compatible server; None is OpenAI itself."""
    openai_models: tuple[str, ...] = DEFAULT_OPENAI_MODELS
    """Models offered if a key or a server is configured; the first is the default."""
    demo_rate: float = DEFAULT_DEMO_RATE
    """Tokens per second of the model `demo`."""
    recordings: Path | None = None
    """The folder that runs are recorded in; None records nothing."""
    database_url: str | None = field(default=None, repr=False)
    """A PostgreSQL database that keeps everything, recordings too; None is files in their folder."""
    graphs: tuple[str, ...] = ()
    """The host's own graphs: `file.py:name`, `package.module:name`, or a `langgraph.json`."""
    agent_server: tuple[str, ...] = ()
    """Addresses of one Agent Server, which then works on runs; none means that they work in this process."""
    agent_server_header: str | None = field(default=None, repr=False)
    """A header that it asks for, as `name: value`."""
    agent_server_runs: bool = False
    """Whether every visitor may see and watch the runs that others have started on that server."""
    mcp: tuple[McpServer, ...] = ()
    """The host's MCP servers, whose tools are offered beside the others."""
    traces: bool = False
    """Whether runs are traced, as OpenTelemetry's own variables say."""
    host_password: str | None = field(default=None, repr=False)
    """Unlocks the table of all comments on the page Runs; None keeps it locked."""
    address_header: str | None = None
    """The header in which a trusted proxy passes on the visitor's address; limits then apply to addresses as well."""
    limits: Limits = Limits()

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings; raises SettingsError with a sentence that says what to change."""
        models = tuple(name.strip() for name in environ.get("OPENAI_MODEL", "").split(",") if name.strip())
        rate = environ.get("TOOLSTREAM_DEMO_RATE", "").strip()
        return cls(
            api_key=_key(environ.get("OPENAI_API_KEY", "").strip()),
            base_url=_url(environ.get("OPENAI_BASE_URL", "").strip()),
            openai_models=models or DEFAULT_OPENAI_MODELS,
            demo_rate=_positive("TOOLSTREAM_DEMO_RATE", rate, float) if rate else DEFAULT_DEMO_RATE,
            recordings=_folder(environ.get("TOOLSTREAM_RECORDINGS", "data/runs").strip()),
            database_url=_database_url(environ.get("TOOLSTREAM_DATABASE_URL", "").strip()),
            graphs=tuple(text.strip() for text in environ.get("TOOLSTREAM_GRAPHS", "").split(",") if text.strip()),
            agent_server=_agent_server(environ.get("TOOLSTREAM_AGENT_SERVER", "")),
            agent_server_header=_header(environ.get("TOOLSTREAM_AGENT_SERVER_HEADER", "").strip()),
            agent_server_runs=_switch("TOOLSTREAM_AGENT_SERVER_RUNS", environ),
            mcp=_mcp(environ.get("TOOLSTREAM_MCP", "").strip()),
            traces=_traces(environ),
            host_password=environ.get("TOOLSTREAM_HOST_PASSWORD", "").strip() or None,
            address_header=environ.get("TOOLSTREAM_ADDRESS_HEADER", "").strip() or None,
            limits=Limits.from_env(environ),
        )

    @property
    def is_demo(self) -> bool:
        """Whether nothing is configured, so that the demo model answers."""
        return self.api_key is None and self.base_url is None

    def models(self, *, visitor_has_key: bool = False) -> tuple[str, ...]:
        """The models to offer, the default first."""
        if not self.is_demo:
            return self.openai_models
        return (*self.openai_models, *DEMO_MODELS) if visitor_has_key else DEMO_MODELS


def _positive(name: str, text: str, kind: type) -> float:
    try:
        number = kind(text)
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        key = "settings-no-count" if kind is int else "settings-no-number"
        raise SettingsError(sentence(key, name=name, text=repr(text)))
    return number  # type: ignore[no-any-return]


def _folder(text: str) -> Path | None:
    # pathlib's expanduser raises for a user that there is not
    return None if text.lower() in ("", "off", "none") else Path(os.path.expanduser(text))


def _agent_server(text: str) -> tuple[str, ...]:
    addresses = tuple(address.strip().rstrip("/") for address in text.split(",") if address.strip())
    for address in addresses:
        if not address.startswith(("http://", "https://")):
            raise SettingsError(f"TOOLSTREAM_AGENT_SERVER must start with http:// or https://, not {address!r}.")
    return addresses


def _header(text: str) -> str | None:
    if text and not (text.partition(":")[0].strip() and text.partition(":")[2].strip()):  # not repeated: it is a key
        raise SettingsError("TOOLSTREAM_AGENT_SERVER_HEADER must be a name and a value, as in x-api-key: abc.")
    return text or None


def _switch(name: str, environ: Mapping[str, str]) -> bool:
    text = environ.get(name, "").strip()
    if text not in ("", "0", "1"):
        raise SettingsError(sentence("settings-no-switch", name=name, text=repr(text)))
    return text == "1"


def _mcp(text: str) -> tuple[McpServer, ...]:
    return read_servers(Path(os.path.expanduser(text))) if text else ()


def _traces(environ: Mapping[str, str]) -> bool:
    def given(name: str) -> str:
        return environ.get(f"OTEL_{name}", "").strip()

    exporters = given("TRACES_EXPORTER") or (
        "otlp" if given("EXPORTER_OTLP_ENDPOINT") or given("EXPORTER_OTLP_TRACES_ENDPOINT") else "none"
    )
    if given("SDK_DISABLED").lower() == "true" or "otlp" not in (name.strip() for name in exporters.split(",")):
        return False
    protocol = given("EXPORTER_OTLP_TRACES_PROTOCOL") or given("EXPORTER_OTLP_PROTOCOL") or "http/protobuf"
    if protocol != "http/protobuf":
        raise SettingsError(sentence("settings-otel", text=repr(protocol)))
    return True


def _database_url(text: str) -> str | None:
    if text and not text.startswith(("postgresql://", "postgres://")):  # not repeated: there is a password in it
        raise SettingsError(sentence("settings-database"))
    return text or None


def _key(text: str) -> str | None:
    if not (text.isascii() and text.isprintable()):  # no header can carry it
        raise SettingsError(sentence("settings-key", name="OPENAI_API_KEY"))
    return text or None


def _url(text: str) -> str | None:
    if text and not _is_address(text):
        raise SettingsError(sentence("settings-url", text=repr(text)))
    return text.rstrip("/") or None


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and text.split() == [text]
    except ValueError:  # of a port, or of brackets
        return False
