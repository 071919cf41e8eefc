"""A PostgreSQL of the tests' own: in a folder of its own, reached by a socket in it, and on a port of this machine."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.serving import free_port

MISSING = "PostgreSQL is not installed here (Debian: apt-get install postgresql)."


class Server:
    """A server that can be stopped and started."""

    def __init__(self, programs: Path, folder: Path, user: str | None) -> None:
        self._programs, self._folder, self._user = programs, folder, user
        self._port = free_port()
        self.url = f"postgresql://toolstream@/postgres?host={folder}&port={self._port}"
        self.tcp_url = f"postgresql://toolstream@127.0.0.1:{self._port}/postgres"
        """For programs that know no sockets."""

    def create(self) -> None:
        options = ["--username=toolstream", "--auth=trust", "--no-sync", "--locale=C", "--encoding=UTF8"]
        self._run("initdb", f"--pgdata={self._folder / 'data'}", *options)

    def start(self) -> None:
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={self._port} -c unix_socket_directories={self._folder}"
            " -c fsync=off -c max_connections=120"
        )
        self._pg_ctl("start", f"--log={self._folder / 'log'}", f"--options={options}")

    def stop(self) -> None:
        self._pg_ctl("stop", "--mode=immediate")

    def _pg_ctl(self, action: str, *arguments: str) -> None:
        self._run("pg_ctl", action, f"--pgdata={self._folder / 'data'}", "--wait", "--silent", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        done = subprocess.run(command, user=self._user, cwd=self._folder, stdout=subprocess.DEVNULL, check=False)
        assert done.returncode == 0, f"{program} failed: {self._log()}"

    def _log(self) -> str:
        log = self._folder / "log"
        return log.read_text() if log.exists() else ""


def programs() -> Path | None:
    """Where PostgreSQL's programs are, of the newest version that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: path.parts[4].zfill(3))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def postgres(programs: Path) -> Iterator[Server]:
    """A server at work; it does not run as root, so it is another user's where root runs the tests."""
    user = next(name for name in ("postgres", "nobody") if _exists(name)) if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        if user:
            shutil.chown(folder, user)
        server = Server(programs, folder, user)
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _exists(user: str) -> bool:
    try:
        return bool(pwd.getpwnam(user))
    except KeyError:
        return False
