"""What goes into a file about a run, whatever its format."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from urllib.parse import urlsplit

from agent.export.timeline import duration
from agent.markdown import plain
from agent.projections import decisions
from agent.projections.items import Answer, Asked, ToolCall
from agent.projections.label import call_titles, one_line, spoken, subject, words
from agent.projections.metrics import Metrics, measure
from agent.projections.output import Output, Part
from agent.projections.questions import Question, questions_of
from agent.projections.timeline import Picture, Row, timeline
from agent.projections.transcript import Transcript, fold
from agent.settings import DEMO_MODELS
from agent.store.comments import Comment
from agent.store.recording import Header
from agent.streaming.events import JSON, StreamEvent
from agent.streaming.modes import StreamMode
from texts import Language, Sentence, Value, moment, say, tell

_HOST, _PATH = re.compile(r"[\w.:\[\]-]+", re.ASCII), re.compile(r"[\w./~%-]+", re.ASCII)
_SHARED = re.compile(r"share=[\w-]+", re.ASCII)
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
        about = subject(call.args, language=self.language, tool=call.name)
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

    @property
    def model(self) -> str:
        """The model's name; for the demo model, with the note that it is no AI."""
        return model_words(self.header.request.model, self.language)

    @property
    def shown_link(self) -> str:
        """The link, if it is one to a run on the page of runs; nothing for any other."""
        try:
            parts = urlsplit(self.link)
        except ValueError:
            return ""
        is_ours = parts.scheme in ("http", "https") and _HOST.fullmatch(parts.netloc) and not parts.fragment
        is_run = parts.path.endswith("/Runs") and _PATH.fullmatch(parts.path) and _SHARED.fullmatch(parts.query)
        return self.link if is_ours and is_run else ""

    @property
    def ends(self) -> list[str]:
        """Why the run ended, or that it waits; and what is lacking in all this. Nothing where it just finished."""
        run, notes = self.transcript, [tell(self.language, note) for note in self.transcript.notes]
        if run.state in ("finished", "waiting", "queued"):
            return [self.say("narration-waits"), *notes] if run.waiting else notes
        return [tell(self.language, run.said) or self.say(f"state-{run.state}"), *notes]

    def date(self, seconds: float) -> str:
        """A moment, the same for every reader."""
        return moment(self.language, "time-moment-everywhere", datetime.fromtimestamp(seconds, UTC))

    def thumb(self, comment: Comment) -> str:
        """A comment's thumb as a sign, if it has one."""
        return "" if comment.thumb is None else f"{self.say('pack-thumb-up' if comment.thumb else 'pack-thumb-down')} "


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
    """The model's name; for the demo model, with the note that it is no AI."""
    name = plain(model)[:80]
    return say(language, "model-demo", name=name) if name.split(":")[0] in DEMO_MODELS else name


def file_name(header: Header, ending: str) -> str:
    """The name for the file: the day and the beginning of the question, in letters that every system accepts."""
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in header.request.question[:60]).split()
    day = datetime.fromtimestamp(header.asked_at, UTC).strftime("%Y-%m-%d")
    return f"{'-'.join([day, *words[:8]]).lower()}.{ending}"


def exchange(export: Export, asked: Asked) -> list[str]:
    """What a person was asked, and what the answer was, each on a line."""
    say, questions = export.say, questions_of(asked.interrupt.value, asked.interrupt.schema)
    said = [_question(export, question) for question in questions]
    if asked.answered_at is None:
        return [*said, say("pack-person.nobody")]
    pairs = zip(questions, decisions.decisions_of(questions, asked.answer), strict=True)
    answers = "; ".join(decisions.replied(*pair, export.language) for pair in pairs)
    return [*said, say("pack-person.answer", after=duration(asked.answered_at - asked.at, say), answer=answers)]


def _question(export: Export, question: Question) -> str:
    if question.is_bare:
        return export.say("card-ask-go-on")
    about = question.text.replace("**", "") or subject(question.args, 300, export.language, question.tool)
    if question.tool and question.dialect != "action":
        about = " · ".join(filter(None, (export.titles.get(question.tool) or spoken(question.tool), about)))
    return one_line(about) or export.say("pack-person.question")


def outputs_of(call: ToolCall) -> list[Output]:
    """What was sent in a call: by its tool, by models and nodes inside of it, and as its result."""
    return [call.output, *(item.output for item in call.items if isinstance(item, Answer)), call.returned]


def unkept(export: Export, outputs: Sequence[Output]) -> list[str]:
    """How many shapes were not kept, if any."""
    count = sum(output.unkept for output in outputs)
    return [export.say("shape-more", count=count)] if count else []


_Sent = tuple[str, str, bool]
"""A title, a text, and whether that is prose."""


def sent_by(export: Export, call: ToolCall) -> list[_Sent]:
    """What a tool call sent while it worked, and what came out."""
    found = [part for output in outputs_of(call) for part in _chunks(export, output, call.tells_progress)]
    if call.result and call.result not in {form for _, text, _ in found for form in (text, text.replace("\n", ", "))}:
        failed = call.state == "failed"
        text = call.result.removeprefix("Error: ") if failed else call.result
        found.append((export.say("pack-failed" if failed else "pack-returned"), text, "\n" in text))
    return found


def _chunks(export: Export, output: Output, tells_progress: bool) -> Iterable[_Sent]:
    if output.reasoning:
        yield export.say("pack-thought"), output.reasoning.text.text, False
    if output.text.text.strip():
        yield export.say("pack-wrote"), output.text.text, True
    if tells_progress and (output.progress is not None or output.status):
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
            yield title, left_out + "\n".join(_line(item, export.language) for item in items[-MAX_SHOWN:]), False


def _line(item: JSON, language: Language) -> str:
    if isinstance(item, dict):
        said = ((key.replace("_", " "), words(value, 300, language, key)) for key, value in item.items())
        return " · ".join(f"{key}: {value}" for key, value in said)
    return words(item, 300, language)


def _at(export: Export, seconds: float | None) -> str:
    return "–" if seconds is None else export.say("time-seconds", seconds=f"{seconds:.1f}")


def span_of(export: Export, call: ToolCall) -> tuple[str, str]:
    """When a call began and ended, on the clock of the picture."""
    moments = (at if at is None else export.transcript.worked(at) for at in (call.started_at, call.ended_at))
    began, ended = (_at(export, at) for at in moments)
    return began, ended
