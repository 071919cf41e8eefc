"""Which parts of a run's stream are known, by what an Agent Server calls them."""

from __future__ import annotations

import re

from agent.streaming.attributed import Stamp

MOST_IN_VAIN = 4
"""How often a stream is asked for what is missing in it when it has nothing."""
FROM_THE_START = "-1"
_STEP = 2
"""What the numbers of aegra's events rise by, at most."""
_PLACE = re.compile(r"(\d+)(?:-(\d+))?\Z")
"""The end of an event's id: a number that rises, or a time and a number."""


class Cursor:
    """Which parts of a run's stream are known.

    Ids rise, and need not be unique: those of `langgraph dev` are not. Parts with a stamp are known by that.
    """

    def __init__(self) -> None:
        self._place: tuple[int, ...] = ()
        self._number = 0
        """How many parts with the last id are known."""
        self._repeated = 0
        """How many of these a new connection has sent once more."""
        self._id = self._before = ""
        self._attempts: dict[str, tuple[int, str]] = {}
        """The last number of each attempt, and the id to ask for what comes after."""
        self._in_vain = 0

    @property
    def join_after(self) -> str:
        """The id to ask for what comes after: the one before the last, so that nothing that shares the last is lost."""
        return self._before or FROM_THE_START

    def joined(self) -> None:
        """Note that a new connection sends what comes after `join_after`."""
        self._repeated = 0

    def missing_after(self, id_: str | None, stamp: Stamp | None) -> str | None:
        """The id after which a stream lacks something that comes before this part; None if nothing is known to."""
        if stamp:
            number, after = self._attempts.get(stamp.attempt, (0, self.join_after))
            is_newest = not self._attempts or stamp.attempt >= max(self._attempts)
            return after if is_newest and stamp.number > number + 1 else None
        found = _PLACE.search(id_ or "")
        if self._attempts or not found or found[2] or self._in_vain >= MOST_IN_VAIN:
            return None  # what has no stamp is not of the graph; and moments do not tell whether there is one between
        return self.join_after if int(found[1]) - (self._place or (0,))[0] > _STEP else None

    def looked(self, has_found: bool) -> None:
        """Note whether what was missing has been found: servers differ in how they count."""
        self._in_vain = 0 if has_found else self._in_vain + 1

    def source(self, id_: str | None, stamp: Stamp | None = None) -> str | None:
        """The source of the next part; None if it is known already, and empty if the server gives no ids."""
        found = _PLACE.search(id_ or "")
        place = place_of(id_)
        if stamp:
            if stamp.number <= self._attempts.get(stamp.attempt, (0, ""))[0]:
                return None
            self._advance(id_ or "", place)
            self._attempts[stamp.attempt] = stamp.number, self.join_after
        elif not id_ or not place or place < self._place:
            return None if place else ""
        elif place == self._place:
            self._repeated += 1
            if self._repeated <= self._number:
                return None
            self._number = self._repeated
        else:
            self._advance(id_, place)
        number = self._number if place == self._place else 1
        return found.group() + ("" if number == 1 else f"#{number}") if found else ""

    def _advance(self, id_: str, place: tuple[int, ...]) -> None:
        if place == self._place:
            self._repeated = self._number = self._number + 1
        elif place > self._place:
            self._before, self._id, self._place = self._id, id_, place
            self._number = self._repeated = 1


def place_of(text: str | None) -> tuple[int, ...]:
    """What orders the ids of events, and the sources made of them; empty for an id that does not say."""
    id_, _, number = (text or "").partition("#")
    found = _PLACE.search(id_)
    return (*(int(part or 0) for part in found.groups()), int(number or 1)) if found else ()
