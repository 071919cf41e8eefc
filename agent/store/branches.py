"""The branches of a conversation: a question asked again continues beside the earlier one."""

from __future__ import annotations

from collections.abc import Sequence

from agent.store.recording import FIRST, Header


class Branches:
    """The runs of one conversation as a tree. A branch leads from its first run to one that nothing follows.

    A run whose predecessor was deleted follows the one asked before it.
    """

    def __init__(self, headers: Sequence[Header]) -> None:
        self._parents: dict[str, str] = {}
        before = FIRST
        for header in sorted(headers, key=lambda header: header.asked_at):
            is_known = header.parent == FIRST or header.parent in self._parents
            self._parents[header.id] = header.parent if is_known else before
            before = header.id
        self._newest: dict[str, str] = {}
        """The last question below each run."""
        for run_id in reversed(self._parents):
            above = run_id
            while above != FIRST and above not in self._newest:
                self._newest[above] = run_id
                above = self._parents[above]

    def __contains__(self, run_id: object) -> bool:
        return run_id in self._parents

    def after(self, run_id: str) -> str:
        """The run that this one follows, or FIRST."""
        return self._parents[run_id]

    def beside(self, run_id: str) -> list[str]:
        """The runs with the same predecessor, oldest first, this one included."""
        parent = self._parents[run_id]
        return [other for other, after in self._parents.items() if after == parent]

    def through(self, run_id: str | None = None) -> list[str]:
        """The branch through a run, on to the last question; the newest if the run is not given or unknown."""
        last = self._newest[run_id] if run_id in self._newest else next(reversed(self._parents), FIRST)
        branch = []
        while last != FIRST:
            branch.append(last)
            last = self._parents[last]
        return branch[::-1]
