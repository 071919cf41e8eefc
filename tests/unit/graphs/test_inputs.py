"""Forms from the schemas that graphs really have."""

from __future__ import annotations

import dataclasses
from enum import Enum
from typing import Any, Literal, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter
from typing_extensions import TypedDict

from agent.graphs.inputs import NotFilledIn, assembled, fields_of


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Address(BaseModel):
    street: str
    zip: Optional[int] = None  # noqa: UP045


class Order(BaseModel):
    """A state with everything in it."""

    topic: str = Field(description="What to write about", title="Topic")
    count: int = 3
    share: float
    urgent: bool = False
    color: Color = Color.RED
    size: Literal["S", "M"]
    tags: list[str] = []
    address: Address
    anything: dict[str, Any] = {}
    note: str | None = None


@dataclasses.dataclass
class Context:
    model: str = "small"
    depth: int = 2


class Plan(TypedDict, total=False):
    input: str
    plan: list[str]
    past_steps: list[tuple[str, str]]
    response: str


ORDER = Order.model_json_schema()


def test_every_kind_of_field() -> None:
    fields = {field.name: field for field in fields_of(ORDER)}
    assert {name: field.kind for name, field in fields.items()} == {
        "topic": "text",
        "count": "integer",
        "share": "number",
        "urgent": "boolean",
        "color": "choice",
        "size": "choice",
        "tags": "lines",
        "address.street": "text",
        "address.zip": "integer",
        "anything": "json",
        "note": "text",
    }
    assert [name for name, field in fields.items() if field.required] == ["topic", "share", "size", "address.street"]
    assert (fields["topic"].help, fields["count"].default) == ("What to write about", 3)
    assert (fields["color"].choices, fields["size"].choices) == (("red", "blue"), ("S", "M"))


def test_what_is_filled_in_becomes_the_input() -> None:
    values = {
        "topic": "cats",
        "count": 4.0,
        "share": 0.5,
        "urgent": True,
        "color": "blue",
        "size": "M",
        "tags": "a\n\n b ",
        "address.street": "Main",
        "anything": '{"x": [1]}',
        "note": " ",
    }
    made = assembled(fields_of(ORDER), values, ORDER)
    assert made == {
        "topic": "cats",
        "count": 4,
        "share": 0.5,
        "urgent": True,
        "color": "blue",
        "size": "M",
        "tags": ["a", "b"],
        "address": {"street": "Main"},
        "anything": {"x": [1]},
    }
    Order.model_validate(made)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "Topic: please fill this in."),
        ({"topic": "x", "share": 1, "size": "M", "address.street": "s", "anything": "{"}, "this is not JSON"),
        ({"topic": "x", "share": 1, "size": "XXL", "address.street": "s"}, "size: this must be one of these: S, M."),
    ],
)
def test_what_does_not_fit_is_said(values: dict[str, object], said: str) -> None:
    with pytest.raises(NotFilledIn, match=said):
        assembled(fields_of(ORDER), values, ORDER)


@pytest.mark.parametrize(
    ("schema", "kinds"),
    [
        ({"type": "string", "title": "Flow"}, ["text"]),  # @entrypoint(str)
        (TypeAdapter(Context).json_schema(), ["text", "integer"]),
        (TypeAdapter(Plan).json_schema(), ["text", "lines", "json", "text"]),  # plan and execute
        (None, ["json"]),
        ({}, ["json"]),
        ({"type": "object", "properties": {}}, ["json"]),
        ({"properties": {"a": {"$ref": "#/$defs/gone"}}}, ["json"]),
        ({"properties": {str(number): {"type": "string"} for number in range(100)}}, ["json"]),
        ({"$ref": "#"}, ["json"]),
        ({"properties": {"a": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}}, ["json"]),
    ],
)
def test_schemas_of_all_sorts(schema: Any, kinds: list[str]) -> None:
    assert [field.kind for field in fields_of(schema)] == kinds


def test_where_nothing_is_offered_something_is_written() -> None:
    assert [field.kind for field in fields_of({"type": "string", "enum": []})] == ["text"]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "properties", "anyOf", "$ref", "enum", "items", "required", "title", "a"]), inner
        )
    ),
    max_leaves=12,
)


@given(schema=st.dictionaries(st.sampled_from(["type", "properties", "anyOf", "$ref", "enum", "required"]), _json))
def test_whatever_calls_itself_a_schema_gives_fields(schema: dict[str, Any]) -> None:
    assert fields_of(schema)
