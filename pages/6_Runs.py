"""Runs: the visitor's own, to look at again, replay, share and take along."""

from ui.page import open_page
from ui.runs import runs

open_page("runs", has_views=True)
runs()
