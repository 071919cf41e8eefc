"""A model server that plays given text at a given rate and remembers when it sent each token.

Plain asyncio streams: at 200 answers at a time a web framework would cost as much as what is measured.
Run as `python -m bench.model_server PORT`.
"""

from __future__ import annotations

import asyncio
import functools
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from bench.stamped import ASKED, stamped_tokens

TURN = 32
"""Without a pause between tokens, others get their turn after so many."""


@dataclass
class Log:
    """When a question came, and when each token left: seconds since the epoch."""

    asked: float
    sent: list[float] = field(default_factory=list)


logs: dict[str, Log] = {}


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = next((int(line[15:]) for line in head.split("\r\n") if line.startswith("content-length:")), 0)
            body = await reader.readexactly(length)
            path = head.split()[1]
            if path.endswith("/chat/completions"):
                await play(writer, json.loads(body))
            else:
                log = logs.get(path.rpartition("/")[2])
                answer = json.dumps({"asked": log.asked, "sent": log.sent} if log else {}).encode()
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(answer), answer))
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def play(writer: asyncio.StreamWriter, request: dict[str, Any]) -> None:
    """Answer the last question in the request with the text it asks for, after a call of a tool if it says so."""
    *_, found = ASKED.finditer(json.dumps(request["messages"]))
    tokens, rate, at_once, tag = int(found[1]), float(found[2]), int(found[3]), found[4]
    start = time.time()
    log = logs[tag] = Log(start)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    if found[5] and request["messages"][-1]["role"] != "tool":
        function = {"name": request["tools"][0]["function"]["name"], "arguments": json.dumps({"place": "office"})}
        call = {"index": 0, "id": f"call_{tag}", "type": "function", "function": function}
        delta = {"role": "assistant", "content": None, "tool_calls": [call]}
        writer.write(_chunk([{"index": 0, "delta": delta, "finish_reason": None}]))
        writer.write(_chunk([{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]))
        writer.write(_chunked(b"data: [DONE]\n\n") + b"0\r\n\r\n")
        await writer.drain()
        return
    for at, chunk in enumerate(chunks(tokens)):
        wait = start + max(0, at + 1 - at_once) / rate - time.time() if rate else 0.0
        if wait > 0 or at % TURN == 0:
            await asyncio.sleep(max(0.0, wait))
            await writer.drain()
        log.sent.append(time.time())
        writer.write(chunk)
    usage = {"prompt_tokens": 1, "completion_tokens": tokens, "total_tokens": tokens + 1}
    writer.write(_chunk([{"index": 0, "delta": {}, "finish_reason": "stop"}]))
    writer.write(_chunk([], usage=usage) + _chunked(b"data: [DONE]\n\n") + b"0\r\n\r\n")
    await writer.drain()


@functools.cache
def chunks(tokens: int) -> list[bytes]:
    """The whole answer, ready to send."""
    return [
        _chunk([{"index": 0, "delta": {"role": "assistant", "content": token}, "finish_reason": None}])
        for token in stamped_tokens(tokens)
    ]


def _chunk(choices: list[dict[str, Any]], **more: Any) -> bytes:
    chunk = {"id": "answer", "object": "chat.completion.chunk", "created": 0, "model": "bench", "choices": choices}
    return _chunked(b"data: " + json.dumps(chunk | more).encode() + b"\n\n")


def _chunked(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


async def main(port: int) -> None:
    for tokens in (1_000, 5_000, 20_000):
        chunks(tokens)
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
