"""Asks for a process to be forked. Loads nothing that it can do without: it is started each time."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LIGHT, WHOLE = "light", "whole"
NUMBER = struct.Struct("!i")
_PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)


def ask(
    place: str, name: str, arguments: list[str], env: dict[str, str], cwd: str, files: tuple[int, ...]
) -> socket.socket:
    """Have Python started with these arguments and standard files.

    On the connection come its process id, and in the end its exit code; the process ends when the connection does.
    """
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(f"{place}/{name}")
    text = json.dumps({"arguments": arguments, "env": env, "cwd": cwd}).encode()
    socket.send_fds(connection, [NUMBER.pack(len(text))], files)
    connection.sendall(text)
    return connection


def asked(connection: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """What was asked for at the other end, and its files."""
    head, files, _, _ = socket.recv_fds(connection, NUMBER.size, 3)
    if len(head) < NUMBER.size:
        return None
    (length,) = NUMBER.unpack(head)
    text = b""
    while len(text) < length:
        piece = connection.recv(length - len(text))
        if not piece:
            return None
        text += piece
    return json.loads(text), files


def main(place: str) -> None:
    """Be the program that was asked for, as far as one can tell from outside."""
    arguments = sys.argv[1:]
    name = LIGHT if "agent.offload" in arguments else WHOLE
    connection = ask(place, name, arguments, dict(os.environ), os.getcwd(), (0, 1, 2))
    for number in _PASSED_ON:
        signal.signal(number, lambda number, _: connection.sendall(bytes([number])))
    for file in (0, 1):
        os.close(file)
    connection.recv(NUMBER.size, socket.MSG_WAITALL)
    told = connection.recv(NUMBER.size, socket.MSG_WAITALL)
    code = NUMBER.unpack(told)[0] if len(told) == NUMBER.size else 1
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)
