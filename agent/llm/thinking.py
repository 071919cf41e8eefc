"""Reasoning inside an answer's text, between tags like `<think>` and `</think>`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agent.llm.chunks import Reasoning, Text

_CLOSING = {
    **{f"<{tag}>": f"</{tag}>" for tag in ("think", "thinking", "thought", "reasoning", "seed:think")},
    "[THINK]": "[/THINK]",
    "◁think▷": "◁/think▷",
}
"""Opening tags and their closing ones."""
_START = re.compile(f"[{re.escape(''.join({tag[0] for tag in _CLOSING}))}]")
_LONGEST = max(map(len, _CLOSING))
_FENCE = "```"


class Thinking:
    """Separates reasoning from the answer in a text that arrives in pieces.

    A tag counts only at the start of a line and outside fenced code: a model that writes about `<think>` is not
    thinking.
    """

    def __init__(self) -> None:
        self._held = ""
        self._closing = ""
        self._is_blank = True
        """Whether only whitespace has been said so far, or since the last thought."""
        self._at_line_start = True
        self._trimming = False
        self._fences = 0
        self._ticks = ""
        """The start of a fence at the end of what was said."""

    def feed(self, text: str) -> Iterable[Text | Reasoning]:
        """What is certain so far; the start of a possible tag is held back."""
        if not (self._held or self._closing or self._trimming) and not _START.search(text):
            return (self._said(text),) if text else ()
        return self._parted(text)

    def close(self) -> Iterator[Text | Reasoning]:
        """What was held back."""
        held, self._held = self._held, ""
        if held:
            yield Reasoning(held) if self._closing else self._said(held)

    def _parted(self, text: str) -> Iterator[Text | Reasoning]:
        text, self._held = self._held + text, ""
        while text:
            said, text = self._thought(text) if self._closing else self._spoken(text)
            if said:
                yield said

    def _thought(self, text: str) -> tuple[Reasoning | None, str]:
        """The reasoning at the start of a text, and the rest."""
        thought, tag, rest = text.partition(self._closing)
        if tag:
            self._closing, self._trimming, self._is_blank = "", True, True
        else:
            kept = _beginning_at_end(text, self._closing)
            thought, self._held = text[: len(text) - kept], text[len(text) - kept :]
        return (Reasoning(thought) if thought else None), rest

    def _spoken(self, text: str) -> tuple[Text | None, str]:
        """The answer at the start of a text, and the rest."""
        if self._trimming:
            text = text.lstrip()
            self._trimming = not text
        at = counted = _start(text, 0)
        fences = self._fences + (self._ticks + text[:at]).count(_FENCE)
        opens = self._at_line_start if at == 0 else self._is_blank and text[:at].isspace()
        while at >= 0:
            fences, counted = fences + text.count(_FENCE, counted, at), at
            if fences % 2 == 0 and (opens or (at and text[at - 1] == "\n")):
                tag = next((tag for tag in _CLOSING if text.startswith(tag, at)), "")
                held = not tag and len(text) - at < _LONGEST and any(tag.startswith(text[at:]) for tag in _CLOSING)
                if tag or held:
                    said = self._said(text[:at]) if at else None
                    self._closing = _CLOSING.get(tag, "")
                    self._held = text[at:] if held else ""
                    return said, text[at + len(tag) :] if tag else ""
            at, opens = _start(text, at + 1), False
        return (self._said(text) if text else None), ""

    def _said(self, text: str) -> Text:
        if "`" in text or self._ticks:
            with_ticks = self._ticks + text
            self._fences += with_ticks.count(_FENCE)
            self._ticks = "`" * ((len(with_ticks) - len(with_ticks.rstrip("`"))) % 3)
        self._is_blank = self._is_blank and text.isspace()
        self._at_line_start = self._is_blank or text.endswith("\n")
        return Text(text)


def without_thinking(text: str) -> str:
    """A whole text without its reasoning, even if the server left out the opening tag."""
    if not _START.search(text):
        return text
    for opening, closing in _CLOSING.items():
        if closing in text and opening not in text:
            text = text.rpartition(closing)[2].lstrip()
    thinking = Thinking()
    pieces = [*thinking.feed(text), *thinking.close()]
    return "".join(piece.text for piece in pieces if isinstance(piece, Text))


def _start(text: str, at: int) -> int:
    """Where the next character stands with which a tag could begin; -1 if there is none."""
    found = _START.search(text, at)
    return found.start() if found else -1


def _beginning_at_end(text: str, tag: str) -> int:
    """How many characters at the end of a text could be the start of a tag."""
    lengths = range(min(len(tag) - 1, len(text)), 0, -1)
    return next((length for length in lengths if text.endswith(tag[:length])), 0)
