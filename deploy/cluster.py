"""What compose.yaml starts in containers, as plain processes on one machine: `make cluster`.

HAProxy, PostgreSQL and Redis are Debian's, aegra is from `make agent-servers`. All of it ends with this program. A
process that ends by itself is started again; SIGHUP restarts the web processes one after the other.
"""

from __future__ import annotations

import argparse
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[1]
AGENT_SERVERS = ROOT / ".venv" / "agent-servers" / "bin"
START_SECONDS = 120.0
STOP_SECONDS = 10.0
AEGRA_STOP_SECONDS = 45.0
"""It finishes what it works on first, for 30 s at most."""
DRAIN_SECONDS = 30.0
"""Seconds that a web process is given to finish what it works on while new visitors go to the other."""
WEBS = ("web1", "web2")
AEGRAS = ("aegra1", "aegra2")
AEGRA = "aegra"


@dataclass
class Service:
    """A program that is started, asked whether it is well, and ended."""

    name: str
    command: list[str]
    env: Mapping[str, str]
    is_healthy: Callable[[], object]
    """Asks it; raises or returns something false where it is not well."""
    log: Path
    user: str | None = None
    ends_with: signal.Signals = signal.SIGTERM
    stop_seconds: float = STOP_SECONDS
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it; `wait` tells when it is well."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=dict(self.env), user=self.user, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip

    def wait(self) -> None:
        """Wait until it is well; raises RuntimeError."""
        until = time.monotonic() + START_SECONDS
        while not self._is_well():
            if not self.is_running or time.monotonic() > until:
                raise RuntimeError(f"{self.name} does not start:\n{self.log.read_text(errors='replace')[-2_000:]}")
            time.sleep(0.1)

    @property
    def is_running(self) -> bool:
        """Whether its process is there."""
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        """The number of its process."""
        assert self.process
        return self.process.pid

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self.is_running and self.process:
            self.process.send_signal(self.ends_with)
            try:
                self.process.wait(self.stop_seconds)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End it without a word, as when its machine dies."""
        if self.is_running:
            os.killpg(self.pid, signal.SIGKILL)
            assert self.process
            self.process.wait()

    def _is_well(self) -> bool:
        try:
            return bool(self.is_healthy())
        except (OSError, psycopg.Error):
            return False


class Cluster:
    """All processes of one deployment, in a folder of their own."""

    def __init__(self, folder: Path, port: int, env: Mapping[str, str], *, with_aegra: bool) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "logs").mkdir(exist_ok=True)
        ports = _free_ports(6)
        server = f"postgresql://toolstream:{_secret(folder / 'password')}@127.0.0.1:{ports[0]}"
        self.database_url = f"{server}/postgres"
        redis = f"redis://127.0.0.1:{ports[1]}"
        self._admin = folder / "haproxy.sock"
        self.services: dict[str, Service] = {}
        """By name, in the order in which they start."""
        self._postgres(ports[0])
        if with_aegra:
            self._add(
                "redis",
                [*_found("redis-server"), "--port", str(ports[1]), "--bind", "127.0.0.1", "--save", ""],
                os.environ,
                lambda: _redis_answers(ports[1]),
            )
            own = {"DATABASE_URL": f"{server}/{AEGRA}", "AEGRA_CONFIG": str(ROOT / "aegra.json"), "REDIS_URL": redis}
            for name, at in zip(AEGRAS, ports[2:4], strict=True):
                self._add(
                    name,
                    [str(AGENT_SERVERS / "uvicorn"), "aegra_api.main:app", "--host", "127.0.0.1", "--port", str(at)],
                    {**env, **own, "REDIS_BROKER_ENABLED": "true", "TOOLSTREAM_RECORDINGS": "off"},
                    lambda at=at: _answers(f"http://127.0.0.1:{at}/info"),  # type: ignore[misc]
                )
        shared = {
            "TOOLSTREAM_DATABASE_URL": self.database_url,
            "TOOLSTREAM_ADDRESS_HEADER": "X-Real-IP",
            "STREAMLIT_SERVER_COOKIE_SECRET": _secret(folder / "cookie-secret"),
        }
        if with_aegra:
            shared["TOOLSTREAM_AGENT_SERVER"] = ",".join(f"http://127.0.0.1:{at}" for at in ports[2:4])
        for name, at in zip(WEBS, ports[4:6], strict=True):
            command = [sys.executable, "-m", "streamlit", "run", "asgi.py", "--server.headless", "true"]
            command += ["--server.address", "127.0.0.1", "--server.port", str(at), "--server.fileWatcherType", "none"]
            whole = {**env, **shared, "TOOLSTREAM_RECORDINGS": str(folder / "runs")}
            self._add(name, command, whole, lambda at=at: _answers(f"http://127.0.0.1:{at}/_stcore/health"))  # type: ignore[misc]
        webs = {name.upper(): f"127.0.0.1:{at}" for name, at in zip(WEBS, ports[4:6], strict=True)}
        self._add(
            "haproxy",
            [*_found("haproxy"), "-db", "-f", str(ROOT / "deploy" / "haproxy.cfg")],
            {**os.environ, **webs, "BIND": f"127.0.0.1:{port}", "ADMIN": str(self._admin)},
            lambda: _answers(f"{self.url}/_stcore/health"),
        )

    @contextmanager
    def running(self, said: Callable[[str], None] = print) -> Iterator[Cluster]:
        """Start everything, each once what it needs is well; ends all of it."""
        with ExitStack() as stack:
            for service in self.services.values():
                stack.callback(service.stop)
                service.start()
                if service.name not in WEBS:  # the second aegra, too: both would make their tables at once
                    service.wait()
                if service.name == "postgres":
                    self._make_database()
                said(f"{service.name} is started")
            for service in self.services.values():
                service.wait()
            yield self

    def restart(self, name: str) -> None:
        """Start a service anew, once it has ended or been ended, and wait until it is well."""
        self.services[name].stop()
        self.services[name].start()
        self.services[name].wait()

    def drain(self, name: str, seconds: float = DRAIN_SECONDS) -> None:
        """Send no new visitors to a web process, and wait until it has nothing to do any more."""
        self._tell_haproxy(f"set server web/{name} state drain")
        until = time.monotonic() + seconds
        while self._at_work(name) and time.monotonic() < until:
            time.sleep(0.5)

    def roll(self, seconds: float = DRAIN_SECONDS) -> None:
        """Restart the web processes one after the other, with the other one there for all visitors meanwhile."""
        for name in WEBS:
            self.drain(name, seconds)
            self.restart(name)
            self._tell_haproxy(f"set server web/{name} state ready")
            self.services["haproxy"].wait()

    def _make_database(self) -> None:
        """Make that of aegra, whose tables have names of ours."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (AEGRA,)).fetchone():
                connection.execute(f"CREATE DATABASE {AEGRA}")

    def _at_work(self, name: str) -> int:
        query = "SELECT count(*) FROM toolstream_store.runs WHERE state IN ('queued', 'running') AND process LIKE %s"
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute(query, (f"% {self.services[name].pid} %",)).fetchone()
        return int(row[0]) if row else 0

    def _tell_haproxy(self, command: str) -> None:
        with socket.socket(socket.AF_UNIX) as admin:
            admin.connect(str(self._admin))
            admin.sendall(f"{command}\n".encode())
            admin.recv(1_000)

    def _postgres(self, port: int) -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parts[4].zfill(3))
        if not programs and not shutil.which("initdb"):
            raise SystemExit(_missing("postgresql"))
        at = programs[-1] if programs else Path(shutil.which("initdb") or "").parent
        user = _other_user() if os.geteuid() == 0 else None
        data = self._folder / "postgres"
        if not data.exists():
            data.mkdir(mode=0o700)
            if user:
                shutil.chown(data, user)
            password = self._folder / "password-for-initdb"
            password.touch(mode=0o600)
            password.write_bytes((self._folder / "password").read_bytes())
            if user:
                shutil.chown(password, user)
            options = ["--username=toolstream", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
            command = [str(at / "initdb"), f"--pgdata={data}", f"--pwfile={password}", *options]
            subprocess.run(command, user=user, cwd="/", stdout=subprocess.DEVNULL, check=True)
            password.unlink()
        command = [str(at / "postgres"), "-D", str(data), "-c", f"port={port}", "-c", "listen_addresses=127.0.0.1"]
        command += ["-c", "unix_socket_directories=", "-c", "max_connections=200"]
        self._add(
            "postgres", command, os.environ, lambda: _connects(self.database_url), user=user, ends_with=signal.SIGINT
        )

    def _add(
        self,
        name: str,
        command: Iterable[str],
        env: Mapping[str, str],
        is_healthy: Callable[[], object],
        *,
        user: str | None = None,
        ends_with: signal.Signals = signal.SIGTERM,
    ) -> None:
        log = self._folder / "logs" / f"{name}.log"
        seconds = AEGRA_STOP_SECONDS if name in AEGRAS else STOP_SECONDS
        self.services[name] = Service(name, list(command), env, is_healthy, log, user, ends_with, seconds)


def has_aegra() -> bool:
    """Whether there is an Agent Server to start."""
    return (AGENT_SERVERS / "uvicorn").exists()


def main() -> None:
    """Start a cluster, and keep it at work until it is told to end."""
    parser = argparse.ArgumentParser(prog="python -m deploy.cluster", description=__doc__)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--folder", type=Path, default=ROOT / "data" / "cluster")
    parser.add_argument("--without-aegra", action="store_true", help="have runs work in the web processes")
    given = parser.parse_args()
    with_aegra = not given.without_aegra
    if with_aegra and not has_aegra():
        raise SystemExit("aegra is not here: make agent-servers, or python -m deploy.cluster --without-aegra")
    ending, rolling = threading.Event(), threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ending.set())
    signal.signal(signal.SIGHUP, lambda *_: rolling.set())
    cluster = Cluster(given.folder.resolve(), given.port, os.environ, with_aegra=with_aegra)
    with cluster.running():
        print(f"Toolstream is at {cluster.url}; its logs are in {given.folder / 'logs'}. Ctrl+C ends it.", flush=True)
        while not ending.wait(1.0):
            for service in cluster.services.values():
                if not service.is_running:
                    print(f"{service.name} has ended by itself, and is started again", flush=True)
                    service.start()
            if rolling.is_set():
                rolling.clear()
                cluster.roll()
                print("The web processes are new", flush=True)


def _answers(url: str) -> bool:
    with urllib.request.urlopen(url, timeout=2) as answer:
        return bool(answer.status == 200)


def _connects(url: str) -> bool:
    with psycopg.connect(url, connect_timeout=2):
        return True


def _redis_answers(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), 2) as redis:
        redis.sendall(b"PING\r\n")
        return redis.recv(100).startswith(b"+PONG")


def _found(program: str) -> list[str]:
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not found:
        raise SystemExit(_missing(program))
    return [found]


def _missing(package: str) -> str:
    return f"{package} is not installed here. On Debian: apt-get install haproxy postgresql redis-server"


def _other_user() -> str:
    """Who PostgreSQL runs as where this runs as root, as which it does not."""
    return next(user.pw_name for name in ("postgres", "nobody") for user in pwd.getpwall() if user.pw_name == name)


def _secret(path: Path) -> str:
    """A random word that stays the same."""
    if not path.exists():
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(24))
    return path.read_text(encoding="ascii")


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


if __name__ == "__main__":
    main()
