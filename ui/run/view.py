"""Draws a run as it grows, and draws it again when it has ended: the same code, fed at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from streamlit.delta_generator import DeltaGenerator

from agent.projections.items import Answer, Item, ToolCall, visible
from agent.projections.label import spoken
from agent.projections.narration import Sentence
from agent.projections.transcript import Transcript
from ui.markdown import safe_label
from ui.run.call import CallGroup
from ui.run.output import Look, OutputView
from ui.run.text import Slot, clear

MAX_ITEMS = 200
"""Answers and calls that are drawn of a run, and of each call in it: the first ones, and the last."""

Shape: TypeAlias = tuple[object, ...]
"""What is drawn where, without the words."""


class RunView:
    """One run on the page: tool calls side by side where they work side by side, text below.

    `stale` is how many places an earlier script run has filled for other stream modes: Streamlit keeps what it
    once drew until a script has ended, so they are emptied first, and FLUSH must pass before the first `draw`.
    """

    def __init__(self, place: DeltaGenerator, look: Look, stale: int = 0) -> None:
        self._steps = Slot(place, place.empty())
        self._items = ItemsView(place.container(), look, stale)
        self._status = Slot(place)

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
        filled = self._items.draw(run.shown, run.last_at, named=len(run.speakers) > 1)
        self._status.markdown(_moving(waiting, quiet) if waiting else "")
        return filled


class ItemsView:
    """Answers and calls one below the other. Views follow the items' keys: an item may appear above others.

    What is below it is then drawn anew, for Streamlit knows places by their number.
    """

    def __init__(self, place: DeltaGenerator, look: Look, stale: int = 0) -> None:
        self._body, self._look = place, look
        self._places = [place.empty() for _ in range(stale)]
        self._groups: list[CallGroup | _AnswerView] = []
        self._more = Slot(place)

    def draw(self, items: Sequence[Item], at: float, *, named: bool = False) -> int:
        """Write what has changed; `at` is the run's time, `named` whether answers say whose they are.

        Returns how many places are filled.
        """
        groups = _grouped(items)
        more = max(len(groups) - MAX_ITEMS, 0)
        groups = [*groups[: MAX_ITEMS - 1], groups[-1]] if more else groups
        kept = 0
        for view, group in zip(self._groups, groups, strict=False):
            if not view.goes_on_as([item.key for item in group]):
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
            self._draw(self._groups[index], group, at, named)
        self._more.markdown(f":gray[{more:,} more are not drawn here.]" if more else "")
        return len(self._groups)

    def _view(self, place: DeltaGenerator, first: Item) -> CallGroup | _AnswerView:
        if isinstance(first, Answer):
            return _AnswerView(place.container(), first.key, self._look)
        return CallGroup(place, self._look, lambda inside: ItemsView(inside, self._look))

    def _draw(self, view: CallGroup | _AnswerView, group: Sequence[Item], at: float, named: bool) -> None:
        if isinstance(view, CallGroup):
            view.draw([item for item in group if isinstance(item, ToolCall)], at)
        elif isinstance(group[0], Answer):
            view.draw(group[0], at, named)


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


def shape(items: Sequence[Item]) -> Shape:
    """What is drawn of these items; one that shows more than before is another one."""
    return tuple(
        (item.key, item.redone, item.shows_output, item.shows_result, shape(visible(item.items)))
        if isinstance(item, ToolCall)
        else (item.key, ())
        for item in items
    )


def has_grown(before: Shape, now: Shape) -> bool:
    """Whether what was drawn stands where it was, with what has come behind it."""
    if len(before) > len(now):
        return False
    return all(_is_same(old, new) for old, new in zip(before, now, strict=False))


def _is_same(old: object, new: object) -> bool:
    if not isinstance(old, tuple) or not isinstance(new, tuple):
        return old == new
    return old[:-1] == new[:-1] and has_grown(old[-1], new[-1])


def _grouped(items: Sequence[Item]) -> list[list[Item]]:
    """The items; neighbouring tool calls as one group."""
    groups: list[list[Item]] = []
    for item in items:
        if isinstance(item, ToolCall) and groups and isinstance(groups[-1][-1], ToolCall):
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def _sentence(sentence: Sentence, quiet: bool) -> str:
    """A sentence of a narration, as an item of a list."""
    text, at = safe_label(sentence.text, 300), f":gray[{sentence.at:.1f} s]"
    match sentence.state:
        case "now":
            text = _moving(text, quiet)
        case "failed":
            text = f":red[{text}]"
    return f"{'  ' * sentence.depth}- :small[{text} {at}]"


def _moving(text: str, quiet: bool) -> str:
    return f":shimmer[{text}]" if quiet else f":gray[{text}]"
