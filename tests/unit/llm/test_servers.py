"""Every way in which servers answer, by a real server, on every graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from agent.errors import AgentError, AnswerCut, ProviderError
from agent.llm.explain import explain
from tests.scripted_server import says
from tests.unit.llm.agents import GRAPHS, INNER, Asking, Outcome, asking
from tests.unit.llm.cases import CALLS, CHUNKS, ENDS, ERRORS, KINDS, OFFICE, THOUGHT, Case, kinds

THEN = says("Hi there")


@pytest.fixture(scope="module")
def agents() -> Iterator[Asking]:
    with asking() as made:
        yield made


WAYS = ("react", "without_langchain")
"""One graph with LangChain and one without; others are given what these are."""


def cases(table: Mapping[str, Case], *, graphs: Iterable[str] = GRAPHS) -> pytest.MarkDecorator:
    """Each case in both ways, and one case of each kind on the other graphs."""
    tried = [(graph, name) for graph in graphs for name in (table if graph in WAYS else kinds(table))]
    named = [pytest.param(graph, table[name], id=f"{graph}: {name}") for graph, name in tried]
    return pytest.mark.parametrize(("graph", "case"), named)


def test_every_kind_is_a_case() -> None:
    assert set(KINDS) == kinds(CHUNKS | THOUGHT | CALLS | ENDS).keys()


@cases(CHUNKS | THOUGHT)
def test_the_text_is_read_whole_and_what_was_thought_is_apart(agents: Asking, graph: str, case: Case) -> None:
    outcome = agents.ask(graph, case.answer)
    assert outcome.failure is None
    whole = case.text.encode("utf-8", "replace").decode()  # no log holds half a character
    assert (outcome.text, outcome.reasoning) == (whole, case.thought)
    assert outcome.answer == whole
    assert len(outcome.server.requests) == 1


@cases(CALLS)
def test_calls_are_read_and_the_model_goes_on(agents: Asking, graph: str, case: Case) -> None:
    outcome = agents.ask(graph, case.answer, THEN)
    assert outcome.failure is None
    assert sorted(outcome.runs) == sorted(case.runs)
    assert (outcome.text, outcome.reasoning, outcome.answer) == (case.text, case.thought, "Hi there")
    if case.words:
        assert [case.words in result for result in outcome.results] == [True]
        assert outcome.results[0].startswith("Error: ")
    first, second = outcome.server.requests
    check_conversation(second["messages"], len(case.runs) or 1)


def check_conversation(messages: list[dict[str, Any]], number: int) -> None:
    """What is sent back is what every server takes."""
    user, assistant, *tools = messages
    assert (user["role"], assistant["role"]) == ("user", "assistant")
    assert assistant["content"] is None or "<think>" not in assistant["content"] != ""
    ids = [call["id"] for call in assistant["tool_calls"]]
    assert len(set(ids)) == len(ids) == number
    assert all(isinstance(call_id, str) and call_id for call_id in ids)
    for call in assistant["tool_calls"]:
        assert call["type"] == "function"
        assert call["function"]["name"]
        assert call["function"]["arguments"].startswith("{")
    assert sorted(tool["tool_call_id"] for tool in tools) == sorted(ids)
    assert all(tool.keys() == {"role", "tool_call_id", "content"} and tool["content"] for tool in tools)


@cases(ENDS)
def test_an_answer_that_is_none_is_a_failure_and_says_how(agents: Asking, graph: str, case: Case) -> None:
    check_failure(agents.ask(graph, case.answer), case)


def check_failure(outcome: Outcome, case: Case) -> None:
    assert isinstance(outcome.failure, AgentError)
    assert type(outcome.failure) is case.failure
    assert case.words in str(outcome.failure)
    assert (outcome.text[:99], outcome.reasoning) == (case.text, case.thought)
    assert outcome.runs == []
    assert outcome.answer == ""


@cases(ERRORS, graphs=WAYS)
def test_an_error_is_said_in_words_and_without_what_it_says(agents: Asking, graph: str, case: Case) -> None:
    outcome = agents.ask(graph, case.answer)
    assert isinstance(outcome.failure, ProviderError)
    assert case.words in str(explain(outcome.failure))
    assert "secret" not in str(outcome.failure)
    assert len(outcome.server.requests) == 1


@cases(CHUNKS | THOUGHT, graphs=INNER)
def test_a_model_inside_of_a_tool_is_read_alike(agents: Asking, graph: str, case: Case) -> None:
    outcome = agents.ask_inside(graph, case.answer)
    assert outcome.failure is None
    assert (outcome.told_in_tool, outcome.results) == (case.text, [case.text])
    assert outcome.answer == "That is all."


@cases(ENDS, graphs=INNER)
def test_a_tool_whose_model_gave_no_answer_has_failed(agents: Asking, graph: str, case: Case) -> None:
    outcome = agents.ask_inside(graph, case.answer)
    assert outcome.failure is None
    assert outcome.told_in_tool[:99] == case.text
    (result,) = outcome.results
    assert result.startswith("Error: ")
    assert case.words in result
    assert outcome.answer == "That is all."


@pytest.mark.parametrize("graph", GRAPHS)
def test_the_path_is_said_to_lack_v1_only_where_it_does(agents: Asking, graph: str) -> None:
    outcome = agents.ask(graph, ERRORS["a wrong path"].answer)
    assert "/v1" not in str(outcome.failure)


def test_the_half_of_an_argument_is_shown_and_no_tool_is_run(agents: Asking) -> None:
    outcome = agents.ask("react", ENDS["length in a call"].answer)
    assert isinstance(outcome.failure, AnswerCut)
    assert outcome.runs == []
    assert OFFICE not in str(outcome)
