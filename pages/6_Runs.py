"""Runs: the visitor's own, to look at again, replay, share and take along."""

from ui.shell.first_paint import begin

begin("runs")  # before the rest is imported

from ui.runs.runs import runs
from ui.shell.page import open_page

open_page("runs", has_views=True)
runs()
