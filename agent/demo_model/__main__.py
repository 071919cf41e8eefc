"""`python -m agent.demo_model`: serve the demo model alone, for curl or any OpenAI client."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from agent.demo_model.server import DemoServer


def main() -> int:
    """Serve until Ctrl-C or SIGTERM; return the exit code."""
    parser = argparse.ArgumentParser("python -m agent.demo_model", description="An OpenAI-compatible server, no AI.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8123, help="0 takes a free one (default: 8123)")
    parser.add_argument("--rate", type=float, default=30.0, help="tokens a second of the model demo (default: 30)")
    parser.add_argument("--api-key", help="refuse requests without this key")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        asyncio.run(_serve(DemoServer(options.host, options.port, rate=options.rate, api_key=options.api_key)))
    except KeyboardInterrupt:
        return 0
    except OSError as exc:
        sys.stderr.write(f"cannot listen on {options.host}:{options.port}: {exc.strerror}\n")
    return 1


async def _serve(server: DemoServer) -> None:
    async with server:
        sys.stdout.write(f"The demo model (no AI in it) listens on {server.base_url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    raise SystemExit(main())
