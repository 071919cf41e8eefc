"""An MCP server in plain JSON that does what its first argument says; its process id goes to the second, a file."""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

ASKED: dict[str, Any] = {}
"""What a person was asked, by the question's id; and the call that is asked for."""


def put(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def say(**message: Any) -> None:
    put(json.dumps({"jsonrpc": "2.0", **message}) + "\n")


def answer(call: Any, text: str) -> None:
    say(id=call["id"], result={"content": [{"type": "text", "text": text}]})


def call_tool(what: str, call: Any) -> None:
    match what:
        case "dies":
            os._exit(3)
        case "junk":
            for _ in range(200):
                put("{'not': JSON}\n")
        case "10 MB":
            answer(call, "x" * 10_000_000)
        case "a long answer":
            answer(call, "x" * 100_000)
        case "an endless line":
            while True:
                put("x" * 65_536)
        case "arguments":
            answer(call, json.dumps(call["params"]["arguments"]))
        case "environment":
            answer(call, json.dumps(dict(os.environ)))
        case "a picture":
            pixel = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
            link = {"type": "resource_link", "uri": "file:///a.pdf", "name": "a"}
            content = [
                {"type": "text", "text": "A dot"},
                {"type": "image", "mimeType": "image/png", "data": pixel},
                link,
            ]
            say(id=call["id"], result={"content": content})
        case "refuses":
            say(id=call["id"], error={"code": -32000, "message": "Not today"})
        case "floods":
            for count in range(5_000):
                say(method="notifications/message", params={"level": "info", "data": {"count": count}})
            answer(call, "done")
        case "strange numbers":
            token = call["params"]["_meta"]["progressToken"]
            for progress, total in ((1, 0), (1, None), (1e300, 1e-300), (-5, 10)):
                say(
                    method="notifications/progress",
                    params={"progressToken": token, "progress": progress, "total": total},
                )
            answer(call, "done")
        case "no result":
            say(id=call["id"], result=None)
        case "an error without words":
            say(id=call["id"], error={"code": 1})
        case "no content":
            say(id=call["id"], result={"content": None})
        case "half an emoji":
            answer(call, "Hi \ud83d")
        case "greets" | "lists what is none":
            answer(call, "hello")
        case "asks two":
            order = ["What colour?", "What size?", "What size?"]
            for number, message in enumerate(order if random.random() < 0.5 else order[::-1]):
                ask(number, message)
                ASKED[f"q{number}"] = message
            ASKED["call"] = call
        case "waits":
            say(method="notifications/message", params={"level": "info", "data": "waiting"})
        case _:  # hangs, and lets nobody end it kindly
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            say(method="notifications/message", params={"level": "info", "data": "hanging"})
            time.sleep(600)


def ask(number: int, message: str) -> None:
    schema = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
    say(id=f"q{number}", method="elicitation/create", params={"message": message, "requestedSchema": schema})


def main(what: str, place: str = "") -> None:
    if place:
        Path(place).write_text(str(os.getpid()))
    if what == "greets":
        put("Welcome!\n\n")
    answers: list[str] = []
    for line in sys.stdin:
        message = json.loads(line)
        if message.get("id") in ASKED:
            answers.append(f"{ASKED[message['id']]} {message['result']['content']['text']}")
            if len(answers) == 3:
                answer(ASKED["call"], "; ".join(sorted(answers)))
        match message.get("method"):
            case "initialize":
                version = message["params"]["protocolVersion"]
                info = {"name": "any", "version": "1"}
                say(
                    id=message["id"],
                    result={"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": info},
                )
            case "tools/list" if what == "lists what is none":
                tools: list[Any] = [
                    {"name": "no schema"},
                    None,
                    {"name": "good", "inputSchema": {"type": "object"}},
                    {"inputSchema": {}},
                ]
                say(id=message["id"], result={"tools": tools})
            case "tools/list":
                say(id=message["id"], result={"tools": [{"name": "do it/now", "inputSchema": {"type": "object"}}]})
            case "tools/call":
                call_tool(what, message)
            case "notifications/cancelled" if place:
                Path(f"{place}.cancelled").write_text("yes")


main(*sys.argv[1:])
