"""A run told in plain sentences, for a reader who knows nothing about graphs: based on its transcript.

A sentence appears when its subject begins, and grows with it: "3 items so far" becomes "4 items so far" and finally
"finished in 2.1 s, with 5 items". All of it is plain text, and may contain what models and tools wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Literal

from agent.projections import decisions
from agent.projections.items import Answer, Asked, ToolCall
from agent.projections.label import one_line, spoken, subject, words
from agent.projections.output import Output, has_words
from agent.projections.questions import Question, questions_of
from agent.projections.tool_titles import tool_title
from agent.projections.transcript import Transcript
from texts import Language, Value, say, tell

SentenceState = Literal["now", "done", "failed", "stopped"]
MAX_SENTENCES = 100
"""Only the last ones are told."""
MOST_ASKED = 5
"""Of very many questions at once, this many are told, and how many more there are."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that happened, or is happening."""

    at: float
    """Seconds since the run's turn came, without waiting for a person: when it began."""
    text: str
    state: SentenceState = "done"
    depth: int = 0
    """How many calls it is nested in."""


def narrate(run: Transcript, language: Language = "en") -> list[Sentence]:
    """What has happened so far, in order of beginning; what happens inside a call follows the call, in the same order.

    Why a run failed is not told: that is said below it, with a way to go on.
    """
    told = _in_order(_Narrator(run, language).all())[-MAX_SENTENCES:]
    return [replace(sentence, at=run.worked(sentence.at)) for sentence in told]


def amount_of(call: ToolCall, language: Language = "en") -> str:
    """How much a call has sent: "3 items", "1 row and 20 words"; empty if it cannot be counted."""
    outputs = [call.output, *(item.output for item in call.items if isinstance(item, Answer)), call.returned]
    counts = {
        "calls": sum(isinstance(item, ToolCall) for item in call.items),
        "items": sum(output.counts.get("others", 0) + len(output.shapes) + output.unkept for output in outputs),
        "rows": sum(output.counts.get("rows", 0) for output in outputs),
        "points": sum(output.counts.get("points", 0) for output in outputs),
        "words": sum(len(output.text.text.split()) for output in outputs),
    }
    amounts = [say(language, f"amount-{what}", count=count) for what, count in counts.items() if count]
    return reduce(lambda some, more: say(language, "amount-and", some=some, more=more), amounts) if amounts else ""


_Told = list[Sentence]
"""A sentence, and those about what happened inside of its call."""


def _in_order(told: Iterable[_Told]) -> list[Sentence]:
    in_order = sorted(told, key=lambda each: each[0].at)  # keeps the order of what began at the same moment
    return [sentence for each in in_order for sentence in each]


class _Narrator:
    """Tells one run in one language."""

    def __init__(self, run: Transcript, language: Language) -> None:
        self._run, self._language = run, language
        self._items = [item for item in run.items if isinstance(item, ToolCall) or not item.is_empty]

    def all(self) -> Iterator[_Told]:
        run, items = self._run, self._items
        if run.started_at is not None:
            yield from self._reading(run.started_at)
        last_call = {item.asked_by: place for place, item in enumerate(items) if isinstance(item, ToolCall)}
        last = max(
            (place for place, item in enumerate(items) if isinstance(item, ToolCall) or not item.is_value), default=0
        )
        for place, item in enumerate(items):
            if isinstance(item, Answer):
                yield from self._said(item, place < last_call.get(item.speaker, -1), place >= last)
            else:
                yield from self._call(item)
        yield from self._end()

    def _say(self, key: str, **values: Value) -> str:
        return say(self._language, key, **values)

    def _reading(self, at: float) -> Iterator[_Told]:
        run = self._run
        if not self._items and run.state == "running":
            yield [Sentence(at, self._say("narration-reading"), "now")]
        elif run.speakers and not run.is_handed:
            yield [Sentence(at, self._say("narration-read", who=self._who(next(iter(run.speakers)))))]

    def _call(self, call: ToolCall) -> Iterator[_Told]:
        if call.asked_at is not None:
            yield [Sentence(call.asked_at, self._ask(call), depth=call.depth)]
        if call.started_at is not None:
            inside = [told for inner in call.items if isinstance(inner, ToolCall) for told in self._call(inner)]
            if inside or call.state != "waiting":  # what it waits for is told once, by the question
                yield [self._work(call, call.started_at), *_in_order(inside)]

    def _ask(self, call: ToolCall) -> str:
        run = self._run
        said = subject(call.args, language=self._language, tool=call.name)
        about: dict[str, Value] = {"about": said} if said else {}
        tool, which = self._title(call), ".about" if about else ""
        if not call.asked_by or (run.is_handed and not call.depth):
            return self._say(f"narration-asked{which}", tool=tool, **about)
        if call.beside and not call.depth:
            return self._say(f"narration-asks-beside{which}", tool=tool, **about)
        outer = run.outer(call) if call.depth else None
        unnamed = self._say("tool-unnamed")
        who = self._who(call.asked_by) if not call.depth else self._title(outer) if outer else unnamed
        return self._say(f"narration-asks{which}", who=who, tool=tool, **about)

    def _work(self, call: ToolCall, began: float) -> Sentence:
        about = subject(call.args, language=self._language, tool=call.name)
        name = self._title(call) + (f" · {about}" if about else "")
        amount = amount_of(call, self._language)
        if call.attempts > 1:
            name = self._say("narration-attempt", name=name, attempt=call.attempts)
        if call.state == "waiting":
            return Sentence(began, self._say("narration-paused", name=name), "now", call.depth)
        if call.ended_at is None:
            so_far = self._say("narration-so-far", amount=amount) if amount else ""
            doing = ", ".join(filter(None, (self._doing(call), so_far))) or self._say("narration-at-work")
            return Sentence(began, self._say("narration-working", name=name, doing=doing), "now", call.depth)
        told: dict[str, Value] = {"name": name, "seconds": f"{call.seconds or 0.0:.1f}"}
        which = ""
        if amount:
            told, which = told | {"amount": amount}, ".amount"
        elif len(call.steps) > 1 and not call.items:
            told, which = told | {"steps": len(call.steps)}, ".steps"
        match call.state:
            case "failed":
                why = words((call.result or "").removeprefix("Error: "))
                why = "" if why in tell(self._language, self._run.said) else why
                told = {"name": name, "seconds": told["seconds"]} | ({"why": why} if why else {})
                return Sentence(
                    began, self._say(f"narration-failed{'.why' if why else ''}", **told), "failed", call.depth
                )
            case "stopped":
                return Sentence(began, self._say(f"narration-halted{which}", **told), "stopped", call.depth)
        return Sentence(began, self._say(f"narration-done{which}", **told), depth=call.depth)

    def _doing(self, call: ToolCall) -> str:
        """What it is busy doing."""
        inner = [item for item in call.items if isinstance(item, ToolCall) and item.ended_at is None]
        step = self._title(inner[-1]) if inner else spoken(call.steps[-1]) if call.steps and not call.items else ""
        return " · ".join(filter(None, (self._progress(call.output), step)))

    def _said(self, answer: Answer, is_before_a_call: bool, is_last: bool) -> Iterator[_Told]:
        run = self._run
        if answer.is_value:
            yield [Sentence(answer.began_at, self._say("narration-result"))]
            return
        who, thought = self._who(answer.speaker), answer.output.reasoning
        if thought:
            if thought.ended_at is None:
                text, state = self._say("narration-thinking", who=who), _NOW
            else:
                seconds = f"{thought.ended_at - thought.began_at:.0f}"
                text, state = self._say("narration-thought", who=who, seconds=seconds), _DONE
            yield [Sentence(thought.began_at, text, state)]
        if not has_words(answer.output.text):
            return
        at = answer.began_at if not thought else thought.ended_at or thought.began_at
        state = _NOW if answer.ended_at is None and run.ended_at is None and not is_before_a_call else _DONE
        how = "cut" if run.state in ("failed", "stopped") and answer.ended_at == run.ended_at else state
        if is_before_a_call:
            text = self._say(f"narration-announces.{state}", who=who)
        elif not is_last:
            text = self._say(f"narration-part.{how}", who=who)
        elif len(run.speakers) > 1:
            text = self._say(f"narration-answer.{how}-of", who=who)
        else:
            text = self._say(f"narration-answer.{how}")
        yield [Sentence(at, text, state)]

    def _asks(self, asked: Asked) -> Iterator[_Told]:
        """A question to a person, and its answer."""
        questions = questions_of(asked.interrupt.value, asked.interrupt.schema)
        texts = list(filter(None, (self._question(question) for question in questions)))
        text = self._listed(texts)
        said = self._say("narration-waits.asked", asked=text) if text else self._say("narration-waits")
        is_open = asked.answered_at is None and self._run.ended_at is None
        yield [Sentence(asked.at, said, _NOW if is_open else _DONE)]
        if asked.answered_at is not None:
            pairs = zip(questions, decisions.decisions_of(questions, asked.answer), strict=True)
            lines = [decisions.replied(*pair, self._language) for pair in pairs]
            answer = self._say("narration-answered", answer=self._listed(lines))
            yield [Sentence(asked.answered_at, answer)]

    def _listed(self, texts: Sequence[str]) -> str:
        """The first of them, and how many more there are."""
        more = len(texts) - MOST_ASKED
        return "; ".join([*texts[:MOST_ASKED], *([self._say("narration-more", count=more)] if more > 0 else [])])

    def _question(self, question: Question) -> str:
        if question.is_bare:
            return self._say("card-ask-go-on")
        if question.text or not question.tool:
            return one_line(question.text.replace("**", "") or subject(question.args, 200, self._language))
        title = tool_title(question.tool, self._run.request.tools if self._run.request else (), self._language)
        about = subject(question.args, 200, self._language, question.tool)
        return one_line(f"{title}: {about}" if about else title)

    def _end(self) -> Iterator[_Told]:
        run = self._run
        for asked_together in _together(run.asked.values()):
            for asked in asked_together[:MOST_ASKED]:
                yield from self._asks(asked)
            if more := asked_together[MOST_ASKED:]:
                is_open = run.ended_at is None and any(asked.answered_at is None for asked in more)
                said = self._say("narration-waits.more", count=len(more))
                yield [Sentence(more[0].at, said, _NOW if is_open else _DONE)]
        calls = [item for item in self._items if isinstance(item, ToolCall)]
        at = run.ended_at
        if at is None:
            ended = [call.ended_at for call in calls if call.ended_at is not None]
            considers = run.state == "running" and run.speakers and not run.waiting
            if considers and len(ended) == len(calls) > 0 and isinstance(self._items[-1], ToolCall):
                at = max(ended)
                yield [Sentence(at, self._say("narration-considers", who=self._who(calls[-1].asked_by)), "now")]
            return
        match run.state:
            case "failed":
                yield [Sentence(at, self._say("narration-broke"), "failed")]
            case "stopped":
                yield [Sentence(at, self._say("narration-stopped"), "stopped")]
            case _ if not run.waiting:
                yield [Sentence(at, self._say("narration-all-done"))]

    def _who(self, speaker: str) -> str:
        """A single speaking node is the assistant; several are called by their names."""
        speakers = self._run.speakers
        is_alone = len(speakers) < 2 and (not speakers or speaker in speakers)
        return ("" if is_alone else spoken(speaker)) or self._say("narration-assistant")

    def _title(self, call: ToolCall) -> str:
        return tool_title(call.name, self._run.request.tools if self._run.request else (), self._language)

    def _progress(self, output: Output) -> str:
        done = "" if output.progress is None else self._say("narration-progress", share=f"{output.progress:.0%}")
        return " · ".join(filter(None, (done, output.status)))


_NOW: SentenceState = "now"
_DONE: SentenceState = "done"


def _together(all_asked: Iterable[Asked]) -> list[list[Asked]]:
    """Questions in groups: those asked before any of the group was answered."""
    groups: list[list[Asked]] = []
    until = 0.0
    for asked in all_asked:
        if not groups or asked.at > until:
            groups.append([])
            until = float("inf")
        groups[-1].append(asked)
        until = min(until, float("inf") if asked.answered_at is None else asked.answered_at)
    return groups
