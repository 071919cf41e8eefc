"""A run told in plain sentences, for a reader who knows nothing of graphs: read off its transcript.

A sentence appears when what it tells begins, and grows while that goes on: "3 items so far" becomes "4 items so
far", and in the end "done after 2.1 s, with 5 items". All of it is plain text, with what models and tools wrote in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from agent.projections.items import Answer, Item, ToolCall
from agent.projections.label import spoken, subject, words
from agent.projections.output import Output, has_words
from agent.projections.tool_titles import tool_title
from agent.projections.transcript import Transcript

SentenceState = Literal["now", "done", "failed", "stopped"]
MAX_SENTENCES = 100
"""The last ones are told."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that happened, or is happening."""

    at: float
    """Seconds since the run was asked for: when it began, or was done."""
    text: str
    state: SentenceState = "done"
    depth: int = 0
    """How many calls it happens inside of."""


def narrate(run: Transcript) -> list[Sentence]:
    """What has happened so far, in the order in which it began; what goes on inside of a call follows the call."""
    return [sentence for _, sentences in _in_order(_all(run)) for sentence in sentences][-MAX_SENTENCES:]


def amount_of(call: ToolCall) -> str:
    """How much there is of what a call has sent: "3 items", "1 row and 20 words"; nothing if it cannot be counted."""
    outputs = [call.output, *(item.output for item in call.items if isinstance(item, Answer))]
    counts = (
        (sum(isinstance(item, ToolCall) for item in call.items), "tool call"),
        (sum(output.counts.get("others", 0) for output in outputs), "item"),
        (sum(output.counts.get("rows", 0) for output in outputs), "row"),
        (sum(output.counts.get("points", 0) for output in outputs), "measurement"),
        (sum(len(output.text.text.split()) for output in outputs), "word"),
    )
    return " and ".join(f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in counts if count)


_Told = tuple[float, list[Sentence]]
"""When something began, and what is told of it."""


def _in_order(told: Iterable[_Told]) -> list[_Told]:
    return sorted(told, key=lambda each: each[0])  # keeps the order of what began at the same moment


def _all(run: Transcript) -> Iterator[_Told]:
    if run.state == "queued" and run.started_at is None:
        yield 0.0, [Sentence(0.0, "Waiting for its turn…", "now")]
    if run.started_at is not None:
        yield from _reading(run, run.started_at)
    items = _told(run)
    last_call = {item.asked_by: place for place, item in enumerate(items) if isinstance(item, ToolCall)}
    last = max(
        (place for place, item in enumerate(items) if isinstance(item, ToolCall) or not item.is_value), default=0
    )
    for place, item in enumerate(items):
        if isinstance(item, Answer):
            yield from _said(run, item, place < last_call.get(item.speaker, -1), place >= last)
        else:
            yield from _call(run, item)
    yield from _end(run)


def _reading(run: Transcript, at: float) -> Iterator[_Told]:
    if not _told(run) and run.state == "running":
        yield at, [Sentence(at, "Reading the question…", "now")]
    elif run.speakers and not run.is_handed:
        yield at, [Sentence(at, f"{_who(run, next(iter(run.speakers)))} read the question.")]


def _call(run: Transcript, call: ToolCall) -> Iterator[_Told]:
    if call.asked_at is not None:
        yield call.asked_at, [Sentence(call.asked_at, _ask(run, call), depth=call.depth)]
    if call.started_at is not None:
        inside = (told for inner in call.items if isinstance(inner, ToolCall) for told in _call(run, inner))
        below = [sentence for _, sentences in _in_order(inside) for sentence in sentences]
        yield call.started_at, [_work(run, call, call.started_at), *below]


def _ask(run: Transcript, call: ToolCall) -> str:
    tool, about = f"“{_title(run, call)}”", subject(call.args)
    what = f" about “{about}”" if about else ""
    if not call.asked_by or run.is_handed and not call.depth:
        return f"The tool {tool} is asked{what}."
    if call.depth:
        outer = run.outer(call)
        who = _title(run, outer) if outer else "A tool"
        return f"{who} asks the tool {tool}{what}."
    who = _who(run, call.asked_by)
    return f"{'At the same time it' if call.beside else who} asks the tool {tool}{what}."


def _work(run: Transcript, call: ToolCall, began: float) -> Sentence:
    about = subject(call.args)
    name = _title(run, call) + (f" · {about}" if about else "")
    amount = amount_of(call)
    if call.attempts > 1:
        name = f"{name} (attempt {call.attempts})"
    if call.ended_at is None:
        doing = ", ".join(filter(None, (_doing(run, call), f"{amount} so far" if amount else ""))) or "at work"
        return Sentence(began, f"{name}: {doing}…", "now", call.depth)
    took = f"{call.seconds or 0.0:.1f} s"
    steps = f", in {len(call.steps)} steps" if len(call.steps) > 1 and not call.items else ""
    with_what = f", with {amount}" if amount else steps
    match call.state:
        case "failed":
            reason = words((call.result or "").removeprefix("Error: "))
            text = f"{name} failed after {took}" + (f": {reason}" if reason else ".")
            return Sentence(call.ended_at, text, "failed", call.depth)
        case "stopped":
            return Sentence(call.ended_at, f"{name} was stopped after {took}{with_what}.", "stopped", call.depth)
    return Sentence(call.ended_at, f"{name} is done after {took}{with_what}.", depth=call.depth)


def _doing(run: Transcript, call: ToolCall) -> str:
    """What it is busy with."""
    inner = [item for item in call.items if isinstance(item, ToolCall) and item.ended_at is None]
    step = _title(run, inner[-1]) if inner else spoken(call.steps[-1]) if call.steps and not call.items else ""
    return " · ".join(filter(None, (_progress(call.output), step)))


def _said(run: Transcript, answer: Answer, is_before_a_call: bool, is_last: bool) -> Iterator[_Told]:
    if answer.is_value:
        yield answer.began_at, [Sentence(answer.began_at, "It gave its result.")]
        return
    who, thought = _who(run, answer.speaker), answer.output.reasoning
    if thought:
        if thought.ended_at is None:
            yield thought.began_at, [Sentence(thought.began_at, f"{who} is thinking…", "now")]
        else:
            took = f"{thought.ended_at - thought.began_at:.0f} s"
            yield thought.began_at, [Sentence(thought.began_at, f"{who} thought for {took}.")]
    if not has_words(answer.output.text):
        return
    at = answer.began_at if not thought else thought.ended_at or thought.began_at
    goes_on = answer.ended_at is None and run.ended_at is None and not is_before_a_call
    if is_before_a_call:
        doing, did = "says what it is about to do…", "said what it is about to do."
    elif not is_last:
        doing, did = "writes…", "has written its part."
    else:
        who = who if len(run.speakers) > 1 else "Now it" if goes_on else "It"
        doing, did = "writes the answer…", "wrote the answer."
    yield at, [Sentence(at, f"{who} {doing if goes_on else did}", "now" if goes_on else "done")]


def _end(run: Transcript) -> Iterator[_Told]:
    for waiting in run.waiting.values():
        asked = subject(waiting.interrupt.value, 300)
        text = f"It waits for a person: {asked}" if asked else "It waits for a person."
        yield waiting.at, [Sentence(waiting.at, text, "now" if run.ended_at is None else "done")]
    items = _told(run)
    calls = [item for item in items if isinstance(item, ToolCall)]
    at = run.ended_at
    if at is None:
        ended = [call.ended_at for call in calls if call.ended_at is not None]
        considers = run.state == "running" and run.speakers and not run.waiting
        if considers and len(ended) == len(calls) > 0 and isinstance(items[-1], ToolCall):
            at = max(ended)
            yield at, [Sentence(at, f"{_who(run, calls[-1].asked_by)} reads what came back…", "now")]
        return
    match run.state:
        case "failed":
            yield at, [Sentence(at, f"It broke off: {run.message}" if run.message else "It broke off.", "failed")]
        case "stopped":
            yield at, [Sentence(at, "It was stopped. What had arrived is kept.", "stopped")]
        case _ if not run.waiting:
            yield at, [Sentence(at, "All done.")]


def _told(run: Transcript) -> list[Item]:
    return [item for item in run.items if isinstance(item, ToolCall) or not item.is_empty]


def _who(run: Transcript, speaker: str) -> str:
    """Where only one node speaks, it is the assistant; of several, each is called by its name."""
    is_alone = len(run.speakers) < 2 and (not run.speakers or speaker in run.speakers)
    return "The assistant" if is_alone else spoken(speaker) or "The assistant"


def _title(run: Transcript, call: ToolCall) -> str:
    return tool_title(call.name, run.request.tools if run.request else ())


def _progress(output: Output) -> str:
    done = "" if output.progress is None else f"{output.progress:.0%} done"
    return " · ".join(filter(None, (done, output.status)))
