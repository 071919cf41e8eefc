"""Your agent: the host's own graphs, watched."""

from ui.shell.page import page
from ui.your_agent import your_agent

your_agent(page("your_agent"))
