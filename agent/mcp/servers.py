"""The MCP servers that a host names in a file of the usual form: `{"mcpServers": {"name": {"command": ...}}}`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.errors import SettingsError
from texts import sentence

MOST_SERVERS = 20
MOST_FILE_BYTES = 1_000_000
_HTTP = ("http", "streamable-http", "streamable_http", "streamableHttp")


@dataclass(frozen=True, slots=True)
class McpServer:
    """One server: a command that is started for each session, or an address."""

    name: str
    command: str = ""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    """What it gets of an environment, besides what every program needs; nothing of the app's own."""
    cwd: str = ""
    """Where it is started; "" is where the app was."""
    url: str = ""
    """Its address, if it speaks streamable HTTP."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)


def read_servers(path: Path) -> tuple[McpServer, ...]:
    """The servers in a file, except disabled ones; raises a SettingsError that says what is wrong."""
    try:
        with path.open("rb") as file:
            given = json.loads(file.read(MOST_FILE_BYTES))
    except OSError as error:
        raise SettingsError(sentence("settings-mcp-unread", path=str(path))) from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(sentence("settings-mcp-no-json", path=str(path))) from error
    listed = given.get("mcpServers") if isinstance(given, dict) else None
    if not isinstance(listed, dict) or len(listed) > MOST_SERVERS:
        raise SettingsError(sentence("settings-mcp-form", path=str(path), most=MOST_SERVERS))
    return tuple(_server(path, name, entry) for name, entry in listed.items() if not _is_off(entry))


def _is_off(entry: Any) -> bool:
    return isinstance(entry, dict) and (entry.get("disabled") is True or entry.get("enabled") is False)


def _server(path: Path, name: str, entry: Any) -> McpServer:
    where = {"path": str(path), "server": name[:80]}
    if not isinstance(entry, dict) or bool(entry.get("command")) == bool(entry.get("url")):
        raise SettingsError(sentence("settings-mcp-either", **where))
    kind = entry.get("type", entry.get("transport", "http" if entry.get("url") else "stdio"))
    if kind not in (_HTTP if entry.get("url") else ("stdio",)):
        raise SettingsError(sentence("settings-mcp-kind", **where, kind=repr(kind)))
    args, texts = entry.get("args", []), [entry.get(key, "") for key in ("command", "url", "cwd")]
    tables = [entry.get(key) or {} for key in ("env", "headers")]
    values = [value for table in tables if isinstance(table, dict) for value in table.values()]
    if not (
        isinstance(args, list)
        and all(isinstance(table, dict) for table in tables)
        and all(isinstance(text, str) and "\0" not in text for text in (*args, *texts, *values))
    ):
        raise SettingsError(sentence("settings-mcp-text", **where))
    command, url, cwd = texts
    if url and not url.startswith(("http://", "https://")):
        raise SettingsError(sentence("settings-mcp-url", **where))
    return McpServer(name[:80], command, tuple(args), tables[0], cwd, url, tables[1])
