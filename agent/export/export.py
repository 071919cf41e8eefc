"""The review pack: a run as one file to send to somebody who was not there.

`to_html` makes a page that loads nothing, runs nothing and opens anywhere; `to_markdown` and `to_jsonl` are for
engineers. None of them says who asked, or lets its reader into the conversation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from agent.export.text import escaped, rendered
from agent.export.timeline import drawn, rows, spoken
from agent.markdown import plain
from agent.projections.output import Output
from agent.projections.transcript import Answer, ToolCall, Transcript, fold
from agent.settings import DEMO_MODELS
from agent.store.comments import Comment
from agent.store.recording import Header, anonymous, dump
from agent.streaming.events import StreamEvent, StreamMode

STYLE = Path(__file__).with_name("export.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
MAX_SHOWN = 100
"""Rows, points and other chunks of one tool call that are written out: the last ones."""


@dataclass(frozen=True)
class Pack:
    """What goes into a review pack."""

    header: Header
    events: Sequence[StreamEvent]
    modes: Collection[StreamMode]
    """Of the page that asked: they decide what counts as the first sign."""
    comments: Sequence[Comment] = ()
    link: str = ""
    """Where the run can be seen, if its owner has shared it."""
    transcript: Transcript = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "transcript", fold(self.events, self.modes))

    @property
    def tools(self) -> list[ToolCall]:
        """The tool calls, in the order in which they were first heard of."""
        return [item for item in self.transcript.items if isinstance(item, ToolCall)]

    @property
    def answer(self) -> str:
        """The text of the last answer, which may have been cut off."""
        answers = [item.output.text.text for item in self.transcript.items if isinstance(item, Answer)]
        return next((text for text in reversed(answers) if text.strip()), "")

    @property
    def length(self) -> float:
        """Seconds from the question to the end."""
        return self.events[-1].at if self.events else 0.0


def to_html(pack: Pack) -> str:
    """The pack as one HTML page without scripts, whose policy forbids it to load anything."""
    question = pack.header.request.question
    facts = "".join(f"<div><dt>{escaped(name)}</dt><dd>{escaped(value)}</dd></div>" for name, value in figures(pack))
    sections = [
        _section("Answer", rendered(pack.answer) or "<p class='none'>There is none.</p>", _end(pack)),
        _section("What happened when", drawn(rows(pack.transcript, pack.events), pack.length), _HOW_TO_READ),
        _section("What the tools did", "".join(_tool(call) for call in pack.tools) or "<p>No tool was used.</p>"),
        _section("What reviewers say", "".join(map(_comment, pack.comments)) or "<p class='none'>Nothing yet.</p>"),
        _section("Made with", _made_with(pack)),
    ]
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escaped(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{escaped(_short(question))} · Review pack</title>
<style>
{STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<main>
<header>
<p class="kicker">Review pack · a recorded run of an AI agent's tools</p>
<h1{' class="long"' if len(question) > 160 else ""}>{escaped(question)}</h1>
<p class="meta">{escaped(date(pack.header.asked_at))} · {escaped(model_words(pack.header.request.model))}</p>
{_note(pack)}
</header>
<dl class="figures">{facts}</dl>
{"".join(sections)}
<footer>Made by Toolstream. This file is complete: it loads nothing, runs nothing, and opens without a network.</footer>
</main>
</body>
</html>
"""


def to_markdown(pack: Pack) -> str:
    """The pack as Markdown; what was written by models, tools and visitors stands in code, where it does nothing."""
    header = pack.header
    lines = ["# Review pack", "", _fenced(header.request.question), ""]
    lines += [f"- Asked: {date(header.asked_at)}", f"- Model: {_code(model_words(header.request.model))}"]
    lines += [f"- {_code(header.label)}"] if header.label else []
    lines += [f"- {name}: {value}" for name, value in figures(pack)]
    lines += [f"- Link: {pack.link}"] if pack.link else []
    lines += ["", "## Answer", "", _fenced(pack.answer or "(none)")]
    if end := _end(pack):
        lines += ["", _fenced(end)]
    lines += ["", "## Tools", "", "| Tool | Began | Ended | State |", "|---|---|---|---|"]
    for call in pack.tools:
        cells = (_code(spoken(call).replace("|", "/")), _at(call.started_at), _at(call.ended_at), _code(call.state))
        lines.append(f"| {' | '.join(cells)} |")
    for call in pack.tools:
        lines += ["", f"### {_code(spoken(call))}"]
        lines += [part for title, text in _sent(call) for part in ("", _code(title), "", _fenced(text))]
    lines += ["", "## Reviewers"]
    for comment in pack.comments:
        thumb = {1: "Thumb up, ", 0: "Thumb down, "}.get(comment.thumb if comment.thumb is not None else -1, "")
        lines += ["", f"{thumb}{date(comment.at)}", "", _fenced(comment.text or "(no words)")]
    lines += ["", "## Versions", ""]
    lines += [f"- {_code(name)} {_code(version)}" for name, version in header.versions]
    return "\n".join(lines) + "\n"


def to_jsonl(pack: Pack) -> str:
    """The recording itself, without what belongs to its owner."""
    return dump(anonymous(pack.header), tuple(pack.events))


def figures(pack: Pack) -> list[tuple[str, str]]:
    """What streaming changed for whoever waited, in numbers."""
    first, whole = pack.transcript.first_shown_at, pack.length
    found = [("First sign after", "none" if first is None else f"{first:.1f} s"), ("Whole time", f"{whole:.1f} s")]
    found.append(("Waiting without streaming", f"{whole:.1f} s"))
    found.append(("Tool calls", f"{len(pack.tools)}"))
    return [*found, ("Tokens written", f"{pack.transcript.tokens:,}")] if pack.transcript.tokens else found


def model_words(model: str) -> str:
    """The model's name; of the demo model, that it is no AI."""
    name = plain(model)[:80]
    return f"{name} (demo model, no AI)" if name.split(":")[0] in DEMO_MODELS else name


def date(seconds: float) -> str:
    """A moment, the same for every reader."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%d %B %Y, %H:%M UTC")


def file_name(pack: Pack, ending: str) -> str:
    """What to call the file: the day and the beginning of the question, in letters that every system takes."""
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in pack.header.request.question[:60]).split()
    day = datetime.fromtimestamp(pack.header.asked_at, UTC).strftime("%Y-%m-%d")
    return f"{'-'.join([day, *words[:8]]).lower()}.{ending}"


_HOW_TO_READ = "A bar is the time something worked; each tick is a sign of it that was seen at that moment."


def _section(title: str, body: str, remark: str = "") -> str:
    note = f'<p class="remark">{escaped(remark)}</p>' if remark else ""
    return f"<section><h2>{title}</h2>{note}{body}</section>\n"


def _note(pack: Pack) -> str:
    notes = []
    if pack.header.request.model.split(":")[0] in DEMO_MODELS:
        notes.append("These words come from a demo model that answers from a small book. No AI was asked.")
    if pack.header.label:
        notes.append(pack.header.label)
    if pack.link:
        notes.append(f"To be seen in motion at {pack.link}")
    return "".join(f'<p class="note">{escaped(note)}</p>' for note in notes)


def _end(pack: Pack) -> str:
    return "" if pack.transcript.state == "finished" else pack.transcript.message or f"The run {pack.transcript.state}."


def _tool(call: ToolCall) -> str:
    took = f"{_at(call.started_at)} to {_at(call.ended_at)} · {call.state}"
    parts = [f"<h4>{escaped(title)}</h4>{_shown(title, text, call)}" for title, text in _sent(call)]
    bad = " bad" if call.state == "failed" else ""
    return (
        f'<article class="tool{bad}"><h3>{escaped(spoken(call))}</h3>'
        f'<p class="remark">{escaped(took)}</p>{"".join(parts)}</article>'
    )


def _shown(title: str, text: str, call: ToolCall) -> str:
    prose = title == _WORDS or (title in (_RETURNED, _REASON) and "\n" in text)
    return rendered(text) if prose else f"<pre>{escaped(text)}</pre>"


_WORDS, _RETURNED, _REASON = "What it wrote", "What it returned", "Why it failed"


def _sent(call: ToolCall) -> list[tuple[str, str]]:
    """What a tool call sent while it worked, and what came out, each with a title."""
    found = [*_chunks(call.output)]
    if call.result and call.result != call.output.text.text:
        title = _REASON if call.state == "failed" else _RETURNED
        found.append((title, call.result.removeprefix("Error: ") if call.state == "failed" else call.result))
    return found


def _chunks(output: Output) -> Iterable[tuple[str, str]]:
    if output.text.text:
        yield _WORDS, output.text.text
    if output.progress is not None or output.status:
        share = "" if output.progress is None else f"{output.progress:.0%} "
        yield "How far it came", f"{share}{output.status}"
    for title, items in (("Rows", output.rows), ("Points", output.points), ("What it sent", output.others)):
        if items:
            kinds = {next(iter(item)) if isinstance(item, dict) and len(item) == 1 else "" for item in items}
            if len(kinds) == 1 and (kind := kinds.pop()):
                title, items = f"{title}: {kind}", [item[kind] for item in items]
            left_out = f"(the last {MAX_SHOWN} of {len(items):,})\n" if len(items) > MAX_SHOWN else ""
            yield title, left_out + "\n".join(_line(item) for item in items[-MAX_SHOWN:])


def _line(item: object) -> str:
    if isinstance(item, dict):
        return " · ".join(f"{key}: {value}" for key, value in item.items())
    return str(item)


def _comment(comment: Comment) -> str:
    thumb = {1: "Thumb up. ", 0: "Thumb down. "}.get(comment.thumb if comment.thumb is not None else -1, "")
    said = "<br>".join(escaped(line) for line in comment.text.split("\n"))
    return f"<blockquote><p>{thumb}{said}</p><footer>{escaped(date(comment.at))}</footer></blockquote>"


def _made_with(pack: Pack) -> str:
    request = pack.header.request
    rows = [("model", request.model), ("agent", request.graph), ("tools", ", ".join(request.tools))]
    cells = "".join(f"<tr><th>{escaped(k)}</th><td>{escaped(v)}</td></tr>" for k, v in (*rows, *pack.header.versions))
    return f'<div class="wide"><table class="versions"><tbody>{cells}</tbody></table></div>'


def _short(text: str) -> str:
    line = " ".join(plain(text).split())
    return line if len(line) <= 70 else line[:69] + "…"


def _at(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.1f} s"


def _fenced(text: str) -> str:
    """The text in a code fence that is longer than any row of its own tildes."""
    text = plain(text)
    fence = "~~~"
    while fence in text:
        fence += "~"
    return f"{fence}text\n{text}\n{fence}"


def _code(text: str) -> str:
    line = " ".join(plain(text).split()).replace("`", "'")
    return f"`{line}`" if line else "–"
