"""A run as Markdown, for engineers: what others wrote stands in code, where it does nothing."""

from __future__ import annotations

from collections.abc import Sequence

from agent.export.export import Export, exchange, facts, outputs_of, sent_by, span_of, unkept
from agent.export.shapes import as_text
from agent.markdown import plain
from agent.projections.label import call_label
from agent.projections.output import Output


def to_markdown(export: Export) -> str:
    """The run as Markdown; what was written by models, tools and visitors stands in code, where it does nothing."""
    say, header = export.say, export.header
    lines = [f"# {say('pack')}", "", _fenced(header.request.question), ""]
    lines += [f"- {say('pack-asked')}: {export.date(header.asked_at)}"]
    lines += [f"- {say('sidebar-model')}: {_code(export.model)}"]
    lines += [f"- {_code(header.label)}"] if header.label else []
    lines += [f"- {name}: {value}" for name, value in facts(export)]
    lines += [f"- {say('pack-link')}: {link}"] if (link := export.shown_link) else []
    lines += ["", f"## {say('pack-answer')}", "", _fenced(export.answer or say("pack-answer.none"))]
    lines += [part for shown in _shown_in_words(export, export.said) for part in ("", _fenced(shown))]
    lines += [part for end in export.ends for part in ("", _fenced(end))]
    if export.transcript.asked:
        exchanges = (line for asked in export.transcript.asked.values() for line in exchange(export, asked))
        lines += ["", f"## {say('pack-person')}", "", *(f"- {_code(line)}" for line in exchanges)]
    columns = [say(f"pack-tools.{column}") for column in ("tool", "began", "ended", "state")]
    lines += ["", f"## {say('pack-tools')}", "", f"| {' | '.join(columns)} |", "|---|---|---|---|"]
    for call in export.calls:
        name = "› " * call.depth + call_label(call.name, call.args)
        state = say(f"call-{call.state}")
        began, ended = span_of(export, call)
        cells = (_code(name.replace("|", "/")), began, ended, _code(state))
        lines.append(f"| {' | '.join(cells)} |")
    for call in export.calls:
        lines += ["", f"### {_code(call_label(call.name, call.args))}"]
        if shown_there := _shown_in_words(export, outputs_of(call)):
            lines += ["", _code(say("pack-shown")), "", _fenced("\n\n".join(shown_there))]
        lines += [part for title, text, _ in sent_by(export, call) for part in ("", _code(title), "", _fenced(text))]
    lines += ["", f"## {say('pack-comments')}"]
    for comment in export.comments:
        lines += ["", f"{export.thumb(comment)}{export.date(comment.at)}"]
        lines += ["", _fenced(comment.text or say("pack-comments.no-words"))]
    lines += ["", f"## {say('pack-made-with')}", ""]
    lines += [f"- {_code(name)} {_code(version)}" for name, version in header.versions]
    return "\n".join(lines) + "\n"


def _shown_in_words(export: Export, outputs: Sequence[Output]) -> list[str]:
    every = [as_text(shape, export.say) for output in outputs for shape in output.shapes.values()]
    return [*every, *unkept(export, outputs)]


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
