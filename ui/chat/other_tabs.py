"""What happens in the same conversation beside this page: another tab asks, or answers."""

from __future__ import annotations

import time
from collections.abc import Sequence

from agent.engine.run import Run
from ui.shell import session

LOOK_SECONDS = 1.0
"""Seconds between checks for questions asked in another tab, while a run is followed."""


class OtherTabs:
    """Checks now and then whether the conversation, or a run of it that was `waiting`, has gone on in another tab."""

    def __init__(self, runs: list[Run], waiting: Sequence[Run] = ()) -> None:
        self._thread_id, self._known = runs[-1].thread_id if runs else "", {run.id for run in runs}
        self._waiting = {run.id: run.read()[1] for run in waiting}
        self._due = time.monotonic() + LOOK_SECONDS
        self.has_news = False
        """Whether the last check found one."""

    def has_asked(self) -> bool:
        """Whether there is a question, or an answer to a waiting run, that is not drawn here.

        Called by the page's script, and by the thread that listens once the script has ended.
        """
        if not self._thread_id or time.monotonic() < self._due:
            return False
        self._due = time.monotonic() + LOOK_SECONDS
        self.has_news = any(self._is_news(run) for run in session.runs().thread(self._thread_id))
        return self.has_news

    def _is_news(self, run: Run) -> bool:
        if (seen := self._waiting.get(run.id)) is not None:
            return run.state != "waiting" or bool(run.read(seen)[0])
        return run.id not in self._known
