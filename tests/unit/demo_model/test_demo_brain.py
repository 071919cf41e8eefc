"""The brain as a function: what is asked, and what is answered or called."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from agent.demo_model.brain import Reply, reply
from agent.demo_model.prose import tokenize
from agent.demo_model.request import parse
from agent.tools.places import known_places

Json = dict[str, Any]


def a_tool(name: str, description: str, **properties: Json) -> Json:
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": parameters},
    }


TEXT: Json = {"type": "string"}
ITEMS = a_tool("get_items", "Use this tool to list items one might find in a place you're asked about.", place=TEXT)
WEATHER = a_tool("get_weather", "Tell the current weather in a city.", city=TEXT)
SUMS = a_tool("calculate", "Work out an arithmetic expression.", expression=TEXT)
HOW_TO_PROMPT = (
    "Can you tell me what kind of items i might find in the following place: '{}'. "
    "List at least 3 such items separating them by a comma. And include a brief description of each item."
)


def choice(*messages: Json | str, **fields: Any) -> Reply:
    """Ask the brain; a string is a user's message."""
    said = [{"role": "user", "content": one} if isinstance(one, str) else one for one in messages]
    return reply(parse(json.dumps({"model": "demo", "messages": said, **fields}).encode()))


def words(*messages: Json | str, **fields: Any) -> str:
    return "".join(choice(*messages, **fields).tokens)


def calls(*messages: Json | str, tools: list[Json], **fields: Any) -> list[tuple[str, Any]]:
    made = choice(*messages, tools=tools, **fields).calls
    return [(call.name, *json.loads(call.arguments).values()) for call in made]


def after(question: str, *results: tuple[str, str, str]) -> list[Json | str]:
    """Return a conversation in which tools (name, place, content) have answered a question."""
    made = [
        {
            "id": str(at),
            "type": "function",
            "function": {"name": name, "arguments": json.dumps({"place": place})},
        }
        for at, (name, place, _) in enumerate(results)
    ]
    told = [{"role": "tool", "tool_call_id": str(at), "content": content} for at, (_, _, content) in enumerate(results)]
    return [question, {"role": "assistant", "content": None, "tool_calls": made}, *told]


@pytest.mark.parametrize(
    ("question", "made"),
    [
        ("what items are in the office?", [("get_items", "office")]),
        ("the office and the bedroom", [("get_items", "office"), ("get_items", "bedroom")]),
        ("what is in the cave and the submarine?", [("get_items", "cave"), ("get_items", "submarine")]),
        ("what is in 'the old barn'?", [("get_items", "the old barn")]),
        ("침실에 무엇이 있나요?", [("get_items", "침실")]),
        ("what is in 'count to 300'?", [("get_items", "count to 300")]),
        ("what's the weather in Oslo?", [("get_weather", "Oslo")]),
        ("what is 12 * 3?", [("calculate", "12 * 3")]),
        (
            "get_items for the office and get_weather for Oslo",
            [("get_items", "office"), ("get_weather", "Oslo")],
        ),
        ("hello!", []),
        ("tell me a joke", []),
        ("who are you?", []),
        ("count to 3", []),
        ("What is the meaning of life?", []),
    ],
)
def test_a_question_calls_the_tool_it_fits_or_none(question: str, made: list[tuple[str, str]]) -> None:
    assert calls(question, tools=[SUMS, WEATHER, ITEMS]) == made


def test_tool_choice_is_obeyed() -> None:
    named = {"type": "function", "function": {"name": "get_weather"}}

    assert calls("what is in the office?", tools=[ITEMS], tool_choice="none") == []
    assert calls("hello", tools=[ITEMS], tool_choice="required") == [("get_items", "hello")]
    assert calls("the office", tools=[ITEMS, WEATHER], tool_choice=named) == [("get_weather", "office")]
    assert choice("the office", tools=[ITEMS, WEATHER], tool_choice=named).finish == "stop"
    assert choice("the office", tools=[ITEMS]).finish == "tool_calls"


def test_without_parallel_calls_one_follows_the_other_until_all_is_done() -> None:
    question = "the office and the attic"
    one = after(question, ("get_items", "office", "desks"))
    both = after(question, ("get_items", "office", "desks"), ("get_items", "attic", "trunks"))

    assert calls(question, tools=[ITEMS], parallel_tool_calls=False) == [("get_items", "office")]
    assert calls(*one, tools=[ITEMS], parallel_tool_calls=False) == [("get_items", "attic")]
    assert calls(*both, tools=[ITEMS], parallel_tool_calls=False) == []


def test_results_are_woven_into_an_answer_that_says_who_said_what() -> None:
    listing = "Certainly!\n\n1. **Bed**: A mattress on a wooden frame.\n\n2. **Dresser**: Drawers.\n\n" + "More. " * 80
    text = words(
        *after("both?", ("get_items", "office", "desks, lamps"), ("get_items", "bedroom", listing)),
        tools=[ITEMS],
    )

    assert "- For **office**, the tool found: desks, lamps\n" in text
    assert "- For **bedroom**, the tool found **Bed** and **Dresser**." in text
    assert "More." not in text


def test_tools_of_several_kinds_are_told_apart() -> None:
    said = (("get_items", "office", "desks"), ("take_inventory", "garage", "8 shelves"))
    text = words(*after("the office, and the inventory of the garage?", *said), tools=[ITEMS])

    assert "- For **office**, “Look up items” found: desks\n" in text
    assert "- For **garage**, “Take inventory” found: 8 shelves" in text


def test_a_failed_tool_is_told_honestly() -> None:
    text = words(*after("the cave?", ("get_items", "cave", "Error: no such place")), tools=[ITEMS])

    assert "For **cave**, the tool did not work: no such place" in text
    assert "nothing to report" in text


def test_results_of_an_earlier_question_do_not_count() -> None:
    earlier = after("the office?", ("get_items", "office", "desks"))

    assert calls(*earlier, {"role": "assistant", "content": "Desks."}, "and the attic?", tools=[ITEMS]) == [
        ("get_items", "attic")
    ]


@pytest.mark.parametrize("place", [place.name for place in known_places()])
def test_every_place_gets_a_list_of_a_hundred_tokens_or_two(place: str) -> None:
    text = words(HOW_TO_PROMPT.format(place))
    opening, *items, closing = text.split("\n\n")

    assert len(items) == 3
    assert [item[:5] for item in items] == ["1. **", "2. **", "3. **"]
    assert place in opening
    assert closing.endswith(".")
    assert 100 <= len(tokenize(text)) <= 180


def test_a_place_is_named_as_it_was_asked_for() -> None:
    assert "침실" in words("침실에는 무엇이 있나요?")
    assert "**침대**" in words("침실에는 무엇이 있나요?")


def test_a_number_of_items_is_honoured() -> None:
    assert "5. **" in words("what are 5 items in the office?")
    assert "2. **" not in words("List 1 items in the office")
    assert "knows only 5" in words("list at least 9 items in the office")


def test_an_unknown_place_is_admitted() -> None:
    text = words(HOW_TO_PROMPT.format("cave"))

    assert "'cave'" in text
    assert "without AI" in text
    assert all(place.name in text for place in known_places())


@pytest.mark.parametrize("question", ["Who are you?", "are you an AI?", "너는 누구야?"])
def test_it_says_that_it_has_no_ai(question: str) -> None:
    assert re.search("no AI|AI가 아닌", words(question))


def test_counting_is_a_number_a_token() -> None:
    assert choice("count to 5").tokens == ("1", " 2", " 3", " 4", " 5")
    assert len(choice(HOW_TO_PROMPT.format("count to 300 in the office")).tokens) >= 300
    assert len(choice("count to 999999999").tokens) == 100_000


def test_repeating_is_verbatim_to_the_end() -> None:
    assert words("please repeat exactly: **a**  b\n\n`c` ") == "**a**  b\n\n`c` "
    assert words("Repeat after me: what is in the office?", tools=[ITEMS]) == "what is in the office?"


@pytest.mark.parametrize("length", [1, 2, 100, 5000, 50_000])
def test_a_length_is_met_to_the_token(length: int) -> None:
    text = words(f"describe the office in about {length} tokens")

    assert len(tokenize(text)) == length
    assert text.count("```") % 2 == 0
    paragraphs = [block for block in text.split("\n\n") if len(block) > 200]
    assert len(set(paragraphs)) >= 0.75 * len(paragraphs)


def test_a_greeting_offers_two_questions() -> None:
    assert words("Hello!").count("?") == 2


@pytest.mark.parametrize("text", ["", "a  b\t c\r\n\n d's 12,5 **x** ```é 사무실 👩‍👩‍👧 \ud83d"])
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(tokenize(text)) == text


def test_stop_and_limits_end_an_answer() -> None:
    assert words("count to 9", stop="4 5") == "1 2 3 "
    assert words("count to 9", stop=["9", " 3"]) == "1 2"
    cut = choice("count to 9", max_tokens=2)
    assert (cut.tokens, cut.finish) == (("1", " 2"), "length")
    assert choice("count to 2", max_completion_tokens=2).finish == "stop"


def test_json_is_answered_when_asked_for() -> None:
    schema = {
        "type": "object",
        "properties": {"place": TEXT, "n": {"type": "integer"}},
        "required": ["place", "n"],
    }
    shaped = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}

    assert json.loads(words("4 in the attic", response_format=shaped)) == {"place": "attic", "n": 4}
    found = json.loads(words("the attic as json", response_format={"type": "json_object"}))
    assert (found["place"], len(found["items"])) == ("attic", 3)


def test_parts_that_are_no_text_are_named() -> None:
    parts = [
        {"type": "text", "text": "tell me about this"},
        {"type": "image_url", "image_url": {"url": "data:"}},
    ]

    assert "[an attachment: image_url]" in words({"role": "user", "content": parts})


def test_the_same_request_gives_the_same_reply() -> None:
    assert choice("the office", tools=[ITEMS]) == choice("the office", tools=[ITEMS])


@pytest.mark.parametrize("role", ["system", "developer", "function"])
def test_other_roles_are_listened_to_in_silence(role: str) -> None:
    assert words({"role": role, "name": "x", "content": "be brief"}, "count to 2") == "1 2"


LOGS = a_tool("search_logs", "Search the logs of a service.", service={"enum": ["checkout", "catalog"]})
RESTART = a_tool("restart_service", "Restart a service.", service={"enum": ["checkout", "catalog"]})
ROLL_BACK = a_tool("roll_back", "Roll a service back.", service={"enum": ["checkout", "catalog"]})
DOWN = "The catalog is down: search its logs, then restart it, and if that fails roll it back"


@pytest.mark.parametrize(
    ("results", "made"),
    [
        ([], [("search_logs", "catalog")]),
        ([("search_logs", "catalog", "found")], [("restart_service", "catalog")]),
        ([("search_logs", "catalog", "found"), ("restart_service", "catalog", "done")], []),
        (
            [("search_logs", "catalog", "found"), ("restart_service", "catalog", "Error: no")],
            [("roll_back", "catalog")],
        ),
    ],
)
def test_what_is_to_be_done_then_waits_and_what_rescues_is_done_after_a_failure(
    results: list[tuple[str, str, str]], made: list[tuple[str, str]]
) -> None:
    assert calls(*after(DOWN, *results), tools=[LOGS, RESTART, ROLL_BACK]) == made


def test_a_part_of_a_question_takes_its_number_from_the_whole() -> None:
    draft = a_tool("draft_reply", "Draft a reply.", order={"type": "integer"})
    look_up = a_tool("look_up_order", "Look up an order.", order={"type": "integer"})
    question = "Look up order 1042, then draft a reply"
    assert calls(question, tools=[draft, look_up]) == [("look_up_order", 1042)]
    assert calls(*after(question, ("look_up_order", "1042", "found")), tools=[draft, look_up]) == [
        ("draft_reply", 1042)
    ]


def test_what_is_to_be_said_is_written_as_a_letter() -> None:
    letter = words("Write a short reply to Ms Rivera, signed by the team. Say this:\n- It was broken.\n- We pay.")
    assert letter.startswith("Dear Ms Rivera,")
    assert "It was broken.\n\nWe pay." in letter
