"""The file that names MCP servers: the forms that are in use, and a sentence for any other."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import SettingsError
from agent.mcp.servers import McpServer, read_servers
from agent.settings import Settings


def read(folder: Path, value: Any) -> tuple[McpServer, ...]:
    path = folder / "mcp.json"
    path.write_text(json.dumps(value))
    return read_servers(path)


def test_commands_and_addresses_are_read_and_what_is_switched_off_is_not(tmp_path: Path) -> None:
    servers = {
        "clock": {"command": "uvx", "args": ["mcp-server-time"], "env": {"TZ": "UTC"}},
        "shop": {"type": "http", "url": "https://shop.test/mcp", "headers": {"Authorization": "Bearer secret"}},
        "off": {"command": "x", "disabled": True},
    }
    clock, shop = found = read(tmp_path, {"mcpServers": servers})
    assert (clock.command, clock.args, clock.env) == ("uvx", ("mcp-server-time",), {"TZ": "UTC"})
    assert (shop.url, shop.headers) == ("https://shop.test/mcp", {"Authorization": "Bearer secret"})
    assert "secret" not in repr(found)
    assert Settings.from_env({"TOOLSTREAM_MCP": str(tmp_path / "mcp.json")}).mcp == found
    assert Settings.from_env({}).mcp == ()


@pytest.mark.parametrize(
    "entry",
    [
        {},
        [],
        "uvx mcp-server-time",
        {"command": "a", "url": "https://b"},
        {"command": "a", "type": "sse"},
        {"url": "https://b", "type": "sse"},
        {"url": "ftp://b"},
        {"command": ["a"]},
        {"command": "a", "args": "b"},
        {"command": "a", "args": [1]},
        {"command": "a", "env": {"KEY": 1}},
        {"command": "a\0"},
    ],
)
def test_a_server_that_cannot_be_started_is_refused_with_its_name(tmp_path: Path, entry: Any) -> None:
    with pytest.raises(SettingsError, match="clock"):
        read(tmp_path, {"mcpServers": {"clock": entry}})


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"mcpServers": []}', "[" * 100_000])
def test_a_file_of_another_form_is_refused_with_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mcp.json"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"mcp\.json"):
        read_servers(path)
    with pytest.raises(SettingsError, match="cannot be read"):
        read_servers(tmp_path / "none.json")


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
VALUES = SCALARS | st.lists(SCALARS, max_size=2)
KEYS = st.sampled_from("command args env url headers cwd type transport disabled enabled".split())


@given(st.dictionaries(st.text(max_size=5), st.dictionaries(KEYS, VALUES | st.dictionaries(st.text(), VALUES))))
def test_whatever_is_in_it_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, entries: Any) -> None:
    try:
        found = read(tmp_path_factory.mktemp("mcp"), {"mcpServers": entries})
    except SettingsError:
        return
    assert all(isinstance(text, str) for server in found for text in (server.command, server.url, *server.args))
