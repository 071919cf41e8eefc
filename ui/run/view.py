"""Draws a run as it grows, and again when it has ended: the same code, fed all at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from streamlit.delta_generator import DeltaGenerator

from agent.projections.items import Answer, Asked, Item, ToolCall, visible
from agent.projections.label import spoken
from agent.projections.narration import Sentence
from agent.projections.transcript import Transcript
from ui.markdown import safe_label
from ui.run.call import CallGroup
from ui.run.cards import Cards
from ui.run.output import Look, OutputView
from ui.run.text import Slot, clear
from ui.shell.language import say

MAX_ITEMS = 200
"""Answers and calls drawn of a run, and of each call in it: the first ones, and the last."""

Part: TypeAlias = Item | Asked
"""What stands one below the other; a question stands behind what had begun when it was asked."""
_SECONDS = re.compile(r"(?<=\d) (?=s\b)")
Shape: TypeAlias = tuple[object, ...]
"""What is drawn where, without the words."""


class RunView:
    """One run on the page: tool calls side by side if they work side by side, text below.

    `stale` is the number of places that an earlier script run has filled otherwise, if it has: Streamlit keeps what
    it once drew until a script has ended, so they are emptied first, which must be sent before the first `draw`.
    """

    def __init__(self, place: DeltaGenerator, look: Look, stale: int | None = None, cards: Cards | None = None) -> None:
        self._steps = Slot(place, place.empty())
        self._items = ItemsView(place.container(), look, stale or 0, cards)
        self._has_cards = cards is not None
        self._status = Slot(place, place.empty() if stale is not None else None)

    def tell(self, sentences: Sequence[Sentence], *, quiet: bool = True) -> None:
        """Write what has happened so far, in plain words, above everything else."""
        self._steps.markdown("\n".join(_sentence(sentence, quiet) for sentence in sentences))

    def draw(self, run: Transcript, *, waiting: str = "", quiet: bool = True) -> int:
        """Write what has changed since the last call; `waiting` is said below.

        `quiet` is whether nothing else moves: what then shimmers would make a browser paint the page 60 times a second.
        Returns how many places are filled.
        """
        if not waiting:
            self._status.markdown("")  # first, or it would be seen below what it was waiting for
        parts = parts_of(run) if self._has_cards else run.shown
        filled = self._items.draw(parts, run.last_at, named=len(run.speakers) > 1, ended=run.ended_at is not None)
        self._status.markdown(_moving(waiting, quiet) if waiting else "")
        return filled


class ItemsView:
    """Answers and calls one below the other. Views follow the items' keys: an item may appear above others.

    Everything below it is then redrawn, as Streamlit identifies places by number.
    """

    def __init__(self, place: DeltaGenerator, look: Look, stale: int = 0, cards: Cards | None = None) -> None:
        self._body, self._look, self._cards = place, look, cards
        self._places = [place.empty() for _ in range(stale)]
        self._groups: list[CallGroup | _AnswerView | _QuestionView] = []
        self._more = Slot(place)

    def draw(self, parts: Sequence[Part], at: float, *, named: bool = False, ended: bool = False) -> int:
        """Write what has changed; `at` is the run's time, `named` whether answers say whose they are.

        `ended` is whether nothing can be answered any more. Returns how many places are filled.
        """
        groups = _grouped(parts)
        more = max(len(groups) - MAX_ITEMS, 0)
        groups = [*groups[: MAX_ITEMS - 1], groups[-1]] if more else groups
        kept = 0
        for view, group in zip(self._groups, groups, strict=False):
            if not view.goes_on_as([_key(part) for part in group]):
                break
            kept += 1
        if kept < len(self._groups):
            clear(*self._places[kept : len(self._groups)])
            del self._groups[kept:]
        for index, group in enumerate(groups):
            if index == len(self._groups):
                if index == len(self._places):
                    self._places.append(self._body.empty())
                self._groups.append(self._view(self._places[index], group[0]))
            self._draw(self._groups[index], group, at, named, ended)
        self._more.markdown(f":gray[{say('run-more', count=more)}]" if more else "")
        return len(self._groups)

    def _view(self, place: DeltaGenerator, first: Part) -> CallGroup | _AnswerView | _QuestionView:
        if isinstance(first, Answer):
            return _AnswerView(place.container(), _key(first), self._look)
        if isinstance(first, Asked):
            return _QuestionView(place, _key(first), self._cards)
        return CallGroup(place, self._look, lambda inside: ItemsView(inside, self._look))

    def _draw(
        self,
        view: CallGroup | _AnswerView | _QuestionView,
        group: Sequence[Part],
        at: float,
        named: bool,
        ended: bool,
    ) -> None:
        first = group[0]
        if isinstance(view, CallGroup):
            view.draw([item for item in group if isinstance(item, ToolCall)], at)
        elif isinstance(view, _AnswerView) and isinstance(first, Answer):
            view.draw(first, at, named)
        elif isinstance(view, _QuestionView) and isinstance(first, Asked):
            view.draw(first, ended)


class _AnswerView:
    def __init__(self, place: DeltaGenerator, key: str, look: Look) -> None:
        self._key, self._look = key, look
        self._name = Slot(place, place.empty())
        self._output = OutputView(place.container(), look)

    def goes_on_as(self, keys: Sequence[str]) -> bool:
        return keys[:1] == [self._key]

    def draw(self, answer: Answer, at: float, named: bool) -> None:
        name = answer.speaker if self._look.technical else spoken(answer.speaker)
        self._name.markdown(f":small[:gray[{safe_label(name)}]]" if named and name else "")
        self._output.draw(answer.output, at)


class _QuestionView:
    def __init__(self, place: DeltaGenerator, key: str, cards: Cards | None) -> None:
        self._place, self._key, self._cards = place, key, cards
        self._drawn: tuple[bool, bool] | None = None

    def goes_on_as(self, keys: Sequence[str]) -> bool:
        return keys[:1] == [self._key]

    def draw(self, asked: Asked, ended: bool) -> None:
        now = asked.answered_at is not None, ended
        if self._cards is None or self._drawn == now or (self._drawn and self._drawn[0] and now[0]):
            return
        if self._drawn:
            clear(self._place)
        self._drawn = now
        self._cards.draw(self._place.container(), asked, ended=ended)


def parts_of(run: Transcript) -> list[Part]:
    """What a reader can see now of a run, with the questions that it asks a person."""
    parts: list[Part] = list(run.shown)
    for asked in run.asked.values():
        behind = (at for at, part in enumerate(parts) if _began(part) > asked.at)
        parts.insert(next(behind, len(parts)), asked)
    return parts


def shape(parts: Sequence[Part]) -> Shape:
    """What is drawn of these parts; one that shows more than before is another one."""
    return tuple(_shape(part) for part in parts)


def _shape(part: Part) -> Shape:
    match part:
        case ToolCall():
            shown = part.redone, part.state == "waiting", part.shows_output, part.shows_result
            return part.key, shown, shape(visible(part.items))
        case Asked():
            return _key(part), part.answered_at is not None, ()
    return _key(part), ()


def _key(part: Part) -> str:
    if isinstance(part, Asked):
        return f"asked {part.interrupt.id}"
    return f"{part.key} {part.output.rewrites}" if isinstance(part, Answer) else part.key


def _began(part: Part) -> float:
    match part:
        case ToolCall():
            return part.asked_at if part.asked_at is not None else part.started_at or 0.0
        case Answer():
            return part.began_at
    return part.at


def has_grown(before: Shape, now: Shape) -> bool:
    """Whether what was drawn is still in place, with anything new after it."""
    if len(before) > len(now):
        return False
    return all(_is_same(old, new) for old, new in zip(before, now, strict=False))


def _is_same(old: object, new: object) -> bool:
    if not isinstance(old, tuple) or not isinstance(new, tuple):
        return old == new
    return old[:-1] == new[:-1] and has_grown(old[-1], new[-1])


def _grouped(parts: Sequence[Part]) -> list[list[Part]]:
    """The parts, with adjacent tool calls in one group if they were requested side by side."""
    groups: list[list[Part]] = []
    for part in parts:
        if isinstance(part, ToolCall) and part.beside and groups and isinstance(groups[-1][-1], ToolCall):
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def _sentence(sentence: Sentence, quiet: bool) -> str:
    """A sentence of a narration, as an item of a list; without its time inside a call: calls work at once."""
    text = _whole_seconds(safe_label(sentence.text, 300))
    at = "" if sentence.depth else f":gray[{_whole_seconds(say('time-seconds', seconds=f'{sentence.at:.1f}'))}] "
    match sentence.state:
        case "now":
            text = _moving(text, quiet)
        case "failed":
            text = f":red[{text}]"
    return f"{'  ' * sentence.depth}- :small[{at}{text}]"


def _whole_seconds(text: str) -> str:
    """The text, in which no line of a phone breaks between a number and its seconds."""
    return _SECONDS.sub("\u00a0", text)


def _moving(text: str, quiet: bool) -> str:
    return f":shimmer[{text}]" if quiet else f":gray[{text}]"
