"""The pages: what they are called, where they are, and how they start."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from agent.graphs.registry import GRAPHS
from agent.streaming.modes import StreamMode
from agent.tools.catalog import TOOLS
from texts import is_known
from ui.shell.language import say, say_or


@dataclass(frozen=True, slots=True)
class PageInfo:
    """One page of the app."""

    name: str
    file: str
    icon: str
    title: str = ""
    """What it is called, where the text files say nothing of it."""
    graphs: tuple[str, ...] = ()
    """Agents that can be chosen there, the default first; a page without any asks nothing."""
    tools: tuple[str, ...] = ()
    """Tools on offer at first; others can be added in the sidebar."""
    modes: tuple[StreamMode, ...] = ()
    is_demo: bool = False
    """Whether Home leads to it as one of the ways to do it."""
    is_job: bool = False
    """Whether Home leads to it as a job that the tools do."""
    own: bool = False
    """Whether its agents are the host's own graphs; hidden if there are none."""
    all_modes: bool = False
    """Whether its runs also ask for `checkpoints` and `debug`: a page for developers, wide and always technical."""
    has_servers: bool = False
    """Whether the tools of the host's MCP servers are on offer at first as well."""

    @property
    def asks(self) -> bool:
        """Whether questions can be asked there."""
        return bool(self.graphs or self.own)


_AGENTS = ("react", "create_agent", "prebuilt")

PAGES: dict[str, PageInfo] = {
    page.name: page
    for page in (
        PageInfo(
            name="home",
            file="app.py",
            icon=":material/home:",
            graphs=("react",),
            tools=("look_up_order", "check_policy"),
            modes=("custom", "messages"),
        ),
        PageInfo(
            name="refund",
            file="pages/8_Refund.py",
            icon=":material/receipt_long:",
            graphs=_AGENTS,
            tools=("look_up_order", "check_policy", "draft_reply.llm"),
            modes=("custom", "messages"),
            is_job=True,
        ),
        PageInfo(
            name="market_brief",
            file="pages/9_Market_brief.py",
            icon=":material/query_stats:",
            graphs=_AGENTS,
            tools=("search_news", "compare_makers", "chart_demand", "write_brief.llm"),
            modes=("custom", "messages"),
            is_job=True,
        ),
        PageInfo(
            name="incident",
            file="pages/10_Incident.py",
            icon=":material/crisis_alert:",
            graphs=_AGENTS,
            tools=("search_logs", "restart_service", "roll_back"),
            modes=("custom", "messages"),
            is_job=True,
        ),
        PageInfo(
            name="ask_me_first",
            file="pages/11_Ask_me_first.py",
            icon=":material/front_hand:",
            graphs=(*_AGENTS, "without_langchain"),
            tools=("look_up_order", "check_policy", "refund", "send_email"),
            modes=("custom", "messages"),
        ),
        PageInfo(
            name="mcp_tools",
            file="pages/12_MCP_tools.py",
            icon=":material/extension:",
            graphs=(*_AGENTS, "without_langchain"),
            tools=("check_stock", "book_delivery"),
            has_servers=True,
            modes=("custom", "messages"),
        ),
        PageInfo(
            name="custom_data",
            file="pages/1_Custom_data.py",
            icon=":material/data_object:",
            graphs=_AGENTS,
            tools=("get_items",),
            modes=("custom",),
            is_demo=True,
        ),
        PageInfo(
            name="llm_tokens",
            file="pages/2_LLM_tokens.py",
            icon=":material/notes:",
            graphs=_AGENTS,
            tools=("get_items.llm",),
            modes=("messages",),
            is_demo=True,
        ),
        PageInfo(
            name="without_langchain",
            file="pages/3_Without_LangChain.py",
            icon=":material/bolt:",
            graphs=("without_langchain", "tool_node"),
            tools=("get_items.openai",),
            modes=("custom",),
            is_demo=True,
        ),
        PageInfo(
            name="stream_lab",
            file="pages/4_Stream_lab.py",
            icon=":material/science:",
            graphs=tuple(GRAPHS),
            tools=tuple(spec.id for spec in TOOLS.values() if not spec.asks_model),
            modes=("custom", "messages", "updates"),
            all_modes=True,
        ),
        PageInfo(
            name="your_agent",
            file="pages/7_Your_agent.py",
            icon=":material/smart_toy:",
            modes=("messages", "custom", "updates", "tools"),
            own=True,
        ),
        PageInfo(
            name="pitfalls",
            file="pages/5_Pitfalls.py",
            icon=":material/warning:",
        ),
        PageInfo(
            name="runs",
            file="pages/6_Runs.py",
            icon=":material/history:",
        ),
    )
}


def page_title(page: PageInfo) -> str:
    """What a page is called."""
    return say_or(f"page-{page.name}", page.title)


def page_summary(page: PageInfo) -> str:
    """What a page shows, in one sentence for everyone."""
    return say_or(f"page-{page.name}.summary", "")


def suggestions(page: PageInfo) -> list[str]:
    """Questions to begin with: the text files' `.ask-1`, `.ask-2`... of the page."""
    keys = itertools.takewhile(is_known, (f"page-{page.name}.ask-{number}" for number in itertools.count(1)))
    return [say(key) for key in keys]
