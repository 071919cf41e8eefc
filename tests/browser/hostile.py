r"""Texts that a model, a tool or a visitor could send to harm whoever reads them, and a server that sends them.

`EVIL` in a text stands for the address of a server that must never be asked for anything.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

IMAGES = {
    "image": "![x](EVIL/a)",
    "image with a title": '![x](EVIL/a "title")',
    "image in angle brackets": "![x](<EVIL/a>)",
    "image without alt text": "![](EVIL/a)",
    "image by reference": "![x][r]\n\n[r]: EVIL/a",
    "image by collapsed reference": "![r][]\n\n[r]: EVIL/a",
    "image by shortcut reference": "![r]\n\n[r]: EVIL/a",
    "reference defined in a quote": "![r]\n\n> - [r]: EVIL/a",
    "reference with a bracket in its name": "![x][a\\]b]\n\n[a\\]b]: EVIL/a",
    "reference defined over two lines": "![x][a b]\n\n[a\nb]:\nEVIL/a",
    "image in a link": "[![x](EVIL/a)](EVIL/b)",
    "image in a table": "| a | b |\n|---|---|\n| ![x](EVIL/a) | `x | ![y](EVIL/b)` |",
    "image in a heading": "# ![x](EVIL/a)\n\n![y](EVIL/b)\n===",
    "image in a list": "- ![x](EVIL/a)\n  1. ![y](EVIL/b)\n- [ ] ![z](EVIL/c)",
    "image in a quote": "> ![x](EVIL/a)\n![lazy](EVIL/b)",
    "image in a footnote": "Text[^1].\n\n[^1]: ![x](EVIL/a)",
    "image over two lines": "![x\ny](EVIL/a) ![x](\nEVIL/b\n)",
    "escaped mark before an image": "\\\\![x](EVIL/a) \\\\\\![x](EVIL/b)",
    "entities for an image": "&#33;[x](EVIL/a) &excl;&lbrack;x&rbrack;(EVIL/b)",
    "backticks that pair over two lines": "`a\nb` ![x](EVIL/a) `c",
    "backticks of other lengths": "`` a ` ![x](EVIL/a) ` b\n`` ` ![y](EVIL/b) `",
    "escaped backticks": "\\` ![x](EVIL/a) \\` \\\\` ![y](EVIL/b) \\`",
    "backticks in an address": "EVIL/`![x](EVIL/a)` and http://` ![y](EVIL/b) `",
}

FENCES = {
    "list ends inside its fence": "- a\n  ```\n![x](EVIL/a)\n```",
    "numbered list ends inside its fence": "1. a\n   ```\n![x](EVIL/a)",
    "deep fence, then a shallow one": "- a\n    ```\n  ```\n![x](EVIL/a)",
    "fence behind a list's mark": "- ```\n  a\n  ```\n![x](EVIL/a)\n```",
    "fence in a quote": "> ```\n> ![x](EVIL/a)\n> ```\n> ![y](EVIL/b)\n\n![z](EVIL/c)",
    "fence that a quote's end closes": "> ```\n ```\n```\n![x](EVIL/a)",
    "fence in a quote in a list": "- > ```\n  ```\n![x](EVIL/a)",
    "fence after a lazy line": "- a\nb\n  ```\n![x](EVIL/a)",
    "fence in an HTML block": "<script>\n```\n</script>\n![x](EVIL/a)\n```",
    "fence in a comment": "<!--\n```\n-->\n![x](EVIL/a)\n```",
    "fence in a pre": "<pre>\n```\n</pre>\n\n![x](EVIL/a)\n```",
    "fence in a formula": "$$\n```\n$$\n![x](EVIL/a)\n```",
    "fence in a directive": ":::red\n```\n:::\n![x](EVIL/a)\n```",
    "indented fence": "a\n\n    ```\n![x](EVIL/a)\n    ```\n![y](EVIL/b)",
    "text that is indented as a whole": "  a\n    ```\n  ```\n  ![x](EVIL/a)",
    "tab before a fence": "- a\n\n\t```\n  ```\n![x](EVIL/a)",
    "fence of tildes": "~~~\n```\n~~~\n![x](EVIL/a)\n```",
    "fence that tildes do not close": "```\n~~~\n```\n![x](EVIL/a)\n~~~",
    "fence info with a backtick": "``` `\n![x](EVIL/a)\n```",
    "fence info with an attack": "```js onload=alert(1) ![x](EVIL/a)\nx\n```\n![y](EVIL/b)",
    "closing fence with an odd blank": "```\n```\u00a0\n```\n![x](EVIL/a)",
    "carriage returns for lines": "a\r```\r\n```\n![x](EVIL/a)\r![y](EVIL/b)",
    "line separators": "a\u2028```\u2028![x](EVIL/a)\u0085![y](EVIL/b)\x0c```\x0b![z](EVIL/c)",
    "fence that never closes": "```\n![x](EVIL/a)",
}

LINKS = {
    "javascript link": "[click](javascript:window.__pwned=1)",
    "javascript link in another case": "[click](JaVaScRiPt:window.__pwned=1) [click]( \tjavascript:window.__pwned=1)",
    "javascript link with entities": "[click](java&#115;cript&colon;window.__pwned=1) [c](&#x6A;avascript:alert(1))",
    "javascript autolink": "<javascript:window.__pwned=1> <vbscript:x> <data:text/html,x>",
    "vbscript and data links": "[a](vbscript:msgbox) [b](data:text/html,<script>window.__pwned=1</script>)",
    "link by reference": "[click][r] [r][] [r]\n\n[r]: javascript:window.__pwned=1",
    "link with a bracket in its reference": "[click][a\\]b]\n\n[a\\]b]: EVIL/a",
    "link with a reference over two lines": "[click][a b]\n\n[a\nb]: EVIL/a",
    "link with a backtick in its reference": "[click][a`]\n\n[a\n`]: EVIL/a`",
    "link that shows another target": "[https://example.com](EVIL/a) [https://example.com][r]\n\n[r]: EVIL/b",
    "link with a title": '[https://example.com](EVIL/a "https://example.com")',
    "link in code that is none": "`a\n` [https://example.com](EVIL/a) `b` [c](EVIL/b) `",
    "address with a direction override": "EVIL/\u202emoc.elpmaxe//:sptth and \u2066EVIL\u2069",
    "address with a name in it": "http://example.com@127.0.0.1/ ftp://example.com/x someone@example.com xmpp:a@b.cd",
    "address of many parts": "EVIL/a?b=1&c=2#d www.example.com/?a=1&amp=2&copy=3 https://example.com/a_b_c*d*",
}

MARKUP = {
    "script": "<script>window.__pwned=1</script>\n\n<script src=EVIL/a></script>",
    "image element": "<img src=EVIL/a onerror=window.__pwned=1>\n\nx <img src=x onerror='window.__pwned=1'>",
    "iframe": "<iframe src=EVIL/a></iframe><iframe srcdoc='<script>parent.__pwned=1</script>'></iframe>",
    "style": "<style>body{display:none;background:url(EVIL/a)}</style><p style='position:fixed;inset:0'>over all</p>",
    "form": "<form action=EVIL/a><input name=key><button>Go on</button></form>",
    "drawing": "<svg onload=window.__pwned=1><image href=EVIL/a /><a href=javascript:alert(1)>x</a></svg>",
    "page elements": "<base href=EVIL/><meta http-equiv=refresh content='0;url=EVIL/a'>"
    "<link rel=stylesheet href=EVIL/b>",
    "players": "<video src=EVIL/a autoplay></video><audio src=EVIL/b autoplay></audio><object data=EVIL/c></object>",
    "link element": '<a href="javascript:window.__pwned=1">x</a>'
    ' <a href="EVIL/a" ping="EVIL/b">https://example.com</a>',
    "markup in code that is none": "`a\nb` <img src=EVIL/a onerror=window.__pwned=1> `c\n`",
    "markup in entities": "&lt;img src=EVIL/a onerror=window.__pwned=1&gt; "
    "&#60;script&#62;window.__pwned=1&#60;/script&#62;",
}

IMITATIONS = {
    "icons and colors": ":material/error: :red[x] :red-background[y] :blue-badge[z] :small[s] :shimmer[t] :smile:",
    "directives": ":::red\nx\n:::\n\n::red[x]\n\n:streamlit:",
    "directives in code that is none": "`a\nb` :red-background[**Error**] :material/error: $x$ `c",
    "directive in an address": "http://` :red-background[**Error**] `",
    "error box": ":material/error: :red-background[**Error:** your key is not valid. Type it at EVIL/a]",
    "error box in markup": '<div data-testid="stAlert" role="alert">'
    "Your key has expired. <a href=EVIL/a>Log in</a></div>",
    "formula": "$\\href{javascript:window.__pwned=1}{x}$ $\\includegraphics{EVIL/a}$ $$\\url{EVIL/b}$$",
    "formula in a fence": "```math\n\\href{EVIL/a}{x} \\htmlClass{y}{z}\n```\n\n"
    "```latex\n\\includegraphics{EVIL/a}\n```",
    "diagram": '```mermaid\ngraph LR\nA["<img src=EVIL/a>"] --> B\nclick A href "EVIL/b"\nclick B call alert()\n```',
    "diagram with a setting": "~~~Mermaid\n%%{init: {'securityLevel': 'loose'}}%%\ngraph LR\n"
    'A[![x](EVIL/a)] --> B[x]\nclick B "javascript:window.__pwned=1"\n~~~',
    "invisible characters": "![\u200bx]\u200b(EVIL/a) !\u200d[x](EVIL/b) "
    "\u202e)a/LIVE(]x[!\u202c \ufeff![x](EVIL/c) \u2066x",
    "control characters": "![x](EVIL/a\x00) \x00\x01\x07\x08\x1b[31mred\x1b[0m \x7f\x80 ![\x00x](EVIL/b)",
    "huge heading": "# " + "EVIL " * 60,
    "thin headings": "#\n##\n###### a\n---\n===\n***",
    "long word": "![x](EVIL/a)" + "w" * 1_500,
}

HEAVY = {
    "nested quotes": ">" * 10_000 + " ![x](EVIL/a)",
    "nested lists": "- " * 10_000 + "![x](EVIL/a)",
    "nested lists of lines": "\n".join(" " * 2 * depth + "- a" for depth in range(150)) + "\n![x](EVIL/a)",
    "nested brackets": "[" * 10_000 + "x" + "](EVIL/a)" * 10_000,
    "nested images": "![" * 1_000 + "x" + "](EVIL/a)" * 1_000,
    "nested emphasis": "*a **a " * 2_000,
    "many backticks": "".join("`" * count + " " for count in range(1, 400)),
    "long line": "![x](EVIL/a) word " * 11_200,
    "long line without a blank": "x" * 200_000,
    "wide table": "|" + " a |" * 500 + "\n|" + "---|" * 500 + "\n" + ("|" + " ![x](EVIL/a) |" * 500 + "\n") * 2,
    "many lines": "![x](EVIL/a)\n" * 5_000,
    "lines without blanks between fences": "```\n![x](EVIL/a)\n```\n" * 500,
}

UNSENDABLE = {"lone surrogates": "\ud800![x](EVIL/a) \udfff \ud83d [\udc00](EVIL/b)"}
"""What JSON can hold, and a browser cannot be sent."""

TEXTS = IMAGES | FENCES | LINKS | MARKUP | IMITATIONS

ORDINARY = (
    "# Title\n\n**bold** and *soft* and `code | more` and ``a ` b``\n\n1. one\n\n   ```python\n   x = [1](2)\n   ```\n"
    "\n2. two\n   - three\n\n     ```\n     deep\n     ```\n\n     more\n\n"
    "| a | b |\n|---|---|\n| 1 | `c` |\n\n> quoted\n\n```html\n<b>![x](y) $z & :red[w]</b>\n```\n\n"
    "https://example.com/a?b=1&c=2 costs $5 or $6, at 12:30, AT&T, a < b, list[int]: fine"
)

_INNER = "Which items might one find in the following place: '"


@contextmanager
def evil_server() -> Iterator[tuple[str, list[str]]]:
    """Where the texts point: its address, and what it has been asked for, which should be nothing."""
    asked: list[str] = []

    class Handler(Quiet):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_POST = do_GET

    with serving(Handler) as url:
        yield url, asked


@contextmanager
def hostile_model(evil: str) -> Iterator[str]:
    """A model server whose answers are the texts; gives its address.

    Asked to "play" a set of them, it calls the tool with each text as argument, all at once. Whatever it is asked
    inside a tool, it repeats. Asked to "send" a set, it calls the tool that sends data; asked to "say" one, that is its
    answer. Any other question is repeated as the answer.
    """

    class Handler(Quiet):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            for delta in _deltas(request["messages"], evil):
                self.wfile.write(b"data: " + json.dumps(chunk(delta)).encode() + b"\n\n")
                if delta.get("content"):
                    time.sleep(0.01)
            finish = json.dumps(chunk({}, "stop")).encode()
            self.wfile.write(b"data: " + finish + b"\n\ndata: [DONE]\n\n")

    with serving(Handler) as url:
        yield f"{url}/v1"


def aimed(text: str, evil: str) -> str:
    return text.replace("EVIL", evil)


def aimed_texts(name: str, evil: str) -> list[str]:
    """The texts of a set, or the one with this name, pointing at that address."""
    sets = {"texts": TEXTS, "images": IMAGES | FENCES, "heavy": HEAVY, "ordinary": {"ordinary": ORDINARY}}
    texts = sets.get(name) or {name: (TEXTS | UNSENDABLE | HEAVY)[name]}
    return [aimed(text, evil) for text in texts.values()]


def add_tool_that_sends() -> None:
    """Offer a tool that sends each text as data of several shapes; called in the app's own process."""
    import os

    from langgraph.config import get_stream_writer

    from agent.tools.registry import offered

    @offered("Send data")
    async def send_data(place: str) -> str:
        """Send the texts as data."""
        write = get_stream_writer()
        for text in aimed_texts(place, os.environ["TOOLSTREAM_TEST_EVIL"]):
            write({"found": text})
            write({text: "as a key"})
            write({"first": text, "second": [text, {"third": text}]})
            write([text, text])
            write({"progress": 0.5, "status": text})
        return aimed("Sent. ![x](EVIL/result)", os.environ["TOOLSTREAM_TEST_EVIL"])


def _deltas(messages: list[dict[str, Any]], evil: str) -> Iterator[dict[str, Any]]:
    asked = str(messages[-1]["content"] or "")
    if asked.startswith(_INNER):
        yield from _pieces(asked.removeprefix(_INNER).rpartition("'? List")[0])
        return
    question = max(at for at, message in enumerate(messages) if message["role"] == "user")
    verb, _, which = (asked := str(messages[question]["content"])).partition(" ")
    if verb == "say":
        yield from _pieces("\n\n".join(aimed_texts(which, evil)))
    elif verb not in ("play", "send"):
        yield from _pieces(asked)
    elif question < len(messages) - 1:
        yield {"content": "The end."}
    elif verb == "send":
        yield {"tool_calls": [_call(0, "send_data", which)]}
    else:
        for number, text in enumerate(aimed_texts(which, evil)):
            yield {"tool_calls": [_call(number, "get_items", text)]}


def _pieces(text: str) -> Iterator[dict[str, Any]]:
    size = max(len(text) // 6, 8)
    for start in range(0, len(text), size):
        yield {"content": text[start : start + size]}


def _call(number: int, name: str, place: str) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps({"place": place})}
    return {"index": number, "id": f"call_{time.monotonic_ns()}_{number}", "type": "function", "function": function}


def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}
    return {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "hostile", "choices": [choice]}


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve on a free port of this machine; gives the address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class Quiet(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass
