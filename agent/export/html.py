"""A run as an HTML page that loads nothing, runs nothing and opens anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from agent.export.export import Export, exchange, facts, outputs_of, sent_by, span_of, unkept
from agent.export.shapes import as_html
from agent.export.text import escaped, rendered
from agent.export.timeline import STYLE as TIMELINE_STYLE
from agent.export.timeline import drawn
from agent.markdown import plain
from agent.projections.items import ToolCall
from agent.projections.label import spoken
from agent.projections.output import Output
from agent.settings import DEMO_MODELS
from agent.store.comments import Comment

STYLE = Path(__file__).with_name("export.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def to_html(export: Export) -> str:
    """The run as one HTML page without scripts, whose policy forbids it to load anything."""
    say, question, run = export.say, export.header.request.question, export.transcript
    numbers = "".join(f"<div><dt>{escaped(name)}</dt><dd>{escaped(value)}</dd></div>" for name, value in facts(export))
    tools = "".join(_tool(export, call) for call in export.calls)
    comments = "".join(_comment(export, comment) for comment in export.comments)
    answer = rendered(export.answer) + _shown(export, export.said)
    sections = [
        _section(say("pack-answer"), answer or _none(say("pack-answer.none")), " ".join(export.ends)),
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
<p class="meta">{escaped(export.date(export.header.asked_at))} · {escaped(export.model)}</p>
{_note(export)}
</header>
<dl class="numbers">{numbers}</dl>
{"".join(sections)}
<footer>{escaped(say("pack.complete"))}</footer>
</main>
</body>
</html>
"""


def _section(title: str, body: str, remark: str = "") -> str:
    note = f'<p class="remark">{escaped(remark)}</p>' if remark else ""
    return f"<section><h2>{escaped(title)}</h2>{note}{body}</section>\n"


def _none(text: str) -> str:
    return f"<p class='none'>{escaped(text)}</p>"


def _note(export: Export) -> str:
    notes = []
    if export.header.request.model.split(":")[0] in DEMO_MODELS:
        notes.append(escaped(export.say("pack-demo")))
    elif export.header.label:
        notes.append(escaped(export.header.label))
    if link := escaped(export.shown_link):
        said = escaped(export.say("pack-in-motion", link=export.shown_link))
        notes.append(said.replace(link, f'<a href="{link}" rel="noreferrer">{link}</a>', 1))
    return "".join(f'<p class="note">{note}</p>' for note in notes)


def _asked(export: Export) -> Iterable[str]:
    for asked in export.transcript.asked.values():
        said = "".join(f"<p>{escaped(line)}</p>" for line in exchange(export, asked))
        call = export.transcript.call(asked.call)
        by = f"<footer>{escaped(export.say('pack-person.by', tool=export.title(call)))}</footer>" if call else ""
        yield f"<blockquote>{said}{by}</blockquote>"


def _tool(export: Export, call: ToolCall) -> str:
    began, ended = span_of(export, call)
    took = f"{export.say('pack-from-to', began=began, ended=ended)} · {export.say(f'call-{call.state}')}"
    outer = export.transcript.outer(call)
    took = f"{export.say('pack-inside', outer=export.title(outer))} · {took}" if outer else took
    parts = [
        f"<h4>{escaped(title)}</h4>{rendered(text) if is_prose else f'<pre>{escaped(text)}</pre>'}"
        for title, text, is_prose in sent_by(export, call)
    ]
    if shown := _shown(export, outputs_of(call)):
        parts.insert(0, f"<h4>{escaped(export.say('pack-shown'))}</h4>{shown}")
    look = "tool bad" if call.state == "failed" else "tool"
    return (
        f'<article class="{look} in{min(call.depth, 4)}"><h3>{escaped(export.title(call))}</h3>'
        f'<p class="remark">{escaped(took)}</p>{"".join(parts)}</article>'
    )


def _shown(export: Export, outputs: Sequence[Output]) -> str:
    """Images, cards and the like, as HTML."""
    every = [as_html(shape, export.say) for output in outputs for shape in output.shapes.values()]
    every += [f"<p>{escaped(more)}</p>" for more in unkept(export, outputs)]
    return f'<div class="shown">{"".join(every)}</div>' if every else ""


def _comment(export: Export, comment: Comment) -> str:
    said = "<br>".join(escaped(line) for line in comment.text.split("\n"))
    when = escaped(export.date(comment.at))
    return f"<blockquote><p>{escaped(export.thumb(comment))}{said}</p><footer>{when}</footer></blockquote>"


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
