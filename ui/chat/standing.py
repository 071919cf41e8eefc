"""A page that stands still, on which the next question is drawn at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from streamlit.delta_generator import DeltaGenerator

from agent.engine.run import Run
from ui.chat import branches
from ui.chat.turn import Turn
from ui.chat.turns import first_shown
from ui.chat.way_out import offer_stop
from ui.shell import choices as chosen
from ui.shell import language, session
from ui.shell.choices import Choices


@dataclass(frozen=True, slots=True)
class Standing:
    """Draws the next question before its page's script begins.

    To draw all of the page anew takes a browser longer than an answer's first words take to come.
    """

    choices: Choices
    above: Sequence[str]
    """The ids of the runs that are shown."""
    opening: DeltaGenerator
    following: DeltaGenerator
    """Where the next turn will be."""
    at_stop: DeltaGenerator

    def draw(self, run: Run) -> None:
        """Draw a run up to its first words if it follows those that are shown, and name it in the URL."""
        page = self.choices.page
        runs = session.conversation(page.name)
        follows = [*self.above, run.id] == [one.id for one in session.branch(page.name, runs)]
        if not follows or first_shown(len(self.above)) != first_shown(len(self.above) + 1):
            return
        language.read_in(chosen.chosen_language())
        if not self.above:
            self.opening.empty()
        turn = Turn(run, self.choices, branches.tree_of(runs), self.following.container())
        turn.draw(ended=turn.reader.ended)
        offer_stop(self.at_stop, page.name, run)
        chosen.remember(page)
        turn.wait_for_words()
