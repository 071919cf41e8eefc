"""The pages: what each is called, where it is, and how it starts."""

from __future__ import annotations

from dataclasses import dataclass

from agent.streaming.events import GraphName, StreamMode


@dataclass(frozen=True, slots=True)
class PageInfo:
    """One page of the app."""

    name: str
    file: str
    title: str
    icon: str
    summary: str
    """What it shows, in one sentence for everyone."""
    graphs: tuple[GraphName, ...]
    tools: tuple[str, ...]
    """Tools that are offered at first; the others can be added in the sidebar."""
    hidden_tools: tuple[str, ...]
    """Tools of the same name that belong to another page."""
    modes: tuple[StreamMode, ...]
    suggestions: tuple[str, ...]
    all_modes: bool = False
    """Whether its runs also ask for `checkpoints` and `debug`: a page for developers, wide and always technical."""


PAGES: dict[str, PageInfo] = {
    page.name: page
    for page in (
        PageInfo(
            "home",
            "app.py",
            "Home",
            ":material/home:",
            "What this is, and one example to watch.",
            ("react",),
            ("get_items.llm",),
            ("get_items", "get_items.openai"),
            ("messages",),
            ("What items are in the bedroom?",),
        ),
        PageInfo(
            "custom_data",
            "pages/1_Custom_data.py",
            "Custom data",
            ":material/data_object:",
            "A tool sends whatever it likes while it works: finds, progress, rows.",
            ("react", "prebuilt"),
            ("get_items",),
            ("get_items.llm", "get_items.openai"),
            ("custom",),
            (
                "What items are in the office?",
                "What items are in the office and the bedroom?",
                "What items are in the kitchen?",
            ),
        ),
        PageInfo(
            "llm_tokens",
            "pages/2_LLM_tokens.py",
            "LLM tokens",
            ":material/notes:",
            "A tool asks a language model, and every word is seen as it is written.",
            ("react", "prebuilt"),
            ("get_items.llm",),
            ("get_items", "get_items.openai"),
            ("messages",),
            (
                "What items are in the bedroom?",
                "What items are in the library and the garage?",
                "What items are in the lighthouse?",
            ),
        ),
        PageInfo(
            "without_langchain",
            "pages/3_Without_LangChain.py",
            "Without LangChain",
            ":material/bolt:",
            "The same with the plain OpenAI client: the tool passes each word on by itself.",
            ("without_langchain", "tool_node"),
            ("get_items.openai",),
            ("get_items", "get_items.llm"),
            ("custom",),
            (
                "What items are in the bedroom?",
                "What items are in the office and the kitchen?",
                "What items are in the museum?",
            ),
        ),
        PageInfo(
            "stream_lab",
            "pages/4_Stream_lab.py",
            "Stream lab",
            ":material/science:",
            "For developers: one run in all eight stream modes, event by event.",
            ("react", "prebuilt", "without_langchain", "tool_node"),
            (
                "get_items",
                "take_inventory",
                "list_prices",
                "measure_temperature",
                "plan_visit",
                "open_safe",
                "search_archive",
            ),
            (),
            ("custom", "messages", "updates"),
            (
                "Search the archive for the lighthouse and take inventory of the garage",
                "What items are in the office and the bedroom?",
                "Plan a visit to the museum",
            ),
            all_modes=True,
        ),
        PageInfo(
            "pitfalls",
            "pages/5_Pitfalls.py",
            "Pitfalls",
            ":material/warning:",
            "Eight ways to get it wrong, each beside the right one.",
            graphs=(),
            tools=(),
            hidden_tools=(),
            modes=(),
            suggestions=(),
        ),
        PageInfo(
            "runs",
            "pages/6_Runs.py",
            "Runs",
            ":material/history:",
            "Your runs: look again, replay them, share one, take one along.",
            (),
            (),
            (),
            (),
            (),
        ),
    )
}

GRAPH_TITLES: dict[GraphName, str] = {
    "react": "Agent, built by hand",
    "prebuilt": "Agent, ready-made (create_react_agent)",
    "without_langchain": "Agent without LangChain",
    "tool_node": "One tool node, no agent",
}

MODE_TITLES: dict[StreamMode, str] = {
    "custom": "Tool data",
    "messages": "Words",
    "updates": "Steps",
    "values": "State",
    "tasks": "Tasks",
    "tools": "Tool events",
    "checkpoints": "Checkpoints",
    "debug": "Debug",
}

MODE_HELP: dict[StreamMode, str] = {
    "custom": "what a tool sends while it works",
    "messages": "the words of language models, one by one",
    "updates": "each step's result, when the step is done",
    "values": "the whole conversation, after each step",
    "tasks": "when a step begins and ends",
    "tools": "when a tool begins and ends",
    "checkpoints": "the saved state after each step",
    "debug": "checkpoints and tasks, with all details",
}
