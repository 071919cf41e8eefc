"""Your agent: the host's own graphs, watched."""

from ui.shell.first_paint import begin

begin("your_agent")  # before the rest is imported

from ui.shell.page import page
from ui.your_agent import your_agent

your_agent(page("your_agent"))
