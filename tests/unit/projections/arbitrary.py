"""Events that nothing would send: any payload, with any values, from anywhere, few ids for all of them."""

from __future__ import annotations

import builtins
import collections.abc
import dataclasses
import types
import typing
from dataclasses import replace
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from agent.streaming.events import JSON, Payload, StreamEvent
from tests.unit.events import (
    FINISHED,
    STARTED,
    answered,
    asks,
    began,
    log,
    piece,
    queued,
    returned,
    says,
    sent,
    task,
    token,
)

IDS = st.sampled_from(["", "a", "b", "a#2", "m"])
TEXTS = st.one_of(st.sampled_from(["", "\n", "Once", "{", '{"x": 1}', "half \ud800", "`**_$"]), st.text(max_size=8))
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO8x+fQAAAAASUVORK5CYII="
VALUES: st.SearchStrategy[JSON] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)
_SHAPED: st.SearchStrategy[JSON] = st.one_of(
    VALUES,
    st.fixed_dictionaries({"progress": VALUES}, optional={"status": VALUES}),
    st.fixed_dictionaries({"row": st.dictionaries(TEXTS, VALUES, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"point": st.dictionaries(TEXTS, st.floats(), min_size=2, max_size=3)}),
    st.fixed_dictionaries({"role": TEXTS}, optional={"content": VALUES, "reasoning": VALUES}),
    st.fixed_dictionaries({"status": VALUES}),
    st.fixed_dictionaries({"type": st.just("ui"), "id": IDS, "name": TEXTS, "props": st.dictionaries(TEXTS, VALUES)}),
    st.fixed_dictionaries({"type": st.just("remove-ui"), "id": IDS}),
    st.fixed_dictionaries({"image": st.sampled_from([PIXEL, "http://x", "AA=="]), "id": IDS}),
    st.fixed_dictionaries({"metric": st.fixed_dictionaries({"value": VALUES}), "id": IDS}),
    st.fixed_dictionaries({"table": st.lists(st.dictionaries(TEXTS, VALUES), max_size=3)}),
    st.fixed_dictionaries({"file": st.fixed_dictionaries({"name": TEXTS, "text": TEXTS})}),
    st.fixed_dictionaries({"code": TEXTS}),
    st.fixed_dictionaries({"diagram": st.sampled_from(["graph LR\n a", "pie", "x"])}),
)


@st.composite
def shaped(draw: st.DrawFn) -> JSON:
    """A chunk like those that have a shape; under a short name, as strategies are printed."""
    return draw(_SHAPED)


SHAPED = shaped()
UPDATES = st.one_of(VALUES, st.fixed_dictionaries({"ui": st.one_of(SHAPED, st.lists(SHAPED, max_size=3))}))
WORDS = st.one_of(
    st.sampled_from("approve edit reject respond mcp_elicitation tool_approval form url object string".split()),
    TEXTS,
)
ODD: st.SearchStrategy[JSON] = st.recursive(
    st.one_of(VALUES, WORDS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                "action_requests review_configs name args description action_name allowed_decisions action_request "
                "config allow_accept allow_edit type requests key message mode url requested_schema properties enum "
                "$ref $defs oneOf anyOf const action question options required items default title".split()
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=25,
)
"""Values and schemas in which something like a question to a person may be found."""


def values_of(hint: Any, name: str) -> st.SearchStrategy[Any]:
    """Values for a field of this type and name."""
    if hint is JSON:
        return SHAPED if name in ("data", "delta", "other") else UPDATES if name == "rest" else VALUES
    if hint is str:
        return IDS if name in ("id", "call", "message") else TEXTS
    if hint is int:
        return st.integers(0, 10**9)
    if dataclasses.is_dataclass(hint):
        fields = {name: values_of(inner, name) for name, inner in get_type_hints(hint).items() if name != "mode"}
        return st.builds(hint, **fields)  # type: ignore[arg-type]
    inner = get_args(hint)
    match get_origin(hint):
        case typing.Literal:
            return st.sampled_from(inner)
        case builtins.tuple:
            return st.lists(values_of(inner[0], name), max_size=3).map(tuple)
        case typing.Union | types.UnionType:
            return st.one_of(*(values_of(each, name) for each in inner))
        case collections.abc.Mapping:  # of a sentence
            return st.dictionaries(TEXTS, TEXTS | st.integers(0, 10**9), max_size=3)
    return st.from_type(hint)


EVENTS = st.builds(
    StreamEvent,
    seq=st.just(0),
    at=st.floats(0, 1e6),
    payload=values_of(Payload, "payload"),
    node=st.none() | IDS,
    agent=st.none() | IDS,
    calls=st.lists(IDS, max_size=3).map(tuple),
    namespace=st.lists(st.sampled_from(["tools:1", "1", "math:2", ""]), max_size=3).map(tuple),
)

RUN = log(
    queued(),
    STARTED,
    task("agent"),
    piece("a", '{"x": 1}', "look"),
    asks(("a", {"x": 1})),
    began("a"),
    sent("found", "a"),
    sent({"progress": 0.5}, "a"),
    began("a", "b"),
    token("inner", "a", message="i"),
    returned("x", "a", "b"),
    answered("a"),
    token("Once ", message="m2"),
    token("upon", message="m2"),
    says("Once upon", message="m2"),
    FINISHED,
)
"""A run of a usual kind."""


def some_run() -> st.SearchStrategy[list[StreamEvent]]:
    """Events in any order; numbered, and no later than the next."""
    return st.lists(EVENTS, max_size=25).map(_in_order)


def _in_order(events: list[StreamEvent]) -> list[StreamEvent]:
    moments = sorted(event.at for event in events)
    return [replace(event, seq=seq, at=at) for seq, (event, at) in enumerate(zip(events, moments, strict=True))]
