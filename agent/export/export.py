"""A run as one file to send to somebody who was not there; on the page, the review export.

`to_html` makes a page that loads nothing, runs nothing and opens anywhere; `to_markdown` and `to_jsonl` are for
engineers. None of them says who asked, or lets its reader into the conversation.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, Literal

from agent.export.text import escaped, rendered
from agent.export.timeline import drawn
from agent.markdown import plain
from agent.offload import Offload
from agent.projections.items import Answer, ToolCall
from agent.projections.label import call_label, call_titles, spoken, subject, words
from agent.projections.metrics import Metrics, measure
from agent.projections.output import Output, Part
from agent.projections.timeline import Picture, Row, timeline
from agent.projections.transcript import Transcript, fold
from agent.settings import DEMO_MODELS
from agent.store.comments import Comment
from agent.store.recording import Header, anonymous, dump, event_line, header_line, parse
from agent.streaming.events import JSON, StreamEvent
from agent.streaming.modes import StreamMode

STYLE = Path(__file__).with_name("export.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
Ending = Literal["html", "md", "jsonl"]
MAX_SHOWN = 100
"""Rows, points and other chunks of one tool call that are written out: the last ones."""


@dataclass(frozen=True)
class Export:
    """What goes into the file."""

    header: Header
    events: Sequence[StreamEvent]
    modes: Collection[StreamMode]
    """Of the page that asked: they decide what counts as the first output."""
    comments: Sequence[Comment] = ()
    link: str = ""
    """Where the run can be seen, if its owner has shared it."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """What tools are called in words, by their names."""

    @cached_property
    def transcript(self) -> Transcript:
        """What a reader has seen of the run."""
        return fold(self.events, self.modes)

    @cached_property
    def metrics(self) -> Metrics:
        """What was measured."""
        return measure(self.events, self.transcript, call_titles(self.transcript.calls))

    @cached_property
    def picture(self) -> Picture:
        """Who worked when."""
        return timeline(self.events, self.transcript, call_titles(self.transcript.calls))

    @property
    def calls(self) -> list[ToolCall]:
        """The tool calls, in the order in which they were first heard of; each before those inside of it."""
        return self.transcript.calls

    @property
    def answer(self) -> str:
        """The text of the last answer, which may have been cut off."""
        answers = [item.output.text.text for item in self.transcript.items if isinstance(item, Answer)]
        return next((text for text in reversed(answers) if text.strip()), "")

    def title(self, call: ToolCall) -> str:
        """A tool call in words: what the tool is called, and what it was asked."""
        about = subject(call.args)
        title = self.titles.get(call.name) or spoken(call.name) or "A tool"
        return f"{title} · {about}" if about else title

    def name(self, row: Row) -> str:
        """What a row of the picture is called: where only one node speaks, it is the assistant."""
        if row.call:
            return self.title(row.call)
        if row.kind == "queue":
            return "Waiting for its turn"
        return "Assistant" if row.kind == "model" and not row.depth and len(self.transcript.speakers) < 2 else row.label


def make(ending: Ending, export: Export, offload: Offload) -> bytes:
    """The file of this ending, made in a process of its own; where that fails, the sentence that says why."""
    order = {
        "ending": ending,
        "modes": list(export.modes),
        "comments": [dataclasses.asdict(comment) for comment in export.comments],
        "link": export.link,
        "titles": dict(export.titles),
    }
    lines = itertools.chain([json.dumps(order) + "\n", header_line(export.header)], map(event_line, export.events))
    made = offload.run("agent.export.export:fill", (line.encode() for line in lines))
    return made if isinstance(made, bytes) else made.sentence.encode()


def fill(source: BinaryIO, target: BinaryIO) -> None:
    """Make what `make` asks for; this is the function that the process calls."""
    order = json.loads(source.readline())
    recording = parse(source.read().decode())
    comments = [Comment(**comment) for comment in order["comments"]]
    export = Export(recording.header, recording.events, order["modes"], comments, order["link"], order["titles"])
    target.write(_MAKERS[order["ending"]](export).encode())


def to_html(export: Export) -> str:
    """The run as one HTML page without scripts, whose policy forbids it to load anything."""
    question = export.header.request.question
    numbers = "".join(f"<div><dt>{escaped(name)}</dt><dd>{escaped(value)}</dd></div>" for name, value in facts(export))
    tools = "".join(_tool(export, call) for call in export.calls)
    sections = [
        _section("Answer", rendered(export.answer) or "<p class='none'>There is none.</p>", _end(export)),
        _section("What happened when", drawn(export.picture, export.name), _HOW_TO_READ),
        _section("What the tools did", tools or "<p>No tool was used.</p>"),
        _section("What reviewers say", "".join(map(_comment, export.comments)) or "<p class='none'>Nothing yet.</p>"),
        _section("Made with", _made_with(export)),
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
<p class="meta">{escaped(date(export.header.asked_at))} · {escaped(model_words(export.header.request.model))}</p>
{_note(export)}
</header>
<dl class="numbers">{numbers}</dl>
{"".join(sections)}
<footer>Made by Toolstream. This file is complete: it loads nothing, runs nothing, and opens without a network.</footer>
</main>
</body>
</html>
"""


def to_markdown(export: Export) -> str:
    """The run as Markdown; what was written by models, tools and visitors stands in code, where it does nothing."""
    header = export.header
    lines = ["# Review pack", "", _fenced(header.request.question), ""]
    lines += [f"- Asked: {date(header.asked_at)}", f"- Model: {_code(model_words(header.request.model))}"]
    lines += [f"- {_code(header.label)}"] if header.label else []
    lines += [f"- {name}: {value}" for name, value in facts(export)]
    lines += [f"- Link: {export.link}"] if export.link else []
    lines += ["", "## Answer", "", _fenced(export.answer or "(none)")]
    if end := _end(export):
        lines += ["", _fenced(end)]
    lines += ["", "## Tools", "", "| Tool | Began | Ended | State |", "|---|---|---|---|"]
    for call in export.calls:
        name = "› " * call.depth + call_label(call.name, call.args)
        cells = (_code(name.replace("|", "/")), _at(call.started_at), _at(call.ended_at), _code(call.state))
        lines.append(f"| {' | '.join(cells)} |")
    for call in export.calls:
        lines += ["", f"### {_code(call_label(call.name, call.args))}"]
        lines += [part for title, text in _sent(call) for part in ("", _code(title), "", _fenced(text))]
    lines += ["", "## Reviewers"]
    for comment in export.comments:
        thumb = {1: "Thumb up, ", 0: "Thumb down, "}.get(comment.thumb if comment.thumb is not None else -1, "")
        lines += ["", f"{thumb}{date(comment.at)}", "", _fenced(comment.text or "(no words)")]
    lines += ["", "## Versions", ""]
    lines += [f"- {_code(name)} {_code(version)}" for name, version in header.versions]
    return "\n".join(lines) + "\n"


def to_jsonl(export: Export) -> str:
    """The recording itself, without what belongs to its owner."""
    return dump(anonymous(export.header), export.events)


_MAKERS: dict[Ending, Callable[[Export], str]] = {"html": to_html, "md": to_markdown, "jsonl": to_jsonl}


def facts(export: Export) -> list[tuple[str, str]]:
    """What streaming changed for whoever waited, in numbers."""
    first, whole = export.metrics.first_output, export.metrics.whole
    found = [("First output after", "none" if first is None else f"{first:.1f} s"), ("Whole time", f"{whole:.1f} s")]
    found.append(("Waiting without streaming", f"{whole:.1f} s"))
    found.append(("Tool calls", f"{len(export.calls)}"))
    return [*found, ("Tokens written", f"{export.metrics.reported:,}")] if export.metrics.reported else found


def model_words(model: str) -> str:
    """The model's name; of the demo model, that it is no AI."""
    name = plain(model)[:80]
    return f"{name} (demo model, no AI)" if name.split(":")[0] in DEMO_MODELS else name


def date(seconds: float) -> str:
    """A moment, the same for every reader."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%d %B %Y, %H:%M UTC")


def file_name(header: Header, ending: str) -> str:
    """What to call the file: the day and the beginning of the question, in letters that every system takes."""
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in header.request.question[:60]).split()
    day = datetime.fromtimestamp(header.asked_at, UTC).strftime("%Y-%m-%d")
    return f"{'-'.join([day, *words[:8]]).lower()}.{ending}"


_HOW_TO_READ = "A bar is the time something worked; each tick is a sign of it that was seen at that moment."


def _section(title: str, body: str, remark: str = "") -> str:
    note = f'<p class="remark">{escaped(remark)}</p>' if remark else ""
    return f"<section><h2>{title}</h2>{note}{body}</section>\n"


def _note(export: Export) -> str:
    notes = []
    if export.header.request.model.split(":")[0] in DEMO_MODELS:
        notes.append("These words come from a demo model that answers from a small book. No AI was asked.")
    if export.header.label:
        notes.append(export.header.label)
    if export.link:
        notes.append(f"To be seen in motion at {export.link}")
    return "".join(f'<p class="note">{escaped(note)}</p>' for note in notes)


def _end(export: Export) -> str:
    run = export.transcript
    if run.state == "finished":
        asked = "; ".join(filter(None, (subject(waiting.interrupt.value, 300) for waiting in run.waiting.values())))
        return f"The run waits for a person: {asked}" if run.waiting else ""
    return run.message or f"The run {run.state}."


def _tool(export: Export, call: ToolCall) -> str:
    took = f"{_at(call.started_at)} to {_at(call.ended_at)} · {call.state}"
    outer = export.transcript.outer(call)
    took = f"inside of {export.title(outer)} · {took}" if outer else took
    parts = [f"<h4>{escaped(title)}</h4>{_shown(title, text, call)}" for title, text in _sent(call)]
    look = "tool bad" if call.state == "failed" else "tool"
    return (
        f'<article class="{look} in{min(call.depth, 4)}"><h3>{escaped(export.title(call))}</h3>'
        f'<p class="remark">{escaped(took)}</p>{"".join(parts)}</article>'
    )


def _shown(title: str, text: str, call: ToolCall) -> str:
    prose = title == _WORDS or (title in (_RETURNED, _REASON) and "\n" in text)
    return rendered(text) if prose else f"<pre>{escaped(text)}</pre>"


_WORDS, _RETURNED, _REASON = "What it wrote", "What it returned", "Why it failed"


def _sent(call: ToolCall) -> list[tuple[str, str]]:
    """What a tool call sent while it worked, and what came out, each with a title."""
    found = [*_chunks(call.output)]
    found += [part for item in call.items if isinstance(item, Answer) for part in _chunks(item.output)]
    if call.result and call.result not in [text for _, text in found]:
        title = _REASON if call.state == "failed" else _RETURNED
        found.append((title, call.result.removeprefix("Error: ") if call.state == "failed" else call.result))
    return found


def _chunks(output: Output) -> Iterable[tuple[str, str]]:
    if output.reasoning:
        yield "What it thought", output.reasoning.text.text
    if output.text.text.strip():
        yield _WORDS, output.text.text
    if output.progress is not None or output.status:
        share = "" if output.progress is None else f"{output.progress:.0%} "
        yield "How far it came", f"{share}{output.status}"
    shapes: tuple[tuple[str, Part, Sequence[JSON]], ...] = (
        ("Rows", "rows", output.rows),
        ("Points", "points", [dict(point) for point in output.points]),
        ("What it sent", "others", output.others),
    )
    for title, name, items in shapes:
        if items:
            kinds = {next(iter(item)) if isinstance(item, dict) and len(item) == 1 else "" for item in items}
            if len(kinds) == 1 and (kind := kinds.pop()):
                title, items = f"{title}: {kind}", [item[kind] for item in items if isinstance(item, dict)]
            left_out = f"(the last {MAX_SHOWN} of {output.counts[name]:,})\n" if output.counts[name] > MAX_SHOWN else ""
            yield title, left_out + "\n".join(_line(item) for item in items[-MAX_SHOWN:])


def _line(item: JSON) -> str:
    if isinstance(item, dict):
        return " · ".join(f"{key}: {words(value)}" for key, value in item.items())
    return words(item)


def _comment(comment: Comment) -> str:
    thumb = {1: "Thumb up. ", 0: "Thumb down. "}.get(comment.thumb if comment.thumb is not None else -1, "")
    said = "<br>".join(escaped(line) for line in comment.text.split("\n"))
    return f"<blockquote><p>{thumb}{said}</p><footer>{escaped(date(comment.at))}</footer></blockquote>"


def _made_with(export: Export) -> str:
    request = export.header.request
    rows = [("model", request.model), ("agent", request.graph), ("tools", ", ".join(request.tools))]
    cells = "".join(f"<tr><th>{escaped(k)}</th><td>{escaped(v)}</td></tr>" for k, v in (*rows, *export.header.versions))
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
