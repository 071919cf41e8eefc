"""A JSON schema is filled from a question, and what comes out conforms to it."""

from __future__ import annotations

import time
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.demo_model.arguments import fill
from tests.unit.examples import examples

Json = dict[str, Any]


def an_object(required: list[str] | None = None, **properties: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }


TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "number"}
UNIT: Json = {"type": "string", "enum": ["celsius", "fahrenheit"]}


@pytest.mark.parametrize(
    ("question", "schema", "value"),
    [
        ("what items are in the office?", an_object(place=TEXT), {"place": "office"}),
        ("what is in the dragon's lair?", an_object(place=TEXT), {"place": "dragon's lair"}),
        ("what is in 'The Old Barn'?", an_object(place=TEXT), {"place": "The Old Barn"}),
        ("사무실에는 무엇이 있나요?", an_object(장소=TEXT), {"장소": "사무실"}),
        ("add 2 and 3.5", an_object(a=NUMBER, b=NUMBER), {"a": 2, "b": 3.5}),
        ("in fahrenheit, please", an_object(unit=UNIT), {"unit": "fahrenheit"}),
        ("how warm is it?", an_object(unit=UNIT), {"unit": "celsius"}),
        ("weather in Oslo", an_object(["city"], city=TEXT, unit=UNIT), {"city": "Oslo"}),
        (
            "5 items in the attic",
            an_object([], place=TEXT, count={"type": "integer"}),
            {"place": "attic", "count": 5},
        ),
        ("hello", an_object([], place=TEXT, count={"type": "integer"}), {}),
        ("list it, verbose", an_object(verbose={"type": "boolean"}), {"verbose": True}),
        ("list it, not verbose", an_object([], verbose={"type": "boolean"}), {"verbose": False}),
        (
            "the office and the cave",
            an_object(places={"type": "array", "items": TEXT}),
            {"places": ["office", "cave"]},
        ),
        ("what is in the cave?", an_object(user=TEXT, place=TEXT), {"user": "cave", "place": "cave"}),
        ("title: Ode to joy, year: 1785", an_object(title=TEXT), {"title": "Ode to joy"}),
        ("search for cats in Rome", an_object(query=TEXT), {"query": "search for cats in Rome"}),
        ("work out 2 + 3 * 4", an_object(expression=TEXT), {"expression": "2 + 3 * 4"}),
        ("hi", an_object(note={"type": ["string", "null"]}), {"note": None}),
        ("hi", an_object(size={"type": "integer", "default": 7}), {"size": 7}),
        ("hi", an_object(kind={"const": "room"}), {"kind": "room"}),
        ("hi", {"type": "object", "properties": {}}, {}),
    ],
)
def test_what_the_question_says_is_filled_in(question: str, schema: Json, value: Json) -> None:
    jsonschema.validate(value, schema)
    assert fill(schema, question) == value


def test_a_known_place_fills_a_list_of_its_things() -> None:
    thing = an_object(name=TEXT, description=TEXT)
    schema = an_object(place=TEXT, items={"type": "array", "items": {"$ref": "#/$defs/Thing"}}) | {
        "$defs": {"Thing": thing}
    }
    value = fill(schema, "what are 2 items in the attic?")

    assert [item["name"] for item in value["items"]] == ["Steamer trunk", "Old photographs"]
    assert all(item["description"].endswith(".") for item in value["items"])


LINKED = an_object(v=NUMBER, next={"anyOf": [{"$ref": "#/$defs/N"}, {"type": "null"}]})
TREE = an_object(kids={"type": "array", "items": {"$ref": "#/$defs/N"}})
SUM = {"anyOf": [an_object(left={"$ref": "#/$defs/N"}, right={"$ref": "#/$defs/N"}), NUMBER]}
PETS = {"oneOf": [an_object(kind={"const": "cat"}, lives=NUMBER), an_object(kind={"const": "dog"}, tricks=NUMBER)]}


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/$defs/N", "$defs": {"N": LINKED}},
        {"$ref": "#/$defs/N", "$defs": {"N": TREE}},
        {"$ref": "#/$defs/N", "$defs": {"N": SUM}},
        an_object(pet=PETS),
        {"type": "string", "format": "date-time"},
        {"type": "string", "minLength": 30, "maxLength": 31},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.001},
        {"type": "integer", "exclusiveMaximum": -8},
        {"type": "array", "items": UNIT, "minItems": 2, "uniqueItems": True},
        {"type": "object", "additionalProperties": NUMBER, "required": ["a", "b"]},
        {"type": ["integer", "string"]},
        {"enum": [{"a": 1}, [2], None]},
        {"type": "array", "items": {"enum": [[2], {"a": 1}]}, "minItems": 2},
        {"type": "string", "minLength": 30.0, "maxLength": 31.0},
        {"type": "array", "items": TEXT, "maxItems": 2.0},
        {"$id": "https://example.com/x", "$ref": "#/$defs/N", "$defs": {"N": LINKED}},
        {},
    ],
)
def test_what_is_written_conforms(schema: Json) -> None:
    jsonschema.validate(fill(schema, "what is in the office? [2]"), schema)


def test_a_schema_that_branches_without_end_is_filled_at_once() -> None:
    names = [f"child_{at}" for at in range(40)]
    node = an_object([], **{name: {"$ref": "#/$defs/N"} for name in names}, n=NUMBER)
    start = time.process_time()

    assert fill({"$ref": "#/$defs/N", "$defs": {"N": node}}, "hello") == {}
    assert time.process_time() - start < 2


def test_a_schema_that_wants_more_than_anybody_reads_gets_less() -> None:
    assert len(fill({"type": "array", "items": TEXT, "minItems": 10**9, "maxItems": 10**9}, "hi")) == 1000
    assert len(fill({"type": "string", "minLength": 10**9}, "hi")) < 10_000


def bounds(draw: st.DrawFn, low: str, high: str, numbers: st.SearchStrategy[Any]) -> Json:
    least, most = sorted((draw(numbers), draw(numbers)))
    return {key: n for key, n in ((low, least), (high, most)) if draw(st.booleans())}


@st.composite
def leaves(draw: st.DrawFn) -> Json:
    kind = draw(st.sampled_from(["string", "integer", "number", "boolean", "null", "enum", "const"]))
    if kind == "enum":
        return {"enum": draw(st.lists(st.text(max_size=5) | st.integers() | st.none(), min_size=1, max_size=4))}
    if kind == "const":
        return {"const": draw(st.text(max_size=5) | st.booleans())}
    schema: Json = {"type": kind}
    if kind == "string":
        schema |= bounds(draw, "minLength", "maxLength", st.integers(0, 40))
    if kind in ("integer", "number"):
        schema |= bounds(draw, "minimum", "maximum", st.integers(-1000, 1000))
    if kind == "number" and "minimum" in schema and draw(st.booleans()):
        schema = {"type": "number", "exclusiveMinimum": schema["minimum"]}
    return schema


def branches(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    names = st.sampled_from(["place", "items", "name", "count", "verbose", "unit", "제목", "query"])

    @st.composite
    def objects(draw: st.DrawFn) -> Json:
        properties = draw(st.dictionaries(names, inner, max_size=4))
        required = [name for name in properties if draw(st.booleans())]
        return {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": draw(st.booleans()),
        }

    @st.composite
    def arrays(draw: st.DrawFn) -> Json:
        return {
            "type": "array",
            "items": draw(inner),
            **bounds(draw, "minItems", "maxItems", st.integers(0, 4)),
        }

    unions = st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"anyOf": parts})
    nullable = inner.map(lambda part: {"anyOf": [part, {"type": "null"}]})
    return objects() | arrays() | unions | nullable


SCHEMAS = st.recursive(leaves(), branches, max_leaves=8)
QUESTIONS = st.text(max_size=40) | st.sampled_from(
    [
        "what 5 items are in the office and the cave?",
        "say 'hi' to \"you\", verbose",
        "사무실과 침실",
        "count: 3, name=x",
    ]
)


@settings(max_examples=examples(120), derandomize=True)
@given(schema=SCHEMAS, question=QUESTIONS)
def test_whatever_is_written_conforms(schema: Json, question: str) -> None:
    value = fill(schema, question)

    jsonschema.Draft202012Validator(schema).validate(value)
    assert fill(schema, question) == value
