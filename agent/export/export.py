"""A run as one file to send to somebody who was not there; on the page, the review export.

`to_html` makes a page that loads nothing, runs nothing and opens anywhere; the others are for engineers, and for
programs. None of them says who asked, or lets its reader into the conversation.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, Literal
from urllib.parse import urlsplit

from agent.export.shapes import as_html, as_text
from agent.export.text import escaped, rendered
from agent.export.timeline import STYLE as TIMELINE_STYLE
from agent.export.timeline import drawn, duration
from agent.markdown import plain
from agent.offload import Offload
from agent.projections import decisions
from agent.projections.items import Answer, Asked, ToolCall
from agent.projections.label import call_label, call_titles, one_line, spoken, subject, words
from agent.projections.metrics import Metrics, measure
from agent.projections.output import Output, Part
from agent.projections.questions import Question, questions_of
from agent.projections.timeline import Picture, Row, timeline
from agent.projections.transcript import Transcript, fold
from agent.settings import DEMO_MODELS
from agent.store.comments import Comment
from agent.store.recording import Header, anonymous, dump, event_line, header_line, parse
from agent.streaming.events import JSON, StreamEvent
from agent.streaming.modes import StreamMode
from texts import Language, Sentence, Value, moment, say, tell

STYLE = Path(__file__).with_name("export.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_HOST, _PATH = re.compile(r"[\w.:\[\]-]+", re.ASCII), re.compile(r"[\w./~%-]+", re.ASCII)
_SHARED = re.compile(r"share=[\w-]+", re.ASCII)
Ending = Literal["html", "md", "jsonl", "ag-ui.jsonl"]
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
    language: Language = "en"
    agent: str = ""
    """The graph's title."""

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
        return next((text for output in reversed(self.said) if (text := output.text.text).strip()), "")

    @property
    def said(self) -> list[Output]:
        """What agents and nodes said and wrote outside of tool calls."""
        return [item.output for item in self.transcript.items if isinstance(item, Answer)]

    def say(self, key: str | Sentence, **values: Value) -> str:
        """A sentence in the file's language."""
        return say(self.language, key, **values)

    def title(self, call: ToolCall) -> str:
        """A tool call in words: what the tool is called, and what it was asked."""
        about = subject(call.args)
        title = self.titles.get(call.name) or spoken(call.name) or self.say("tool-unnamed")
        return f"{title} · {about}" if about else title

    def name(self, row: Row) -> str:
        """What a row of the picture is called: where only one node speaks, it is the assistant."""
        if row.call:
            return self.title(row.call)
        if row.kind == "queue":
            return self.say("state-queued")
        if row.kind == "person":
            return self.say("state-waiting")
        is_alone = row.kind == "model" and not row.depth and len(self.transcript.speakers) < 2
        return self.say("pack-assistant") if is_alone else row.label


def make(ending: Ending, export: Export, offload: Offload) -> bytes:
    """The file of this ending, made in a process of its own; where that fails, the sentence that says why."""
    order = {
        "ending": ending,
        "modes": list(export.modes),
        "comments": [dataclasses.asdict(comment) for comment in export.comments],
        "link": export.link,
        "titles": dict(export.titles),
        "language": export.language,
        "agent": export.agent,
    }
    lines = itertools.chain([json.dumps(order) + "\n", header_line(export.header)], map(event_line, export.events))
    made = offload.run("agent.export.export:fill", (line.encode() for line in lines))
    return made if isinstance(made, bytes) else tell(export.language, made.sentence).encode()


def fill(source: BinaryIO, target: BinaryIO) -> None:
    """Make what `make` asks for; this is the function that the process calls."""
    order = json.loads(source.readline())
    recording = parse(source.read().decode())
    comments = [Comment(**comment) for comment in order["comments"]]
    export = Export(
        recording.header,
        recording.events,
        order["modes"],
        comments,
        order["link"],
        order["titles"],
        order["language"],
        order["agent"],
    )
    target.write(_MAKERS[order["ending"]](export).encode())


def to_html(export: Export) -> str:
    """The run as one HTML page without scripts, whose policy forbids it to load anything."""
    say, question, run = export.say, export.header.request.question, export.transcript
    numbers = "".join(f"<div><dt>{escaped(name)}</dt><dd>{escaped(value)}</dd></div>" for name, value in facts(export))
    tools = "".join(_tool(export, call) for call in export.calls)
    comments = "".join(_comment(export, comment) for comment in export.comments)
    answer = rendered(export.answer) + _shown(export, export.said)
    sections = [
        _section(say("pack-answer"), answer or _none(say("pack-answer.none")), _end(export)),
        _section(say("pack-when"), drawn(export.picture, export.name, say), say("pack-when.how-to-read")),
        *([_section(say("pack-person"), "".join(_asked(export)), say("pack-person.left-out"))] if run.asked else []),
        _section(say("pack-tools"), tools or _none(say("pack-tools.none"))),
        _section(say("pack-comments"), comments or _none(say("pack-comments.none"))),
        _section(say("pack-made-with"), _made_with(export)),
    ]
    return f"""<!doctype html>
<html lang="{export.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escaped(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{escaped(_short(question))} · {escaped(say("pack"))}</title>
<style>
{STYLE.read_text(encoding="utf-8")}{TIMELINE_STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<main>
<header>
<p class="kicker">{escaped(say("pack.about"))}</p>
<h1{' class="long"' if len(question) > 160 else ""}>{escaped(question)}</h1>
<p class="meta">{escaped(_date(export, export.header.asked_at))} · {escaped(_model(export))}</p>
{_note(export)}
</header>
<dl class="numbers">{numbers}</dl>
{"".join(sections)}
<footer>{escaped(say("pack.complete"))}</footer>
</main>
</body>
</html>
"""


def to_markdown(export: Export) -> str:
    """The run as Markdown; what was written by models, tools and visitors stands in code, where it does nothing."""
    say, header = export.say, export.header
    lines = [f"# {say('pack')}", "", _fenced(header.request.question), ""]
    lines += [f"- {say('pack-asked')}: {_date(export, header.asked_at)}"]
    lines += [f"- {say('sidebar-model')}: {_code(_model(export))}"]
    lines += [f"- {_code(header.label)}"] if header.label else []
    lines += [f"- {name}: {value}" for name, value in facts(export)]
    lines += [f"- {say('pack-link')}: {link}"] if (link := _link(export)) else []
    lines += ["", f"## {say('pack-answer')}", "", _fenced(export.answer or say("pack-answer.none"))]
    lines += [part for shown in _shown_in_words(export, export.said) for part in ("", _fenced(shown))]
    if end := _end(export):
        lines += ["", _fenced(end)]
    if export.transcript.asked:
        exchanges = (line for asked in export.transcript.asked.values() for line in _exchange(export, asked))
        lines += ["", f"## {say('pack-person')}", "", *(f"- {_code(line)}" for line in exchanges)]
    columns = [say(f"pack-tools.{column}") for column in ("tool", "began", "ended", "state")]
    lines += ["", f"## {say('pack-tools')}", "", f"| {' | '.join(columns)} |", "|---|---|---|---|"]
    for call in export.calls:
        name = "› " * call.depth + call_label(call.name, call.args)
        state = say(f"call-{call.state}")
        began, ended = _span(export, call)
        cells = (_code(name.replace("|", "/")), began, ended, _code(state))
        lines.append(f"| {' | '.join(cells)} |")
    for call in export.calls:
        lines += ["", f"### {_code(call_label(call.name, call.args))}"]
        if shown_there := _shown_in_words(export, _outputs(call)):
            lines += ["", _code(say("pack-shown")), "", _fenced("\n\n".join(shown_there))]
        lines += [part for title, text, _ in _sent(export, call) for part in ("", _code(title), "", _fenced(text))]
    lines += ["", f"## {say('pack-comments')}"]
    for comment in export.comments:
        lines += ["", f"{_thumb(export, comment)}{_date(export, comment.at)}"]
        lines += ["", _fenced(comment.text or say("pack-comments.no-words"))]
    lines += ["", f"## {say('pack-made-with')}", ""]
    lines += [f"- {_code(name)} {_code(version)}" for name, version in header.versions]
    return "\n".join(lines) + "\n"


def to_jsonl(export: Export) -> str:
    """The recording itself, without what belongs to its owner."""
    return dump(anonymous(export.header), export.events)


def to_ag_ui(export: Export) -> str:
    """The run as events of AG-UI, one a line."""
    from agent.export.ag_ui import lines  # only where it is needed: its types take a tenth of a second to load

    return "".join(f"{line}\n" for line in lines(export.header, export.events))


_MAKERS: dict[Ending, Callable[[Export], str]] = {
    "html": to_html,
    "md": to_markdown,
    "jsonl": to_jsonl,
    "ag-ui.jsonl": to_ag_ui,
}


def facts(export: Export) -> list[tuple[str, str]]:
    """What streaming changed for whoever waited, in numbers."""
    say, metrics = export.say, export.metrics
    first = say("pack-never") if metrics.first_output is None else _at(export, metrics.first_output)
    found = [
        (say("pack-first-output"), first),
        (say("pack-whole" if metrics.is_sooner else "pack-took"), _at(export, metrics.whole)),
    ]
    found.append((say("pack-calls"), f"{len(export.calls)}"))
    return [*found, (say("pack-tokens"), f"{metrics.reported:,}")] if metrics.reported else found


def model_words(model: str, language: Language) -> str:
    """The model's name; of the demo model, that it is no AI."""
    name = plain(model)[:80]
    return say(language, "model-demo", name=name) if name.split(":")[0] in DEMO_MODELS else name


def file_name(header: Header, ending: str) -> str:
    """What to call the file: the day and the beginning of the question, in letters that every system takes."""
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in header.request.question[:60]).split()
    day = datetime.fromtimestamp(header.asked_at, UTC).strftime("%Y-%m-%d")
    return f"{'-'.join([day, *words[:8]]).lower()}.{ending}"


def _section(title: str, body: str, remark: str = "") -> str:
    note = f'<p class="remark">{escaped(remark)}</p>' if remark else ""
    return f"<section><h2>{escaped(title)}</h2>{note}{body}</section>\n"


def _none(text: str) -> str:
    return f"<p class='none'>{escaped(text)}</p>"


def _model(export: Export) -> str:
    return model_words(export.header.request.model, export.language)


def _date(export: Export, seconds: float) -> str:
    """A moment, the same for every reader."""
    return moment(export.language, "time-moment-everywhere", datetime.fromtimestamp(seconds, UTC))


def _thumb(export: Export, comment: Comment) -> str:
    return "" if comment.thumb is None else f"{export.say('pack-thumb-up' if comment.thumb else 'pack-thumb-down')} "


def _note(export: Export) -> str:
    notes = []
    if export.header.request.model.split(":")[0] in DEMO_MODELS:
        notes.append(escaped(export.say("pack-demo")))
    elif export.header.label:
        notes.append(escaped(export.header.label))
    if link := escaped(_link(export)):
        said = escaped(export.say("pack-in-motion", link=_link(export)))
        notes.append(said.replace(link, f'<a href="{link}" rel="noreferrer">{link}</a>', 1))
    return "".join(f'<p class="note">{note}</p>' for note in notes)


def _link(export: Export) -> str:
    """The run's address on the page of runs; nothing for any other."""
    try:
        parts = urlsplit(export.link)
    except ValueError:
        return ""
    is_ours = parts.scheme in ("http", "https") and _HOST.fullmatch(parts.netloc) and not parts.fragment
    is_run = parts.path.endswith("/Runs") and _PATH.fullmatch(parts.path) and _SHARED.fullmatch(parts.query)
    return export.link if is_ours and is_run else ""


def _end(export: Export) -> str:
    run = export.transcript
    if run.state in ("finished", "waiting", "queued"):
        return export.say("narration-waits") if run.waiting else ""
    return tell(export.language, run.said) or export.say(f"state-{run.state}")


def _asked(export: Export) -> Iterable[str]:
    for asked in export.transcript.asked.values():
        said = "".join(f"<p>{escaped(line)}</p>" for line in _exchange(export, asked))
        call = export.transcript.call(asked.call)
        by = f"<footer>{escaped(export.say('pack-person.by', tool=export.title(call)))}</footer>" if call else ""
        yield f"<blockquote>{said}{by}</blockquote>"


def _exchange(export: Export, asked: Asked) -> list[str]:
    """What a person was asked, and what the answer was, each on a line."""
    say, questions = export.say, questions_of(asked.interrupt.value, asked.interrupt.schema)
    said = [_question(export, question) for question in questions]
    if asked.answered_at is None:
        return [*said, say("pack-person.nobody")]
    pairs = zip(questions, decisions.decisions_of(questions, asked.answer), strict=True)
    answers = "; ".join(tell(export.language, decisions.replied(*pair)) for pair in pairs)
    return [*said, say("pack-person.answer", after=duration(asked.answered_at - asked.at, say), answer=answers)]


def _question(export: Export, question: Question) -> str:
    if question.is_bare:
        return export.say("card-ask-go-on")
    about = question.text.replace("**", "") or subject(question.args, 300)
    if question.tool and question.dialect != "action":
        about = " · ".join(filter(None, (export.titles.get(question.tool) or spoken(question.tool), about)))
    return one_line(about) or export.say("pack-person.question")


def _tool(export: Export, call: ToolCall) -> str:
    began, ended = _span(export, call)
    took = f"{export.say('pack-from-to', began=began, ended=ended)} · {export.say(f'call-{call.state}')}"
    outer = export.transcript.outer(call)
    took = f"{export.say('pack-inside', outer=export.title(outer))} · {took}" if outer else took
    parts = [
        f"<h4>{escaped(title)}</h4>{rendered(text) if is_prose else f'<pre>{escaped(text)}</pre>'}"
        for title, text, is_prose in _sent(export, call)
    ]
    if shown := _shown(export, _outputs(call)):
        parts.insert(0, f"<h4>{escaped(export.say('pack-shown'))}</h4>{shown}")
    look = "tool bad" if call.state == "failed" else "tool"
    return (
        f'<article class="{look} in{min(call.depth, 4)}"><h3>{escaped(export.title(call))}</h3>'
        f'<p class="remark">{escaped(took)}</p>{"".join(parts)}</article>'
    )


def _outputs(call: ToolCall) -> list[Output]:
    return [call.output, *(item.output for item in call.items if isinstance(item, Answer)), call.returned]


def _shown(export: Export, outputs: Sequence[Output]) -> str:
    """Images, cards and the like, as HTML."""
    every = [as_html(shape, export.say) for output in outputs for shape in output.shapes.values()]
    every += [f"<p>{escaped(more)}</p>" for more in _unkept(export, outputs)]
    return f'<div class="shown">{"".join(every)}</div>' if every else ""


def _shown_in_words(export: Export, outputs: Sequence[Output]) -> list[str]:
    every = [as_text(shape, export.say) for output in outputs for shape in output.shapes.values()]
    return [*every, *_unkept(export, outputs)]


def _unkept(export: Export, outputs: Sequence[Output]) -> list[str]:
    count = sum(output.unkept for output in outputs)
    return [export.say("shape-more", count=count)] if count else []


_Sent = tuple[str, str, bool]
"""A title, a text, and whether that is prose."""


def _sent(export: Export, call: ToolCall) -> list[_Sent]:
    """What a tool call sent while it worked, and what came out."""
    found = [part for output in _outputs(call) for part in _chunks(export, output)]
    if call.result and call.result not in {form for _, text, _ in found for form in (text, text.replace("\n", ", "))}:
        failed = call.state == "failed"
        text = call.result.removeprefix("Error: ") if failed else call.result
        found.append((export.say("pack-failed" if failed else "pack-returned"), text, "\n" in text))
    return found


def _chunks(export: Export, output: Output) -> Iterable[_Sent]:
    if output.reasoning:
        yield export.say("pack-thought"), output.reasoning.text.text, False
    if output.text.text.strip():
        yield export.say("pack-wrote"), output.text.text, True
    if output.progress is not None or output.status:
        share = "" if output.progress is None else f"{output.progress:.0%} "
        yield export.say("pack-progress"), f"{share}{output.status}", False
    shapes: tuple[tuple[str, Part, Sequence[JSON]], ...] = (
        (export.say("pack-rows"), "rows", output.rows),
        (export.say("pack-points"), "points", [dict(point) for point in output.points]),
        (export.say("pack-sent"), "others", output.others),
    )
    for title, name, items in shapes:
        if items:
            kinds = {next(iter(item)) if isinstance(item, dict) and len(item) == 1 else "" for item in items}
            if len(kinds) == 1 and (kind := kinds.pop()):
                items = [item[kind] for item in items if isinstance(item, dict)]
            count = output.counts[name]
            left_out = f"{export.say('pack-the-last', shown=MAX_SHOWN, all=count)}\n" if count > MAX_SHOWN else ""
            yield title, left_out + "\n".join(_line(item) for item in items[-MAX_SHOWN:]), False


def _line(item: JSON) -> str:
    if isinstance(item, dict):
        return " · ".join(f"{key.replace('_', ' ')}: {words(value)}" for key, value in item.items())
    return words(item)


def _comment(export: Export, comment: Comment) -> str:
    said = "<br>".join(escaped(line) for line in comment.text.split("\n"))
    when = escaped(_date(export, comment.at))
    return f"<blockquote><p>{escaped(_thumb(export, comment))}{said}</p><footer>{when}</footer></blockquote>"


def _made_with(export: Export) -> str:
    request, say = export.header.request, export.say
    names = (tool.split(".")[0] for tool in request.tools)
    tools = dict.fromkeys(export.titles.get(name) or spoken(name) for name in names)
    plain_words = [
        (say("sidebar-model"), request.model),
        (say("sidebar-agent"), export.agent or spoken(request.graph)),
        (say("sidebar-tools"), ", ".join(tools)),
    ]
    raw = [("graph", request.graph), ("tools", ", ".join(request.tools)), *export.header.versions]
    return f"{_table(plain_words)}<h3>{escaped(say('pack-made-with.engineers'))}</h3>{_table(raw)}"


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><th>{escaped(name)}</th><td>{escaped(value)}</td></tr>" for name, value in rows if value)
    return f'<div class="wide"><table class="versions"><tbody>{cells}</tbody></table></div>'


def _short(text: str) -> str:
    line = " ".join(plain(text).split())
    return line if len(line) <= 70 else line[:69] + "…"


def _at(export: Export, seconds: float | None) -> str:
    return "–" if seconds is None else export.say("time-seconds", seconds=f"{seconds:.1f}")


def _span(export: Export, call: ToolCall) -> tuple[str, str]:
    """When a call began and ended, on the clock of the picture."""
    moments = (at if at is None else export.transcript.worked(at) for at in (call.started_at, call.ended_at))
    began, ended = (_at(export, at) for at in moments)
    return began, ended


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
