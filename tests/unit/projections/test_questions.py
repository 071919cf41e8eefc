"""What a person is asked: read from whatever a graph asks with, and answered in its own form."""

from __future__ import annotations

import contextlib
import json
from typing import Any, get_args

import pytest
from hypothesis import given
from pydantic import TypeAdapter

from agent.graphs.inputs import NotFilledIn
from agent.graphs.tool_schemas import tool_schema
from agent.projections.decisions import (
    Decision,
    answered,
    changes,
    decisions_of,
    filled_in,
    fit,
    resume_value,
    told,
)
from agent.projections.questions import Question, Verdict, choice_answer, choice_label, questions_of
from agent.streaming.events import JSON
from tests.unit.projections.arbitrary import ODD
from tests.unit.projections.asked import ASKED, REVIEW
from texts import tell


@pytest.mark.parametrize("name", ASKED)
def test_what_is_asked_is_read_in_every_form(name: str) -> None:
    asked = ASKED[name]
    questions = questions_of(asked.value, asked.schema)
    first = questions[0]
    assert tuple(question.kind for question in questions) == asked.kinds
    assert first.allowed == asked.allowed
    assert first.text == asked.text
    assert tuple(question.tool for question in questions) == asked.tools
    assert first.choices == asked.choices
    assert tuple(field.name for field in first.fields) == asked.fields


def decision(question: Question, verdict: Verdict) -> Decision:
    """A decision of this kind, as a card makes it."""
    match verdict:
        case "edit":
            return Decision("edit", filled_in(question, {field.name: field.default for field in question.fields}))
        case "respond":
            return Decision("respond", {"city": "Oslo"} if question.kind == "form" else "an answer")
        case "reject" if question.dialect not in ("inbox", "elicitation", "one elicitation"):
            return Decision("reject", reason="too much")
    return Decision(verdict)


@pytest.mark.parametrize("name", ASKED)
def test_every_decision_that_is_allowed_makes_an_answer_and_is_read_back_from_it(name: str) -> None:
    questions = questions_of(ASKED[name].value, ASKED[name].schema)
    for place in range(max(len(question.allowed) for question in questions)):
        made = [decision(each, each.allowed[min(place, len(each.allowed) - 1)]) for each in questions]
        answer = json.loads(json.dumps(resume_value(questions, made)))
        assert decisions_of(questions, answer) == made


def answer(name: str, *decisions: Decision) -> JSON:
    return resume_value(questions_of(ASKED[name].value, ASKED[name].schema), decisions)


def test_the_middleware_is_told_of_each_call_in_its_order() -> None:
    name = "the middleware, two calls of which one may not be changed"
    edited: JSON = {"file_path": "/b", "content": "x"}
    assert answer(name, Decision("reject", reason="No!"), Decision("edit", edited)) == {
        "decisions": [
            {"type": "reject", "message": "No!"},
            {"type": "edit", "edited_action": {"name": "write_file", "args": edited}},
        ]
    }
    assert answer(name, Decision("approve"), Decision("respond", "done by hand")) == {
        "decisions": [{"type": "approve"}, {"type": "respond", "message": "done by hand"}]
    }
    assert answer("the middleware, one interrupt a call", Decision("approve")) == {"type": "approve"}


def test_what_the_middleware_takes_is_what_its_types_say() -> None:
    from langchain.agents.middleware.human_in_the_loop import Decision as Theirs

    questions = questions_of(ASKED["the middleware, one call"].value)
    for verdict in ("approve", "edit", "reject", "respond"):
        written = resume_value(questions, [decision(questions[0], verdict)])
        assert isinstance(written, dict)
        assert TypeAdapter(list[Theirs]).validate_python(written["decisions"]) == written["decisions"]


def test_agent_inbox_is_answered_with_a_list() -> None:
    request: JSON = {"action": "save_order", "args": {"quantity": 2}}
    name = "Agent Inbox, without a config"
    assert answer(name, Decision("approve")) == [{"type": "accept", "args": request}]
    assert answer(name, Decision("edit", {"quantity": 3})) == [
        {"type": "edit", "args": {"action": "save_order", "args": {"quantity": 3}}}
    ]
    assert answer(name, Decision("respond", "wait")) == [{"type": "response", "args": "wait"}]
    assert answer(name, Decision("reject")) == [{"type": "ignore", "args": None}]
    assert isinstance(answer("Agent Inbox, not in a list", Decision("approve")), list)


def test_mcp_is_answered_by_key() -> None:
    name = "MCP, a form and an address"
    assert answer(name, Decision("respond", {"mode": "beta"}), Decision("approve")) == {
        "responses": {"k1": {"action": "accept", "content": {"mode": "beta"}}, "k2": {"action": "accept"}}
    }
    assert answer(name, Decision("reject"), Decision("cancel")) == {
        "responses": {"k1": {"action": "decline"}, "k2": {"action": "cancel"}}
    }
    assert answer("MCP, one request by itself", Decision("reject")) == {"action": "decline"}
    assert answer("MCP, to be confirmed with nothing to fill in", Decision("approve")) == {
        "responses": {"k": {"action": "accept", "content": {}}}
    }


def test_a_tool_of_the_documentation_is_answered_as_it_reads_it() -> None:
    name = "a tool of LangGraph's documentation"
    assert answer(name, Decision("approve")) == {"action": "approve"}
    assert answer(name, Decision("edit", {"to": "x@y.z"})) == {"action": "approve", "to": "x@y.z"}
    assert answer(name, Decision("reject", reason="too soon")) == {"action": "reject", "reason": "too soon"}
    assert answer("an order that waits for a word", Decision("respond", "YA")) == "YA"


def test_one_interrupt_a_call_allows_what_its_schema_says() -> None:
    value = ASKED["the middleware, one interrupt a call"].value
    assert questions_of(value, REVIEW)[0].allowed == ("approve", "edit")
    (question,) = questions_of(value, {"type": "object", "properties": {"type": {"const": "approve"}}})
    assert question.allowed == ("approve",)
    with pytest.raises(NotFilledIn, match="amount"):
        filled_in(questions_of(value, REVIEW)[0], {"amount": None})


def test_arguments_are_changed_in_a_form_of_the_tools_own_schema() -> None:
    (question,) = questions_of({"action": "get_items", "place": "office", "message": "Look?"}, None, tool_schema)
    (field,) = question.fields
    assert (field.name, field.required, field.default) == ("place", True, "office")
    assert filled_in(question, {"place": "attic"}) == {"place": "attic"}
    with pytest.raises(NotFilledIn, match="fill this in"):
        filled_in(question, {"place": " "})


def test_what_is_changed_is_typed_as_it_was_and_the_rest_stays() -> None:
    args: JSON = {
        "n": 3,
        "share": 0.5,
        "on": True,
        "names": ["a", "b"],
        "deep": {"x": 1},
        "note": "two\nlines",
        "no": None,
    }
    (question,) = questions_of({"action_requests": [{"name": "?", "args": args}]})
    kinds = [field.kind for field in question.fields]
    assert kinds == ["integer", "number", "boolean", "lines", "json", "long text", "json"]
    filled = {"n": 4, "share": 0.25, "on": False, "names": "c\nd", "deep": '{"x": 2}', "note": "", "no": ""}
    assert filled_in(question, filled) == {
        "n": 4,
        "share": 0.25,
        "on": False,
        "names": ["c", "d"],
        "deep": {"x": 2},
        "note": "",
        "no": None,
    }
    made = filled_in(question, filled)
    assert changes(question, made)[0] == ("n", 4)
    assert told(question, Decision("edit", made), "en").startswith("Approved with changes: n: 4, share: 0.25, on: no")


def test_an_answer_is_json_where_it_looks_like_it_or_has_to_be() -> None:
    (free,) = questions_of("Well?")
    assert answered(free, "12") == "12"
    assert answered(free, '{"granted": true}') == {"granted": True}
    assert answered(free, "{not json") == "{not json"
    (age,) = questions_of("What is your age?", {"type": "integer"})
    assert answered(age, "12") == 12
    with pytest.raises(NotFilledIn, match="a whole number"):
        answered(age, "thirty")
    with pytest.raises(NotFilledIn):
        answered(free, " ")
    (call,) = questions_of({"action_requests": [{"name": "ask"}]})
    assert answered(call, '{"a": 1}') == '{"a": 1}', "it stands in for what the tool would have said"


def test_a_choice_has_a_name_and_a_value() -> None:
    (question,) = questions_of(ASKED["a choice of objects"].value)
    assert [choice_label(choice) for choice in question.choices] == ["The first", "The second"]
    assert [choice_answer(choice) for choice in question.choices] == [1, "b"]
    assert choice_label(True) == "yes"


def test_a_schema_of_others_sends_nobody_anywhere_and_keeps_nobody_busy() -> None:
    fetched: JSON = {"type": "object", "properties": {"x": {"$ref": "http://127.0.0.1:9/schema"}}}
    assert questions_of("Well?", fetched)[0].kind == "answer"
    slow: JSON = {"type": "object", "properties": {"x": {"type": "string", "pattern": "^(a+)+$"}}}
    (question,) = questions_of("Well?", slow)
    assert filled_in(question, {"x": "a" * 40 + "!"}) == {"x": "a" * 40 + "!"}
    twice: JSON = {"properties": {"a.b": {"type": "string"}, "a": {"properties": {"b": {"type": "string"}}}}}
    assert [field.kind for field in questions_of("Well?", twice)[0].fields] == ["json"], "not two fields of one name"
    deep: Any = {"type": "object"}
    for _ in range(200):
        deep = {"type": "object", "properties": {"x": deep}}
    assert questions_of("Well?", deep)[0].kind == "answer"


def test_requests_that_cannot_be_told_apart_are_one_question() -> None:
    twins: JSON = [{"key": "k", "message": "A"}, {"key": "k", "message": "B"}]
    (question,) = questions_of({"type": "mcp_elicitation", "requests": twins})
    assert question.kind == "answer"


@given(ODD, ODD)
def test_anything_at_all_is_a_question_that_can_be_answered(value: JSON, schema: JSON) -> None:
    value, schema = json.loads(json.dumps([value, schema]))
    questions = questions_of(value, schema)
    for verdict in get_args(Verdict):
        made = [
            Decision(verdict if verdict in question.allowed else question.allowed[0], "x") for question in questions
        ]
        json.dumps(resume_value(questions, made))
    for question in questions:
        assert told(question, Decision(question.allowed[0], value, "why"), "en")
        [choice_label(choice) for choice in question.choices]
        with contextlib.suppress(NotFilledIn):
            filled_in(question, {field.name: field.default for field in question.fields})
        with contextlib.suppress(NotFilledIn):
            answered(question, "x")


@given(ODD, ODD)
def test_an_answer_that_was_made_elsewhere_is_told_too(value: JSON, answer: JSON) -> None:
    questions = questions_of(value)
    assert len(decisions_of(questions, answer)) == len(questions)


def fits(name: str, given: JSON) -> bool:
    asked = ASKED[name]
    try:
        fit(questions_of(asked.value, asked.schema, tool_schema), given, asked.schema)
    except NotFilledIn:
        return False
    return True


@pytest.mark.parametrize("name", ASKED)
def test_an_answer_that_a_card_makes_fits(name: str) -> None:
    questions = questions_of(ASKED[name].value, ASKED[name].schema, tool_schema)
    for place in range(max(len(question.allowed) for question in questions)):
        made = [decision(each, each.allowed[min(place, len(each.allowed) - 1)]) for each in questions]
        if ASKED[name].schema and questions[0].dialect == "free":
            made = [Decision("respond", {"a validated age": 81, "a truth": True}.get(name, {"city": "Oslo"}))]
        if name == "MCP, a form and an address" and made[0].verdict == "respond":
            made[0] = Decision("respond", {"mode": "beta"})
        assert fits(name, resume_value(questions, made))


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("a validated age", "old"),
        ("a truth", "yes"),
        ("data with a schema", {"nights": 2}),
        ("data with a schema", "Oslo"),
        ("the middleware, one call", {"decisions": []}),
        ("the middleware, one call", {"decisions": [{"type": "approve"}, {"type": "approve"}]}),
        ("the middleware, one call", {"decisions": [{"type": "anything"}]}),
        ("the middleware, one call", "yes"),
        ("the middleware, one interrupt a call", {"type": "reject"}),
        ("Agent Inbox, without a config", {"type": "accept"}),
        ("Agent Inbox, without a config", [{"type": "yes"}]),
        ("MCP, a form and an address", {"responses": {"k1": {"action": "accept", "content": {"mode": "beta"}}}}),
        ("MCP, a form and an address", {"action": "accept"}),
        ("MCP, one request by itself", {"action": "accept", "content": {"city": 7}}),
        ("MCP, one request by itself", "Oslo"),
    ],
)
def test_an_answer_that_no_card_makes_is_refused_with_a_sentence(name: str, given: JSON) -> None:
    asked = ASKED[name]
    with pytest.raises(NotFilledIn) as refused:
        fit(questions_of(asked.value, asked.schema, tool_schema), given, asked.schema)
    assert tell("en", refused.value.said).endswith(".")


def test_changed_arguments_fit_the_tool_wherever_they_were_changed() -> None:
    name = "the middleware, one call"
    (question,) = questions_of(ASKED[name].value)
    edit: dict[str, JSON] = {"type": "edit", "edited_action": {"name": question.tool, "args": question.args}}
    assert fits(name, {"decisions": [edit]})
    assert isinstance(question.args, dict)
    lists: JSON = {key: [[1]] for key in question.args}
    others: tuple[JSON, ...] = (None, "x", lists)
    for args in others:
        wrong: JSON = {**edit, "edited_action": {"name": question.tool, "args": args}}
        assert not fits(name, {"decisions": [wrong]})


def test_a_question_that_says_nothing_asks_whether_to_go_on() -> None:
    nothing: tuple[JSON, ...] = (None, "", [], {})
    something: tuple[JSON, ...] = (0, False, "Which city?", {"a": None})
    for value in nothing:
        (question,) = questions_of(value)
        assert question.is_bare
        assert told(question, Decision("respond", True), "en") == "Continue"
    for value in something:
        assert not questions_of(value)[0].is_bare
    assert not questions_of(None, {"type": "integer"})[0].is_bare
