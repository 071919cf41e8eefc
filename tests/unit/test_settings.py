import pytest

from agent.errors import SettingsError
from agent.mcp.bounds import Bounds
from agent.settings import DEMO_MODELS, Limits, Settings


def test_nothing_configured_means_the_demo_model() -> None:
    settings = Settings.from_env({})
    assert settings.is_demo
    assert settings.models() == DEMO_MODELS


def test_a_key_means_openai() -> None:
    settings = Settings.from_env({"OPENAI_API_KEY": " sk-test ", "OPENAI_MODEL": "gpt-a, gpt-b"})
    assert (settings.is_demo, settings.api_key, settings.base_url) == (False, "sk-test", None)
    assert settings.models() == ("gpt-a", "gpt-b")


def test_a_server_of_ones_own_needs_no_key() -> None:
    settings = Settings.from_env({"OPENAI_BASE_URL": "http://127.0.0.1:11434/v1/"})
    assert (settings.is_demo, settings.base_url) == (False, "http://127.0.0.1:11434/v1")


def test_a_visitors_key_adds_openais_models_to_the_demo() -> None:
    assert Settings.from_env({}).models(visitor_has_key=True) == ("gpt-4o-mini", *DEMO_MODELS)


def test_the_key_is_in_no_representation() -> None:
    assert "sk-secret" not in repr(Settings.from_env({"OPENAI_API_KEY": "sk-secret"}))


def test_a_databases_password_is_in_no_representation_and_in_no_message() -> None:
    settings = Settings.from_env({"TOOLSTREAM_DATABASE_URL": " postgresql://user:secret@host/name "})
    assert settings.database_url == "postgresql://user:secret@host/name"
    assert "secret" not in repr(settings)
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({"TOOLSTREAM_DATABASE_URL": "user:secret@host"})
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("environ", "traces"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://c:4318/v1/metrics"}, False),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_TRACES_EXPORTER": "console, otlp"}, True),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, False),
        ({"OTEL_SDK_DISABLED": "TRUE", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, False),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, False),
    ],
)
def test_opentelemetrys_own_variables_say_whether_runs_are_traced(environ: dict[str, str], traces: bool) -> None:
    assert Settings.from_env(environ).traces is traces


def test_every_limit_can_be_set() -> None:
    limits = Limits.from_env({"TOOLSTREAM_RUN_SECONDS": "2.5", "TOOLSTREAM_STEPS": "4"})
    assert (limits.run_seconds, limits.steps) == (2.5, 4)
    assert Limits.from_env({"TOOLSTREAM_MCP_SESSIONS": "2"}).mcp == Bounds(sessions=2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOOLSTREAM_STEPS", "many"),
        ("TOOLSTREAM_STEPS", "2.5"),
        ("TOOLSTREAM_RUN_SECONDS", "-1"),
        ("TOOLSTREAM_RUN_SECONDS", "inf"),
        ("TOOLSTREAM_RUN_SECONDS", "nan"),
        ("TOOLSTREAM_DEMO_RATE", "0"),
        ("OPENAI_BASE_URL", "file:///etc/passwd"),
        ("OPENAI_BASE_URL", "http://"),
        ("OPENAI_BASE_URL", "http://[::1/v1"),
        ("OPENAI_BASE_URL", "http://localhost:99999/v1"),
        ("OPENAI_BASE_URL", "http://local host/v1"),
        ("OPENAI_API_KEY", "sk-one\nsk-two"),
        ("OPENAI_API_KEY", "sk-\u043a\u043b\u044e\u0447"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("TOOLSTREAM_DATABASE_URL", "mysql://user:secret@host/name"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_env({"OTEL_TRACES_EXPORTER": "otlp", name: value})


def test_a_home_that_is_not_there_is_part_of_a_folders_name() -> None:
    assert Settings.from_env({"TOOLSTREAM_RECORDINGS": "~nobody-of-this-name/runs"}).recordings
