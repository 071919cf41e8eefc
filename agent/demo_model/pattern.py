"""Text for a regular expression: literals, classes, groups, alternatives, repeats and anchors."""

from __future__ import annotations

import re

_REPEAT = re.compile(r"\*|\+|\?|\{(\d+)(,?)(\d*)\}")
_CLASSES = {"d": "0", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a", "n": "\n", "t": "\t", "r": "\r"}
_ANY = "aA0 -_.bcdefghijklmnopqrstuvwxyzBCDEFGHIJKLMNOPQRSTUVWXYZ123456789!@#/:"


def text_for(pattern: str, *, extra: int = 0) -> str:
    """Write a text that the simple `pattern` matches, with `extra` rounds for each open repeat.

    What is beyond it (look-around, back-references) is skipped: check the text before using it.
    """
    return _Writer(pattern, extra).alternatives()


class _Writer:
    def __init__(self, pattern: str, extra: int) -> None:
        self._left = pattern
        self._extra = extra

    def alternatives(self) -> str:
        """Write the first alternative; read past the others."""
        first = self._sequence()
        while self._take("|"):
            self._sequence()
        return first

    def _sequence(self) -> str:
        parts = []
        while self._left and self._left[0] not in "|)":
            atom = self._atom()
            parts.append(atom * self._times())
        return "".join(parts)

    def _atom(self) -> str:
        if self._take("("):
            head = re.match(r"\?(?::|P?<\w+>|[=!]|<[=!])", self._left)
            self._left = self._left[head.end() :] if head else self._left
            inner = self.alternatives()
            self._take(")")
            return "" if head and head[0][-1] in "=!" else inner
        if self._take("["):
            return self._set()
        mark, self._left = self._left[0], self._left[1:]
        if mark == "\\" and self._left:
            mark, self._left = self._left[0], self._left[1:]
            return "" if mark in "bBAZ" else _CLASSES.get(mark, mark)
        return {"^": "", "$": "", ".": "a"}.get(mark, mark)

    def _set(self) -> str:
        body = re.match(r"\^?\]?(?:\\.|[^\]\\])*", self._left)
        assert body is not None  # the pattern can match nothing
        self._left = self._left[body.end() + 1 :]
        try:
            wanted = re.compile(f"[{body[0]}]")
        except re.error:
            return "a"
        return next((mark for mark in _ANY + body[0][-1:] if wanted.fullmatch(mark)), body[0][:1])

    def _times(self) -> int:
        repeat = _REPEAT.match(self._left)
        if repeat is None:
            return 1
        self._left = self._left[repeat.end() :]
        self._take("?")
        if repeat[0] == "?":
            return min(1, self._extra)
        if repeat[0] in "*+":
            return int(repeat[0] == "+") + self._extra
        least, comma, most = int(repeat[1]), repeat[2], repeat[3]
        if not comma:
            return least
        return min(least + self._extra, int(most)) if most else least + self._extra

    def _take(self, mark: str) -> bool:
        taken = self._left.startswith(mark)
        self._left = self._left[len(mark) :] if taken else self._left
        return taken
