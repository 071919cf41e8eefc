"""What is asked of a person, and what was answered, in words."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from agent.projections.decisions import Decision, told
from agent.projections.label import argument_title, one_line, spoken, words
from agent.projections.questions import Question, Verdict, choice_label
from agent.projections.tool_titles import tool_title
from agent.streaming.events import JSON
from ui.markdown import safe_label, safe_markdown
from ui.shell.language import language, say, tell

LONG = 200
"""Characters of an argument beyond which it is shown below the others."""

ICONS: Mapping[Verdict, str] = {
    "approve": ":material/check:",
    "edit": ":material/edit:",
    "reject": ":material/close:",
    "respond": ":material/reply:",
    "cancel": ":material/cancel:",
}


def title_of(question: Question) -> str:
    """What is asked, in one sentence."""
    if question.dialect == "breakpoint":
        return say("card-breakpoint", next=words(question.args))
    if question.is_bare:
        return say("card-ask-go-on")
    is_short = bool(question.text) and "\n" not in question.text.strip() and len(question.text) <= LONG
    if question.tool and not is_short:
        return say("card-wants-tool", tool=tool_title(question.tool, language=language()))
    return one_line(question.text) if question.text else say("card-asks")


def label_of(question: Question) -> str:
    """The same where no emphasis is drawn."""
    return safe_label(title_of(question).replace("**", ""), 120)


def show_args(question: Question) -> None:
    """What it is about, in words."""
    args = question.args if question.dialect != "breakpoint" else None
    if not isinstance(args, dict):
        if args not in (None, [], ""):
            st.markdown(safe_markdown(words(args, 1_000, language())))
        return
    short, long = [], []
    for key, value in args.items():
        name = f"**{safe_label(tell(argument_title(question.tool, key, spoken(key))))}**"
        if isinstance(value, str) and ("\n" in value or len(value) > LONG):
            long.append((name, value))
        elif text := words(value, 1_000, language(), key):
            short.append(f"{name}: {safe_markdown(text)}")
    if short:
        st.markdown("  \n".join(short))
    for name, value in long:
        st.markdown(f"{name}:")
        with st.container(border=True):
            st.markdown(safe_markdown(value[:10_000]))


def decision_line(question: Question, decision: Decision) -> str:
    """A decision in one line."""
    what = safe_label(tool_title(question.tool, language=language()), 120) if question.tool else label_of(question)
    said = safe_label(told(question, decision, language()), 400)
    return f"{ICONS[decision.verdict]} **{what}** · {said}"


def choice_of(choice: JSON) -> str:
    """One of the answers to choose from."""
    return say("card-yes" if choice else "card-no") if isinstance(choice, bool) else choice_label(choice)
